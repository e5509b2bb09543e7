//! `service!`: from what the user wrote to a `fn main`, with every mistake reported at once.

mod expand;
mod input;
mod names;
mod select;
mod suggest;

use proc_macro2::TokenStream;

use crate::errors::Errors;

/// Expands `service!(input)`. After a mistake the result still holds a `fn main` of the right type, so that no second
/// error follows from its absence.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let input = input::parse(input, &mut errors);
    let selection = names::load(&mut errors).and_then(|names| select::select(&input, &names, &mut errors));
    match (errors.into_compile_errors(), selection) {
        (None, Some(selection)) => expand::main(&selection),
        (compile_errors, _) => expand::stub(compile_errors.as_ref()),
    }
}
