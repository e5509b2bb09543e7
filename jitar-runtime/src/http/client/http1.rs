//! HTTP/1.1: one exchange at a time. A connection has no task of its own: whoever waits for an answer drives it, so an
//! answer wakes one task and no more, and a caller that goes away ends the exchange.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use http::{Request, Response};
use hyper::body::{Body as _, Bytes, Frame, Incoming};
use hyper::client::conn::{TrySendError, http1};

use super::connect::Wire;
use super::request::Body;

/// A connection that one exchange after the other uses.
pub(super) struct Connection {
    sender: http1::SendRequest<Body>,
    /// Does all the work; none when it has ended.
    driver: Option<Box<http1::Connection<Wire, Body>>>,
}

impl Connection {
    /// A connection on which nothing was said yet.
    ///
    /// # Errors
    /// When `hyper` refuses to begin; no reason for that is known.
    pub(super) async fn new(wire: Wire) -> hyper::Result<Self> {
        let (sender, driver) = http1::handshake(wire).await?;
        Ok(Self { sender, driver: Some(Box::new(driver)) })
    }

    /// Sends a request, and waits for the head of the answer.
    ///
    /// # Errors
    /// When the connection breaks. The error has the request if nothing of it was sent.
    pub(super) async fn exchange(
        mut self,
        request: Box<Request<Body>>,
    ) -> Result<(Response<Incoming>, Self), TrySendError<Request<Body>>> {
        let mut answer = pin!(self.sender.try_send_request(*request));
        let answer = std::future::poll_fn(|context| {
            self.advance(context);
            answer.as_mut().poll(&mut unheard())
        });
        let answer = answer.await?;
        Ok((answer, self))
    }

    /// Does what can be done now. The task is woken when there is more.
    fn advance(&mut self, context: &mut Context<'_>) {
        if let Some(driver) = &mut self.driver
            && Pin::new(driver).poll(context).is_ready()
        {
            self.driver = None;
        }
    }

    /// The next piece of the answer.
    pub(super) fn poll_piece(
        &mut self,
        body: &mut Incoming,
        context: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        // The first look asks for a piece, which the connection then hands over.
        if let Poll::Ready(piece) = Pin::new(&mut *body).poll_frame(&mut unheard()) {
            return Poll::Ready(piece);
        }
        self.advance(context);
        Pin::new(body).poll_frame(&mut unheard())
    }

    /// Whether the exchange is over, on both sides, and there may be another one.
    pub(super) fn is_free(&mut self, context: &mut Context<'_>) -> bool {
        if !self.sender.is_ready() {
            self.advance(context);
        }
        self.driver.is_some() && self.sender.is_ready()
    }
}

/// For what changes only while the connection is driven, and is looked at after that.
fn unheard() -> Context<'static> {
    Context::from_waker(Waker::noop())
}
