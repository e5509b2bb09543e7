//! A request for a procedure as it travels between HTTP, services and execution.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use jitar_engine::call::{ExtendedForms, Headers, RunMode};
use jitar_engine::manifest::Version;

use crate::config::TrustKeys;

/// Number of nodes that a call may go through.
pub(crate) const MAX_HOPS: u8 = 16;

/// A request for a procedure. Nothing in it is trusted but what [`RpcRequest::honoured`] lets through.
#[derive(Debug, Clone)]
pub(crate) struct RpcRequest {
    /// Fully qualified name of the procedure.
    pub(crate) fqn: String,
    /// The version asked for; 0.0.0 stands for none.
    pub(crate) version: Version,
    /// The arguments as they came.
    pub(crate) payload: Payload,
    /// Whether arguments and result use the serialised encoding.
    pub(crate) serialized: bool,
    /// Forms of that encoding that only nodes of ours know.
    pub(crate) extended: ExtendedForms,
    /// Execute, or only check.
    pub(crate) mode: RunMode,
    /// What application code may see, without the names that belong to Jitar or to the connection.
    pub(crate) headers: Headers,
    /// The trust key that the caller showed.
    pub(crate) key: Option<PresentedKey>,
    /// What the sender says about the call's way so far.
    pub(crate) node: NodeHeaders,
    /// JSON text of further arguments, which middleware of another node added to a query. Counts with the key only.
    pub(crate) beside: Option<String>,
    /// Whether middleware of this node added arguments for which the node answers: with its own key, where it has one.
    pub(crate) answered_for: bool,
    /// The address of the caller; none when it came from this process or through a socket.
    pub(crate) peer: Option<IpAddr>,
}

/// Arguments as they came over the network. A gateway passes them on without a look.
#[derive(Debug, Clone)]
pub(crate) enum Payload {
    /// The query of a GET, without `?`.
    Query(String),
    /// A body and its content type.
    Body {
        /// Value of `content-type`; empty if there was none.
        content_type: String,
        /// The body, possibly empty.
        bytes: Bytes,
    },
}

impl Payload {
    /// Bytes.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Query(query) => query.len(),
            Self::Body { bytes, .. } => bytes.len(),
        }
    }

    /// The JSON body `text`.
    pub(crate) fn json(text: impl Into<Bytes>) -> Self {
        Self::Body { content_type: "application/json".to_owned(), bytes: text.into() }
    }
}

/// Headers that nodes add for each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct NodeHeaders {
    /// What is left of the call's time.
    pub(crate) deadline: Option<Duration>,
    /// Nodes that the call went through.
    pub(crate) hops: u8,
    /// Whether the sender asks for a dry run.
    pub(crate) dry: bool,
    /// Whether the sender passes on the call of somebody who did not show the key.
    pub(crate) stranger: bool,
}

/// A trust key as a caller showed it. Never printed.
#[derive(Clone)]
pub(crate) struct PresentedKey(String);

impl PresentedKey {
    /// The key `text`.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key itself, for comparing it and for sending it on.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PresentedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresentedKey")
    }
}

impl RpcRequest {
    /// Whether whoever sent this showed one of `keys`: a node, which answers for what it says. Without keys nobody does.
    pub(crate) fn shows_key(&self, keys: &TrustKeys) -> bool {
        self.key.as_ref().is_some_and(|key| keys.accepts(key.reveal()))
    }

    /// Whether the call is of somebody who showed one of `keys`.
    pub(crate) fn is_trusted(&self, keys: &TrustKeys) -> bool {
        !self.node.stranger && self.shows_key(keys)
    }

    /// The node headers that count on a node with these keys.
    ///
    /// Only a trusted sender sets them. Where no keys exist nobody can be trusted, and hops count from everybody:
    /// they can only end a call, and circles must end there too.
    pub(crate) fn honoured(&self, keys: &TrustKeys) -> NodeHeaders {
        if self.shows_key(keys) {
            self.node
        } else if keys.is_empty() {
            NodeHeaders { hops: self.node.hops, ..NodeHeaders::default() }
        } else {
            NodeHeaders::default()
        }
    }
}
