//! Bodies that pass this node piece by piece: requests that only go on to another node, and large replies.

use std::io;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BodyStream, SizedStream};
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use actix_web::web::Payload;
use bytes::Bytes;
use futures::StreamExt;
use tokio::sync::mpsc;

use super::client::SMALL;
use super::error::HttpError;
use super::headers;
use crate::services::{ByteStream, Rest};

/// Pieces that wait to be sent on. The client is read no faster than the next node takes them.
const N_WAITING: usize = 4;

/// How long the next piece of a body may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether a request's body is better passed on than kept: it says that it is large. One without a length is kept within
/// the limit of bodies, so that one which becomes too large is answered as that.
pub(super) fn is_large(headers: &HeaderMap) -> bool {
    let is_plain = !headers.contains_key(CONTENT_ENCODING);
    is_plain && length(headers).is_some_and(|length| length > SMALL)
}

/// The body of a request, of at most `limit` bytes.
///
/// # Errors
/// When its announced length is more.
pub(super) fn of_request(headers: &HeaderMap, payload: Payload, limit: usize) -> Result<ByteStream, HttpError> {
    if length(headers).is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > limit)) {
        return Err(HttpError::BodyTooLarge(limit));
    }
    // The payload belongs to this thread, the next node's connection to any.
    let (sender, receiver) = mpsc::channel(N_WAITING);
    actix_web::rt::spawn(pump(payload, limit, sender));
    Ok(futures::stream::unfold(
        receiver,
        |mut receiver| async move { receiver.recv().await.map(|piece| (piece, receiver)) },
    )
    .boxed())
}

/// Reads until the body ends, is too large or too slow, or nobody wants it any more.
async fn pump(mut payload: Payload, limit: usize, sender: mpsc::Sender<io::Result<Bytes>>) {
    let mut n_bytes = 0;
    loop {
        let piece = match tokio::time::timeout(PATIENCE, payload.next()).await {
            Ok(Some(Ok(piece))) => piece,
            Ok(None) => return,
            Ok(Some(Err(error))) => return fail(&sender, io::Error::other(error.to_string())).await,
            Err(_elapsed) => return fail(&sender, io::ErrorKind::TimedOut.into()).await,
        };
        n_bytes += piece.len();
        if n_bytes > limit {
            return fail(&sender, io::ErrorKind::FileTooLarge.into()).await;
        }
        if sender.send(Ok(piece)).await.is_err() {
            return;
        }
    }
}

/// The next node must not take what there is for the whole body.
async fn fail(sender: &mpsc::Sender<io::Result<Bytes>>, error: io::Error) {
    // Whoever is gone needs no error.
    drop(sender.send(Err(error)).await);
}

/// The response with a body that comes piece by piece.
pub(super) fn response(response: HttpResponse, rest: Rest) -> HttpResponse {
    match rest.length {
        Some(length) => response.set_body(SizedStream::new(length, rest.pieces)).map_into_boxed_body(),
        None => response.set_body(BodyStream::new(rest.pieces)).map_into_boxed_body(),
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers::value(headers, CONTENT_LENGTH.as_str()).and_then(|text| text.parse().ok())
}
