//! `#[jitar::host]`: leaves the function as it is and adds, beside it, a constant through which application code calls it.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{FnArg, Ident, ItemFn, LitStr, Pat, PatType, ReturnType, Token, Type, TypeReference, Visibility};

use crate::errors::Errors;

const FORM: &str = "`host` wants a module, such as `#[jitar::host(module = \"passwords\")]`";

/// The arguments of `host`.
#[derive(Default)]
struct Options {
    /// The module that application code imports, without `host:`.
    module: Option<LitStr>,
    /// The name there, when it is not that of the function.
    name: Option<LitStr>,
}

struct Setting {
    key: Ident,
    value: LitStr,
}

impl Parse for Setting {
    fn parse(stream: ParseStream<'_>) -> syn::Result<Self> {
        let key = stream.parse().map_err(|_| stream.error(FORM))?;
        stream.parse::<Token![=]>().map_err(|_| stream.error(FORM))?;
        Ok(Self { key, value: stream.parse().map_err(|_| stream.error("a string is wanted here"))? })
    }
}

/// Expands the attribute. After a mistake the function itself is still there, so that no second error follows.
pub(crate) fn expand(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::read(arguments, &mut errors);
    let mut constant = None;
    if let Ok(function) = syn::parse2::<ItemFn>(item.clone()) {
        check(&function, &mut errors);
        constant = options.module.as_ref().map(|module| self::constant(&function, module, options.name.as_ref()));
    } else {
        errors.report(item.span(), "`host` belongs on a function, `pub fn` or `pub async fn`");
    }
    let compile_errors = errors.into_compile_errors();
    let added = compile_errors.or(constant);
    quote!(#item #added)
}

impl Options {
    fn read(arguments: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        let parse = Punctuated::<Setting, Token![,]>::parse_terminated;
        match Parser::parse2(parse, arguments) {
            Ok(settings) => settings.into_iter().for_each(|setting| options.set(setting, errors)),
            Err(error) => {
                errors.add(error);
                return options;
            }
        }
        if options.module.is_none() {
            errors.report(Span::call_site(), FORM);
        }
        options
    }

    fn set(&mut self, Setting { key, value }: Setting, errors: &mut Errors) {
        let (slot, is_valid, wants): (_, fn(&str) -> bool, _) = match key.to_string().as_str() {
            "module" => (&mut self.module, is_module_name, "letters, digits, `_`, `-` and `/`"),
            "name" => (&mut self.name, is_name, "a name of JavaScript such as `hashPassword`"),
            other => {
                errors.report(key.span(), format!("no key `{other}` in `host`; the keys are `module`, `name`"));
                return;
            }
        };
        if slot.is_some() {
            errors.report(key.span(), format!("`{key}` is given twice; keep one"));
        } else if is_valid(&value.value()) {
            *slot = Some(value);
        } else {
            errors.report(value.span(), format!("`{key}` wants {wants}"));
            // Only this mistake is to be seen, not the absence of a module as well.
            *slot = Some(value);
        }
    }
}

fn is_module_name(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.chars().all(|character| character.is_ascii_alphanumeric() || "_-".contains(character))
    };
    text.split('/').all(part)
}

fn is_name(text: &str) -> bool {
    let starts = |character: char| character.is_ascii_alphabetic() || "_$".contains(character);
    text.starts_with(starts)
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "_$".contains(character))
}

/// What a host function cannot be.
fn check(function: &ItemFn, errors: &mut Errors) {
    let signature = &function.sig;
    if !matches!(function.vis, Visibility::Public(_)) {
        errors.report(signature.fn_token.span(), "a host function is called from other crates: make it `pub`");
    }
    if signature.generics.type_params().next().is_some() || signature.generics.const_params().next().is_some() {
        errors
            .report(signature.generics.span(), "a host function has no type parameters: JavaScript cannot choose them");
    }
    if let Some(token) = &signature.unsafety {
        errors.report(token.span(), "a host function is safe to call: JavaScript keeps no promises");
    }
    if let Some(abi) = &signature.abi {
        errors.report(abi.span(), "a host function has no ABI");
    }
    if let Some(variadic) = &signature.variadic {
        errors.report(variadic.span(), "a host function has a fixed number of parameters");
    }
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => errors.report(receiver.span(), "a host function is no method"),
            FnArg::Typed(PatType { ty, .. }) => check_type(ty, errors),
        }
    }
}

fn check_type(ty: &Type, errors: &mut Errors) {
    match ty {
        Type::Reference(TypeReference { mutability: Some(token), .. }) => {
            errors.report(
                token.span(),
                "a host function gets copies of values: there is nothing to change for the caller",
            );
        }
        Type::ImplTrait(_) => errors.report(ty.span(), "a parameter of a host function has a type of its own"),
        _ => {}
    }
}

/// The constant beside the function. Its name is known to `jitar-build`, which names it in `app.rs`.
fn constant(function: &ItemFn, module: &LitStr, name: Option<&LitStr>) -> TokenStream {
    let ident = &function.sig.ident;
    let plain_name = unraw(ident);
    let constant = format_ident!("__jitar_host_{plain_name}");
    let exported = name.map_or(plain_name, LitStr::value);
    let host = quote!(::jitar::__private::host);
    let read_argument = |(idx, (ty, name)): (u32, (&Type, String))| {
        let value = format_ident!("__jitar_{idx}");
        let (owned, is_borrowed) = owned(ty);
        let read = quote_spanned! { at(ty) =>
            let #value = (&&#host::Parameter::<#owned>::NEW).read(__jitar_call, #idx, #name)?;
        };
        (read, if is_borrowed { quote!(&#value) } else { quote!(#value) })
    };
    let (reads, arguments): (Vec<_>, Vec<_>) = (0..).zip(parameters(function)).map(read_argument).unzip();
    let output = match &function.sig.output {
        ReturnType::Default => Span::call_site(),
        ReturnType::Type(_, ty) => at(ty),
    };
    let split = quote! { let __jitar_value = (&&&#host::Outcome::of(&__jitar_returned)).split(__jitar_returned)?; };
    let form = quote_spanned! { output => (&&&#host::Value::of(&__jitar_value)).form(__jitar_value) };
    let (returns, kind, body) = if function.sig.asyncness.is_some() {
        let body = quote! {
            ::core::result::Result::Ok(::std::boxed::Box::pin(async move {
                let __jitar_returned = #ident(#(#arguments),*).await;
                #split
                ::core::result::Result::Ok(#host::Settled::new(#form))
            }))
        };
        (quote!(#host::HostFuture), quote!(asynchronous), body)
    } else {
        let body = quote! {
            let __jitar_returned = #ident(#(#arguments),*);
            #split
            __jitar_call.give(#form)
        };
        (quote!(()), quote!(plain), body)
    };
    quote! {
        #[doc(hidden)]
        #[allow(non_upper_case_globals, missing_docs, unreachable_pub, unused_imports, clippy::all, clippy::pedantic)]
        pub const #constant: #host::HostFunction = {
            use #host::{
                BytesParameter as _, BytesValue as _, DescribedOutcome as _, FallibleOutcome as _, OptionValue as _,
                PlainOutcome as _, SerdeParameter as _, SerdeValue as _,
            };
            fn __jitar_body(
                __jitar_call: &mut #host::HostCall<'_, '_, '_>,
            ) -> ::core::result::Result<#returns, #host::HostError> {
                #(#reads)*
                #body
            }
            #host::HostFunction::#kind(#module, #exported, __jitar_body)
        };
    }
}

/// Types of the parameters, with their names for messages.
fn parameters(function: &ItemFn) -> impl Iterator<Item = (&Type, String)> {
    (1..).zip(&function.sig.inputs).filter_map(|(nth, input)| match input {
        FnArg::Typed(PatType { pat, ty, .. }) => match &**pat {
            Pat::Ident(name) => Some((&**ty, unraw(&name.ident))),
            _ => Some((&**ty, format!("argument {nth}"))),
        },
        FnArg::Receiver(_) => None,
    })
}

/// The type to read for a parameter, and whether the function borrows it.
fn owned(ty: &Type) -> (TokenStream, bool) {
    let Type::Reference(TypeReference { elem, .. }) = ty else { return (quote!(#ty), false) };
    match &**elem {
        Type::Path(path) if path.path.is_ident("str") => (quote_spanned!(at(ty) => ::std::string::String), true),
        Type::Slice(slice) => {
            let element = &slice.elem;
            (quote_spanned!(at(ty) => ::std::vec::Vec<#element>), true)
        }
        other => (quote!(#other), true),
    }
}

/// Where a type stands, for messages about it.
fn at(ty: &Type) -> Span {
    Span::call_site().located_at(ty.span())
}

fn unraw(ident: &Ident) -> String {
    ident.unraw().to_string()
}
