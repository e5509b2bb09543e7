//! The worker: runs the procedures of its segments, and lets a gateway know that it does.

mod membership;
mod outbound;

use std::sync::Arc;

use async_trait::async_trait;
use jitar_engine::call::Reply;

pub(crate) use membership::Membership;
pub(crate) use outbound::ClusterOutbound;

use super::{Runner, ServiceError};
use crate::execution::{Execution, RpcRequest};

/// Runs requests on the procedures of this process, and on no others: only calls that application code makes leave it
/// (spec 12, "Relay").
pub(crate) struct Worker {
    execution: Arc<Execution>,
}

impl Worker {
    /// A worker over `execution`.
    pub(crate) fn new(execution: Arc<Execution>) -> Self {
        Self { execution }
    }
}

#[async_trait]
impl Runner for Worker {
    async fn run(&self, request: RpcRequest) -> Result<Reply, ServiceError> {
        Ok(self.execution.run(request).await?)
    }

    fn procedure_names(&self) -> &[String] {
        self.execution.procedures().names()
    }
}
