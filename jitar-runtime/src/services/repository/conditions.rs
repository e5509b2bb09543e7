//! Conditional and range requests (RFC 9110, 13 and 14) on one representation.

use std::ops::Range;

use crate::services::FileRequest;

/// What a request asks of a representation that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    Whole,
    /// These bytes.
    Part(Range<usize>),
    /// Nothing: the client has it.
    Nothing,
    /// Nothing: it is not what the client thinks it is.
    Mismatch,
    /// Bytes behind its end.
    OutOfRange,
}

/// Evaluates the conditions in the order of RFC 9110, 13.2.2. There are no dates: embedded files have none.
pub(super) fn evaluate(request: &FileRequest, etag: &str, length: usize) -> Wanted {
    if request.header("if-match").is_some_and(|tags| !matches(tags, |tag| tag == etag)) {
        return Wanted::Mismatch;
    }
    if request.header("if-none-match").is_some_and(|tags| matches(tags, |tag| opaque(tag) == etag)) {
        return Wanted::Nothing;
    }
    let Some(range) = request.header("range") else { return Wanted::Whole };
    // A date in `if-range` matches nothing.
    if request.header("if-range").is_some_and(|tag| tag.trim() != etag) {
        return Wanted::Whole;
    }
    match parse_range(range, length) {
        Some(Some(range)) => Wanted::Part(range),
        Some(None) => Wanted::OutOfRange,
        None => Wanted::Whole,
    }
}

/// Whether the list is `*`, or one of its tags matches.
fn matches(tags: &str, is_match: impl Fn(&str) -> bool) -> bool {
    tags.trim() == "*" || tags.split(',').map(str::trim).any(is_match)
}

/// A tag without its mark of weakness.
fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// The bytes that `range` names: none when it is to be ignored, inner none when they are not there. Several ranges are
/// ignored, as a server may: answering them takes more bytes than the whole.
#[expect(clippy::option_option, reason = "ignored, not satisfiable and satisfiable are three things")]
fn parse_range(range: &str, length: usize) -> Option<Option<Range<usize>>> {
    let (unit, set) = range.split_once('=')?;
    let (first, last) = set.split_once('-').filter(|_| unit.trim().eq_ignore_ascii_case("bytes"))?;
    let (first, last) = (number(first)?, number(last)?);
    match (first, last) {
        (Some(first), Some(last)) if first > last => None,
        (Some(first), last) => {
            let end = last.map_or(length, |last| last.saturating_add(1).min(length));
            Some((first < length).then_some(first..end))
        }
        (None, Some(suffix)) => Some((suffix > 0 && length > 0).then(|| length.saturating_sub(suffix)..length)),
        (None, None) => None,
    }
}

/// A number or nothing; none for anything else.
#[expect(clippy::option_option, reason = "an absent number is not a wrong one")]
fn number(text: &str) -> Option<Option<usize>> {
    match text.trim() {
        "" => Some(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(Some(digits.parse().unwrap_or(usize::MAX))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let cases = [
            ("bytes=0-0", Some(Some(0..1))),
            ("bytes=0-", Some(Some(0..10))),
            ("bytes=3-5", Some(Some(3..6))),
            ("Bytes = 3 - 5", Some(Some(3..6))),
            ("bytes=3-99", Some(Some(3..10))),
            ("bytes=-4", Some(Some(6..10))),
            ("bytes=-99", Some(Some(0..10))),
            ("bytes=9-99999999999999999999999", Some(Some(9..10))),
            ("bytes=10-", Some(None)),
            ("bytes=10-20", Some(None)),
            ("bytes=99999999999999999999999-", Some(None)),
            ("bytes=-0", Some(None)),
            ("bytes=5-3", None),
            ("bytes=-", None),
            ("bytes=a-b", None),
            ("bytes=+1-2", None),
            ("bytes=0-1,3-4", None),
            ("lines=0-1", None),
            ("bytes", None),
            ("", None),
        ];
        for (range, expected) in cases {
            assert_eq!(parse_range(range, 10), expected, "{range:?}");
        }
        assert_eq!(parse_range("bytes=0-", 0), Some(None));
        assert_eq!(parse_range("bytes=-1", 0), Some(None));
    }

    #[test]
    fn conditions_have_an_order() {
        let cases: &[(&[(&str, &str)], Wanted)] = &[
            (&[], Wanted::Whole),
            (&[("if-none-match", "\"a\"")], Wanted::Nothing),
            (&[("if-none-match", "\"x\", W/\"a\"")], Wanted::Nothing),
            (&[("if-none-match", "*")], Wanted::Nothing),
            (&[("if-none-match", "a")], Wanted::Whole),
            (&[("if-match", "\"a\"")], Wanted::Whole),
            (&[("if-match", "*")], Wanted::Whole),
            (&[("if-match", "W/\"a\"")], Wanted::Mismatch),
            (&[("if-match", "\"x\""), ("if-none-match", "\"a\"")], Wanted::Mismatch),
            (&[("if-match", "\"a\""), ("if-none-match", "\"a\""), ("range", "bytes=0-1")], Wanted::Nothing),
            (&[("range", "bytes=0-1")], Wanted::Part(0..2)),
            (&[("range", "bytes=0-1"), ("if-range", "\"a\"")], Wanted::Part(0..2)),
            (&[("range", "bytes=0-1"), ("if-range", "W/\"a\"")], Wanted::Whole),
            (&[("range", "bytes=0-1"), ("if-range", "\"x\"")], Wanted::Whole),
            (&[("range", "bytes=0-1"), ("if-range", "Thu, 01 Jan 1970 00:00:00 GMT")], Wanted::Whole),
            (&[("range", "bytes=50-")], Wanted::OutOfRange),
        ];
        for (headers, expected) in cases {
            assert_eq!(evaluate(&FileRequest::of("x", headers), "\"a\"", 10), *expected, "{headers:?}");
        }
    }
}
