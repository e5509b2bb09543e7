//! The proxy: calls go to gateways or a worker, files come from one repository.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jitar_engine::call::Reply;

use super::gateway::{one_hop_further, procedure, was_not_executed};
use super::{
    ByteStream, FileReply, FileRequest, HealthSource, Provider, Relayed, Remote, RemoteError, Runner, ServiceError,
};
use crate::config::{ProxyConfig, TrustKeys};
use crate::execution::RpcRequest;

/// Gateways and a repository under one address.
pub(crate) struct Proxy {
    config: ProxyConfig,
    /// The gateway that is asked first.
    current: AtomicUsize,
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
        Self { config, current: AtomicUsize::new(0), remote, own, wall }
    }

    /// The gateways in the order in which they are asked, by number.
    fn order(&self) -> impl Iterator<Item = usize> + use<> {
        let (first, n) = (self.current.load(Ordering::Relaxed), self.config.gateways.len());
        (first..first + n).map(move |idx| idx % n)
    }

    /// The checks of the first gateway that tells them.
    async fn checks_of_gateways(&self) -> Result<Vec<(String, bool)>, RemoteError> {
        let mut outcome = Ok(Vec::new());
        for idx in self.order() {
            outcome = self.remote.health(&self.config.gateways[idx]).await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    async fn is_a_gateway_healthy(&self) -> bool {
        for idx in self.order() {
            if self.remote.status(&self.config.gateways[idx]).await.is_ok_and(|status| status.is_healthy) {
                return true;
            }
        }
        false
    }
}

#[async_trait]
impl Runner for Proxy {
    async fn run(&self, request: RpcRequest) -> Result<Reply, ServiceError> {
        let what = procedure(&request.fqn);
        let relayed = self.relay(request, None).await?;
        relayed.whole().await.map_err(|error| ServiceError::remote(what)(RemoteError::broken_off(&error)))
    }

    /// Asks the next gateway when nothing came of the call. A body that comes piece by piece is there only once.
    async fn relay(&self, request: RpcRequest, body: Option<ByteStream>) -> Result<Relayed, ServiceError> {
        // A proxy has no key of its own; the gateway and the worker look at the caller's.
        let (request, limit) = one_hop_further(request, &TrustKeys::default(), self.wall)?;
        let what = procedure(&request.fqn);
        let (start, is_repeatable) = (Instant::now(), body.is_none());
        let mut body = body;
        let mut outcome = Err(ServiceError::NoGateway(request.fqn.clone()));
        for idx in self.order() {
            let left = limit.saturating_sub(start.elapsed());
            let answer = self.remote.relay(&self.config.gateways[idx], &request, body.take(), left).await;
            let (is_lost, is_over) = match &answer {
                Ok(relayed) => (false, !was_not_executed(&relayed.reply)),
                Err(error) => (error.is_loss(), !error.nothing_happened()),
            };
            outcome = answer.map_err(ServiceError::remote(what.clone()));
            if is_lost {
                // Later calls need not find that out again.
                self.current.store((idx + 1) % self.config.gateways.len(), Ordering::Relaxed);
            }
            if is_over || !is_repeatable {
                break;
            }
        }
        outcome
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
        let both = tokio::try_join!(self.remote.health(&self.config.repository), self.checks_of_gateways());
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
            self.is_a_gateway_healthy(),
            self.own.is_healthy()
        );
        own && calls && files.is_ok_and(|status| status.is_healthy)
    }
}
