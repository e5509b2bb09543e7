//! Why a request did not reach its function, or did not come back from it.

use jitar_engine::manifest::{InvalidVersionNumber, Version};

use super::ArgumentsError;
use crate::isolate::IsolateError;

/// A request failed outside of application code. The texts go to the caller; the first three are part of the protocol.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExecutionError {
    /// There is no such procedure, or it is private.
    #[error("Procedure '{0}' not found")]
    ProcedureNotFound(String),
    /// Every version of the procedure is greater than the one asked for.
    #[error("Procedure '{fqn}' not found in version {requested}; it exists in {available}")]
    VersionNotFound {
        /// The procedure.
        fqn: String,
        /// The version asked for.
        requested: Version,
        /// The versions that callers may use, for people.
        available: String,
    },
    /// The procedure is protected, and the caller did not show the key.
    #[error("Request not trusted")]
    NotTrusted,
    /// The version is not a version.
    #[error(transparent)]
    Version(#[from] InvalidVersionNumber),
    /// The call went through too many nodes.
    #[error("the call went through more than {max} nodes; do the services call each other in a circle?", max = super::MAX_HOPS)]
    TooManyHops,
    /// A node on the way does not know the forms in the arguments.
    #[error("Procedure '{0}' is run by nodes that do not know the extended forms of values")]
    PlainFormsOnly(String),
    /// GET was used for a procedure that may change something.
    #[error("Procedure '{0}' is not declared `safe`, and this service lets GET call safe ones only; use POST")]
    NotSafe(String),
    /// The procedure runs as often as it may at the same time.
    #[error("`{0}` runs as often as its `limits.concurrency` allows; try again")]
    TooManyCalls(String),
    /// The arguments cannot be read.
    #[error(transparent)]
    Arguments(#[from] ArgumentsError),
    /// The isolate did not answer.
    #[error(transparent)]
    Isolate(#[from] IsolateError),
}
