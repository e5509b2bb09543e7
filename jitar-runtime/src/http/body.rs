//! Reads request bodies: whole, within a size and a time.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use actix_web::web::Payload;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;

use super::error::HttpError;
use super::headers;

/// Time for a whole body. Slower senders keep a connection busy for nothing.
const TIME: Duration = Duration::from_mins(1);

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(request: &HttpRequest, payload: Payload, limit: usize) -> Result<Bytes, HttpError> {
    if let Some(encoding) = headers::value(request.headers(), CONTENT_ENCODING.as_str())
        && !encoding.eq_ignore_ascii_case("identity")
    {
        return Err(HttpError::ContentEncoding(encoding));
    }
    let announced =
        headers::value(request.headers(), CONTENT_LENGTH.as_str()).and_then(|text| text.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > limit)) {
        return Err(HttpError::BodyTooLarge(limit));
    }
    tokio::time::timeout(TIME, collect(payload, limit)).await.unwrap_or(Err(HttpError::BodyTimeout))
}

async fn collect(mut payload: Payload, limit: usize) -> Result<Bytes, HttpError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| HttpError::BodyBroken(error.to_string()))?;
        if body.len() + chunk.len() > limit {
            return Err(HttpError::BodyTooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
