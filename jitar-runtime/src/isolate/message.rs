//! What goes to an isolate's thread.

use std::time::Instant;

use jitar_engine::call::{Call, Reply};
use tokio::sync::oneshot;

use super::IsolateError;

/// Where the outcome of a call goes.
pub(super) type ReplySender = oneshot::Sender<Result<Reply, IsolateError>>;

/// A message to an isolate's thread.
pub(super) enum Message {
    /// Start something that ends with a reply.
    Start(Start),
    /// Nobody waits for this call any more.
    Cancel(u32),
    /// Run the tear-down scripts and end.
    Stop(oneshot::Sender<Result<(), IsolateError>>),
}

/// Something that ends with a reply.
pub(super) struct Start {
    /// Number of the call within the pool.
    pub(super) id: u32,
    /// What to do.
    pub(super) work: Work,
    /// When its time is over.
    pub(super) deadline: Instant,
    /// Where the reply goes.
    pub(super) reply: ReplySender,
}

/// What an isolate can be asked for.
pub(super) enum Work {
    /// Run a procedure.
    Call(Call),
    /// Run the health checks.
    Health,
}
