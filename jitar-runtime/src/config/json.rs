//! JSON with the positions of its values and keys, so that problems can name line and column.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A value and where it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// Offset of its first byte in the text.
    pub(super) at: usize,
    /// The value.
    pub(super) data: Data,
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Data {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number as written.
    Number(String),
    /// A string.
    Text {
        /// Its content.
        text: String,
        /// Whether it was exactly one `${NAME}`, so that it may stand for a number or boolean.
        variable: bool,
    },
    /// A string whose environment variable is missing. That is reported already, so it causes no second problem.
    Unset,
    /// An array.
    List(Vec<Node>),
    /// An object, in source order.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Its key.
    pub(super) key: String,
    /// Offset of the key's quote.
    pub(super) key_at: usize,
    /// Its value.
    pub(super) node: Node,
}

/// The text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// Offset at which reading stopped.
    pub(super) at: usize,
    /// What is wrong.
    pub(super) text: String,
}

/// Reads JSON text.
pub(super) fn parse(text: &str) -> Result<Node, SyntaxError> {
    // The whole text first: after this, the pieces that are read below are known to be JSON.
    serde_json::from_str::<serde_json::Value>(text).map_err(|error| syntax_error(text, &error))?;
    serde_json::from_str::<&RawValue>(text).and_then(|raw| read(text, raw)).map_err(|error| syntax_error(text, &error))
}

fn read(text: &str, raw: &RawValue) -> serde_json::Result<Node> {
    let source = raw.get();
    let at = offset(text, source);
    let data = match source.as_bytes().first() {
        Some(b'{') => Data::Object(read_members(text, raw)?),
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(source)?;
            Data::List(items.into_iter().map(|item| read(text, item)).collect::<Result<_, _>>()?)
        }
        Some(b'"') => Data::Text { text: serde_json::from_str(source)?, variable: false },
        Some(b'n') => Data::Null,
        Some(b't' | b'f') => Data::Boolean(source == "true"),
        _ => Data::Number(source.to_owned()),
    };
    Ok(Node { at, data })
}

fn read_members(text: &str, raw: &RawValue) -> serde_json::Result<Vec<Member>> {
    let entries: Entries<'_> = serde_json::from_str(raw.get())?;
    let mut members = Vec::with_capacity(entries.0.len());
    let mut end = offset(text, raw.get());
    for (key, value) in entries.0 {
        let node = read(text, value)?;
        // Between the previous value and this one stand only a comma, white space, the key and a colon.
        let key_at = end + text[end..node.at].find('"').unwrap_or_default();
        end = node.at + value.get().len();
        members.push(Member { key, key_at, node });
    }
    Ok(members)
}

/// Where a piece of the text starts in it.
fn offset(text: &str, piece: &str) -> usize {
    piece.as_ptr().addr() - text.as_ptr().addr()
}

fn syntax_error(text: &str, error: &serde_json::Error) -> SyntaxError {
    let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = (line_start + error.column().saturating_sub(1)).min(text.len());
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message);
    SyntaxError { at: text.floor_char_boundary(at), text: format!("this is not valid JSON: {message}") }
}

/// The members of an object with repeated keys kept.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(entries)
            }
        }

        deserializer.deserialize_map(EntriesVisitor).map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every value with its offset, depth first; keys as `key@offset`.
    fn outline(node: &Node, lines: &mut Vec<String>) {
        match &node.data {
            Data::Object(members) => {
                lines.push(format!("object@{}", node.at));
                for member in members {
                    lines.push(format!("{}@{}", member.key, member.key_at));
                    outline(&member.node, lines);
                }
            }
            Data::List(items) => {
                lines.push(format!("list@{}", node.at));
                for item in items {
                    outline(item, lines);
                }
            }
            Data::Text { text, .. } => lines.push(format!("{text:?}@{}", node.at)),
            Data::Number(text) => lines.push(format!("{text}@{}", node.at)),
            Data::Boolean(value) => lines.push(format!("{value}@{}", node.at)),
            Data::Unset => panic!("nothing is replaced here"),
            Data::Null => lines.push(format!("null@{}", node.at)),
        }
    }

    #[test]
    fn knows_where_everything_stands() {
        let text = "\n{ \"a\" : [1.0, true, null],\n  \"b\\\"\":{\"c\":\"x\"} , \"a\": -2e3 }";
        let mut lines = Vec::new();
        outline(&parse(text).expect("valid JSON"), &mut lines);
        let expected = [
            "object@1",
            "a@3",
            "list@9",
            "1.0@10",
            "true@15",
            "null@21",
            "b\"@30",
            "object@36",
            "c@37",
            "\"x\"@41",
            "a@48",
            "-2e3@53",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn says_where_reading_stopped() {
        let cases = [
            ("", 0, "EOF while parsing a value"),
            ("{\n  \"a\": 1,\n}", 12, "trailing comma"),
            ("{\"a\": ${MS}}", 6, "expected value"),
            ("{} x", 3, "trailing characters"),
            ("[1e999]", 5, "number out of range"),
        ];
        for (text, at, message) in cases {
            let error = parse(text).expect_err("invalid JSON");
            assert_eq!((error.at, error.text), (at, format!("this is not valid JSON: {message}")), "{text}");
        }
    }
}
