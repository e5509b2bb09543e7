//! Puts a service of each type together.

use std::sync::Arc;

use tokio::runtime::Handle;
use tracing::warn;

use crate::config::{Config, Role, TrustKeys, WorkerConfig};
use crate::execution::{Execution, Isolates, PresentedKey, Procedures, Rules};
use crate::health::Health;
use crate::http::HttpRemote;
use crate::services::gateway::{Gateway, Monitor, Registration};
use crate::services::proxy::Proxy;
use crate::services::repository::Repository;
use crate::services::worker::{ClusterOutbound, Membership, Worker};
use crate::services::{Provider, Remote, Runner, Services};

/// What services stand on.
pub(super) struct Foundation {
    /// None for a service without JavaScript.
    pub(super) isolates: Option<Arc<dyn Isolates>>,
    /// Other nodes.
    pub(super) remote: Arc<HttpRemote>,
    /// The health of this process.
    pub(super) health: Arc<Health>,
}

/// A service and what runs beside it.
pub(super) struct Parts {
    /// What HTTP serves.
    pub(super) services: Services,
    /// A worker's place at its gateway.
    pub(super) membership: Option<Membership>,
    /// What looks at a gateway's workers.
    pub(super) monitor: Option<Monitor>,
}

impl Parts {
    fn alone(services: Services) -> Self {
        Self { services, membership: None, monitor: None }
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
    let Foundation { isolates, remote, health } = foundation;
    let remote: Arc<dyn Remote> = remote;
    let wall = config.limits.wall;
    let provider = repository.map(|repository| Arc::new(repository) as Arc<dyn Provider>);
    let run = |keys: &TrustKeys, procedures: Procedures| {
        let (depth, get_only_safe) = (config.limits.values.depth, config.get_only_safe);
        let rules = Rules { keys: keys.clone(), depth, get_only_safe };
        isolates.map(|isolates| runner(procedures, isolates, rules, outbound))
    };
    let services = Services { runner: None, provider, registrar: None, health: Arc::<Health>::clone(&health) };
    match &config.role {
        Role::Worker(worker) => {
            let names = procedures.names().to_vec();
            let runner = run(&worker.trust_keys, procedures);
            let membership = membership(config, worker, names, remote, health);
            Parts { services: Services { runner, ..services }, membership, monitor: None }
        }
        Role::Standalone(standalone) => {
            Parts::alone(Services { runner: run(&standalone.trust_keys, procedures), ..services })
        }
        Role::Repository(_) => Parts::alone(services),
        Role::Gateway(gateway) => {
            let gateway = Arc::new(Gateway::new(gateway.clone(), config.url.clone(), remote, wall, Handle::current()));
            let monitor = Some(gateway.monitor());
            let runner: Arc<dyn Runner> = Arc::<Gateway>::clone(&gateway);
            let services = Services { runner: Some(runner), registrar: Some(gateway), ..services };
            Parts { services, membership: None, monitor }
        }
        Role::Proxy(proxy) => {
            let proxy = Arc::new(Proxy::new(proxy.clone(), remote, health, wall));
            let runner: Arc<dyn Runner> = Arc::<Proxy>::clone(&proxy);
            let provider: Arc<dyn Provider> = Arc::<Proxy>::clone(&proxy);
            Parts::alone(Services { runner: Some(runner), provider: Some(provider), registrar: None, health: proxy })
        }
    }
}

fn runner(
    procedures: Procedures,
    isolates: Arc<dyn Isolates>,
    rules: Rules,
    outbound: &ClusterOutbound,
) -> Arc<dyn Runner> {
    let protected = procedures.protected();
    if rules.keys.is_empty() && !protected.is_empty() {
        warn!(
            "Without `trustKey` nobody can call these protected procedures over the network: {}",
            protected.join(", ")
        );
    }
    let execution = Arc::new(Execution::new(procedures, isolates, rules));
    outbound.connect(&execution);
    Arc::new(Worker::new(execution))
}

fn membership(
    config: &Config,
    worker: &WorkerConfig,
    procedure_names: Vec<String>,
    remote: Arc<dyn Remote>,
    health: Arc<Health>,
) -> Option<Membership> {
    let gateway = worker.gateway.clone()?;
    let trust_key = worker.trust_keys.first().map(PresentedKey::new);
    let registration = Registration { url: config.url.clone(), procedure_names, trust_key };
    Some(Membership::new(gateway, registration, remote, health, worker.report_interval))
}
