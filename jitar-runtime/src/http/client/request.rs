//! Requests on their way to another node.

use std::io;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::uri::InvalidUri;
use http::{Method, Request, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{Either, Full, StreamBody};
use hyper::body::Frame;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

use super::UNIX;
use crate::execution::PresentedKey;
use crate::http::headers;
use crate::services::ByteStream;

/// What is escaped in a path; `/` is not, names contain it.
pub(super) const PATH: &AsciiSet =
    &QUERY.add(b'%').add(b'?').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// What is escaped in a query that is one already, if it was not.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// The body of a request: as a whole, or as it comes.
pub(super) type Body = Either<Full<Bytes>, UnsyncBoxBody<Bytes, io::Error>>;

/// A request for a node. Boxed, because it passes through many hands.
pub(super) struct Outgoing {
    request: Box<Request<Body>>,
    /// Path and query.
    target: String,
}

impl Outgoing {
    /// A request without body for `path` below the node's address. The path is escaped already.
    pub(super) fn new(method: Method, node: &Url, path: &str) -> Self {
        // The path of a socket is no part of any address behind it.
        let below = if node.scheme() == UNIX { "" } else { node.path().trim_end_matches('/') };
        let mut request = Box::new(Request::new(whole(Bytes::new())));
        *request.method_mut() = method;
        Self { request, target: [below, "/", path].concat() }
    }

    /// With this query, if it is not empty.
    pub(super) fn query(mut self, query: &str) -> Self {
        if !query.is_empty() {
            self.target.extend(["?"].into_iter().chain(utf8_percent_encode(query, QUERY)));
        }
        self
    }

    /// With one more header; one whose value cannot be sent is left out.
    pub(super) fn header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        if let Ok(value) = HeaderValue::from_bytes(value.as_ref()) {
            self.request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// With headers that pass this node; those that cannot be sent are left out.
    pub(super) fn passing<'a>(mut self, passing: impl Iterator<Item = &'a (String, String)>) -> Self {
        for (name, value) in passing {
            let name = HeaderName::try_from(name.as_str()).ok();
            let value = headers::latin1(value).and_then(|value| HeaderValue::from_bytes(&value).ok());
            if let Some((name, value)) = name.zip(value) {
                self.request.headers_mut().append(name, value);
            }
        }
        self
    }

    /// With the key, if there is one.
    pub(super) fn key(self, key: Option<&PresentedKey>) -> Self {
        match key {
            Some(key) => self.header(headers::TRUST_KEY, key.reveal()),
            None => self,
        }
    }

    /// With a body.
    pub(super) fn body(mut self, content_type: &str, body: Bytes) -> Self {
        *self.request.body_mut() = whole(body);
        self.content_type(content_type)
    }

    /// With a JSON body.
    pub(super) fn json(self, body: impl Into<Bytes>) -> Self {
        self.body("application/json", body.into())
    }

    /// With a body that comes piece by piece.
    pub(super) fn pieces(mut self, content_type: &str, pieces: ByteStream) -> Self {
        *self.request.body_mut() =
            Either::Right(UnsyncBoxBody::new(StreamBody::new(pieces.map_ok(Frame::data).boxed())));
        self.content_type(content_type)
    }

    fn content_type(mut self, text: &str) -> Self {
        if let Some(value) = headers::latin1(text).and_then(|text| HeaderValue::from_bytes(&text).ok()) {
            self.request.headers_mut().insert(CONTENT_TYPE, value);
        }
        self
    }

    /// As `hyper` takes it. The address has no host: connections know whom they lead to.
    ///
    /// # Errors
    /// When the path and the query are too long for an address.
    pub(super) fn request(mut self) -> Result<Box<Request<Body>>, InvalidUri> {
        *self.request.uri_mut() = Uri::try_from(self.target)?;
        Ok(self.request)
    }
}

fn whole(body: Bytes) -> Body {
    Either::Left(Full::new(body))
}

/// The request once more, if its body is there as a whole.
pub(super) fn copied(request: &Request<Body>) -> Option<Box<Request<Body>>> {
    let Either::Left(body) = request.body() else { return None };
    let mut copy = Box::new(Request::new(Either::Left(body.clone())));
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    Some(copy)
}
