//! From the service file, flags and environment to a [`Config`], checked against what the binary carries.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use jitar_engine::Certificates;
use jitar_engine::manifest::{AppManifest, Unit};
use url::Url;

use super::address::{listen_address, parse_listen, parse_socket};
use super::fields::{Fields, Spanned};
use super::file::{Segments, ServiceFile};
use super::interpolate::interpolate;
use super::json::{self, Node, SyntaxError};
use super::problem::{ConfigError, Problem, Problems, suggestion};
use super::scripts::{ScriptError, name_of, specifier};
use super::source::Source;
use super::{Config, Environment, Inspect, Isolates, Limits, LogConfig, Overrides, Role, TlsConfig};

/// What a binary carries, as far as a configuration depends on it.
#[derive(Debug, Clone)]
pub struct Carried<'a> {
    /// What the build found.
    pub manifest: &'a AppManifest,
    /// Ids of the units in the binary.
    pub units: Vec<&'a str>,
    /// Embedded service files by path.
    pub services: &'a [(&'a str, &'a [u8])],
    /// Path of the service file that the binary was made for.
    pub default: Option<&'a str>,
}

/// A configuration and what it belongs to.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// Id of the unit that it runs.
    pub unit: String,
    /// How the service file was chosen, when nobody named it.
    pub note: Option<String>,
}

/// Chooses, reads and checks the configuration of a start.
///
/// # Errors
/// With everything that is wrong.
pub fn load(overrides: &Overrides, environment: &Environment, carried: &Carried<'_>) -> Result<Loaded, ConfigError> {
    let source = Source::choose(overrides.service.as_deref(), carried)?;
    let mut node = json::parse(&source.text).map_err(|error| syntax_problem(&source, &error))?;
    let problems = Problems::default();
    interpolate(&mut node, environment, &problems);
    let certificates = certificates(environment)?;
    let resolved = resolve(&source, &node, overrides, environment, carried, &problems);
    match resolved {
        Some((config, unit)) if problems.is_empty() => {
            Ok(Loaded { config: Config { certificates, ..config }, unit, note: source.note })
        }
        _ => Err(problems.into_list(&source.file, &source.text).into()),
    }
}

/// The authorities that requests of application code trust: `SSL_CERT_FILE` names a PEM file with more of them.
fn certificates(environment: &Environment) -> Result<Certificates, ConfigError> {
    const VARIABLE: &str = "SSL_CERT_FILE";
    let Some(file) = environment.get(VARIABLE).filter(|file| !file.is_empty()) else {
        return Ok(Certificates::default());
    };
    let pem = std::fs::read(file).map_err(|error| error.to_string());
    let certificates = pem.and_then(|pem| Certificates::with_additional(pem).map_err(|error| error.to_string()));
    certificates.map_err(|error| Problem::in_variable(VARIABLE, format!("`{file}`: {error}")).into())
}

/// Where relative paths begin. A process whose folder was removed has none; then nothing can be read.
fn working_folder() -> PathBuf {
    std::env::current_dir().unwrap_or_default()
}

fn syntax_problem(source: &Source, error: &SyntaxError) -> Problem {
    let unquoted = source.text[error.at..].starts_with("${");
    let hint = if unquoted { "; variables stand inside strings, such as \"${NAME}\"" } else { "" };
    Problem::in_file(&source.file, &source.text, error.at, format!("{}{hint}", error.text))
}

/// Time for people at a breakpoint.
const DEBUGGING: Duration = Duration::from_hours(24);

/// The limits, without those for time when the service is debugged.
fn limits_of(limits: Limits, inspect: Option<Inspect>) -> Limits {
    if inspect.is_some() { Limits { cpu: DEBUGGING, wall: DEBUGGING, ..limits } } else { limits }
}

fn resolve(
    source: &Source,
    node: &Node,
    overrides: &Overrides,
    environment: &Environment,
    carried: &Carried<'_>,
    problems: &Problems,
) -> Option<(Config, String)> {
    let mut fields = Fields::root(node, problems)?;
    if overrides.url.is_none() {
        fields.require(&["url"]);
    }
    let file = ServiceFile::read(fields);
    let address = resolve_address(&file, overrides.url.as_ref(), problems);
    let service = file.service?;
    let unit = find_unit(node.at, &service.segments, carried, problems)?;

    let scripts = ScriptFinder { source: &carried.manifest.source, unit, problems };
    let (set_up, tear_down) = (scripts.find(&file.set_up), scripts.find(&file.tear_down));
    let (set_up_once, tear_down_once) = (scripts.find(&file.set_up_once), scripts.find(&file.tear_down_once));
    let health_checks = scripts.find(&file.health_checks);
    let middleware = scripts.find(&file.middleware);
    if let (Role::Gateway(_) | Role::Proxy(_) | Role::Repository(_), Some(at)) = (&service.role, file.get_only_safe) {
        problems.add(at, "'getOnlySafe' belongs to the services that run procedures: workers and standalones");
    }
    let Addresses { url, listen, socket } = address?;
    let tls = fitting_tls(&url, file.tls, file.url.as_ref().map_or(0, |url| url.at), problems);
    let body = overrides.http_body_limit.map_or(file.limits.body, NonZeroUsize::get);
    let inspect = overrides.debugging();
    let config = Config {
        file: source.file.clone(),
        url,
        listen,
        socket,
        set_up,
        tear_down,
        set_up_once,
        tear_down_once,
        middleware,
        health_checks,
        role: service.role,
        isolates: overrides.isolates.or(file.isolates).map_or(1, Isolates::count),
        intake: file.intake,
        admin: resolve_admin(file.admin.as_ref(), problems),
        limits: limits_of(Limits { body, ..file.limits }, inspect),
        get_only_safe: file.get_only_safe.is_some(),
        tls,
        cors: file.cors,
        http: file.http,
        permissions: file.permissions.resolve(environment, &working_folder()),
        certificates: Certificates::default(),
        log: LogConfig {
            level: overrides.log_level.or(file.log_level).unwrap_or_default(),
            format: overrides.log_format.or(file.log_format).unwrap_or_default(),
        },
        shutdown_grace: file.shutdown_grace,
        inspect,
    };
    Some((config, unit.id.clone()))
}

/// An `https` address needs a certificate, and a certificate an `https` address: peers go by it.
fn fitting_tls(url: &Url, tls: Option<Spanned<TlsConfig>>, url_at: usize, problems: &Problems) -> TlsConfig {
    let is_https = url.scheme() == "https";
    match &tls {
        Some(tls) if !is_https && tls.value.identity.is_some() => {
            problems.add(tls.at, "'tls' has a certificate, so 'url' must begin with https://");
        }
        Some(tls) if is_https && tls.value.identity.is_none() => {
            problems.add(tls.at, "an 'https' address needs 'tls.cert' and 'tls.key'");
        }
        None if is_https => problems.add(url_at, "Field 'url': 'https' needs 'tls' with 'cert' and 'key'"),
        _ => {}
    }
    tls.map(|tls| tls.value).unwrap_or_default()
}

/// The service's address for others, and where it listens.
struct Addresses {
    url: Url,
    listen: SocketAddr,
    socket: Option<PathBuf>,
}

fn resolve_address(file: &ServiceFile, given: Option<&Url>, problems: &Problems) -> Option<Addresses> {
    let written = file.url.as_ref();
    let url = given.or(written.map(|url| &url.value));
    let mut socket = None;
    let mut address = None;
    if let Some(listen) = &file.listen {
        let wrong = |problem| problems.add(listen.at, format!("Field 'listen': {problem}"));
        match parse_socket(&listen.value) {
            Some(path) => socket = Some(path.map_err(wrong).ok()?),
            None => address = Some(parse_listen(&listen.value).map_err(wrong).ok()?),
        }
    }
    let url = url?;
    let at = written.map_or(0, |url| url.at);
    let of_url = || listen_address(url).map_err(|problem| problems.add(at, format!("Field 'url': {problem}"))).ok();
    // Who listens on a socket listens at the URL as well: other machines cannot come through the socket.
    let listen = address.or_else(of_url)?;
    Some(Addresses { url: url.clone(), listen, socket })
}

/// The address of the listener for operators.
fn resolve_admin(listen: Option<&Spanned<String>>, problems: &Problems) -> Option<SocketAddr> {
    let listen = listen?;
    let wrong = |problem| problems.add(listen.at, format!("Field 'admin.listen': {problem}"));
    parse_listen(&listen.value).map_err(wrong).ok()
}

/// The carried unit that consists of exactly these segments.
fn find_unit<'a>(at: usize, segments: &Segments, carried: &Carried<'a>, problems: &Problems) -> Option<&'a Unit> {
    let units: Vec<&Unit> = carried.units.iter().filter_map(|id| carried.manifest.unit(id)).collect();
    let names = || units.iter().flat_map(|unit| &unit.segments).map(String::as_str);
    let unknown: Vec<&Spanned<String>> =
        segments.named.iter().filter(|name| !names().any(|known| known == name.value)).collect();
    for name in &unknown {
        let hint = suggestion(&name.value, names());
        let text = format!("this binary has no segment '{}'; it carries: {}{hint}", name.value, list(&units));
        problems.add(name.at, text);
    }
    if segments.is_broken || !unknown.is_empty() {
        return None;
    }
    let id = Unit::id_of(segments.named.iter().map(|name| &name.value));
    let unit = units.iter().copied().find(|unit| unit.id == id);
    if unit.is_none() {
        let at = segments.named.first().map_or(at, |name| name.at);
        let what =
            if segments.named.is_empty() { "no unit without segments".to_owned() } else { format!("no unit '{id}'") };
        problems.add(at, format!("this binary has {what}; it carries: {}", list(&units)));
    }
    unit
}

/// What the binary has instead.
fn list(units: &[&Unit]) -> String {
    let quoted: Vec<String> = units.iter().map(|unit| format!("'{}'", unit.id)).collect();
    quoted.join(", ")
}

/// Finds the modules that a service file names.
struct ScriptFinder<'a> {
    source: &'a str,
    unit: &'a Unit,
    problems: &'a Problems,
}

impl ScriptFinder<'_> {
    fn find(&self, names: &[Spanned<String>]) -> Vec<String> {
        names.iter().filter_map(|name| self.find_one(name)).collect()
    }

    fn find_one(&self, name: &Spanned<String>) -> Option<String> {
        match specifier(&name.value, self.source, &self.unit.scripts) {
            Ok(specifier) => return Some(specifier.to_owned()),
            Err(ScriptError::Outside) => self.problems.add(name.at, format!("Invalid location: {}", name.value)),
            Err(ScriptError::Unknown) => self.problems.add(name.at, self.unknown(&name.value)),
        }
        None
    }

    fn unknown(&self, name: &str) -> String {
        let known: Vec<&str> = self.unit.scripts.iter().filter_map(|script| name_of(script, self.source)).collect();
        let unit = &self.unit.id;
        if known.is_empty() {
            return format!(
                "the unit '{unit}' of this binary has no module '{name}', and no other that may be named here"
            );
        }
        let hint = suggestion(name, known.iter().copied());
        format!("the unit '{unit}' of this binary has no module '{name}'; it has: {}{hint}", known.join(", "))
    }
}

#[cfg(test)]
mod tests;
