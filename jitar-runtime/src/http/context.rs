//! What belongs to one request whatever becomes of it: its id, and the form of its errors.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_http::{HttpMessage, Request};
use actix_web::http::Uri;
use actix_web::http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use super::headers;
use crate::negotiation;

/// The header with a request's id, in both directions.
pub(super) const REQUEST_ID: &str = "x-request-id";

/// The same, checked once.
pub(super) static REQUEST_ID_NAME: HeaderName = HeaderName::from_static(REQUEST_ID);

/// Longest id that is taken over from a caller, in bytes.
const LONGEST_ID: usize = 128;

/// The media type of RFC 9457.
pub(super) const PROBLEM: &str = "application/problem+json";

/// What belongs to one request.
#[derive(Debug, Clone)]
pub(super) struct Context {
    /// The request's id.
    pub(super) id: RequestId,
    /// How the caller wants errors.
    pub(super) form: ErrorForm,
    /// What was asked for.
    pub(super) target: Uri,
}

impl Context {
    pub(super) fn of(request: &Request) -> Self {
        Self {
            id: RequestId::of(request.headers()),
            form: ErrorForm::of(request.headers()),
            target: request.uri().clone(),
        }
    }
}

#[cfg(test)]
impl Context {
    /// A request for `/rpc/f` whose caller wants errors like this.
    pub(super) fn wanting(form: ErrorForm) -> Self {
        Self { id: RequestId(HeaderValue::from_static("1")), form, target: Uri::from_static("/rpc/f") }
    }
}

/// How a caller wants errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrorForm {
    /// The bare message.
    Text,
    /// RFC 9457.
    Problem,
}

impl ErrorForm {
    fn of(headers: &HeaderMap) -> Self {
        // Few clients have it, and of those that have most send it once.
        if headers.contains_key(ACCEPT) {
            Self::of_accept(headers::joined(headers, ACCEPT).as_deref())
        } else {
            Self::Text
        }
    }

    /// What the value of `accept` asks for. Only who names the type gets it; `*/*` is everybody.
    pub(super) fn of_accept(accept: Option<&str>) -> Self {
        let weight = accept.and_then(|accept| negotiation::weight(accept, |name| name.eq_ignore_ascii_case(PROBLEM)));
        if weight.is_some_and(|weight| weight > 0) { Self::Problem } else { Self::Text }
    }
}

/// The id of a request: the caller's, if it is one, or else one of ours. It stands in the answer, in log lines, and
/// travels with the calls that the request makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestId(HeaderValue);

impl RequestId {
    fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(&REQUEST_ID_NAME).filter(|id| is_id(id.as_bytes()));
        given.map_or_else(Self::new, |id| Self(id.clone()))
    }

    /// An id that no other request of any process has.
    fn new() -> Self {
        static PROCESS: OnceLock<[u8; DIGITS]> = OnceLock::new();
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let process = PROCESS.get_or_init(|| hexadecimal(Uuid::new_v4().as_u64_pair().0));
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (digits, n_zeros) = (hexadecimal(number), number.leading_zeros() as usize / 4);
        // By hand, because formatting costs more than the rest of what is done with the id.
        let mut id = [b'-'; DIGITS + 1 + DIGITS];
        id[..DIGITS].copy_from_slice(process);
        id[DIGITS + 1..].copy_from_slice(&digits);
        id.copy_within(DIGITS + 1 + n_zeros.., DIGITS + 1);
        let id = HeaderValue::from_bytes(&id[..id.len() - n_zeros]);
        Self(id.unwrap_or_else(|_| HeaderValue::from_static("none")))
    }

    /// For the answer.
    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// For people and programs.
    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Hexadecimal digits of 64 bits.
const DIGITS: usize = 16;

fn hexadecimal(number: u64) -> [u8; DIGITS] {
    let bytes = number.to_be_bytes();
    std::array::from_fn(|idx| {
        let byte = bytes[idx / 2];
        let digit = if idx % 2 == 0 { byte >> 4 } else { byte & 0xf };
        b"0123456789abcdef"[usize::from(digit)]
    })
}

/// Whether a caller's id can stand in a line of the log and in JSON as it is.
fn is_id(id: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(byte);
    (1..=LONGEST_ID).contains(&id.len()) && id.iter().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_callers_are_taken_over_when_they_are_harmless() {
        let long = "a".repeat(LONGEST_ID);
        let too_long = "a".repeat(LONGEST_ID + 1);
        let cases = [
            ("7f3a-1", true),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
            ("Root=1-67891233-abcdef012345678912345678", true),
            (&long, true),
            (&too_long, false),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            ("a\tb", false),
            ("caf\u{e9}", false),
            ("<script>", false),
        ];
        for (id, expected) in cases {
            let mut all = HeaderMap::new();
            let (name, value) = headers::encode(REQUEST_ID, id).expect("a legal header");
            all.insert(name, value);
            assert_eq!(RequestId::of(&all).as_str() == id, expected, "{id:?}");
        }
    }

    #[test]
    fn made_ids_differ_and_are_ids() {
        let (first, second) = (RequestId::new(), RequestId::of(&HeaderMap::new()));
        assert_ne!(first, second);
        assert!(is_id(first.as_str().as_bytes()), "{first}");
        let (process, number) = first.as_str().split_once('-').expect("two parts");
        assert_eq!((process.len(), number.starts_with('0')), (16, false), "{first}");
        for number in [0, 1, 0xabc, u64::MAX] {
            assert_eq!(hexadecimal(number), format!("{number:016x}").as_bytes());
        }
    }

    #[test]
    fn problems_are_for_those_who_name_them() {
        let cases = [
            (None, ErrorForm::Text),
            (Some("*/*"), ErrorForm::Text),
            (Some("application/json"), ErrorForm::Text),
            (Some("application/problem+json"), ErrorForm::Problem),
            (Some("text/html, Application/Problem+JSON; q=0.1"), ErrorForm::Problem),
            (Some("application/problem+json;q=0"), ErrorForm::Text),
            (Some("application/problem+jsonx"), ErrorForm::Text),
        ];
        for (accept, expected) in cases {
            assert_eq!(ErrorForm::of_accept(accept), expected, "{accept:?}");
        }
    }
}
