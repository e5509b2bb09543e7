//! The code that `service!` becomes. Absolute paths only, so that it works with shadowed names and without a prelude.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::names::{APP_DIR, NO_BUILD_SCRIPT};
use super::select::Selection;

/// Const data and one call. Only the constants of the selected units are named, so other units are not linked.
pub(super) fn main(selection: &Selection) -> TokenStream {
    let units = selection.units.iter().map(|unit| format_ident!("{}", unit.constant));
    let none = quote!(::core::option::Option::None);
    let service = selection.service.as_ref().map_or(none, |path| quote!(::core::option::Option::Some(#path)));
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, unused_imports, missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
        mod __jitar_app {
            // `app.rs` uses this macro by its short name, which a crate without a prelude does not know.
            use ::core::include_bytes;
            ::core::include!(::core::concat!(::core::env!(#APP_DIR, #NO_BUILD_SCRIPT), "/app.rs"));
            // Compiles again, and so checks again, when the application's names change.
            const _: &[u8] = include_bytes!(::core::concat!(::core::env!(#APP_DIR), "/names.txt"));
        }

        fn main() -> ::std::process::ExitCode {
            ::jitar::__private::main(&__jitar_app::APP, &[#(__jitar_app::#units),*], #service)
        }
    }
}

/// What stands in for the program after a mistake.
pub(super) fn stub(compile_errors: Option<&TokenStream>) -> TokenStream {
    quote! {
        #compile_errors

        fn main() -> ::std::process::ExitCode {
            ::std::process::ExitCode::FAILURE
        }
    }
}
