//! What goes to an isolate's thread.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use jitar_engine::call::Call;
use tokio::sync::oneshot;

use super::IsolateError;
use super::replies::ReplySender;

/// Where the outcome of a stop goes.
pub(super) type StopSender = oneshot::Sender<Result<(), IsolateError>>;

/// A message to one isolate's thread.
pub(super) enum Message {
    /// Nobody waits for this call any more.
    Cancel(u32),
    /// Run the tear-down scripts and end.
    Stop(StopSender),
}

/// Something that ends with a reply. Any isolate may take it.
pub(super) struct Start {
    /// Number of the call within the pool.
    pub(super) id: u32,
    /// What to do.
    pub(super) work: Work,
    /// When its time is over.
    pub(super) deadline: Instant,
    /// Where the reply goes.
    pub(super) reply: ReplySender,
    /// Number of the isolate that took it; means nothing before.
    pub(super) taken_by: Arc<AtomicUsize>,
}

/// What an isolate can be asked for.
pub(super) enum Work {
    /// Run a procedure.
    Call(Call),
    /// Run the health checks.
    Health,
}
