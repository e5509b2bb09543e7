//! Why a call got no reply from application code.

use jitar_engine::TerminationReason;

/// Why a call got no reply from application code.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum IsolateError {
    /// Every isolate has as many calls as `limits.pending` and `limits.queue` allow. Nothing was executed.
    #[error("Too many calls are waiting; try again")]
    QueueFull,
    /// The call took longer than its time.
    #[error("The call took longer than {millis} ms (`limits.wall`, or the caller's deadline)")]
    Deadline {
        /// The time that it had, in milliseconds.
        millis: u128,
    },
    /// This call made its isolate exceed a limit, and was ended with it.
    #[error("The call exceeded `{}` and was ended", .0.setting())]
    Exceeded(TerminationReason),
    /// Another call made the isolate exceed a limit; this one may be repeated.
    #[error("The isolate was replaced because another call exceeded `{}`; try again", .0.setting())]
    Replaced(TerminationReason),
    /// The isolate's thread ended by a fault of ours.
    #[error("The isolate was replaced because its thread ended; try again")]
    Lost,
    /// An isolate did not start.
    #[error("{0}")]
    Boot(String),
    /// A script, middleware or health check failed.
    #[error("{0}")]
    Script(String),
    /// The service is stopping.
    #[error("The service is stopping")]
    Stopped,
}
