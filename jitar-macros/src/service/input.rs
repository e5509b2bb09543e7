//! What the user wrote between the parentheses of `service!`: keys, strings and lists, not yet compared with the
//! application.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, LitStr, Token, bracketed, token};

use super::suggest;
use crate::errors::Errors;

const KEYS: [&str; 3] = ["segment", "segments", "service"];
const FORM: &str = "`service!` wants `key = value`, such as `segment = \"reporting\"`";

/// The arguments of `service!`.
#[derive(Default)]
pub(super) struct Input {
    /// From `segment` or `segments`, in the order written.
    pub(super) segments: Option<Vec<LitStr>>,
    /// Where the segments were written, for messages about the whole set.
    pub(super) segments_span: Option<Span>,
    /// From `service`.
    pub(super) service: Option<LitStr>,
    /// Whether a `segment`, `segments` or `service` key stands there, well formed or not.
    pub(super) seen: Vec<String>,
}

/// Reads the arguments. What is wrong is reported and left out of the result.
pub(super) fn parse(tokens: TokenStream, errors: &mut Errors) -> Input {
    let mut input = Input::default();
    let parser = |stream: ParseStream<'_>| arguments(stream, &mut input, errors);
    if let Err(error) = parser.parse2(tokens) {
        errors.add(error);
    }
    input
}

fn arguments(stream: ParseStream<'_>, input: &mut Input, errors: &mut Errors) -> syn::Result<()> {
    while !stream.is_empty() {
        let key = Ident::parse_any(stream).map_err(|_| stream.error(FORM))?;
        stream.parse::<Token![=]>().map_err(|_| syn::Error::new(key.span(), FORM))?;
        if accepts(&key, input, errors) {
            value(&key, stream, input, errors)?;
        } else {
            skip_value(stream)?;
        }
        if !stream.is_empty() {
            stream.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

/// Whether the key is known, is the first of its name, and goes with the keys before it.
fn accepts(key: &Ident, input: &mut Input, errors: &mut Errors) -> bool {
    let name = key.to_string();
    if !KEYS.contains(&name.as_str()) {
        let hint = suggest::or_list(&name, KEYS.into_iter(), "keys");
        errors.report(key.span(), format!("no key `{name}` in `service!`; {hint}"));
        return false;
    }
    let conflict = match name.as_str() {
        "segment" => Some("segments"),
        "segments" => Some("segment"),
        _ => None,
    };
    let seen = |wanted: &str| input.seen.iter().any(|seen| seen == wanted);
    if seen(&name) {
        errors.report(key.span(), format!("`{name}` is given twice; keep one"));
        return false;
    }
    if conflict.is_some_and(seen) {
        errors.report(key.span(), "`segment` and `segments` exclude each other; list all names in `segments`");
        return false;
    }
    input.seen.push(name);
    true
}

fn value(key: &Ident, stream: ParseStream<'_>, input: &mut Input, errors: &mut Errors) -> syn::Result<()> {
    if key == "segments" {
        let (list, span) = list_of_strings(stream, errors)?;
        input.segments_span = Some(span);
        input.segments = list;
        return Ok(());
    }
    let Some(text) = string(stream, key, errors)? else { return Ok(()) };
    if key == "segment" {
        input.segments_span = Some(text.span());
        input.segments = Some(vec![text]);
    } else {
        input.service = Some(text);
    }
    Ok(())
}

/// A string that is not empty.
fn string(stream: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Option<LitStr>> {
    if !stream.peek(LitStr) {
        let span = skip_value(stream)?;
        let hint = if key == "segment" { "; for several segments write `segments = [\"a\", \"b\"]`" } else { "" };
        errors.report(span, format!("`{key}` wants a string such as `{}`{hint}", example(key)));
        return Ok(None);
    }
    Ok(not_empty(stream.parse()?, key, errors))
}

fn not_empty(text: LitStr, key: &Ident, errors: &mut Errors) -> Option<LitStr> {
    if text.value().trim().is_empty() {
        errors.report(text.span(), format!("`{key}` wants a name, and this string is empty"));
        return None;
    }
    Some(text)
}

fn example(key: &Ident) -> &'static str {
    if key == "segment" { "\"reporting\"" } else { "\"services/standalone.json\"" }
}

/// A bracketed list of different strings, at least one. None when something in it was wrong.
fn list_of_strings(stream: ParseStream<'_>, errors: &mut Errors) -> syn::Result<(Option<Vec<LitStr>>, Span)> {
    if !stream.peek(token::Bracket) {
        let span = skip_value(stream)?;
        errors.report(span, "`segments` wants a list of strings such as `[\"reporting\", \"sales\"]`");
        return Ok((None, span));
    }
    let items;
    let span = bracketed!(items in stream).span.join();
    let mut names: Vec<LitStr> = Vec::new();
    let mut complete = true;
    while !items.is_empty() {
        match list_item(&items, &names, errors)? {
            Some(name) => names.push(name),
            None => complete = false,
        }
        if !items.is_empty() {
            items.parse::<Token![,]>()?;
        }
    }
    if names.is_empty() && complete {
        errors.report(span, "`segments` is empty; name at least one segment, or leave it out and give `service`");
        complete = false;
    }
    Ok((complete.then_some(names), span))
}

fn list_item(items: ParseStream<'_>, before: &[LitStr], errors: &mut Errors) -> syn::Result<Option<LitStr>> {
    if !items.peek(LitStr) {
        let span = skip_value(items)?;
        errors.report(span, "`segments` wants strings such as `\"reporting\"`");
        return Ok(None);
    }
    let name: LitStr = items.parse()?;
    let key = Ident::new("segments", name.span());
    let Some(name) = not_empty(name, &key, errors) else { return Ok(None) };
    if before.iter().any(|other| other.value() == name.value()) {
        errors.report(name.span(), format!("segment `{}` is listed twice", name.value()));
        return Ok(None);
    }
    Ok(Some(name))
}

/// Passes over everything up to the next comma, and says where it stands.
fn skip_value(stream: ParseStream<'_>) -> syn::Result<Span> {
    if stream.is_empty() || stream.peek(Token![,]) {
        return Err(stream.error("a value is missing here"));
    }
    let first: TokenTree = stream.parse()?;
    while !stream.is_empty() && !stream.peek(Token![,]) {
        stream.parse::<TokenTree>()?;
    }
    Ok(first.span())
}
