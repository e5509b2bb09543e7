//! Reads request bodies: whole, within a size and a time, and as they were before they were compressed.

use std::time::Duration;

use actix_http::{HttpMessage, Request};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use actix_web::web;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;

use super::error::HttpError;
use super::headers;
use super::inflate::Coding;

/// Bodies that may become larger than this are decoded on a thread of their own.
const LONG_WORK: usize = 1 << 20;

/// What a body may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct BodyLimits {
    /// Its bytes, as sent and as decoded.
    pub(super) size: usize,
    /// The time until it is there. Slower senders keep a connection busy for nothing.
    pub(super) time: Duration,
}

/// Reads a body within `limits`.
pub(super) async fn read(request: &Request, payload: Payload, limits: BodyLimits) -> Result<Bytes, HttpError> {
    let encoding = headers::joined(request.headers(), CONTENT_ENCODING);
    let coding = Coding::of(encoding.as_deref().unwrap_or_default())?;
    let announced = headers::value(request.headers(), CONTENT_LENGTH).and_then(|text| text.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limits.size)) {
        return Err(HttpError::BodyTooLarge(limits.size));
    }
    let collected = tokio::time::timeout(limits.time, collect(payload, limits.size));
    let body = collected.await.unwrap_or(Err(HttpError::BodyTimeout))?;
    match coding {
        Some(coding) if !body.is_empty() => decode(coding, body, limits.size).await,
        _ => Ok(body),
    }
}

async fn collect(mut payload: Payload, limit: usize) -> Result<Bytes, HttpError> {
    let mut only = Bytes::new();
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| HttpError::BodyBroken(error.to_string()))?;
        if only.len() + body.len() + chunk.len() > limit {
            return Err(HttpError::BodyTooLarge(limit));
        }
        // Most bodies are small and come in one piece, which needs no copy.
        if only.is_empty() && body.is_empty() {
            only = chunk;
        } else {
            body.extend_from_slice(&std::mem::take(&mut only));
            body.extend_from_slice(&chunk);
        }
    }
    Ok(if body.is_empty() { only } else { body.freeze() })
}

async fn decode(coding: Coding, body: Bytes, limit: usize) -> Result<Bytes, HttpError> {
    if limit <= LONG_WORK {
        return coding.decode(&body, limit);
    }
    let decoded = web::block(move || coding.decode(&body, limit)).await;
    decoded.unwrap_or_else(|_| Err(HttpError::BodyBroken("the service is stopping".to_owned())))
}
