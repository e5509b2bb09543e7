//! The proxy: calls go to one gateway or worker, files come from one repository.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jitar_engine::call::Reply;

use super::gateway::{one_hop_further, procedure};
use super::{ByteStream, FileReply, FileRequest, HealthSource, Provider, Relayed, Remote, Runner, ServiceError};
use crate::config::{ProxyConfig, TrustKeys};
use crate::execution::RpcRequest;

/// A gateway and a repository under one address.
pub(crate) struct Proxy {
    config: ProxyConfig,
    remote: Arc<dyn Remote>,
    /// The health of this process itself.
    own: Arc<dyn HealthSource>,
    /// Time of a call.
    wall: Duration,
}

impl Proxy {
    /// A proxy that gives calls the time `wall`.
    pub(crate) fn new(
        config: ProxyConfig,
        remote: Arc<dyn Remote>,
        own: Arc<dyn HealthSource>,
        wall: Duration,
    ) -> Self {
        Self { config, remote, own, wall }
    }
}

#[async_trait]
impl Runner for Proxy {
    async fn run(&self, request: RpcRequest) -> Result<Reply, ServiceError> {
        // A proxy has no key of its own; the gateway and the worker look at the caller's.
        let (request, limit) = one_hop_further(request, &TrustKeys::default(), self.wall)?;
        let what = procedure(&request.fqn);
        self.remote.run(&self.config.gateway, request, limit).await.map_err(ServiceError::remote(what))
    }

    async fn relay(&self, request: RpcRequest, body: Option<ByteStream>) -> Result<Relayed, ServiceError> {
        let (request, limit) = one_hop_further(request, &TrustKeys::default(), self.wall)?;
        let what = procedure(&request.fqn);
        self.remote.relay(&self.config.gateway, request, body, limit).await.map_err(ServiceError::remote(what))
    }

    fn relays(&self) -> bool {
        true
    }

    /// It does not know what there is behind it.
    fn knows(&self, _fqn: &str) -> bool {
        false
    }

    fn procedure_names(&self) -> &[String] {
        &[]
    }
}

#[async_trait]
impl Provider for Proxy {
    async fn provide(&self, request: FileRequest) -> Result<FileReply, ServiceError> {
        // Such names are never files, and an address would lose them on the way.
        let is_plain = request.name.is_empty() || request.name.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !is_plain {
            return Err(ServiceError::FileNotFound(request.name));
        }
        let what = format!("The file '{}'", request.name);
        self.remote.file(&self.config.repository, request).await.map_err(ServiceError::remote(what))
    }
}

#[async_trait]
impl HealthSource for Proxy {
    /// All checks of the three; of equal names the gateway's win, then the repository's.
    async fn health(&self) -> Result<Vec<(String, bool)>, ServiceError> {
        let both =
            tokio::try_join!(self.remote.health(&self.config.repository), self.remote.health(&self.config.gateway));
        let (files, mut checks) = both.map_err(ServiceError::remote("The gateway or the repository"))?;
        for (name, is_well) in files.into_iter().chain(self.own.health().await?) {
            if checks.iter().all(|(known, _)| *known != name) {
                checks.push((name, is_well));
            }
        }
        Ok(checks)
    }

    async fn is_healthy(&self) -> bool {
        let (files, calls, own) = tokio::join!(
            self.remote.status(&self.config.repository),
            self.remote.status(&self.config.gateway),
            self.own.is_healthy()
        );
        own && [files, calls].into_iter().all(|status| status.is_ok_and(|status| status.is_healthy))
    }
}
