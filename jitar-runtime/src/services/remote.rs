//! Other processes, as services see them. `http::client` is the one implementation outside of tests.

use std::time::Duration;

use async_trait::async_trait;
use jitar_engine::call::Reply;
use url::Url;

use super::{ByteStream, FileReply, FileRequest, Registration, Relayed, WorkerState};
use crate::execution::{PresentedKey, RpcRequest};

/// What one node asks of another. Each call is one HTTP request, without retries.
#[async_trait]
pub(crate) trait Remote: Send + Sync {
    /// Runs a procedure within `limit`, which shortens the call's deadline if it has one. An error that the procedure or the
    /// node answered is a reply.
    async fn run(&self, node: &Url, request: &RpcRequest, limit: Duration) -> Result<Reply, RemoteError>;
    /// As [`Remote::run`], but what is large passes piece by piece: the result, and with `body` the arguments. `limit` is
    /// for the time until the result begins, and between two pieces.
    async fn relay(
        &self,
        node: &Url,
        request: &RpcRequest,
        body: Option<ByteStream>,
        limit: Duration,
    ) -> Result<Relayed, RemoteError>;
    /// Gets a file.
    async fn file(&self, node: &Url, request: FileRequest) -> Result<FileReply, RemoteError>;
    /// The results of the health checks.
    async fn health(&self, node: &Url) -> Result<Vec<(String, bool)>, RemoteError>;
    /// How the node is, and whether it is one of ours.
    async fn status(&self, node: &Url) -> Result<NodeStatus, RemoteError>;
    /// What a worker of ours says about itself.
    async fn announcement(&self, worker: &Url, key: Option<&PresentedKey>) -> Result<Registration, RemoteError>;
    /// The workers of a gateway of ours that may be called without it, and take calls.
    async fn direct_workers(&self, gateway: &Url, key: Option<&PresentedKey>)
    -> Result<Vec<Registration>, RemoteError>;
    /// Registers at a gateway, and gives the id. Only a gateway of ours gets all that the worker has to say.
    async fn register(
        &self,
        gateway: &Url,
        registration: &Registration,
        kind: GatewayKind,
    ) -> Result<String, RemoteError>;
    /// Reports a state to a gateway.
    async fn report(&self, place: &PlaceAt, state: WorkerState) -> Result<(), RemoteError>;
    /// Leaves a gateway.
    async fn remove(&self, place: &PlaceAt) -> Result<(), RemoteError>;
    /// Waits until a gateway of ours is gone or does not know the worker any more, and says which.
    async fn watch(&self, place: &PlaceAt) -> RemoteError;
}

/// How another node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeStatus {
    /// Whether it is well.
    pub(crate) is_healthy: bool,
    /// Whether it is one of ours.
    pub(crate) is_peer: bool,
}

/// Whose a gateway is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GatewayKind {
    /// Ours.
    Peer,
    /// The known implementation, which refuses what it does not know.
    Known,
}

/// A worker's place at a gateway.
#[derive(Debug, Clone)]
pub(crate) struct PlaceAt {
    /// The gateway.
    pub(crate) gateway: Url,
    /// The worker's id there.
    pub(crate) id: String,
    /// Whose the gateway is.
    pub(crate) kind: GatewayKind,
    /// The key, for gateways of ours only.
    pub(crate) key: Option<PresentedKey>,
}

/// Another node did not answer as it should.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum RemoteError {
    /// No connection, or it broke.
    #[error("`{node}` cannot be reached: {reason}")]
    Unreachable {
        /// Address of the node.
        node: String,
        /// What happened.
        reason: String,
        /// Whether the node may have got the request.
        was_sent: bool,
    },
    /// The answer took too long.
    #[error("`{node}` did not answer within {limit:?}")]
    Deadline {
        /// Address of the node.
        node: String,
        /// The time it had.
        limit: Duration,
    },
    /// The caller's body broke off on its way to the node, which has nothing to do with the node.
    #[error("the request body broke off: {0}")]
    Body(std::io::ErrorKind),
    /// The request's path and query are longer than an address can be, which has nothing to do with the node.
    #[error("the path and the query are too long to be sent on")]
    TooLong,
    /// The node refused.
    #[error("`{node}` answered {status}: {message}")]
    Refused {
        /// Address of the node.
        node: String,
        /// HTTP status.
        status: u16,
        /// Text of the answer.
        message: String,
    },
    /// The answer makes no sense.
    #[error("`{node}` gave an answer that is not understood: {reason}")]
    Answer {
        /// Address of the node.
        node: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl RemoteError {
    /// An answer that broke off.
    pub(crate) fn broken_off(error: &std::io::Error) -> Self {
        Self::Unreachable { node: "the worker".to_owned(), reason: error.to_string(), was_sent: true }
    }

    /// Whether the node certainly did nothing.
    pub(crate) fn nothing_happened(&self) -> bool {
        matches!(self, Self::Unreachable { was_sent: false, .. })
    }

    /// Whether it says nothing about the node.
    pub(crate) fn is_of_the_caller(&self) -> bool {
        matches!(self, Self::Body(_) | Self::TooLong)
    }

    /// Whether the connection to the node was lost, or there was none.
    pub(crate) fn is_loss(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// Whether a gateway said that it does not know the worker: with 404, or as the known implementation with 500.
    pub(crate) fn says_unknown_worker(&self) -> bool {
        match self {
            Self::Refused { status: 404, .. } => true,
            Self::Refused { status: 500, message, .. } => message.starts_with("Unknown worker id"),
            _ => false,
        }
    }
}

/// An address for messages: without the slash that ends an address without path, and without user and password.
pub(crate) fn shown(node: &Url) -> String {
    let mut node = node.clone();
    // Both fail only for addresses that cannot have a user, which then have none.
    let (_, _) = (node.set_username(""), node.set_password(None));
    node.as_str().trim_end_matches('/').to_owned()
}
