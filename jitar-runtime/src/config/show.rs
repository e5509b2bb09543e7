//! A configuration as aligned text, for `check`. Secrets are hidden.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::{
    Config, CorsConfig, GatewayConfig, Origins, ProxyConfig, RepositoryConfig, Role, Routing, StandaloneConfig,
    TrustKeys, WorkerConfig,
};

/// Shows every setting as it is in effect, one a line.
pub fn show(config: &Config, unit: &str) -> String {
    let mut rows = Rows::default();
    rows.add("service file", &config.file);
    rows.add("unit", unit);
    rows.add("url", config.url.as_str().trim_end_matches('/'));
    rows.add("listen", config.listen);
    if let Some(socket) = &config.socket {
        rows.add("listen", format_args!("unix:{}", socket.display()));
    }
    add_role(&mut rows, &config.role);
    rows.list("setUp", &config.set_up);
    rows.list("tearDown", &config.tear_down);
    rows.list("setUpOnce", &config.set_up_once);
    rows.list("tearDownOnce", &config.tear_down_once);
    rows.list("middleware", &config.middleware);
    rows.list("healthChecks", &config.health_checks);
    rows.add("isolates", config.isolates);
    rows.add("limits.heap", format_args!("{} bytes", config.limits.heap));
    rows.time("limits.cpu", config.limits.cpu);
    rows.time("limits.wall", config.limits.wall);
    rows.add("limits.buffers", format_args!("{} bytes", config.limits.buffers));
    rows.add("limits.stack", format_args!("{} bytes", config.limits.stack));
    rows.add("limits.wasmPages", config.limits.wasm_pages);
    rows.add("limits.pending", config.limits.pending);
    rows.add("limits.queue", config.limits.queue);
    rows.add("limits.body", format_args!("{} bytes", config.limits.body));
    rows.add("limits.depth", config.limits.values.depth);
    rows.add("limits.nodes", config.limits.values.nodes);
    rows.add("limits.string", config.limits.values.string);
    rows.add("limits.bigint", config.limits.values.bigint);
    rows.list("permissions.net", &config.permissions.net.iter().map(ToString::to_string).collect::<Vec<_>>());
    rows.list("permissions.env", config.permissions.env.patterns());
    let paths = config.permissions.read.paths.iter().map(|path| path.display().to_string());
    rows.list("permissions.read", &paths.collect::<Vec<_>>());
    rows.add("getOnlySafe", config.get_only_safe);
    rows.add("intake", &config.intake);
    rows.time("idempotency.window", config.intake.idempotency.window);
    rows.add("idempotency.entries", config.intake.idempotency.entries);
    rows.add("admin.listen", config.admin.map_or_else(|| "none".to_owned(), |address| address.to_string()));
    add_http(&mut rows, config);
    rows.add("log.level", config.log.level);
    rows.add("log.format", config.log.format);
    rows.time("shutdown.grace", config.shutdown_grace);
    if let Some(inspect) = config.inspect {
        rows.add(if inspect.breaks_at_start { "inspect-brk" } else { "inspect" }, inspect.address);
    }
    rows.into_text()
}

/// How the listener talks.
fn add_http(rows: &mut Rows, config: &Config) {
    let path = |path: Option<&PathBuf>| path.map_or_else(|| "none".to_owned(), |path| path.display().to_string());
    let identity = config.tls.identity.as_ref();
    rows.add("tls.cert", path(identity.map(|files| &files.cert)));
    rows.add("tls.key", path(identity.map(|files| &files.key)));
    rows.add("tls.ca", path(config.tls.ca.as_ref()));
    rows.add("tls.requireClientCert", config.tls.require_client_cert);
    match &config.cors {
        Some(cors) => add_cors(rows, cors),
        None => rows.add("cors", "none"),
    }
    rows.time("http.headTime", config.http.head_time);
    rows.time("http.bodyTime", config.http.body_time);
    rows.time("http.keepAlive", config.http.keep_alive);
}

fn add_cors(rows: &mut Rows, cors: &CorsConfig) {
    match &cors.origins {
        Origins::Any => rows.add("cors.origins", "*"),
        Origins::These(origins) => rows.list("cors.origins", origins),
    }
    rows.list("cors.methods", &cors.methods);
    rows.list("cors.headers", &cors.headers);
    rows.list("cors.exposed", &cors.exposed);
    rows.add("cors.credentials", cors.credentials);
    rows.add("cors.maxAge", format_args!("{} s", cors.max_age.as_secs()));
}

fn add_role(rows: &mut Rows, role: &Role) {
    match role {
        Role::Worker(worker) => add_worker(rows, worker),
        Role::Gateway(gateway) => add_gateway(rows, gateway),
        Role::Repository(repository) => add_repository(rows, "repository", repository),
        Role::Proxy(proxy) => add_proxy(rows, proxy),
        Role::Standalone(standalone) => add_standalone(rows, standalone),
    }
}

fn add_worker(rows: &mut Rows, worker: &WorkerConfig) {
    rows.list("worker.segments", &worker.segments);
    rows.urls("worker.gateway", &worker.gateways);
    rows.keys("worker.trustKey", &worker.trust_keys);
    rows.time("worker.reportInterval", worker.report_interval);
    rows.add("worker.weight", worker.weight);
    rows.add("worker.direct", worker.direct);
}

fn add_gateway(rows: &mut Rows, gateway: &GatewayConfig) {
    rows.time("gateway.monitorInterval", gateway.monitor_interval);
    rows.keys("gateway.trustKey", &gateway.trust_keys);
    rows.add("gateway.openRegistration", gateway.open_registration);
    rows.urls("gateway.workers", &gateway.workers);
    add_routing(rows, &gateway.routing);
    rows.time("remoteWorker.unavailableThreshold", gateway.unavailable_threshold);
    rows.time("remoteWorker.stoppedThreshold", gateway.stopped_threshold);
}

fn add_routing(rows: &mut Rows, routing: &Routing) {
    let Routing { balancing, retries, ejection, slow_start, hedge } = routing;
    rows.add("gateway.balancing", balancing);
    rows.add("gateway.retries.attempts", retries.attempts);
    rows.add("gateway.retries.budget", retries.budget);
    rows.add("gateway.retries.perSecond", retries.per_second);
    rows.add("gateway.ejection.failures", ejection.failures);
    rows.time("gateway.ejection.base", ejection.base);
    rows.time("gateway.ejection.max", ejection.max);
    rows.time("gateway.slowStart", *slow_start);
    rows.add("gateway.hedge", hedge.map_or_else(|| "off".to_owned(), |time| format!("{} ms", time.as_millis())));
}

fn add_repository(rows: &mut Rows, prefix: &str, repository: &RepositoryConfig) {
    let root = if repository.asset_root.is_empty() { "/" } else { &repository.asset_root };
    rows.add(&format!("{prefix}.indexFilename"), &repository.index_filename);
    rows.add(&format!("{prefix}.serveIndexOnNotFound"), repository.serve_index_on_not_found);
    rows.add(&format!("{prefix}.assetRoot"), root);
    rows.list(&format!("{prefix}.assets"), &repository.assets);
}

fn add_proxy(rows: &mut Rows, proxy: &ProxyConfig) {
    rows.urls("proxy.gateway", &proxy.gateways);
    rows.add("proxy.repository", proxy.repository.as_str().trim_end_matches('/'));
}

fn add_standalone(rows: &mut Rows, standalone: &StandaloneConfig) {
    rows.list("standalone.segments", &standalone.segments);
    rows.keys("standalone.trustKey", &standalone.trust_keys);
    add_repository(rows, "standalone", &standalone.repository);
}

/// Names and values, aligned at the end.
#[derive(Default)]
struct Rows(Vec<(String, String)>);

impl Rows {
    fn add(&mut self, name: &str, value: impl std::fmt::Display) {
        self.0.push((name.to_owned(), value.to_string()));
    }

    fn list(&mut self, name: &str, values: &[String]) {
        self.add(name, if values.is_empty() { "none".to_owned() } else { values.join(", ") });
    }

    fn time(&mut self, name: &str, time: Duration) {
        self.add(name, format_args!("{} ms", time.as_millis()));
    }

    fn urls(&mut self, name: &str, urls: &[Url]) {
        let urls: Vec<String> = urls.iter().map(|url| url.as_str().trim_end_matches('/').to_owned()).collect();
        self.list(name, &urls);
    }

    fn keys(&mut self, name: &str, keys: &TrustKeys) {
        self.add(name, if keys.is_empty() { "none" } else { "***" });
    }

    fn into_text(self) -> String {
        let width = self.0.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        let lines: Vec<String> = self.0.iter().map(|(name, value)| format!("{name:width$}   {value}\n")).collect();
        lines.concat()
    }
}
