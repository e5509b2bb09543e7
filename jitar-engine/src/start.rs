//! A call in the form in which the dispatcher gets it.

use deno_core::v8;

use crate::call::{Arguments, Call, Headers, RunMode};
use crate::handles::string;

// How the dispatcher reads a call; the numbers stand in `dispatcher.js` too.
const DRY: u32 = 1;
const SERIALIZED: u32 = 2;
const TRUSTED: u32 = 4;
const QUERY: u32 = 8;
const EXTENDED_REPLY: u32 = 16;
const EXTENDED_ARGUMENTS: u32 = 32;
const VOUCHED: u32 = 64;

/// What is said about a call, as one number.
pub(crate) fn flags_of(call: &Call) -> u32 {
    let when = |condition: bool, flag: u32| if condition { flag } else { 0 };
    when(call.mode == RunMode::Dry, DRY)
        | when(call.serialized, SERIALIZED)
        | when(call.trusted, TRUSTED)
        | when(matches!(call.arguments, Arguments::Query(_)), QUERY)
        | when(call.extended.understood, EXTENDED_REPLY)
        | when(call.extended.used, EXTENDED_ARGUMENTS)
        | when(call.vouched, VOUCHED)
}

/// The arguments: text, or names and values in turn.
pub(crate) fn input_of<'s>(scope: &mut v8::PinScope<'s, '_>, arguments: &Arguments) -> v8::Local<'s, v8::Value> {
    match arguments {
        Arguments::None => v8::undefined(scope).into(),
        Arguments::Json(text) => string(scope, text),
        Arguments::Query(pairs) => {
            let flat: Vec<_> = pairs
                .iter()
                .flat_map(|(name, value)| [name, value])
                .map(|text| string(scope, text.as_bytes()))
                .collect();
            v8::Array::new_with_elements(scope, &flat).into()
        }
    }
}

/// Text that need not be there.
pub(crate) fn text_of<'s>(scope: &mut v8::PinScope<'s, '_>, text: Option<&str>) -> v8::Local<'s, v8::Value> {
    match text {
        Some(text) => string(scope, text.as_bytes()),
        None => v8::undefined(scope).into(),
    }
}

/// Names and values in turn, one a line: one string, which the dispatcher takes apart only when somebody asks.
pub(crate) fn headers_of<'s>(scope: &mut v8::PinScope<'s, '_>, headers: &Headers) -> v8::Local<'s, v8::Value> {
    if headers.is_empty() {
        return v8::undefined(scope).into();
    }
    // Each with a line feed behind it, but for the last.
    let length = headers.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    let mut lines = String::with_capacity(length);
    for (name, value) in headers {
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.push_str(name);
        lines.push('\n');
        lines.push_str(value);
    }
    string(scope, lines.as_bytes())
}
