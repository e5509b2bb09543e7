//! Bodies that pass a node piece by piece, so that their size does not matter to it.

use std::io;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::BoxStream;
use jitar_engine::call::Reply;

/// A body that comes piece by piece.
pub(crate) type ByteStream = BoxStream<'static, io::Result<Bytes>>;

/// A reply of another node that may still be on its way.
pub(crate) struct Relayed {
    /// The reply; its body is empty when it comes piece by piece.
    pub(crate) reply: Reply,
    /// The body that comes piece by piece.
    pub(crate) rest: Option<Rest>,
}

/// A body that is on its way.
pub(crate) struct Rest {
    /// Its bytes in all, where they are known.
    pub(crate) length: Option<u64>,
    /// The pieces.
    pub(crate) pieces: ByteStream,
}

impl From<Reply> for Relayed {
    fn from(reply: Reply) -> Self {
        Self { reply, rest: None }
    }
}

impl Relayed {
    /// The reply with its whole body.
    ///
    /// # Errors
    /// When the body breaks off.
    pub(crate) async fn whole(self) -> io::Result<Reply> {
        let Some(mut rest) = self.rest else { return Ok(self.reply) };
        let mut body = BytesMut::new();
        while let Some(piece) = rest.pieces.next().await {
            body.extend_from_slice(&piece?);
        }
        Ok(Reply { body: body.freeze(), ..self.reply })
    }
}
