//! HTTP/2: one connection for all exchanges with a node. It has a task of its own.

use std::time::{Duration, Instant};

use http::header::HOST;
use http::uri::{Authority, Scheme};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http2};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connect::Wire;
use super::request::Body;

/// While calls wait, how often a node shows that it is there, and how long that may take.
const PING: Duration = Duration::from_secs(10);

/// A connection that exchanges share.
#[derive(Clone)]
pub(super) struct Connection {
    sender: http2::SendRequest<Body>,
    /// When it was used last.
    pub(super) used: Instant,
}

impl Connection {
    /// A connection on which nothing was said yet.
    ///
    /// # Errors
    /// When it breaks at once.
    pub(super) async fn new(wire: Wire) -> hyper::Result<Self> {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.timer(TokioTimer::new()).keep_alive_interval(PING).keep_alive_timeout(PING);
        let (sender, driver) = builder.handshake(wire).await?;
        // Whoever waits for an answer hears why there is none.
        tokio::spawn(async move { drop(driver.await) });
        Ok(Self { sender, used: Instant::now() })
    }

    /// Whether there may be further exchanges.
    pub(super) fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Sends a request to the node `authority`, and waits for the head of the answer.
    ///
    /// # Errors
    /// When the connection breaks. The error has the request if nothing of it was sent.
    pub(super) async fn exchange(
        &mut self,
        authority: &Authority,
        mut request: Box<Request<Body>>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Body>>> {
        let mut address = request.uri().clone().into_parts();
        (address.scheme, address.authority) = (Some(Scheme::HTTPS), Some(authority.clone()));
        // A path, a scheme and an authority are all that an address needs.
        *request.uri_mut() = Uri::from_parts(address).unwrap_or_default();
        request.headers_mut().remove(HOST);
        self.sender.try_send_request(*request).await
    }
}

/// Whether a node said that it did not look at the request: it is about to end, or has too much to do (RFC 9113, 8.7).
pub(super) fn was_refused(error: &hyper::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(known) = cause {
        if let Some(known) = known.downcast_ref::<h2::Error>() {
            let is_end = known.is_go_away() && known.reason() == Some(h2::Reason::NO_ERROR);
            return known.is_remote() && (is_end || known.reason() == Some(h2::Reason::REFUSED_STREAM));
        }
        cause = known.source();
    }
    false
}
