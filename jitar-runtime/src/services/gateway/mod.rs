//! The gateway: keeps the list of workers and sends every call to one of them.

mod balancer;
mod monitor;
mod registration;
mod registry;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jitar_engine::call::Reply;
use tokio::runtime::Handle;
use tracing::{debug, info};
use url::Url;

pub(crate) use monitor::Monitor;
pub(crate) use registration::{Registration, read_state};
pub(crate) use registry::WorkerSummary;

use self::registry::{RegisteredWorker, Registry};
use super::remote::shown;
use super::{Registrar, RegistrationError, Remote, Runner, ServiceError, WorkerState};
use crate::config::{GatewayConfig, TrustKeys};
use crate::execution::{ExecutionError, MAX_HOPS, PresentedKey, RpcRequest};
use crate::schedule::BackOff;

/// A gateway.
pub(crate) struct Gateway {
    config: GatewayConfig,
    /// Address of this gateway, which no worker can have.
    url: Url,
    registry: Arc<Registry>,
    remote: Arc<dyn Remote>,
    /// Time of a call.
    wall: Duration,
    /// Where probes run; the threads that serve requests may end earlier.
    handle: Handle,
}

impl Gateway {
    /// A gateway at `url` that gives calls the time `wall`.
    pub(crate) fn new(
        config: GatewayConfig,
        url: Url,
        remote: Arc<dyn Remote>,
        wall: Duration,
        handle: Handle,
    ) -> Self {
        Self { config, url, registry: Arc::default(), remote, wall, handle }
    }

    /// What looks at the workers' reports while the gateway runs.
    pub(crate) fn monitor(&self) -> Monitor {
        Monitor::new(Arc::clone(&self.registry), &self.config)
    }

    fn may_register(&self, key: Option<&str>, peer: Option<IpAddr>) -> Result<(), RegistrationError> {
        let keys = &self.config.trust_keys;
        match key {
            _ if keys.is_empty() && self.config.open_registration => Ok(()),
            _ if keys.is_empty() && is_loopback(peer) => Ok(()),
            _ if keys.is_empty() => Err(RegistrationError::NotLocal),
            Some(key) if keys.accepts(key) => Ok(()),
            _ => Err(RegistrationError::InvalidTrustKey),
        }
    }

    /// Asks a new worker for its health until it answers or reports, so that it takes calls before its first report.
    fn probe(&self, worker: Arc<RegisteredWorker>) {
        let (remote, registry) = (Arc::clone(&self.remote), Arc::clone(&self.registry));
        self.handle.spawn(async move {
            let mut back_off = BackOff::default();
            while worker.state() == WorkerState::Starting && registry.has(worker.id()) {
                if let Ok(is_healthy) = remote.is_healthy(worker.url()).await {
                    worker.probed(WorkerState::of_health(is_healthy), Instant::now());
                    return;
                }
                tokio::time::sleep(back_off.next_delay()).await;
            }
        });
    }
}

#[async_trait]
impl Runner for Gateway {
    async fn run(&self, request: RpcRequest) -> Result<Reply, ServiceError> {
        let worker = self.registry.next(&request.fqn)?;
        forward(&*self.remote, worker.url(), request, &self.config.trust_keys, self.wall).await
    }

    fn procedure_names(&self) -> &[String] {
        &[]
    }
}

impl Registrar for Gateway {
    fn register(&self, registration: Registration, peer: Option<IpAddr>) -> Result<String, ServiceError> {
        self.may_register(registration.trust_key.as_ref().map(PresentedKey::reveal), peer)?;
        if registration.url == self.url {
            let problem = "Field 'url' is the address of the gateway itself".to_owned();
            return Err(RegistrationError::Invalid(vec![problem]).into());
        }
        let worker = self.registry.add(registration, Instant::now())?;
        info!("Added worker: {}", shown(worker.url()));
        let id = worker.id().to_owned();
        self.probe(worker);
        Ok(id)
    }

    fn report(&self, id: &str, state: WorkerState) -> Result<(), ServiceError> {
        self.registry.report(id, state, Instant::now())?;
        debug!("Reported worker: {}", registry::shortened(id));
        if state == WorkerState::Stopped {
            self.remove(id)?;
        }
        Ok(())
    }

    fn remove(&self, id: &str) -> Result<(), ServiceError> {
        self.registry.remove(id)?;
        info!("Removed worker: {}", registry::shortened(id));
        Ok(())
    }

    fn list(&self, key: Option<&PresentedKey>, peer: Option<IpAddr>) -> Result<Vec<WorkerSummary>, ServiceError> {
        let keys = &self.config.trust_keys;
        let may_see =
            if keys.is_empty() { is_loopback(peer) } else { key.is_some_and(|key| keys.accepts(key.reveal())) };
        if may_see { Ok(self.registry.summaries(Instant::now())) } else { Err(ExecutionError::NotTrusted.into()) }
    }
}

/// Sends a request on to `node`, one hop further. The node headers go along as they are: the next node judges them
/// by the key that goes with them.
pub(super) async fn forward(
    remote: &dyn Remote,
    node: &Url,
    mut request: RpcRequest,
    keys: &TrustKeys,
    wall: Duration,
) -> Result<Reply, ServiceError> {
    let honoured = request.honoured(keys);
    if honoured.hops >= MAX_HOPS {
        return Err(ExecutionError::TooManyHops.into());
    }
    request.node.hops = honoured.hops + 1;
    let limit = honoured.deadline.map_or(wall, |deadline| deadline.min(wall));
    let what = procedure(&request.fqn);
    remote.run(node, request, limit).await.map_err(ServiceError::remote(what))
}

/// A procedure as the subject of a message.
pub(super) fn procedure(fqn: &str) -> String {
    format!("Procedure '{fqn}'")
}

fn is_loopback(peer: Option<IpAddr>) -> bool {
    peer.is_some_and(|peer| peer.to_canonical().is_loopback())
}
