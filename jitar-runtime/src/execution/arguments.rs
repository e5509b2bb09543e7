//! From what came over the network to the arguments that an isolate binds. JSON is checked here and parsed by V8.

use bytes::Bytes;
use jitar_engine::call::Arguments;
use serde::de::IgnoredAny;

use super::Payload;
use super::form::{self, FormError};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The arguments cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArgumentsError {
    /// The body is not JSON.
    #[error("the request body is not valid JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The body is JSON, but names no arguments.
    #[error("the request body must be a JSON object with the arguments by name, or an array")]
    NotAnObject,
    /// The body has more levels than the limits allow.
    #[error("the request body is nested deeper than {0} levels")]
    TooDeep(u32),
    /// The query or form is damaged.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The body has a type that carries no arguments.
    #[error("the content type `{0}` cannot carry arguments; send `application/json` in UTF-8")]
    UnsupportedMediaType(String),
    /// A form with files.
    #[error(
        "the content type `multipart/form-data` cannot carry arguments; send `application/json`, with the content of \
         files as base64 text, or `application/x-www-form-urlencoded`"
    )]
    Multipart,
    /// A form with more fields than anybody fills in.
    #[error("the form has more than {0} fields")]
    TooManyFields(usize),
}

/// Fields of a form, as many as the known implementation takes.
const MAX_FIELDS: usize = 1000;

/// Plain JSON may have this many times the levels that the serialised encoding may have: V8 reads it, no code of ours
/// walks through it.
const PLAIN_DEPTH: u32 = 16;

/// Reads the arguments; `depth` is the limit of levels in the serialised encoding.
pub(crate) fn read(payload: Payload, depth: u32) -> Result<Arguments, ArgumentsError> {
    match payload {
        Payload::Query(query) => Ok(flat(form::parse_pairs(query.as_bytes())?)),
        Payload::Body { bytes, .. } if bytes.is_empty() => Ok(Arguments::None),
        Payload::Body { content_type, bytes } => match MediaType::of(&content_type) {
            Some(MediaType::Json) => json(&bytes, depth.saturating_mul(PLAIN_DEPTH)),
            Some(MediaType::Form) => form_body(&bytes),
            None if is_multipart(&content_type) => Err(ArgumentsError::Multipart),
            None => Err(ArgumentsError::UnsupportedMediaType(content_type)),
        },
    }
}

fn is_multipart(content_type: &str) -> bool {
    content_type.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"))
}

enum MediaType {
    Json,
    Form,
}

impl MediaType {
    fn of(content_type: &str) -> Option<Self> {
        let mut parts = content_type.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
                let charset = value.trim_matches('"');
                ["utf-8", "utf8", "us-ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known))
            }
            _ => true,
        });
        match name {
            _ if !is_utf8 => None,
            _ if name.eq_ignore_ascii_case("application/json") => Some(Self::Json),
            _ if name.eq_ignore_ascii_case("application/x-www-form-urlencoded") => Some(Self::Form),
            _ => None,
        }
    }
}

/// V8 gets text that is known to be JSON, so that the error names line and column and costs no turn of an isolate.
fn json(body: &Bytes, depth: u32) -> Result<Arguments, ArgumentsError> {
    let start = if body.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let bytes = body.slice(start..);
    let text = std::str::from_utf8(&bytes).map_err(<serde_json::Error as serde::de::Error>::custom)?;
    serde_json::from_str::<IgnoredAny>(text)?;
    if may_exceed(&bytes, depth) && levels(&bytes) > depth {
        return Err(ArgumentsError::TooDeep(depth));
    }
    match text.trim_ascii_start().as_bytes().first() {
        Some(b'{' | b'[') => Ok(Arguments::Json(bytes)),
        _ => Err(ArgumentsError::NotAnObject),
    }
}

/// Whether there are enough brackets for so many levels. To count them is far cheaper than to tell which are in strings.
fn may_exceed(json: &[u8], depth: u32) -> bool {
    json.iter().filter(|byte| matches!(byte, b'[' | b'{')).count() > depth as usize
}

/// Levels of objects and lists in valid JSON. Brackets in strings do not count.
fn levels(json: &[u8]) -> u32 {
    let (mut depth, mut deepest) = (0_u32, 0);
    let mut rest = json;
    while let Some(position) = rest.iter().position(|byte| matches!(byte, b'"' | b'[' | b'{' | b']' | b'}')) {
        let (found, behind) = (rest[position], &rest[position + 1..]);
        rest = behind;
        match found {
            b'"' => rest = behind_string(rest),
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            _ => depth = depth.saturating_sub(1),
        }
    }
    deepest
}

/// What follows the string that begins at `text`, behind its first quotation mark.
fn behind_string(text: &[u8]) -> &[u8] {
    let mut rest = text;
    loop {
        match rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
            Some(position) if rest[position] == b'"' => return &rest[position + 1..],
            // A backslash and what it escapes.
            Some(position) => rest = rest.get(position + 2..).unwrap_or_default(),
            None => return &[],
        }
    }
}

fn form_body(bytes: &[u8]) -> Result<Arguments, ArgumentsError> {
    if bytes.split(|byte| *byte == b'&').count() > MAX_FIELDS {
        return Err(ArgumentsError::TooManyFields(MAX_FIELDS));
    }
    let pairs = form::parse_pairs(bytes)?;
    if pairs.iter().any(|(name, _)| name.contains('[')) {
        return Ok(Arguments::Json(form::nest(pairs)?.to_string().into()));
    }
    Ok(flat(pairs))
}

fn flat(pairs: Vec<(String, String)>) -> Arguments {
    if pairs.is_empty() { Arguments::None } else { Arguments::Query(pairs) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(payload: Payload) -> String {
        match read(payload, 2) {
            Ok(Arguments::None) => "none".to_owned(),
            Ok(Arguments::Json(text)) => format!("json {}", String::from_utf8_lossy(&text)),
            Ok(Arguments::Query(pairs)) => format!("query {pairs:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn reads_bodies_by_content_type() {
        let cases: &[(&str, &[u8], &str)] = &[
            ("application/json", br#"{"a":1}"#, r#"json {"a":1}"#),
            ("Application/JSON; charset=UTF-8", b" [1, 2]", "json  [1, 2]"),
            ("application/json", b"\xef\xbb\xbf{}", "json {}"),
            ("application/json", b"", "none"),
            ("text/plain", b"", "none"),
            ("", b"", "none"),
            (
                "application/json",
                br#"{"__proto__":{"a":1},"a":"\ud800"}"#,
                r#"json {"__proto__":{"a":1},"a":"\ud800"}"#,
            ),
            ("application/x-www-form-urlencoded", b"a=1&a=2+3", r#"query [("a", "1"), ("a", "2 3")]"#),
            ("application/x-www-form-urlencoded", b"b%5Bc%5D=2", r#"json {"b":{"c":"2"}}"#),
        ];
        for (content_type, bytes, expected) in cases {
            let payload = Payload::Body { content_type: (*content_type).to_owned(), bytes: bytes.to_vec().into() };
            assert_eq!(shown(payload), *expected, "{content_type} {bytes:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_argument_object() {
        let cases: &[(&str, &[u8], &str)] = &[
            ("application/json", br#"{"a":"#, "not valid JSON: EOF while parsing a value at line 1 column 5"),
            ("application/json", b"{} x", "not valid JSON: trailing characters at line 1 column 4"),
            ("application/json", b"{\"a\":\"\xff\"}", "not valid JSON: invalid utf-8"),
            ("application/json", b"5", "must be a JSON object"),
            ("application/json", b"null", "must be a JSON object"),
            ("application/json; charset=utf-16", b"{}", "`application/json; charset=utf-16` cannot carry arguments"),
            ("text/plain", b"{}", "`text/plain` cannot carry arguments"),
            ("application/x-www-form-urlencoded", b"a=%zz", "malformed percent-encoding"),
            ("multipart/form-data; boundary=x", b"--x", "`multipart/form-data` cannot carry arguments; send"),
            ("application/x-www-form-urlencoded", &[b'&'; 1000], "the form has more than 1000 fields"),
        ];
        for (content_type, bytes, expected) in cases {
            let payload = Payload::Body { content_type: (*content_type).to_owned(), bytes: bytes.to_vec().into() };
            let text = shown(payload);
            assert!(text.contains(expected), "{text}");
        }
    }

    #[test]
    fn deep_json_is_refused() {
        let list = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let too_deep = "the request body is nested deeper than 32 levels";
        for (text, expected) in [
            (list(32), None),
            (list(33), Some(too_deep)),
            (list(50_000), Some(too_deep)),
            (format!(r#"{{"a":{},"b":{}}}"#, list(31), list(31)), None),
            (format!(r#"{{"a":{}}}"#, list(32)), Some(too_deep)),
            (format!(r#"["{}\"[[", "\\", {}]"#, "[{".repeat(99), list(31)), None),
            (format!(r#"["\\", {}]"#, list(32)), Some(too_deep)),
        ] {
            let shown = shown(Payload::json(text.clone()));
            assert_eq!(shown, expected.map_or(format!("json {text}"), str::to_owned));
        }
    }
}
