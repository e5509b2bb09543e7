//! Puts a service of each type together.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::runtime::Handle;
use tracing::warn;
use url::Url;

use crate::config::{Config, Role, TrustKeys, WorkerConfig};
use crate::execution::{Execution, Isolates, PresentedKey, Procedures, Rules};
use crate::health::Health;
use crate::http::HttpRemote;
use crate::services::door::Door;
use crate::services::gateway::{DirectWorkers, Extras, Gateway, Registration};
use crate::services::middleware::{Nothing, Wrapped, Wrapping};
use crate::services::proxy::Proxy;
use crate::services::repository::Repository;
use crate::services::worker::{ClusterOutbound, Membership, Worker};
use crate::services::{Audience, Operations, Provider, Remote, Runner, Services};
use crate::telemetry::Metrics;

/// What services stand on.
pub(super) struct Foundation {
    /// None for a service without JavaScript.
    pub(super) isolates: Option<Arc<dyn Isolates>>,
    /// Other nodes.
    pub(super) remote: Arc<HttpRemote>,
    /// The health of this process.
    pub(super) health: Arc<Health>,
    /// What it counts.
    pub(super) metrics: Arc<Metrics>,
}

/// A service and what runs beside it.
pub(super) struct Parts {
    /// What HTTP serves.
    pub(super) services: Services,
    /// A worker's places at its gateways.
    pub(super) memberships: Vec<Membership>,
    /// What looks after others as long as the service runs.
    pub(super) background: Vec<BoxFuture<'static, ()>>,
}

impl Parts {
    fn alone(services: Services) -> Self {
        Self { services, memberships: Vec::new(), background: Vec::new() }
    }
}

/// Puts the service together.
pub(super) fn assemble(
    config: &Config,
    procedures: Procedures,
    repository: Option<Repository>,
    foundation: Foundation,
    outbound: &ClusterOutbound,
) -> Parts {
    let Foundation { isolates, remote, health, metrics } = foundation;
    let remote: Arc<dyn Remote> = remote;
    let wrapping = wrapping(config, isolates.as_ref());
    let wall = config.limits.wall;
    let provider = repository.map(|repository| Arc::new(repository) as Arc<dyn Provider>);
    let run = |keys: &TrustKeys, procedures: Procedures| {
        let (depth, get_only_safe) = (config.limits.values.depth, config.get_only_safe);
        let rules = Rules { keys: keys.clone(), depth, get_only_safe };
        isolates.map(|isolates| runner(procedures, isolates, rules, outbound))
    };
    let keys = keys(&config.role);
    let wrap = |runner: Arc<dyn Runner>| match wrapping {
        Some(wrapping) => Arc::new(Wrapped::new(runner, wrapping)) as Arc<dyn Runner>,
        None => runner,
    };
    let door = |runner: Arc<dyn Runner>| {
        let door = Door::new(runner, keys.clone(), &config.intake, Arc::clone(&metrics), crate::http::status_of);
        Arc::new(door) as Arc<dyn Runner>
    };
    let operations = Operations { audience: Audience::Public, keys: keys.clone(), metrics: Arc::clone(&metrics) };
    let health_source = Arc::<Health>::clone(&health);
    let services = Services { runner: None, provider, registrar: None, health: health_source, operations };
    match &config.role {
        Role::Worker(worker) => {
            let registration = registration(config, worker, &procedures);
            let run = run(&worker.trust_keys, procedures);
            let runner = run.map(|worker| door(Arc::new(worker.announcing(registration.clone()))));
            let mut background: Vec<BoxFuture<'static, ()>> = Vec::new();
            if worker.direct && !worker.gateways.is_empty() {
                let key = registration.trust_key.clone();
                let (gateways, own) = (worker.gateways.clone(), config.url.clone());
                let shared = Arc::clone(&remote);
                let interval = worker.report_interval;
                let workers =
                    DirectWorkers::new(gateways, own, key, interval, shared, Arc::clone(&metrics), Handle::current());
                outbound.call_directly(workers.router());
                background.push(Box::pin(workers.run()));
            }
            let place = |gateway: &Url| {
                let (remote, health) = (Arc::clone(&remote), Arc::<Health>::clone(&health));
                Membership::new(gateway.clone(), registration.clone(), remote, health, worker.report_interval)
            };
            let memberships = worker.gateways.iter().map(place).collect();
            Parts { services: Services { runner, ..services }, memberships, background }
        }
        Role::Standalone(standalone) => {
            let runner = run(&standalone.trust_keys, procedures).map(|worker| door(Arc::new(worker)));
            Parts::alone(Services { runner, ..services })
        }
        Role::Repository(_) => {
            let runner = (!config.middleware.is_empty()).then(|| door(wrap(Arc::new(Nothing))));
            Parts::alone(Services { runner, ..services })
        }
        Role::Gateway(gateway) => {
            let gateway = Arc::new(Gateway::new(
                gateway.clone(),
                config.url.clone(),
                remote,
                Arc::clone(&metrics),
                wall,
                Handle::current(),
            ));
            let background: Vec<BoxFuture<'static, ()>> =
                vec![Box::pin(gateway.monitor().run()), Box::pin(gateway.static_workers().run())];
            let runner = door(wrap(Arc::<Gateway>::clone(&gateway)));
            let services = Services { runner: Some(runner), registrar: Some(gateway), ..services };
            Parts { services, memberships: Vec::new(), background }
        }
        Role::Proxy(proxy) => {
            let proxy = Arc::new(Proxy::new(proxy.clone(), remote, health, wall));
            let runner = door(wrap(Arc::<Proxy>::clone(&proxy)));
            let provider: Arc<dyn Provider> = Arc::<Proxy>::clone(&proxy);
            Parts::alone(Services { runner: Some(runner), provider: Some(provider), health: proxy, ..services })
        }
    }
}

/// What the middleware of a service needs that runs no procedures itself.
fn wrapping(config: &Config, isolates: Option<&Arc<dyn Isolates>>) -> Option<Wrapping> {
    let keys = match &config.role {
        Role::Worker(_) | Role::Standalone(_) => return None,
        Role::Gateway(_) | Role::Repository(_) | Role::Proxy(_) => keys(&config.role),
    };
    let isolates = isolates.filter(|_| !config.middleware.is_empty())?;
    if keys.is_empty() && matches!(config.role, Role::Gateway(_)) {
        warn!("Without `trustKey` workers refuse arguments that middleware of this gateway adds under names with `*`");
    }
    Some(Wrapping {
        isolates: Arc::clone(isolates),
        keys,
        depth: config.limits.values.depth,
        handle: Handle::current(),
        status_of: crate::http::status_of,
        passes: crate::http::passes_on,
    })
}

fn runner(procedures: Procedures, isolates: Arc<dyn Isolates>, rules: Rules, outbound: &ClusterOutbound) -> Worker {
    let protected = procedures.protected();
    if rules.keys.is_empty() && !protected.is_empty() {
        warn!(
            "Without `trustKey` nobody can call these protected procedures over the network: {}",
            protected.join(", ")
        );
    }
    let execution = Arc::new(Execution::new(procedures, isolates, rules));
    outbound.connect(&execution);
    Worker::new(execution)
}

/// The keys that callers of a service may show. A proxy has none of its own; the nodes behind it judge.
fn keys(role: &Role) -> TrustKeys {
    match role {
        Role::Worker(worker) => worker.trust_keys.clone(),
        Role::Standalone(standalone) => standalone.trust_keys.clone(),
        Role::Gateway(gateway) => gateway.trust_keys.clone(),
        Role::Repository(_) | Role::Proxy(_) => TrustKeys::default(),
    }
}

/// What a worker says about itself.
fn registration(config: &Config, worker: &WorkerConfig, procedures: &Procedures) -> Registration {
    let trust_key = worker.trust_keys.first().map(PresentedKey::new);
    let (versions, flags) = (procedures.versions(), procedures.flags());
    let listen = config.socket.as_ref().map(|path| format!("unix:{}", path.display()));
    let extras = Extras { versions, flags, weight: worker.weight, direct: worker.direct, listen, ..Extras::default() };
    let names = procedures.names().to_vec();
    Registration { extras: Some(extras), ..Registration::new(config.url.clone(), names, trust_key) }
}
