//! Bodies that pass this node piece by piece: requests that only go on to another node, and large replies.

use std::io;
use std::time::Duration;

use actix_http::{HttpMessage, Request};
use actix_web::HttpResponse;
use actix_web::body::{BodyStream, SizedStream};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use tokio::sync::mpsc;

use super::body::{self, BodyLimits};
use super::client::SMALL;
use super::error::HttpError;
use super::headers;
use crate::services::{ByteStream, Rest};

/// Pieces that wait to be sent on. The client is read no faster than the next node takes them.
const N_WAITING: usize = 4;

/// How long the next piece of a body may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The body of a request that goes on to another node.
pub(super) enum Incoming {
    /// It is small.
    Whole(Bytes),
    /// It comes piece by piece.
    Pieces(ByteStream),
}

/// The body of a request that goes on to another node, within `limits`. One that does not say its length is known to be
/// large when it does not end.
///
/// # Errors
/// When it is too large, as far as that is known before it is passed on, or does not begin in time.
pub(super) async fn of_request(
    request: &Request,
    mut payload: Payload,
    limits: BodyLimits,
) -> Result<Incoming, HttpError> {
    let headers = request.headers();
    let length = length(headers);
    if headers.contains_key(CONTENT_ENCODING) || length.is_some_and(|length| length <= SMALL) {
        return body::read(request, payload, limits).await.map(Incoming::Whole);
    }
    if length.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limits.size)) {
        return Err(HttpError::BodyTooLarge(limits.size));
    }
    let mut start = BytesMut::new();
    if length.is_none() {
        let begun = tokio::time::timeout(limits.time, begin(&mut payload, &mut start));
        let has_ended = begun.await.unwrap_or(Err(HttpError::BodyTimeout))?;
        if start.len() > limits.size {
            return Err(HttpError::BodyTooLarge(limits.size));
        }
        if has_ended {
            return Ok(Incoming::Whole(start.freeze()));
        }
    }
    // The payload belongs to this thread, the next node's connection to any.
    let (sender, receiver) = mpsc::channel(N_WAITING);
    actix_web::rt::spawn(pump(start.freeze(), payload, limits.size, sender));
    let pieces = futures::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (piece, receiver))
    });
    Ok(Incoming::Pieces(pieces.boxed()))
}

/// Reads what a small body can have; whether that was all.
async fn begin(payload: &mut Payload, start: &mut BytesMut) -> Result<bool, HttpError> {
    while start.len() as u64 <= SMALL {
        match payload.next().await {
            Some(piece) => start.extend_from_slice(&piece.map_err(|error| HttpError::BodyBroken(error.to_string()))?),
            None => return Ok(true),
        }
    }
    Ok(false)
}

/// Reads until the body ends, is too large or too slow, or nobody wants it any more.
async fn pump(start: Bytes, mut payload: Payload, limit: usize, sender: mpsc::Sender<io::Result<Bytes>>) {
    let mut n_bytes = start.len();
    if !start.is_empty() && sender.send(Ok(start)).await.is_err() {
        return;
    }
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
    headers::value(headers, CONTENT_LENGTH).and_then(|text| text.parse().ok())
}
