//! Why a service did not do what it was asked for.

use std::time::Duration;

use super::RemoteError;
use crate::execution::ExecutionError;
use crate::isolate::IsolateError;

/// A service failed. The texts go to the caller.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServiceError {
    /// This service has no such capability.
    #[error("Not implemented")]
    NotImplemented,
    /// Running failed on this node.
    #[error(transparent)]
    Execution(#[from] ExecutionError),
    /// Another node did not answer. Its address is for the log only.
    #[error("{what} {}", outcome(source))]
    Remote {
        /// What was asked for, such as `Procedure 'x'`.
        what: String,
        /// What happened.
        source: RemoteError,
    },
    /// Application code calls a procedure of another service, and there is no way to it.
    #[error(
        "Procedure '{0}' not found: this service does not have it, and no `gateway` is configured to send the call to"
    )]
    NoGateway(String),
    /// Workers with the procedure are registered, but none takes calls now.
    #[error("No worker available for procedure '{0}'")]
    NoWorkerAvailable(String),
    /// The client makes too many calls; the next one is allowed after this time.
    #[error("too many calls; try again later")]
    TooManyRequests(Duration),
    /// As many calls are under way as may be.
    #[error("Too many calls are under way; try again")]
    Overloaded,
    /// An `idempotency-key` that cannot be used.
    #[error("the header `idempotency-key` {0}")]
    IdempotencyKey(&'static str),
    /// Values that middleware added to a query.
    #[error(
        "what middleware adds to the query is {size} bytes long, and may be {most}; add less, or let clients send a body"
    )]
    TooMuchBeside {
        /// Their bytes.
        size: usize,
        /// The most that go along.
        most: usize,
    },
    /// No such file.
    #[error("The file '{0}' could not be found")]
    FileNotFound(String),
    /// Health checks could not run.
    #[error(transparent)]
    Health(#[from] IsolateError),
    /// The list of workers was not changed.
    #[error(transparent)]
    Registration(#[from] RegistrationError),
}

impl ServiceError {
    /// Whether the call is one too many, which says nothing about this service but that there is much to do.
    pub(crate) fn is_rejection(&self) -> bool {
        use ExecutionError::{Isolate, TooManyCalls};
        matches!(
            self,
            Self::TooManyRequests(_)
                | Self::Overloaded
                | Self::Execution(TooManyCalls(_) | Isolate(IsolateError::QueueFull))
        )
    }

    /// A failed call of another node for `what`.
    pub(crate) fn remote(what: impl Into<String>) -> impl FnOnce(RemoteError) -> Self {
        |source| Self::Remote { what: what.into(), source }
    }
}

fn outcome(error: &RemoteError) -> &'static str {
    match error {
        RemoteError::Unreachable { .. } => "cannot be reached",
        RemoteError::Deadline { .. } => "took too long to answer",
        RemoteError::Body(_) => "did not get the whole request body",
        RemoteError::TooLong => "cannot be asked with a path and a query of this length",
        RemoteError::Refused { .. } | RemoteError::Answer { .. } => "gave no usable answer",
    }
}

/// A request about workers was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistrationError {
    /// The body is not what it must be; one line per problem.
    #[error("{}", .0.join("\n"))]
    Invalid(Vec<String>),
    /// The key is wrong or missing.
    #[error("Invalid trust key")]
    InvalidTrustKey,
    /// There is no key, and the caller is on another machine.
    #[error(
        "without a trust key, only workers on the gateway's own machine may register; set `trustKey` on both, or `openRegistration` on the gateway"
    )]
    NotLocal,
    /// The list is full.
    #[error("the gateway has {0} workers and takes no more")]
    Full(usize),
    /// The service is no gateway.
    #[error("Cannot remove worker from remote gateway")]
    NotAGateway,
    /// The state is none of the five.
    #[error("Invalid state value")]
    InvalidState,
    /// Nobody is registered under that id.
    #[error("Unknown worker id '{0}'")]
    UnknownWorker(String),
}
