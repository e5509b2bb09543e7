//! Answers of other nodes as they come.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use http::response::Parts;
use http::{HeaderMap, Response, StatusCode};
use hyper::body::{Body as _, Incoming};

use super::connections::Node;
use super::http1;

/// An answer whose body may still be on its way.
pub(super) struct Answer {
    head: Parts,
    pub(super) body: Pieces,
}

/// A body as it comes. Dropped before its end, it takes its connection along.
pub(super) struct Pieces {
    incoming: Incoming,
    /// The connection that it comes on, if it has that for itself, and where that goes when the body has ended.
    lease: Option<(http1::Connection, Arc<Node>)>,
}

impl Answer {
    /// An answer that comes on a connection of its own, or on a shared one.
    pub(super) fn new(answer: Response<Incoming>, lease: Option<(http1::Connection, Arc<Node>)>) -> Self {
        let (head, incoming) = answer.into_parts();
        Self { head, body: Pieces { incoming, lease } }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.head.status
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// Bytes of the body, where that is known.
    pub(super) fn length(&self) -> Option<u64> {
        self.body.incoming.size_hint().exact()
    }
}

impl Pieces {
    /// The whole body, if it has no more than `most` bytes; what is larger is not read to its end.
    ///
    /// # Errors
    /// When the connection breaks before its end.
    pub(super) async fn whole(mut self, most: usize) -> hyper::Result<Option<Bytes>> {
        let Some(first) = self.next().await.transpose()? else { return Ok(Some(Bytes::new())) };
        if first.len() > most {
            return Ok(None);
        }
        let Some(second) = self.next().await.transpose()? else { return Ok(Some(first)) };
        let (mut all, mut piece) = (BytesMut::from(first), second);
        loop {
            if all.len() + piece.len() > most {
                return Ok(None);
            }
            all.extend_from_slice(&piece);
            piece = match self.next().await.transpose()? {
                Some(next) => next,
                None => return Ok(Some(all.freeze())),
            };
        }
    }

    /// Gives the connection back.
    fn end(&mut self, context: &mut Context<'_>) {
        if let Some((mut connection, node)) = self.lease.take()
            && connection.is_free(context)
        {
            node.keep(connection);
        }
    }
}

impl Stream for Pieces {
    type Item = hyper::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if this.incoming.is_end_stream() {
                this.end(context);
                return Poll::Ready(None);
            }
            let frame = match &mut this.lease {
                Some((connection, _)) => ready!(connection.poll_piece(&mut this.incoming, context)),
                None => ready!(Pin::new(&mut this.incoming).poll_frame(context)),
            };
            match frame.map(|frame| frame.map(hyper::body::Frame::into_data)) {
                Some(Ok(Ok(piece))) => return Poll::Ready(Some(Ok(piece))),
                // Nobody asks for trailers.
                Some(Ok(Err(_trailers))) => {}
                Some(Err(error)) => {
                    this.lease = None;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    this.end(context);
                    return Poll::Ready(None);
                }
            }
        }
    }
}
