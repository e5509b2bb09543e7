//! A service file as written: its settings by name and type, with the defaults of what is left out (spec 1.7, 13).

use std::time::Duration;

use jitar_engine::{ValueLimits, platform};
use url::Url;

use super::fields::{Fields, MILLISECONDS, Spanned};
use super::{
    CorsConfig, HttpConfig, Intake, Isolates, Limits, LogFormat, LogLevel, Role, TlsConfig, cors, gateway, http,
    intake, permissions, proxy, repository, standalone, tls, worker,
};

/// The names of the service objects, in the order of spec 1.7.
pub(super) const SERVICES: [&str; 5] = ["gateway", "worker", "repository", "proxy", "standalone"];

/// What the file says.
#[derive(Debug)]
pub(super) struct ServiceFile {
    pub(super) url: Option<Spanned<Url>>,
    pub(super) listen: Option<Spanned<String>>,
    pub(super) set_up: Vec<Spanned<String>>,
    pub(super) tear_down: Vec<Spanned<String>>,
    pub(super) set_up_once: Vec<Spanned<String>>,
    pub(super) tear_down_once: Vec<Spanned<String>>,
    pub(super) middleware: Vec<Spanned<String>>,
    pub(super) health_checks: Vec<Spanned<String>>,
    /// None after a problem.
    pub(super) service: Option<Written>,
    pub(super) isolates: Option<Isolates>,
    pub(super) intake: Intake,
    pub(super) admin: Option<Spanned<String>>,
    pub(super) limits: Limits,
    /// `getOnlySafe` with its place, when it is set.
    pub(super) get_only_safe: Option<usize>,
    /// With its place.
    pub(super) tls: Option<Spanned<TlsConfig>>,
    pub(super) cors: Option<CorsConfig>,
    pub(super) http: HttpConfig,
    pub(super) permissions: permissions::Written,
    pub(super) log_level: Option<LogLevel>,
    pub(super) log_format: Option<LogFormat>,
    pub(super) shutdown_grace: Duration,
}

/// A service object.
#[derive(Debug)]
pub(super) struct Written {
    /// Its settings.
    pub(super) role: Role,
    /// Its segments, with their places.
    pub(super) segments: Segments,
}

/// Names of segments in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Segments {
    /// Those that could be read.
    pub(super) named: Vec<Spanned<String>>,
    /// Whether something is wrong with the list, so that it says nothing about the unit.
    pub(super) is_broken: bool,
}

impl Segments {
    /// Reads `segments`, which must be there and name something.
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        fields.require(&["segments"]);
        let named = fields.texts(&["segments"]);
        let length = fields.length("segments");
        if let (Some(0), Some(at)) = (length, fields.position("segments")) {
            fields.problem(at, "'segments' names no segment");
        }
        let repeated =
            |(idx, name): &(usize, &Spanned<String>)| named[..*idx].iter().any(|earlier| earlier.value == name.value);
        let repeated: Vec<&Spanned<String>> = named.iter().enumerate().filter(repeated).map(|(_, name)| name).collect();
        for name in &repeated {
            fields.problem(name.at, format!("segment '{}' is named twice", name.value));
        }
        let is_broken = named.is_empty() || length != Some(named.len()) || !repeated.is_empty();
        Self { named, is_broken }
    }

    /// The names, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.named.iter().map(|name| name.value.clone()).collect();
        names.sort();
        names
    }
}

impl ServiceFile {
    /// Reads all settings.
    pub(super) fn read(mut fields: Fields<'_>) -> Self {
        // For editors, which find the schema by it.
        fields.text(&["$schema"]);
        let url = fields.url(&["url"]);
        let listen = fields.text(&["listen"]);
        let set_up = fields.texts(&["setUp"]);
        let tear_down = fields.texts(&["tearDown"]);
        let set_up_once = fields.texts(&["setUpOnce"]);
        let tear_down_once = fields.texts(&["tearDownOnce"]);
        let middleware = fields.texts(&["middleware", "middlewares"]);
        let health_checks = fields.texts(&["healthChecks"]);
        let service = read_service(&mut fields);
        let isolates = fields.number_or_word("isolates");
        let intake = intake::read(&mut fields);
        let admin = fields.group("admin").and_then(read_admin);
        let limits = fields.group("limits").map_or_else(Limits::default, read_limits);
        let get_only_safe = fields.boolean(&["getOnlySafe"]).unwrap_or(false);
        let get_only_safe = get_only_safe.then(|| fields.position("getOnlySafe")).flatten();
        let tls = fields.group("tls").map(|group| Spanned { at: group.at(), value: tls::read(group) });
        let cors = fields.group("cors").map(cors::read);
        let http = fields.group("http").map_or_else(HttpConfig::default, http::read);
        let (log_level, log_format) = fields.group("log").map_or((None, None), read_log);
        let shutdown_grace = fields.group("shutdown").and_then(read_shutdown).unwrap_or(Duration::from_secs(30));
        fields.refuse(&["supervise"]);
        let permissions = fields.group("permissions").map(permissions::read).unwrap_or_default();
        fields.finish();
        Self {
            url,
            listen,
            set_up,
            tear_down,
            set_up_once,
            tear_down_once,
            middleware,
            health_checks,
            service,
            isolates,
            intake,
            admin,
            limits,
            get_only_safe,
            tls,
            cors,
            http,
            permissions,
            log_level,
            log_format,
            shutdown_grace,
        }
    }
}

/// Exactly one service object must be there.
fn read_service(fields: &mut Fields<'_>) -> Option<Written> {
    let present: Vec<(&'static str, usize)> =
        SERVICES.iter().filter_map(|name| Some((*name, fields.position(name)?))).collect();
    let remote_worker = fields.position("remoteWorker");
    match present[..] {
        [] => {
            let text = "Unknown service configured: there must be one of 'gateway', 'worker', 'repository', 'proxy', 'standalone'";
            fields.problem(fields.at(), text);
        }
        [_] => {}
        [(first, _), ref others @ ..] => {
            for (name, at) in others {
                fields.problem(*at, format!("'{name}' stands beside '{first}'; a file configures one service"));
            }
        }
    }
    if let Some(at) = remote_worker.filter(|_| !present.iter().any(|(name, _)| *name == "gateway")) {
        fields.problem(at, "'remoteWorker' belongs to a 'gateway'");
    }
    // All of them are read, so that everything wrong in them is reported too.
    let services: Vec<Option<Written>> = present.iter().map(|(name, _)| read_named(fields, name)).collect();
    services.into_iter().next().flatten()
}

fn read_named(fields: &mut Fields<'_>, name: &'static str) -> Option<Written> {
    let service = fields.group(name)?;
    match name {
        "gateway" => Some(gateway::read(service, fields.group("remoteWorker"))),
        "worker" => Some(worker::read(service)),
        "repository" => Some(repository::read(service)),
        "proxy" => proxy::read(service),
        _ => Some(standalone::read(service)),
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            heap: 256 << 20,
            cpu: Duration::from_secs(10),
            wall: Duration::from_secs(30),
            buffers: 256 << 20,
            stack: platform::STACK,
            wasm_pages: platform::WASM_PAGES,
            pending: 1024,
            queue: 256,
            body: 204_800,
            values: ValueLimits::default(),
        }
    }
}

fn read_limits(mut fields: Fields<'_>) -> Limits {
    let defaults = Limits::default();
    let limits = Limits {
        // Below 16 MiB an isolate has no room for its own start.
        heap: fields.integer("heap", &(16 << 20..=1 << 40)).unwrap_or(defaults.heap),
        cpu: fields.milliseconds("cpu").unwrap_or(defaults.cpu),
        wall: fields.milliseconds("wall").unwrap_or(defaults.wall),
        // Requests below 1 MiB are never refused, so a smaller limit could not be kept.
        buffers: fields.integer("buffers", &(1 << 20..=1 << 40)).unwrap_or(defaults.buffers),
        // Below 128 KiB deep but sensible code fails; above 256 MiB threads do not start everywhere.
        stack: fields.integer("stack", &(128 << 10..=256 << 20)).unwrap_or(defaults.stack),
        wasm_pages: fields.integer("wasmPages", &(1..=65_536)).unwrap_or(defaults.wasm_pages),
        pending: fields.integer("pending", &(1..=1_000_000)).unwrap_or(defaults.pending),
        queue: fields.integer("queue", &(1..=1_000_000)).unwrap_or(defaults.queue),
        body: fields.integer("body", &(1..=1 << 30)).unwrap_or(defaults.body),
        values: ValueLimits {
            depth: fields.integer("depth", &(1..=ValueLimits::MAX_DEPTH.into())).unwrap_or(defaults.values.depth),
            nodes: fields.integer("nodes", &(1..=1 << 30)).unwrap_or(defaults.values.nodes),
            string: fields.integer("string", &(1..=1 << 29)).unwrap_or(defaults.values.string),
            bigint: fields.integer("bigint", &(1..=10_000_000)).unwrap_or(defaults.values.bigint),
        },
    };
    fields.finish();
    limits
}

fn read_admin(mut fields: Fields<'_>) -> Option<Spanned<String>> {
    fields.require(&["listen"]);
    let listen = fields.text(&["listen"]);
    fields.finish();
    listen
}

fn read_log(mut fields: Fields<'_>) -> (Option<LogLevel>, Option<LogFormat>) {
    let level = fields.parsed("level").map(|found| found.value);
    let format = fields.parsed("format").map(|found| found.value);
    fields.finish();
    (level, format)
}

fn read_shutdown(mut fields: Fields<'_>) -> Option<Duration> {
    // 0 is allowed: a stop that waits for nothing.
    let grace = fields.integer("grace", &(0..=*MILLISECONDS.end())).map(Duration::from_millis);
    fields.finish();
    grace
}
