//! The worker: runs the procedures of its segments, and lets a gateway know that it does.

mod membership;
mod outbound;

use std::sync::Arc;

use async_trait::async_trait;
use jitar_engine::call::Reply;
use serde_json::Value;

pub(crate) use membership::Membership;
pub(crate) use outbound::ClusterOutbound;

use super::{Registration, Runner, ServiceError};
use crate::execution::{Execution, ExecutionError, PresentedKey, RpcRequest};

/// Runs requests on the procedures of this process, and on no others: only calls that application code makes leave it
/// (spec 12, "Relay").
pub(crate) struct Worker {
    execution: Arc<Execution>,
    /// What it says about itself to gateways that ask.
    registration: Option<Registration>,
}

impl Worker {
    /// A worker over `execution`.
    pub(crate) fn new(execution: Arc<Execution>) -> Self {
        Self { execution, registration: None }
    }

    /// The worker with what it says about itself.
    pub(crate) fn announcing(self, registration: Registration) -> Self {
        Self { registration: Some(registration), ..self }
    }
}

#[async_trait]
impl Runner for Worker {
    async fn run(&self, request: RpcRequest) -> Result<Reply, ServiceError> {
        Ok(self.execution.run(request).await?)
    }

    fn knows(&self, fqn: &str) -> bool {
        self.execution.procedures().exposes(fqn)
    }

    fn procedure_names(&self) -> &[String] {
        self.execution.procedures().names()
    }

    /// Without a key there is nothing to protect: procedures that need one cannot be called at all.
    fn announcement(&self, key: Option<&PresentedKey>) -> Result<Value, ServiceError> {
        let registration = self.registration.as_ref().ok_or(ServiceError::NotImplemented)?;
        let keys = self.execution.keys();
        if keys.is_empty() || key.is_some_and(|key| keys.accepts(key.reveal())) {
            Ok(registration.announcement())
        } else {
            Err(ExecutionError::NotTrusted.into())
        }
    }
}
