//! What a process does for others: run procedures, provide files, register workers, tell its health.
//!
//! One folder per service type; HTTP knows them only as the traits of this file, and they know other processes only as
//! a [`Remote`].

mod answers;
mod door;
mod error;
mod gateway;
mod middleware;
mod operations;
mod proxy;
mod remote;
mod repository;
mod server;
mod stream;
mod task;
mod worker;

#[cfg(test)]
pub(crate) mod tests;

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use jitar_engine::call::{Headers, Reply};
use serde_json::Value;

pub(crate) use error::{RegistrationError, ServiceError};
pub(crate) use gateway::{NOT_EXECUTED, Registration, WorkerSummary, read_state};
pub(crate) use operations::{Audience, Operations, Viewer};
pub(crate) use remote::{GatewayKind, NodeStatus, PlaceAt, Remote, RemoteError, shown};
pub(crate) use server::{Server, ServerError, runs_javascript};
pub(crate) use stream::{ByteStream, Relayed, Rest};

use crate::execution::{PresentedKey, RpcRequest};

/// Runs procedures.
#[async_trait]
pub(crate) trait Runner: Send + Sync {
    /// Runs one.
    async fn run(&self, request: RpcRequest) -> Result<Reply, ServiceError>;
    /// Runs one whose result, and with `body` whose arguments, pass piece by piece.
    async fn relay(&self, request: RpcRequest, body: Option<ByteStream>) -> Result<Relayed, ServiceError> {
        // Whoever runs procedures needs the whole arguments, and is asked for them by `relays`.
        drop(body);
        Ok(self.run(request).await?.into())
    }
    /// Whether arguments may come piece by piece, because this service only passes them on.
    fn relays(&self) -> bool {
        false
    }
    /// Whether there is such a procedure, as far as this service can tell.
    fn knows(&self, fqn: &str) -> bool;
    /// The procedures that this service runs itself.
    fn procedure_names(&self) -> &[String];
    /// What a worker says about itself to those who show its key.
    fn announcement(&self, key: Option<&PresentedKey>) -> Result<Value, ServiceError> {
        let _ = key;
        Err(ServiceError::NotImplemented)
    }
}

/// Provides files.
#[async_trait]
pub(crate) trait Provider: Send + Sync {
    /// Provides one.
    async fn provide(&self, request: FileRequest) -> Result<FileReply, ServiceError>;
}

/// Keeps a list of workers.
#[async_trait]
pub(crate) trait Registrar: Send + Sync {
    /// Adds a worker for a caller at `peer`, and gives its id.
    async fn register(&self, registration: Registration, peer: Option<IpAddr>) -> Result<String, ServiceError>;
    /// Takes a worker's report.
    fn report(&self, id: &str, state: WorkerState, key: Option<&PresentedKey>) -> Result<(), ServiceError>;
    /// Forgets a worker.
    fn remove(&self, id: &str, key: Option<&PresentedKey>) -> Result<(), ServiceError>;
    /// The workers, for operators.
    fn list(&self, viewer: &Viewer<'_>) -> Result<Vec<WorkerSummary>, ServiceError>;
    /// The workers that may be called without this service between, as they announced themselves. As [`Self::list`].
    fn direct(&self, viewer: &Viewer<'_>) -> Result<Vec<Value>, ServiceError>;
    /// How many workers are in each state.
    fn count(&self) -> Vec<(WorkerState, usize)>;
    /// Whether the worker is registered, for its holder.
    fn knows(&self, id: &str, key: Option<&PresentedKey>) -> Result<(), ServiceError>;
}

/// Tells whether a service is well.
#[async_trait]
pub(crate) trait HealthSource: Send + Sync {
    /// The result of each health check by name.
    async fn health(&self) -> Result<Vec<(String, bool)>, ServiceError>;
    /// Whether all is well.
    async fn is_healthy(&self) -> bool;
}

/// What one process offers. A missing half is answered with "not implemented".
#[derive(Clone)]
pub(crate) struct Services {
    /// For `/rpc`.
    pub(crate) runner: Option<Arc<dyn Runner>>,
    /// For files.
    pub(crate) provider: Option<Arc<dyn Provider>>,
    /// For `/workers`.
    pub(crate) registrar: Option<Arc<dyn Registrar>>,
    /// For `/health`.
    pub(crate) health: Arc<dyn HealthSource>,
    /// For `/metrics`, and who may see it.
    pub(crate) operations: Operations,
}

/// A request for a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileRequest {
    /// Decoded path without the first `/`; empty for the index.
    pub(crate) name: String,
    /// Those of [`FILE_HEADERS`] that came.
    pub(crate) headers: Headers,
}

/// Request headers that decide which form of a file is sent, and whether.
pub(crate) const FILE_HEADERS: [&str; 7] =
    ["accept", "accept-encoding", "if-match", "if-none-match", "if-range", "range", "sec-fetch-mode"];

impl FileRequest {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
impl FileRequest {
    /// A request with these headers.
    pub(crate) fn of(name: &str, headers: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { name: name.to_owned(), headers: headers.iter().map(owned).collect() }
    }
}

/// An answer to a request for a file: 200, 206, 304, 412, 416, or what another node answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileReply {
    /// HTTP status.
    pub(crate) status: u16,
    /// `content-type`, `etag` and the like.
    pub(crate) headers: Headers,
    /// The content, or what was asked for of it.
    pub(crate) body: Bytes,
}

/// States of a worker as a gateway sees it (spec 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum WorkerState {
    /// Registered, no report yet.
    Starting,
    /// Takes calls.
    Available,
    /// Not well, or silent for too long.
    Unavailable,
    /// Finishes what runs.
    Stopping,
    /// Gone.
    Stopped,
}

impl WorkerState {
    pub(crate) const ALL: [Self; 5] =
        [Self::Starting, Self::Available, Self::Unavailable, Self::Stopping, Self::Stopped];

    /// The state of a worker that is well or not.
    pub(crate) fn of_health(is_healthy: bool) -> Self {
        if is_healthy { Self::Available } else { Self::Unavailable }
    }

    /// The word on the wire.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Available => "available",
            Self::Unavailable => "unavailable",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }

    fn from_code(code: u8) -> Self {
        Self::ALL.into_iter().find(|state| *state as u8 == code).unwrap_or(Self::Unavailable)
    }
}

impl FromStr for WorkerState {
    type Err = RegistrationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(RegistrationError::InvalidState)
    }
}
