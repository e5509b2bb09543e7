//! Percent-decoding of paths, queries and forms. Damaged encoding is an error, never silently repaired.

use percent_encoding::percent_decode;
use serde_json::{Map, Value};

/// Levels of brackets in a form's names.
const MAX_DEPTH: usize = 32;

/// A path, query or form is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormError {
    /// A `%` without two hexadecimal digits, or bytes that are no UTF-8.
    #[error("malformed percent-encoding in `{0}`")]
    Encoding(String),
    /// Names like `a[b][c]…` without end.
    #[error("a form field is nested more than {MAX_DEPTH} levels deep")]
    Depth,
    /// `a=1&a[b]=2`.
    #[error("the form field `{0}` is both a value and a group")]
    Conflict(String),
}

/// The text of a path after percent-decoding.
///
/// # Errors
/// When the encoding is damaged.
pub(crate) fn decode_path(path: &str) -> Result<String, FormError> {
    decode(path.as_bytes())
}

/// Names and values of a query or form, in order.
///
/// # Errors
/// When the encoding is damaged.
pub(crate) fn parse_pairs(text: &[u8]) -> Result<Vec<(String, String)>, FormError> {
    let parts = text.split(|byte| *byte == b'&').filter(|part| !part.is_empty());
    parts.map(parse_pair).collect()
}

/// Names and values as the text of a query or form.
pub(crate) fn write_pairs(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn parse_pair(part: &[u8]) -> Result<(String, String), FormError> {
    let mut halves = part.splitn(2, |byte| *byte == b'=');
    let name = decode_with_spaces(halves.next().unwrap_or_default())?;
    let value = decode_with_spaces(halves.next().unwrap_or_default())?;
    Ok((name, value))
}

/// In queries and forms a `+` is a space.
fn decode_with_spaces(bytes: &[u8]) -> Result<String, FormError> {
    if !bytes.contains(&b'+') {
        return decode(bytes);
    }
    let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    decode(&spaced)
}

fn decode(bytes: &[u8]) -> Result<String, FormError> {
    let damaged = || FormError::Encoding(String::from_utf8_lossy(bytes).into_owned());
    if !bytes.contains(&b'%') {
        return String::from_utf8(bytes.to_vec()).map_err(|_| damaged());
    }
    if !has_whole_escapes(bytes) {
        return Err(damaged());
    }
    percent_decode(bytes).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| damaged())
}

fn has_whole_escapes(bytes: &[u8]) -> bool {
    let is_hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'%')
        .all(|(idx, _)| is_hex(bytes.get(idx + 1)) && is_hex(bytes.get(idx + 2)))
}

/// Nests names with brackets: `b[c]=2` gives `{"b": {"c": "2"}}`, `b[]=1&b[]=2` gives `{"b": ["1", "2"]}`.
pub(super) fn nest(pairs: Vec<(String, String)>) -> Result<Value, FormError> {
    let mut root = Node::group();
    for (name, value) in pairs {
        let path = split_name(&name)?;
        root.insert(&path, value, &name)?;
    }
    Ok(root.into_value())
}

/// A field while the form is read: the map keeps the order of the keys, the list their nodes.
enum Node {
    Values(Vec<String>),
    Group(Map<String, Value>, Vec<Node>),
}

impl Node {
    fn group() -> Self {
        Self::Group(Map::new(), Vec::new())
    }

    fn insert(&mut self, path: &[&str], value: String, name: &str) -> Result<(), FormError> {
        match (self, path) {
            (Self::Values(values), []) => {
                values.push(value);
                Ok(())
            }
            (Self::Group(keys, nodes), [key, rest @ ..]) => {
                let key = if key.is_empty() { nodes.len().to_string() } else { (*key).to_owned() };
                let known = keys.get(&key).and_then(Value::as_u64).and_then(|idx| usize::try_from(idx).ok());
                let idx = known.unwrap_or_else(|| {
                    keys.insert(key, Value::from(nodes.len()));
                    nodes.push(if rest.is_empty() { Self::Values(Vec::new()) } else { Self::group() });
                    nodes.len() - 1
                });
                nodes[idx].insert(rest, value, name)
            }
            _ => Err(FormError::Conflict(name.to_owned())),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Values(mut values) if values.len() == 1 => Value::from(values.remove(0)),
            Self::Values(values) => Value::from(values),
            Self::Group(keys, nodes) => {
                let is_list = keys.keys().enumerate().all(|(idx, key)| *key == idx.to_string());
                let values = nodes.into_iter().map(Self::into_value);
                if is_list { values.collect() } else { keys.into_iter().map(|(key, _)| key).zip(values).collect() }
            }
        }
    }
}

/// `a[b][c]` → `a`, `b`, `c`; what does not look like that is one name.
fn split_name(name: &str) -> Result<Vec<&str>, FormError> {
    let Some((first, rest)) = name.split_once('[') else { return Ok(vec![name]) };
    let Some(inner) = rest.strip_suffix(']') else { return Ok(vec![name]) };
    let mut path = vec![first];
    path.extend(inner.split("]["));
    if path.len() > MAX_DEPTH { Err(FormError::Depth) } else { Ok(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_strictly() {
        let cases = [
            ("sales/getMonthData", Some("sales/getMonthData")),
            ("a%2Fb", Some("a/b")),
            ("%e2%82%ac", Some("€")),
            ("a+b", Some("a+b")),
            ("", Some("")),
            ("%", None),
            ("%4", None),
            ("%zz", None),
            ("%ff", None),
            ("ok%", None),
        ];
        for (text, expected) in cases {
            assert_eq!(decode_path(text).ok().as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn splits_queries() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("&&", &[]),
            ("a=1&b=x+y%21", &[("a", "1"), ("b", "x y!")]),
            ("a=1&a=2", &[("a", "1"), ("a", "2")]),
            ("flag", &[("flag", "")]),
            ("a=b=c", &[("a", "b=c")]),
            ("a%5Bb%5D=%2B", &[("a[b]", "+")]),
        ];
        for (text, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            assert_eq!(parse_pairs(text.as_bytes()), Ok(expected), "{text:?}");
        }
        assert!(parse_pairs(b"a=%").is_err());
    }

    #[test]
    fn nests_forms() {
        let cases = [
            ("b[c]=2&a=1", Some(r#"{"b":{"c":"2"},"a":"1"}"#)),
            ("a[]=1&a[]=2", Some(r#"{"a":["1","2"]}"#)),
            ("a[0]=x&a[1]=y", Some(r#"{"a":["x","y"]}"#)),
            ("a[b][c]=1&a[b][d]=2", Some(r#"{"a":{"b":{"c":"1","d":"2"}}}"#)),
            ("a[__proto__]=1", Some(r#"{"a":{"__proto__":"1"}}"#)),
            ("a[b=1", Some(r#"{"a[b":"1"}"#)),
            ("a=1&a[b]=2", None),
        ];
        for (text, expected) in cases {
            let nested = nest(parse_pairs(text.as_bytes()).expect("whole escapes")).ok().map(|value| value.to_string());
            assert_eq!(nested.as_deref(), expected, "{text:?}");
        }
        let deep = format!("a{}=1", "[b]".repeat(40));
        assert_eq!(nest(parse_pairs(deep.as_bytes()).expect("whole escapes")), Err(FormError::Depth));
    }
}
