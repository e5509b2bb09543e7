//! Large answers in parts, so that a slow reader costs neither a second copy nor a connection that nobody watches.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;

use super::idle::Sending;

/// Bytes that are handed over at once. What is smaller is handed over whole.
const PART: usize = 64 << 10;

/// A body on its way.
#[derive(Debug)]
struct Watched {
    body: Source,
    sending: Option<Sending>,
}

/// Where a body comes from.
#[derive(Debug)]
enum Source {
    /// It is there, and handed over in parts.
    Whole(Bytes),
    /// It comes piece by piece already.
    Stream(BoxBody),
}

impl MessageBody for Watched {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        match &self.body {
            Source::Whole(rest) => BodySize::Sized(rest.len() as u64),
            Source::Stream(body) => body.size(),
        }
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Box<dyn Error>>>> {
        let next = match &mut self.body {
            Source::Whole(rest) => {
                let length = rest.len().min(PART);
                Poll::Ready((length > 0).then(|| Ok(rest.split_to(length))))
            }
            Source::Stream(body) => Pin::new(body).poll_next(cx),
        };
        if let (Poll::Ready(_), Some(sending)) = (&next, &self.sending) {
            sending.progress();
        }
        next
    }
}

/// The response with its body watched, and in parts where it is large. A small one is written at once.
pub(super) fn in_parts(response: HttpResponse, sending: impl FnOnce() -> Option<Sending>) -> HttpResponse {
    match response.body().size() {
        BodySize::None => response,
        BodySize::Sized(size) if size <= PART as u64 => response,
        BodySize::Sized(_) | BodySize::Stream => response.map_body(|_, body| {
            let body = body.try_into_bytes().map_or_else(Source::Stream, Source::Whole);
            BoxBody::new(Watched { body, sending: sending() })
        }),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn nothing_is_lost() {
        for length in [0, 1, PART, PART + 1, 3 * PART, 3 * PART + 7] {
            let body: Bytes = (0..length).map(|idx| (idx % 251) as u8).collect();
            let response = in_parts(HttpResponse::Ok().body(body.clone()), || None);
            assert_eq!(response.body().size(), BodySize::Sized(length as u64));
            assert!(to_bytes(response.into_body()).await.is_ok_and(|sent| sent == body), "{length}");
        }
    }
}
