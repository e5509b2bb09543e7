//! Header names of the protocol, and which headers pass from one side of a node to the other.
//!
//! Values are Latin-1 on the wire (as Node reads them): every byte is a character below 256.

use std::borrow::Cow;
use std::time::Duration;

use actix_web::http::header::{AsHeaderName, CONNECTION, HeaderMap, HeaderName, HeaderValue};
use jitar_engine::call::{ContentKind, ExtendedForms, FORMS, Headers};

use super::context::REQUEST_ID;
use crate::execution::{NodeHeaders, PresentedKey};

pub(super) const VERSION: &str = "x-jitar-procedure-version";
pub(super) const ENCODING: &str = "x-jitar-data-encoding";
pub(super) const SERIALIZED: &str = "serialized";
pub(super) const TRUST_KEY: &str = "x-jitar-trust-key";
pub(super) const CONTENT_KIND: &str = "x-jitar-content-type";
pub(super) const DEADLINE: &str = "x-jitar-deadline";
pub(super) const HOPS: &str = "x-jitar-hops";
pub(super) const RUN_MODE: &str = "x-jitar-run-mode";
pub(super) const DRY: &str = "dry";
/// Whose call a node passes on.
pub(super) const CALLER: &str = "x-jitar-caller";
pub(super) const STRANGER: &str = "stranger";
/// Arguments beside a query, as JSON. UTF-8, unlike other headers.
pub(super) const BESIDE: &str = "x-jitar-arguments";
pub(super) const EXTENDED: &str = "extended";
/// On answers about health: the node is one of ours.
pub(super) const PEER: &str = "x-jitar-peer";

/// Names that belong to Jitar; application code never sees them.
const OWN_PREFIX: &str = "x-jitar-";

/// Headers of one connection, which end at every node (RFC 9110, 7.6.1).
const HOP_BY_HOP: [&str; 11] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
    "expect",
];

/// Request headers that describe the message of one connection.
const REQUEST_ONLY: [&str; 5] = ["host", "content-length", "content-encoding", "accept-encoding", "user-agent"];

/// Response headers that every node writes itself.
const RESPONSE_ONLY: [&str; 7] =
    ["content-length", "content-encoding", "date", "etag", "x-content-type-options", CONTENT_KIND, REQUEST_ID];

/// Request headers for application code and for the next node, with the id of the request.
pub(super) fn of_request(headers: &HeaderMap, request_id: &str) -> Headers {
    let listed = connection_options(headers.get_all(CONNECTION).filter_map(|value| value.to_str().ok()));
    let passes = |name: &str| passes_on(name) && name != REQUEST_ID && !listed.iter().any(|option| option == name);
    let all = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let passing = all.filter(|(name, _)| passes(name)).map(|(name, value)| (name.to_owned(), decode(value)));
    passing.chain([(REQUEST_ID.to_owned(), request_id.to_owned())]).collect()
}

/// Whether a request header may go to application code and to the next node.
pub(crate) fn passes_on(name: &str) -> bool {
    !name.starts_with(OWN_PREFIX) && !HOP_BY_HOP.contains(&name) && !REQUEST_ONLY.contains(&name)
}

/// Response headers of another node that the caller gets.
pub(super) fn of_answer(headers: &[(&str, &[u8])]) -> Headers {
    let connections = headers.iter().filter(|(name, _)| *name == "connection");
    let listed = connection_options(connections.filter_map(|(_, value)| std::str::from_utf8(value).ok()));
    let passes = |name: &str| {
        !HOP_BY_HOP.contains(&name) && !RESPONSE_ONLY.contains(&name) && !listed.iter().any(|option| option == name)
    };
    let passing = headers.iter().filter(|(name, _)| passes(name));
    passing.map(|(name, value)| ((*name).to_owned(), decode(value))).collect()
}

/// Whether application code may set this response header.
pub(super) fn is_settable(name: &str) -> bool {
    !HOP_BY_HOP.contains(&name) && !matches!(name, "content-length" | "content-encoding" | "date")
}

/// The header's name and value for actix, if they are legal.
pub(super) fn encode(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::try_from(name).ok()?, HeaderValue::from_bytes(&latin1(value)?).ok()?))
}

/// Text to Latin-1; none if it has other characters.
pub(super) fn latin1(text: &str) -> Option<Cow<'_, [u8]>> {
    if text.is_ascii() {
        return Some(Cow::Borrowed(text.as_bytes()));
    }
    text.chars().map(|character| u8::try_from(character).ok()).collect::<Option<Vec<u8>>>().map(Cow::Owned)
}

/// The first value of a header.
pub(super) fn value(headers: &HeaderMap, name: impl AsHeaderName) -> Option<String> {
    headers.get(name).map(|value| decode(value.as_bytes()))
}

/// All values of a header in one, as Node joins them.
pub(super) fn joined(headers: &HeaderMap, name: impl AsHeaderName) -> Option<String> {
    let values: Vec<String> = headers.get_all(name).map(|value| decode(value.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// The headers of a request that belong to Jitar, found in one pass: most requests have none of them.
#[derive(Debug, Default)]
pub(super) struct OwnHeaders<'a> {
    version: Option<String>,
    encoding: Option<&'a [u8]>,
    forms: Option<&'a [u8]>,
    is_of_peer: bool,
    trust_key: Option<&'a [u8]>,
    beside: Option<&'a [u8]>,
    deadline: Option<&'a [u8]>,
    hops: Option<&'a [u8]>,
    run_mode: Option<&'a [u8]>,
    caller: Option<&'a [u8]>,
}

impl<'a> OwnHeaders<'a> {
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        let mut own = Self::default();
        for (name, value) in headers.iter().filter(|(name, _)| name.as_str().starts_with(OWN_PREFIX)) {
            own.add(name.as_str(), value.as_bytes());
        }
        own
    }

    /// The first value counts; all of a version are joined, as Node does.
    fn add(&mut self, name: &str, value: &'a [u8]) {
        let first = match name {
            VERSION => {
                let version = self.version.take().map_or_else(String::new, |known| known + ", ");
                self.version = Some(version + &decode(value));
                return;
            }
            PEER => {
                self.is_of_peer = true;
                return;
            }
            ENCODING => &mut self.encoding,
            FORMS => &mut self.forms,
            TRUST_KEY => &mut self.trust_key,
            BESIDE => &mut self.beside,
            DEADLINE => &mut self.deadline,
            HOPS => &mut self.hops,
            RUN_MODE => &mut self.run_mode,
            CALLER => &mut self.caller,
            _ => return,
        };
        first.get_or_insert(value);
    }

    /// The version that is asked for, as text.
    pub(super) fn version(&self) -> &str {
        self.version.as_deref().unwrap_or_default()
    }

    /// Whether arguments and result are in the serialised encoding.
    pub(super) fn is_serialized(&self) -> bool {
        self.encoding == Some(SERIALIZED.as_bytes())
    }

    /// Which forms beyond the known ones a request has and understands.
    pub(super) fn extended_forms(&self) -> ExtendedForms {
        let used = self.forms == Some(EXTENDED.as_bytes());
        ExtendedForms { understood: used || self.is_of_peer, used }
    }

    /// The trust key that the caller shows. Keys are UTF-8, unlike other headers.
    pub(super) fn presented_key(&self) -> Option<PresentedKey> {
        self.trust_key.and_then(|key| std::str::from_utf8(key).ok()).map(PresentedKey::new)
    }

    /// Arguments beside a query.
    pub(super) fn beside(&self) -> Option<String> {
        self.beside.map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// What the sender says about a call's way; what makes no sense counts as absent.
    pub(super) fn node_headers(&self) -> NodeHeaders {
        let number = |value: Option<&[u8]>| std::str::from_utf8(value?).ok()?.parse::<u64>().ok();
        NodeHeaders {
            deadline: number(self.deadline).map(Duration::from_millis),
            hops: number(self.hops).map_or(0, |hops| u8::try_from(hops).unwrap_or(u8::MAX)),
            dry: self.run_mode == Some(DRY.as_bytes()),
            stranger: self.caller == Some(STRANGER.as_bytes()),
        }
    }
}

/// The kind of a value from `x-jitar-content-type`, or else from `content-type` (spec 4.8).
pub(super) fn kind_of(marker: Option<&str>, content_type: Option<&str>) -> ContentKind {
    let text = marker.or(content_type).unwrap_or_default();
    let known = [
        ("undefined", ContentKind::Undefined),
        ("null", ContentKind::Null),
        ("json", ContentKind::Json),
        ("boolean", ContentKind::Boolean),
        ("number", ContentKind::Number),
        ("text", ContentKind::Text),
    ];
    let found = known.into_iter().find(|(word, _)| text.contains(word)).map(|(_, kind)| kind);
    found.unwrap_or(if text.is_empty() { ContentKind::Text } else { ContentKind::Bytes })
}

fn connection_options<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    values.flat_map(|value| value.split(',')).map(|option| option.trim().to_ascii_lowercase()).collect()
}

/// Latin-1 to text.
pub(super) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => text.to_owned(),
        _ => bytes.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let (name, value) = encode(name, value).expect("legal");
            headers.append(name, value);
        }
        headers
    }

    #[test]
    fn hides_node_and_connection_headers() {
        let headers = map(&[
            ("authorization", "Bearer x"),
            ("cookie", "a=1"),
            ("cookie", "b=2"),
            ("x-latin", "caf\u{e9}"),
            ("x-jitar-trust-key", "secret"),
            ("x-jitar-hops", "3"),
            ("X-Jitar-Anything", "1"),
            ("host", "h"),
            ("user-agent", "u"),
            ("content-length", "2"),
            ("transfer-encoding", "chunked"),
            ("expect", "100-continue"),
            ("connection", "keep-alive, X-Private"),
            ("x-private", "1"),
            ("x-request-id", "forged\u{e9}"),
        ]);
        let mut passed = of_request(&headers, "id");
        passed.sort();
        let expected = [
            ("authorization", "Bearer x"),
            ("cookie", "a=1"),
            ("cookie", "b=2"),
            ("x-latin", "caf\u{e9}"),
            ("x-request-id", "id"),
        ];
        assert_eq!(passed, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn relays_answers_without_what_belongs_to_the_connection() {
        let answer: [(&str, &[u8]); 7] = [
            ("set-cookie", b"a=1"),
            ("set-cookie", b"b=2"),
            ("date", b"now"),
            ("etag", b"x"),
            ("content-length", b"1"),
            ("connection", b"close, x-one"),
            ("x-one", b"1"),
        ];
        let expected = [("set-cookie", "a=1"), ("set-cookie", "b=2")];
        assert_eq!(of_answer(&answer), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn refuses_illegal_values() {
        let cases = [
            ("x-a", "ok", true),
            ("x-a", "caf\u{e9}", true),
            ("x-a", "a\r\nb: c", false),
            ("x-a", "\u{20ac}", false),
            ("x a", "ok", false),
            ("", "ok", false),
        ];
        for (name, value, expected) in cases {
            assert_eq!(encode(name, value).is_some(), expected, "{name:?}: {value:?}");
        }
    }

    #[test]
    fn reads_node_headers() {
        let none = NodeHeaders::default();
        let cases: &[(&[(&str, &str)], NodeHeaders)] = &[
            (&[], none),
            (&[("x-jitar-hops", "3")], NodeHeaders { hops: 3, ..none }),
            (&[("x-jitar-hops", "900")], NodeHeaders { hops: 255, ..none }),
            (&[("x-jitar-hops", "-1"), ("x-jitar-deadline", "soon"), ("x-jitar-run-mode", "wet")], none),
            (&[("x-jitar-deadline", "250")], NodeHeaders { deadline: Some(Duration::from_millis(250)), ..none }),
            (&[("x-jitar-run-mode", "dry")], NodeHeaders { dry: true, ..none }),
        ];
        for (pairs, expected) in cases {
            assert_eq!(OwnHeaders::of(&map(pairs)).node_headers(), *expected, "{pairs:?}");
        }
    }

    #[test]
    fn finds_what_belongs_to_jitar() {
        let own = [
            (VERSION, "1.0.0"),
            (VERSION, "2.0.0"),
            (ENCODING, SERIALIZED),
            (ENCODING, "other"),
            (FORMS, EXTENDED),
            (TRUST_KEY, "key"),
            (BESIDE, "{}"),
            (DEADLINE, "250"),
            (HOPS, "3"),
            (RUN_MODE, DRY),
            (CALLER, STRANGER),
            ("content-type", "text/plain"),
        ];
        let headers = map(&own);
        let own = OwnHeaders::of(&headers);
        assert_eq!(own.version(), "1.0.0, 2.0.0");
        assert!(own.is_serialized(), "the first value counts");
        assert_eq!(own.extended_forms(), ExtendedForms { understood: true, used: true });
        assert_eq!(own.presented_key().map(|key| key.reveal().to_owned()), Some("key".to_owned()));
        assert_eq!(own.beside().as_deref(), Some("{}"));
        let way = NodeHeaders { deadline: Some(Duration::from_millis(250)), hops: 3, dry: true, stranger: true };
        assert_eq!(own.node_headers(), way);

        let headers = map(&[(PEER, "1")]);
        let own = OwnHeaders::of(&headers);
        assert_eq!(own.extended_forms(), ExtendedForms { understood: true, used: false });
        assert!(own.version().is_empty() && !own.is_serialized() && own.presented_key().is_none());
    }

    #[test]
    fn tells_the_kind_of_a_value() {
        let cases = [
            (Some("application/undefined"), Some("text/plain"), ContentKind::Undefined),
            (Some("application/null"), None, ContentKind::Null),
            (Some("application/number"), None, ContentKind::Number),
            (Some("application/boolean"), None, ContentKind::Boolean),
            (Some("application/octet-stream"), None, ContentKind::Bytes),
            (None, Some("application/json; charset=utf-8"), ContentKind::Json),
            (None, Some("text/html"), ContentKind::Text),
            (None, Some("image/png"), ContentKind::Bytes),
            (None, None, ContentKind::Text),
        ];
        for (marker, content_type, expected) in cases {
            assert_eq!(kind_of(marker, content_type), expected, "{marker:?} {content_type:?}");
        }
    }
}
