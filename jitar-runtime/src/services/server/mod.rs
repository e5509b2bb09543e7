//! A service from start to stop. The one place that knows both the services and what they stand on: isolates and HTTP.

mod error;
mod parts;
#[cfg(unix)]
mod socket;

#[cfg(test)]
mod tests;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use jitar_engine::manifest::AppManifest;
use tracing::{info, warn};

pub(crate) use error::ServerError;

use self::parts::{Foundation, Parts};
use super::remote::shown;
use super::repository::Repository;
use crate::app::{App, Unit};
use crate::config::{Config, Inspect, Role, TrustKeys};
use crate::execution::{Isolates, Procedures};
use crate::health::Health;
use crate::http::{ClientError, HttpOptions, HttpRemote, HttpServerHandle, inspector, serve};
use crate::isolate::{DebugTargets, IsolatePool, PoolOptions};
use crate::services::task::AbortOnDrop;
use crate::services::worker::{ClusterOutbound, Membership};
use crate::services::{Audience, Operations, Services};
use crate::shutdown::Shutdown;
use crate::telemetry::Metrics;
use crate::tls::{Tls, WATCH_INTERVAL, server_config};

/// Threads for HTTP; more do not help, they only hand requests on.
const MAX_HTTP_THREADS: usize = 8;

/// How long a worker that left its gateways takes calls.
const LINGER: Duration = Duration::from_millis(100);

/// Time after which a service has done what belongs to its start.
const SETTLING: Duration = Duration::from_secs(1);

/// A service that is ready to run.
pub(crate) struct Server {
    config: Config,
    app: &'static App,
    unit: &'static Unit,
    manifest: AppManifest,
    procedures: Procedures,
    repository: Option<Repository>,
    metrics: Arc<Metrics>,
    tls: Tls,
}

impl Server {
    /// Makes everything that needs neither the network nor an isolate.
    ///
    /// # Errors
    /// When what was built and what is configured do not fit together.
    pub(crate) fn build(config: Config, app: &'static App, unit: &'static Unit) -> Result<Self, ServerError> {
        let manifest = app.manifest()?;
        let procedures = Procedures::of_segments(&manifest, segments(&config.role));
        let repository = match &config.role {
            Role::Repository(files) => Some(Repository::new(files, app)?),
            Role::Standalone(standalone) => Some(Repository::new(&standalone.repository, app)?),
            Role::Worker(_) | Role::Gateway(_) | Role::Proxy(_) => None,
        };
        let tls = Tls::load(config.tls.clone())?;
        Ok(Self { config, app, unit, manifest, procedures, repository, metrics: Arc::default(), tls })
    }

    /// Runs the service until the stop is asked for, and stops it in order.
    ///
    /// # Errors
    /// When the start fails, or the service ends by itself.
    pub(crate) async fn run(mut self, shutdown: Shutdown) -> Result<(), ServerError> {
        // First of all, so that two services with one address never get further than this.
        let listener = self.bind()?;
        self.run_bound(listener, shutdown).await
    }

    async fn run_bound(self, listener: TcpListener, shutdown: Shutdown) -> Result<(), ServerError> {
        let remote = Arc::new(HttpRemote::new(&self.tls)?);
        let outbound = self.outbound(&remote);
        let pool = tokio::select! {
            pool = self.boot(&outbound) => pool?,
            () = shutdown.requested() => {
                info!("Server stopped");
                return Ok(());
            }
        };
        let grace = self.config.shutdown_grace;
        let outcome = self.run_on(listener, remote, &outbound, pool.as_ref(), &shutdown).await;
        if let Some(pool) = pool {
            outcome.and(tear_down(&pool, grace).await)?;
        } else {
            outcome?;
        }
        info!("Server stopped");
        Ok(())
    }

    /// Serves on top of booted isolates. Whatever comes of it, the caller stops the isolates.
    async fn run_on(
        self,
        listener: TcpListener,
        remote: Arc<HttpRemote>,
        outbound: &ClusterOutbound,
        pool: Option<&IsolatePool>,
        shutdown: &Shutdown,
    ) -> Result<(), ServerError> {
        let isolates = pool.map(|pool| Arc::new(pool.clone()) as Arc<dyn Isolates>);
        let health = Arc::new(match &isolates {
            Some(isolates) if !self.config.health_checks.is_empty() => Health::of_checks(Arc::clone(isolates)),
            _ => Health::default(),
        });
        let metrics = Arc::clone(&self.metrics);
        let foundation = Foundation { isolates, remote, health: Arc::clone(&health), metrics };
        let Parts { services, memberships, background } =
            parts::assemble(&self.config, self.procedures, self.repository, foundation, outbound);
        let options = HttpOptions {
            body_limit: self.config.limits.body,
            times: self.config.http,
            cors: self.config.cors.clone(),
            tls: server_config(&self.tls).map_err(ClientError::from)?,
            n_threads: n_http_threads(),
        };
        let names = services.runner.as_ref().map(|runner| runner.procedure_names().to_vec());
        let admin = self.config.admin.map(|address| serve_operators(address, &services, &options)).transpose()?;
        let socket = serve_socket(&self.config, &services, &options)?;
        let mut http = serve(listener, services, options).map_err(ServerError::Http)?;
        let certificates = AbortOnDrop(tokio::spawn(self.tls.watch(WATCH_INTERVAL)));

        info!("Server started at {}", shown(&self.config.url));
        if runs_procedures(&self.config.role) {
            info!("RPC procedures: {}", list(&names.unwrap_or_default()));
        }
        let background: Vec<AbortOnDrop<()>> =
            background.into_iter().map(|task| AbortOnDrop(tokio::spawn(task))).collect();
        let memberships: Vec<Arc<Membership>> = memberships.into_iter().map(Arc::new).collect();
        let report = |membership: &Arc<Membership>| {
            let membership = Arc::clone(membership);
            AbortOnDrop(tokio::spawn(async move { membership.run().await }))
        };
        let reports: Vec<AbortOnDrop<()>> = memberships.iter().map(report).collect();
        let settled = AbortOnDrop(tokio::spawn(release_start()));
        let ended = wait(&mut http, shutdown).await;

        health.stop();
        drop(reports);
        if !memberships.is_empty() {
            futures::future::join_all(memberships.iter().map(|membership| membership.leave())).await;
            // Calls that a gateway sent before it knew are still on their way.
            tokio::time::sleep(LINGER).await;
        }
        let grace = self.config.shutdown_grace;
        let by_socket = async {
            match socket {
                Some((server, _file)) => server.stop(grace).await,
                None => 0,
            }
        };
        let (by_address, by_socket) = tokio::join!(http.stop(grace), by_socket);
        let n_left = by_address + by_socket;
        if n_left > 0 {
            warn!("{n_left} requests did not finish within {:?}", self.config.shutdown_grace);
        }
        if let Some(admin) = admin {
            admin.stop(Duration::ZERO).await;
        }
        drop((background, certificates, settled));
        ended
    }

    /// Binds the address. A port that the system chose becomes part of the service's own address.
    fn bind(&mut self) -> Result<TcpListener, ServerError> {
        let address = self.config.listen;
        let failed = |source| ServerError::Bind { address, source };
        let listener = TcpListener::bind(address).map_err(failed)?;
        if address.port() == 0 {
            let port = listener.local_addr().map_err(failed)?.port();
            // An `http` address always takes a port.
            let (Ok(()) | Err(())) = self.config.url.set_port(Some(port));
        }
        Ok(listener)
    }

    fn outbound(&self, remote: &Arc<HttpRemote>) -> Arc<ClusterOutbound> {
        let (gateways, keys) = match &self.config.role {
            Role::Worker(worker) => (worker.gateways.clone(), worker.trust_keys.clone()),
            Role::Standalone(standalone) => (Vec::new(), standalone.trust_keys.clone()),
            Role::Gateway(_) | Role::Repository(_) | Role::Proxy(_) => (Vec::new(), TrustKeys::default()),
        };
        let remote = Arc::<HttpRemote>::clone(remote);
        let (handle, wall) = (tokio::runtime::Handle::current(), self.config.limits.wall);
        let metrics = Arc::clone(&self.metrics);
        let outbound = ClusterOutbound::new(handle, gateways, &keys, remote, metrics, wall, crate::http::status_of);
        outbound.repeat_idempotent(&self.manifest);
        Arc::new(outbound)
    }

    /// Boots the isolates of a service that has JavaScript to run.
    async fn boot(&self, outbound: &Arc<ClusterOutbound>) -> Result<Option<IsolatePool>, ServerError> {
        let config = &self.config;
        if !runs_javascript(config) {
            if config.inspect.is_some() {
                warn!("This service runs no JavaScript: there is nothing to debug");
            }
            return Ok(None);
        }
        let outbound = Arc::<ClusterOutbound>::clone(outbound);
        let debug = config.inspect.map(|inspect| self.listen_for_debuggers(inspect)).transpose()?;
        let metrics = self.metrics.isolates();
        let options = PoolOptions { app: self.app, unit: self.unit, config: config.clone(), outbound, debug, metrics };
        Ok(Some(IsolatePool::start(options).await?))
    }
}

/// Ends the isolates with their tear-down scripts. One that does not come to its end is left behind: the process ends.
async fn tear_down(pool: &IsolatePool, grace: Duration) -> Result<(), ServerError> {
    match tokio::time::timeout(grace, pool.stop()).await {
        Ok(outcome) => Ok(outcome?),
        Err(_elapsed) => Err(ServerError::TearDown { grace }),
    }
}

/// Serves on a socket of this machine as well, where one is configured.
#[cfg(unix)]
fn serve_socket(
    config: &Config,
    services: &Services,
    options: &HttpOptions,
) -> Result<Option<(HttpServerHandle, socket::SocketFile)>, ServerError> {
    let Some(path) = &config.socket else { return Ok(None) };
    let failed = |source| ServerError::Socket { path: path.clone(), source };
    let (listener, file) = socket::bind(path).map_err(failed)?;
    let options = HttpOptions { tls: None, ..options.clone() };
    let server = serve(listener, services.clone(), options).map_err(ServerError::Http)?;
    info!("Listening on unix:{}", path.display());
    Ok(Some((server, file)))
}

/// Other systems have no such sockets, and their configuration is refused.
#[cfg(not(unix))]
fn serve_socket(_: &Config, _: &Services, _: &HttpOptions) -> Result<Option<(HttpServerHandle, ())>, ServerError> {
    Ok(None)
}

/// Serves health, metrics and workers on an address of their own.
fn serve_operators(
    address: SocketAddr,
    services: &Services,
    options: &HttpOptions,
) -> Result<HttpServerHandle, ServerError> {
    let failed = |source| ServerError::Bind { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let operations = Operations { audience: Audience::Operators, ..services.operations.clone() };
    // Neither pages nor other machines are meant to look there.
    let options =
        HttpOptions { body_limit: options.body_limit, times: options.times, cors: None, tls: None, n_threads: 1 };
    let server = serve(listener, Services { operations, ..services.clone() }, options).map_err(ServerError::Http)?;
    info!("Health, metrics and workers at http://{address}");
    Ok(server)
}

impl Server {
    /// Opens the door for debuggers, before the isolates are made: they may have to wait for one.
    fn listen_for_debuggers(&self, inspect: Inspect) -> Result<Arc<DebugTargets>, ServerError> {
        let failed = |source| ServerError::Inspector { address: inspect.address, source };
        let listener = TcpListener::bind(inspect.address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let targets = Arc::new(DebugTargets::new(self.config.isolates.max(1), inspect.breaks_at_start));
        inspector::serve(listener, Arc::clone(&targets), self.unit.id.to_owned()).map_err(failed)?;
        if !address.ip().is_loopback() {
            warn!("Debuggers can connect from other machines and do everything with this service: {address}");
        }
        for id in targets.ids() {
            info!("Debugger listening on ws://{address}/{id}");
        }
        Ok(targets)
    }
}

/// Gives the memory back that the start needed, when those calls have been answered that waited for it.
async fn release_start() {
    tokio::time::sleep(SETTLING).await;
    jitar_engine::memory::release_program_pages();
}

async fn wait(http: &mut HttpServerHandle, shutdown: &Shutdown) -> Result<(), ServerError> {
    tokio::select! {
        ended = http.ended() => Err(ServerError::Http(ended.err().unwrap_or_else(|| std::io::Error::other("it ended")))),
        () = shutdown.requested() => Ok(()),
    }
}

/// Whether the service has anything to run in an isolate; without it the process needs no V8.
pub(crate) fn runs_javascript(config: &Config) -> bool {
    let once = [&config.set_up_once, &config.tear_down_once];
    let others = [&config.set_up, &config.tear_down, &config.health_checks, &config.middleware];
    let scripts = others.into_iter().chain(once);
    runs_procedures(&config.role) || scripts.into_iter().any(|scripts| !scripts.is_empty())
}

fn runs_procedures(role: &Role) -> bool {
    matches!(role, Role::Worker(_) | Role::Standalone(_))
}

fn segments(role: &Role) -> &[String] {
    match role {
        Role::Worker(worker) => &worker.segments,
        Role::Standalone(standalone) => &standalone.segments,
        Role::Gateway(_) | Role::Repository(_) | Role::Proxy(_) => &[],
    }
}

fn n_http_threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(MAX_HTTP_THREADS)
}

/// A list as the log shows it (spec 7).
fn list(names: &[String]) -> String {
    let lines: Vec<String> = names.iter().map(|name| format!("  {name}")).collect();
    format!("[\n{}\n]", lines.join(",\n"))
}
