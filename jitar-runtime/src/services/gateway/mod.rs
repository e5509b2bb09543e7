//! The gateway: keeps the list of workers and sends every call to one of them.

mod addresses;
mod announcement;
mod balancer;
mod breaker;
mod budget;
mod direct;
mod load;
mod monitor;
mod prober;
mod random;
mod registration;
mod registry;
mod route;
mod router;
mod statics;
mod throttle;
mod worker;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jitar_engine::call::Reply;
use serde_json::Value;
use tokio::runtime::Handle;
use tracing::{debug, info};
use url::Url;

pub(crate) use announcement::Extras;
pub(crate) use direct::DirectWorkers;
pub(crate) use monitor::Monitor;
pub(crate) use registration::{Registration, read_state};
pub(crate) use router::{NOT_EXECUTED, Router, was_not_executed};
pub(crate) use statics::StaticWorkers;
pub(crate) use worker::WorkerSummary;

use self::addresses::Standing;
use self::prober::Prober;
use self::registry::{InMemory, Registry};
use self::worker::{RegisteredWorker, shortened};
use super::{ByteStream, Registrar, RegistrationError, Relayed, Remote, Runner, ServiceError, Viewer, WorkerState};
use crate::config::{Balancing, GatewayConfig, HashKey, TrustKeys};
use crate::execution::{ExecutionError, MAX_HOPS, NodeHeaders, PresentedKey, RpcRequest};
use crate::telemetry::Metrics;

/// A gateway.
pub(crate) struct Gateway {
    config: GatewayConfig,
    /// Address of this gateway, which no worker can have.
    url: Url,
    registry: Arc<dyn Registry>,
    remote: Arc<dyn Remote>,
    prober: Arc<Prober>,
    router: Router,
    /// Time of a call.
    wall: Duration,
}

impl Gateway {
    /// A gateway at `url` that gives calls the time `wall`.
    pub(crate) fn new(
        config: GatewayConfig,
        url: Url,
        remote: Arc<dyn Remote>,
        metrics: Arc<Metrics>,
        wall: Duration,
        handle: Handle,
    ) -> Self {
        let registry: Arc<dyn Registry> = Arc::new(InMemory::default());
        let prober = Arc::new(Prober::new(Arc::clone(&registry), Arc::clone(&remote), handle));
        let routing = config.routing.clone();
        let router = Router::new(Arc::clone(&registry), Arc::clone(&remote), Arc::clone(&prober), routing, metrics);
        Self { config, url, registry, remote, prober, router, wall }
    }

    /// What looks at the workers' reports while the gateway runs.
    pub(crate) fn monitor(&self) -> Monitor {
        Monitor::new(Arc::clone(&self.registry), &self.config)
    }

    /// What follows the workers that the service file names.
    pub(crate) fn static_workers(&self) -> StaticWorkers {
        StaticWorkers {
            registry: Arc::clone(&self.registry),
            remote: Arc::clone(&self.remote),
            urls: self.config.workers.clone(),
            key: self.config.trust_keys.first().map(PresentedKey::new),
            interval: self.config.monitor_interval,
            slow_start: self.config.routing.slow_start,
        }
    }

    fn standing(&self, key: Option<&str>, peer: Option<IpAddr>) -> Result<Standing, RegistrationError> {
        let keys = &self.config.trust_keys;
        match key {
            _ if keys.is_empty() && (self.config.open_registration || is_loopback(peer)) => Ok(Standing::Unknown),
            _ if keys.is_empty() => Err(RegistrationError::NotLocal),
            Some(key) if keys.accepts(key) => Ok(Standing::Trusted),
            _ => Err(RegistrationError::InvalidTrustKey),
        }
    }

    /// The request with the key of this gateway where its middleware added arguments to the call of a stranger. Workers then
    /// take those, and the caller may do no more than before.
    fn answering_for(&self, mut request: RpcRequest) -> RpcRequest {
        let keys = &self.config.trust_keys;
        if request.answered_for
            && !request.shows_key(keys)
            && let Some(key) = keys.first()
        {
            request.key = Some(PresentedKey::new(key));
            request.node = NodeHeaders { hops: request.node.hops, stranger: true, ..NodeHeaders::default() };
        }
        request
    }

    /// Takes back a worker whose place somebody claimed wrongly, unless it has registered again meanwhile.
    fn restore(&self, replaced: Option<Arc<RegisteredWorker>>) -> Result<(), RegistrationError> {
        let Some(worker) = replaced else { return Ok(()) };
        if self.registry.workers().iter().all(|known| known.url() != worker.url()) {
            self.registry.add(&worker)?;
        }
        Ok(())
    }

    fn check_may_see(&self, viewer: &Viewer<'_>) -> Result<(), ServiceError> {
        if viewer.may_see(&self.config.trust_keys) { Ok(()) } else { Err(ExecutionError::NotTrusted.into()) }
    }

    /// The worker with this id, for its holder. Peers of ours show the key as well, where there is one.
    fn held(&self, id: &str, key: Option<&PresentedKey>) -> Result<Arc<RegisteredWorker>, ServiceError> {
        let unknown = || RegistrationError::UnknownWorker(id.to_owned());
        let worker = self.registry.worker(id).ok_or_else(unknown)?;
        let keys = &self.config.trust_keys;
        let needs_key = worker.registration().extras.is_some() && !keys.is_empty();
        if needs_key && !key.is_some_and(|key| keys.accepts(key.reveal())) {
            return Err(RegistrationError::InvalidTrustKey.into());
        }
        Ok(worker)
    }
}

#[async_trait]
impl Runner for Gateway {
    async fn run(&self, request: RpcRequest) -> Result<Reply, ServiceError> {
        let (request, limit) = one_hop_further(request, &self.config.trust_keys, self.wall)?;
        self.router.run(self.answering_for(request), limit).await
    }

    async fn relay(&self, request: RpcRequest, body: Option<ByteStream>) -> Result<Relayed, ServiceError> {
        let (request, limit) = one_hop_further(request, &self.config.trust_keys, self.wall)?;
        self.router.relay(request, body, limit).await
    }

    /// Where an argument decides who is asked, the arguments are needed first.
    fn relays(&self) -> bool {
        !matches!(self.config.routing.balancing, Balancing::ConsistentHash(HashKey::Argument(_)))
    }

    fn knows(&self, fqn: &str) -> bool {
        self.router.has(fqn)
    }

    fn procedure_names(&self) -> &[String] {
        &[]
    }
}

#[async_trait]
impl Registrar for Gateway {
    async fn register(&self, registration: Registration, peer: Option<IpAddr>) -> Result<String, ServiceError> {
        let standing = self.standing(registration.trust_key.as_ref().map(PresentedKey::reveal), peer)?;
        addresses::check(&registration.url, standing, peer).await?;
        if registration.url == self.url {
            let problem = "Field 'url' is the address of the gateway itself".to_owned();
            return Err(RegistrationError::Invalid(vec![problem]).into());
        }
        if registration.node() != registration.url && !is_loopback(peer) && !is_local(peer) {
            let problem = "Field 'listen' is of use on the gateway's own machine only".to_owned();
            return Err(RegistrationError::Invalid(vec![problem]).into());
        }
        let slow_start = self.config.routing.slow_start;
        let worker = Arc::new(RegisteredWorker::new(registration, slow_start, Instant::now()));
        let replaced = self.registry.add(&worker)?;
        info!("Added worker: {}", worker.shown());
        if let Err(reason) = self.prober.introduce(&worker).await {
            self.restore(replaced)?;
            return Err(RegistrationError::Invalid(vec![format!("The worker {reason}")]).into());
        }
        Ok(worker.id().to_owned())
    }

    fn report(&self, id: &str, state: WorkerState, key: Option<&PresentedKey>) -> Result<(), ServiceError> {
        self.held(id, key)?.report(state, Instant::now());
        debug!("Reported worker: {}", shortened(id));
        if state == WorkerState::Stopped {
            self.remove(id, key)?;
        }
        Ok(())
    }

    fn remove(&self, id: &str, key: Option<&PresentedKey>) -> Result<(), ServiceError> {
        let worker = self.held(id, key)?;
        self.registry.remove(worker.id());
        info!("Removed worker: {}", shortened(id));
        Ok(())
    }

    fn list(&self, viewer: &Viewer<'_>) -> Result<Vec<WorkerSummary>, ServiceError> {
        self.check_may_see(viewer)?;
        let now = Instant::now();
        Ok(self.registry.workers().iter().map(|worker| worker.summary(now)).collect())
    }

    fn direct(&self, viewer: &Viewer<'_>) -> Result<Vec<Value>, ServiceError> {
        self.check_may_see(viewer)?;
        let workers = self.registry.workers();
        let direct = workers.iter().filter(|worker| worker.is_available() && worker.registration().is_direct());
        Ok(direct.map(|worker| worker.registration().announcement()).collect())
    }

    fn count(&self) -> Vec<(WorkerState, usize)> {
        let workers = self.registry.workers();
        let n_in = |state| workers.iter().filter(|worker| worker.seen_state() == state).count();
        WorkerState::ALL.into_iter().map(|state| (state, n_in(state))).collect()
    }

    fn knows(&self, id: &str, key: Option<&PresentedKey>) -> Result<(), ServiceError> {
        self.held(id, key).map(drop)
    }
}

/// A request as the next node gets it, and the time that the call has. The node headers go along as they are: the next
/// node judges them by the key that goes with them.
pub(super) fn one_hop_further(
    mut request: RpcRequest,
    keys: &TrustKeys,
    wall: Duration,
) -> Result<(RpcRequest, Duration), ServiceError> {
    let honoured = request.honoured(keys);
    if honoured.hops >= MAX_HOPS {
        return Err(ExecutionError::TooManyHops.into());
    }
    request.node.hops = honoured.hops + 1;
    let limit = honoured.deadline.map_or(wall, |deadline| deadline.min(wall));
    Ok((request, limit))
}

/// A procedure as the subject of a message.
pub(super) fn procedure(fqn: &str) -> String {
    format!("Procedure '{fqn}'")
}

fn is_loopback(peer: Option<IpAddr>) -> bool {
    peer.is_some_and(|peer| peer.to_canonical().is_loopback())
}

/// A caller without an address came through a socket of this machine.
fn is_local(peer: Option<IpAddr>) -> bool {
    peer.is_none()
}
