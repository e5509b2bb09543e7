//! Properties of what reads requests, over generated input: nothing panics, and what is read means the same again. More
//! cases: `PROPTEST_CASES=1000000 cargo test -p jitar-runtime --lib generated`.

use jitar_engine::call::Arguments;
use jitar_engine::manifest::Version;
use proptest::prelude::*;

use super::{Payload, arguments, decode_path, parse_pairs};

const DEPTH: u32 = 4;

/// Types of bodies, known ones more often.
fn content_type() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("application/json".to_owned()),
        Just("application/json; charset=utf-8".to_owned()),
        Just("application/x-www-form-urlencoded".to_owned()),
        "[ -~]{0,40}",
    ]
}

/// JSON, or nearly.
fn json() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just("\"a\""),
        Just("\"\\\"\""),
        Just("\"\\\\\""),
        Just("1"),
        Just("null"),
        Just(" "),
        Just("\"[{\""),
        Just("\"__proto__\""),
        Just("\\"),
        Just("\""),
    ];
    prop::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

/// Valid JSON with its levels of lists.
fn lists() -> impl Strategy<Value = (String, u32)> {
    let leaf = Just(("\"[[\\\"[\"".to_owned(), 0)).boxed();
    leaf.prop_recursive(90, 200, 3, |inner| {
        prop::collection::vec(inner, 1..3).prop_map(|items| {
            let deepest = items.iter().map(|(_, levels)| *levels).max().unwrap_or(0);
            let texts: Vec<String> = items.into_iter().map(|(text, _)| text).collect();
            (format!("[{}]", texts.join(",")), deepest + 1)
        })
    })
}

/// The arguments of a body, as text; `None` when it is refused.
fn read(content_type: String, bytes: Vec<u8>) -> Option<String> {
    match arguments::read(Payload::Body { content_type, bytes: bytes.into() }, DEPTH).ok()? {
        Arguments::None => Some(String::new()),
        Arguments::Json(text) => Some(String::from_utf8(text.to_vec()).expect("arguments are text")),
        Arguments::Query(pairs) => Some(format!("{pairs:?}")),
    }
}

proptest! {
    #[test]
    fn any_body_is_read_or_refused(content_type in content_type(), bytes: Vec<u8>) {
        read(content_type, bytes);
    }

    #[test]
    fn what_is_read_as_json_is_json(text in json()) {
        if let Some(read) = read("application/json".to_owned(), text.clone().into_bytes()).filter(|read| !read.is_empty()) {
            prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(&read).is_ok(), "{}", text);
        }
    }

    #[test]
    fn levels_are_counted_as_they_are((text, levels) in lists()) {
        let outcome = read("application/json".to_owned(), text.clone().into_bytes());
        // The innermost text is no list, so a body of only that is refused for another reason.
        prop_assert_eq!(outcome.is_some(), (1..=DEPTH * 16).contains(&levels), "{} levels: {}", levels, text);
    }

    #[test]
    fn any_query_is_read_or_refused(query: Vec<u8>) {
        drop(parse_pairs(&query));
    }

    #[test]
    fn pairs_are_what_was_escaped(pairs in prop::collection::vec(("\\PC{1,8}", "\\PC{0,8}"), 0..6)) {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let read: Vec<(String, String)> = parse_pairs(query.as_bytes()).expect("well-formed");
        prop_assert_eq!(read, pairs);
    }

    #[test]
    fn any_path_is_read_or_refused(path in "[ -~]{0,60}") {
        if let Ok(name) = decode_path(&path) {
            prop_assert!(path.contains('%') || name == path, "{}", path);
        }
    }

    #[test]
    fn versions_are_what_they_are_written_as(major: u32, minor: u32, patch: u32, text in "[0-9.v -]{0,12}") {
        let version = Version::new(major, minor, patch);
        prop_assert_eq!(version.to_string().parse::<Version>(), Ok(version));
        if let Ok(read) = text.parse::<Version>() {
            prop_assert_eq!(read.to_string().parse::<Version>(), Ok(read));
        }
    }
}
