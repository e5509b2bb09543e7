//! How a process runs: the service file, flags and environment, resolved into values that cannot be half built.

mod address;
mod cluster;
mod cors;
mod describe;
#[cfg(test)]
mod documented;
mod environment;
mod fields;
mod file;
mod gateway;
mod http;
mod inspect;
mod intake;
mod interpolate;
mod json;
mod log;
mod overrides;
mod permissions;
mod problem;
mod proxy;
mod repository;
mod resolve;
mod routing;
mod scripts;
mod show;
mod source;
mod standalone;
mod tls;
mod trust;
mod worker;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jitar_engine::permissions::Permissions;
use jitar_engine::{Certificates, ValueLimits};
use url::Url;

pub use cluster::{Balancing, Ejection, HashKey, Retries, Routing};
pub use cors::{CorsConfig, Origins};
pub use describe::schema;
pub use environment::{EnvFileError, Environment};
pub use http::HttpConfig;
pub use inspect::{Inspect, InspectAddress, InvalidInspectAddress};
pub use intake::{
    ClientKey, ConcurrencyLimit, Idempotency, Intake, InvalidClientKey, InvalidConcurrency, RateLimitConfig,
};
pub use log::{InvalidLogFormat, InvalidLogLevel, LogConfig, LogFormat, LogLevel};
pub use overrides::{InvalidIsolates, InvalidUrl, Isolates, Overrides};
pub use problem::{ConfigError, Problem};
pub use resolve::{Carried, Loaded, load};
pub use routing::{InvalidBalancing, InvalidHashKey};
pub use show::show;
pub use tls::{IdentityFiles, TlsConfig};
pub use trust::TrustKeys;

/// A service, fully resolved.
#[derive(Debug, Clone)]
pub struct Config {
    /// The service file's path as given, for messages.
    pub file: String,
    /// Address under which others reach this service.
    pub url: Url,
    /// Address to bind. Port 0 asks the system for one; then `url` gets the port that was bound.
    pub listen: SocketAddr,
    /// A socket of this machine to listen on as well, announced to peers of ours.
    pub socket: Option<PathBuf>,
    /// Scripts (specifiers) run in order in each isolate before it takes calls.
    pub set_up: Vec<String>,
    /// Scripts (specifiers) run in order in each isolate at a clean stop.
    pub tear_down: Vec<String>,
    /// Scripts (specifiers) run in the first isolate only, before its `set_up`; other isolates wait for them.
    pub set_up_once: Vec<String>,
    /// Scripts (specifiers) run in the first isolate only, after every `tear_down`.
    pub tear_down_once: Vec<String>,
    /// Middleware modules (specifiers) in order.
    pub middleware: Vec<String>,
    /// Health check modules (specifiers) in order.
    pub health_checks: Vec<String>,
    /// What the service does.
    pub role: Role,
    /// Number of isolates, at least 1.
    pub isolates: usize,
    /// What a call and an isolate may use.
    pub limits: Limits,
    /// Whether GET calls only procedures that are declared `safe`, so that no link or image can change anything.
    pub get_only_safe: bool,
    /// How many calls it takes on.
    pub intake: Intake,
    /// Address of a listener of its own for health, metrics and workers, where no key is asked for.
    pub admin: Option<SocketAddr>,
    /// Certificates and keys.
    pub tls: TlsConfig,
    /// Which web pages of other origins may call; none means that no answer says so.
    pub cors: Option<CorsConfig>,
    /// How long the listener waits for its clients.
    pub http: HttpConfig,
    /// What application code may reach, as far as it is listed.
    pub permissions: Permissions,
    /// Authorities that requests of application code trust.
    pub certificates: Certificates,
    /// How the log looks.
    pub log: LogConfig,
    /// How long a stop waits for running calls.
    pub shutdown_grace: Duration,
    /// Whether and where debuggers connect. Then modules are evaluated from source, and time limits do not hold: an isolate
    /// that stands still at a breakpoint is not to be ended.
    pub inspect: Option<Inspect>,
}

/// The service types (spec 1.7).
#[derive(Debug, Clone)]
pub enum Role {
    /// Runs segments.
    Worker(WorkerConfig),
    /// Routes calls to workers.
    Gateway(GatewayConfig),
    /// Serves files.
    Repository(RepositoryConfig),
    /// Gateway and repository under one address.
    Proxy(ProxyConfig),
    /// Worker and repository in one process.
    Standalone(StandaloneConfig),
}

/// Settings of a worker.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// Names of its segments, sorted.
    pub segments: Vec<String>,
    /// Where it registers, at every one of them; none means that it works alone.
    pub gateways: Vec<Url>,
    /// Trust keys: the first is sent, all are accepted. Empty means none.
    pub trust_keys: TrustKeys,
    /// Time between two reports.
    pub report_interval: Duration,
    /// Its share of calls where a gateway balances by weights.
    pub weight: u32,
    /// Whether it calls other workers without a gateway between, and lets them call it.
    pub direct: bool,
}

/// Settings of a gateway.
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// Time between two looks at the workers' last reports.
    pub monitor_interval: Duration,
    /// Trust keys; empty means that only loopback workers may register.
    pub trust_keys: TrustKeys,
    /// Whether workers from other machines may register without a key.
    pub open_registration: bool,
    /// Age of the last report after which a worker gets no calls.
    pub unavailable_threshold: Duration,
    /// Age of the last report after which a worker is forgotten.
    pub stopped_threshold: Duration,
    /// Workers that do not register; the gateway asks them what they run.
    pub workers: Vec<Url>,
    /// How calls find a worker.
    pub routing: Routing,
}

/// Settings of a repository.
#[derive(Debug, Clone)]
pub struct RepositoryConfig {
    /// File served for `/`.
    pub index_filename: String,
    /// Whether navigations to unknown paths get the index file.
    pub serve_index_on_not_found: bool,
    /// Folder below the assets' root, with `/`, or empty.
    pub asset_root: String,
    /// Globs of what is served.
    pub assets: Vec<String>,
}

/// Settings of a proxy.
#[derive(Debug, Clone)]
pub struct ProxyConfig {
    /// Where calls go: gateways, of which the next one is asked when nothing comes of a call, or a worker.
    pub gateways: Vec<Url>,
    /// Where files come from.
    pub repository: Url,
}

/// Settings of a standalone.
#[derive(Debug, Clone)]
pub struct StandaloneConfig {
    /// Names of its segments, sorted.
    pub segments: Vec<String>,
    /// Trust keys; empty means none.
    pub trust_keys: TrustKeys,
    /// What files it serves.
    pub repository: RepositoryConfig,
}

/// What a call and an isolate may use (spec 13, `limits`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of JavaScript heap of an isolate.
    pub heap: usize,
    /// CPU time of one turn of an isolate.
    pub cpu: Duration,
    /// Time of a call.
    pub wall: Duration,
    /// Bytes of `ArrayBuffer`s and WebAssembly memories of an isolate.
    pub buffers: usize,
    /// Bytes of stack that JavaScript may use; the same for all isolates of a process.
    pub stack: usize,
    /// Pages (64 KiB) that one WebAssembly memory may have; the same for all isolates of a process.
    pub wasm_pages: u32,
    /// Calls under way in one isolate.
    pub pending: usize,
    /// Calls that wait for an isolate.
    pub queue: usize,
    /// Bytes of a request body.
    pub body: usize,
    /// How large values in the serialised encoding may be.
    pub values: ValueLimits,
}
