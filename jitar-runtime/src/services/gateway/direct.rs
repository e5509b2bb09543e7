//! Workers that this worker calls without a gateway between. A gateway says who they are; the calls are spread and
//! repeated as a gateway does it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tracing::debug;
use url::Url;

use super::prober::Prober;
use super::registration::Registration;
use super::registry::{InMemory, Registry};
use super::router::Router;
use super::worker::RegisteredWorker;
use crate::config::Routing;
use crate::execution::PresentedKey;
use crate::services::{Remote, RemoteError, WorkerState};
use crate::telemetry::Metrics;

/// Longest time between two looks at the gateway's list.
const LONGEST: Duration = Duration::from_secs(2);

/// Follows the list of a gateway.
pub(crate) struct DirectWorkers {
    gateways: Vec<Url>,
    /// This worker itself, which calls its own procedures without a network.
    own: Url,
    key: Option<PresentedKey>,
    interval: Duration,
    registry: Arc<dyn Registry>,
    remote: Arc<dyn Remote>,
    prober: Arc<Prober>,
    router: Arc<Router>,
}

impl DirectWorkers {
    /// Workers that `gateways` know, as seen from the worker at `own`.
    pub(crate) fn new(
        gateways: Vec<Url>,
        own: Url,
        key: Option<PresentedKey>,
        interval: Duration,
        remote: Arc<dyn Remote>,
        metrics: Arc<Metrics>,
        handle: Handle,
    ) -> Self {
        let registry: Arc<dyn Registry> = Arc::new(InMemory::default());
        let prober = Arc::new(Prober::new(Arc::clone(&registry), Arc::clone(&remote), handle));
        let routing = Routing { slow_start: Duration::ZERO, ..Routing::default() };
        let router = Router::new(Arc::clone(&registry), Arc::clone(&remote), Arc::clone(&prober), routing, metrics);
        let router = Arc::new(router);
        Self { gateways, own, key, interval: interval.min(LONGEST), registry, remote, prober, router }
    }

    /// What sends calls to them.
    pub(crate) fn router(&self) -> &Arc<Router> {
        &self.router
    }

    /// Looks at the list again and again, for ever.
    pub(crate) async fn run(self) {
        loop {
            match self.ask().await {
                Ok(listed) => self.follow(listed),
                // Those who are known are called all the same; who of them is gone shows when they are called.
                Err(error) => debug!("Cannot ask for workers to call directly: {error}"),
            }
            tokio::time::sleep(self.interval).await;
        }
    }

    /// The list of the first gateway that answers.
    async fn ask(&self) -> Result<Vec<Registration>, RemoteError> {
        let mut outcome = Ok(Vec::new());
        for gateway in &self.gateways {
            outcome = self.remote.direct_workers(gateway, self.key.as_ref()).await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    fn follow(&self, listed: Vec<Registration>) {
        let mut known: HashMap<Url, Arc<RegisteredWorker>> =
            self.registry.workers().into_iter().map(|worker| (worker.url().clone(), worker)).collect();
        for registration in listed.into_iter().filter(|registration| registration.url != self.own) {
            let same = known.remove(&registration.url).filter(|worker| {
                let old = worker.registration();
                old.procedure_names == registration.procedure_names && old.extras == registration.extras
            });
            let now = Instant::now();
            let worker = same.unwrap_or_else(|| {
                // It is asked with the key that every worker of the cluster accepts, as the gateway did.
                let registration = Registration { trust_key: self.key.clone(), ..registration };
                let worker = Arc::new(RegisteredWorker::new(registration, Duration::ZERO, now));
                // A full registry leaves the call to the gateway.
                drop(self.registry.add(&worker));
                self.prober.watch(&worker);
                worker
            });
            worker.report(WorkerState::Available, now);
        }
        for gone in known.values() {
            self.registry.remove(gone.id());
        }
    }
}
