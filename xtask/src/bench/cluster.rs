//! What the cluster adds to a call: the gateway's hop, beside nginx in front of the same worker and the known
//! implementation with its own; a call from segment to segment through a gateway, directly, and within a process.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::contest::{self, Case, Contestant};
use super::measured::{Measured, OURS};
use super::peers::{Known, Peer, Peers};
use super::process::Cores;
use super::wrk::{Call, Client};
use super::{Plan, load, record};
use crate::service::Service;
use crate::workspace::Workspace;
use crate::{cargo, http, ports, term, tools};

const LOAD: &str = "hello through a gateway, 64 connections";
const ONE_BY_ONE: &str = "hello through a gateway, one call at a time";
const CROSSING: &str = "from segment to segment, one call at a time";
const INSIDE: &str = "1000 calls from segment to segment in one process";
const ALONE: &str = "no gateway";
const DIRECT: &str = "jitar, direct";

/// Seconds that this takes, about.
pub(super) fn estimate(plan: &Plan) -> u64 {
    let one_by_one = (plan.n_rounds as u64 + 1) * plan.seconds;
    4 * plan.seconds_of_case() + 10 * one_by_one + 25
}

/// Measures the application in `xtask/peers/calls` as a cluster. Gateways have the first processor for themselves;
/// workers and clients share the second.
pub(super) fn measure(workspace: &Workspace, peers: &Peers<'_>, plan: &Plan) -> Result<Vec<Measured>> {
    let built = cargo::build(workspace, &["--release", "--workspace", "--bin", "jitar-app"])?;
    let app = workspace.root.join("xtask/peers/calls");
    let nodes = Nodes { workspace, program: built.program("jitar-app")?.to_owned(), app: app.clone() };
    let ours = nodes.cluster()?;
    let known = peers.known(&app, "cluster")?.map(|known| KnownCluster::start(&known)).transpose()?;
    let nginx = Nginx::find(peers).map(|it| it.start(workspace, &ours.hello.url, Some(Cores::First))).transpose()?;

    let contestant = |name, service| Contestant::new(name, vec![service]);
    let mut greets = vec![contestant(OURS, ours.greet)?, contestant(DIRECT, ours.direct)?];
    let mut gateways = vec![contestant(OURS, ours.gateway)?];
    if let Some(nginx) = nginx {
        gateways.push(contestant(Peer::Nginx.name(), nginx)?);
    }
    let mut workers = vec![ours.both];
    if let Some(known) = known {
        gateways.push(contestant(Peer::Known.name(), known.gateway)?);
        greets.push(contestant(Peer::Known.name(), known.greet)?);
        workers.push(known.hello);
    }
    gateways.push(contestant(ALONE, ours.hello)?);

    let client = Client::new(record::folder(workspace)?.join("wrk"), Cores::Second)?;
    let mut results = contest::run(&client, &[hello(LOAD)], &mut gateways, plan)?;
    results.extend(contest::one_by_one(&hello(ONE_BY_ONE), &mut gateways, plan)?);
    results.extend(contest::one_by_one(&greet(), &mut greets, plan)?);
    let both = workers.remove(0);
    results.extend(inside(workspace, peers, both, plan)?);
    results.extend(differences(&results, load::round_trip(plan.warm_up)?));
    drop((gateways, greets, workers));
    Ok(results)
}

/// A loop over a function of another segment of the same process, beside Node, where it is an ordinary call.
fn inside(workspace: &Workspace, peers: &Peers<'_>, both: Service, plan: &Plan) -> Result<Vec<Measured>> {
    let mut contestants = vec![Contestant::new(OURS, vec![both])?];
    for peer in peers.servers().filter(|peer| *peer == Peer::Node) {
        let port = ports::free(1)?[0];
        let command = peers.server(peer, &workspace.root.join("xtask/peers/routes.mjs"), port, 1)?;
        let url = format!("http://127.0.0.1:{port}");
        contestants.push(Contestant::start(peer.name(), Cores::Second.pin(&command), &url, 1)?);
    }
    let case = Case {
        name: INSIDE,
        call: Call::post("/rpc/greetOften", r#"{"times":1000}"#),
        expected: Value::from("Hello, World!"),
    };
    contest::one_by_one(&case, &mut contestants, plan)
}

/// What is asked of the cluster in terms of the other figures.
fn differences(results: &[Measured], round_trip: f64) -> Vec<Measured> {
    let median = |case: &str, subject: &str, name: &str| {
        results.iter().find(|it| it.key() == (case, subject, name)).map_or(f64::NAN, Measured::median)
    };
    let alone = median(ONE_BY_ONE, ALONE, "p50");
    // A call on a worker is a round trip and an execution.
    let crossing = round_trip + 2.0 * (alone - round_trip).max(0.0);
    let inside = |subject: &str| median(INSIDE, subject, "p50");
    let quantities = [
        ("added by our gateway, p50", "µs", median(ONE_BY_ONE, OURS, "p50") - alone),
        ("added by our gateway, p99", "µs", median(ONE_BY_ONE, OURS, "p99") - median(ONE_BY_ONE, ALONE, "p99")),
        ("bare round trip over loopback", "µs", round_trip),
        ("segment to segment to round trip and two executions", "×", median(CROSSING, OURS, "p50") / crossing),
        ("the same, direct", "×", median(CROSSING, DIRECT, "p50") / crossing),
        (
            "a call to another segment of the process, beyond Node's plain call",
            "µs",
            (inside(OURS) - inside("node:http")) / 1000.0,
        ),
    ];
    quantities
        .into_iter()
        .filter(|(_, _, value)| value.is_finite())
        .map(|(name, unit, value)| Measured::once(name, unit, value))
        .collect()
}

fn hello(name: &'static str) -> Case {
    Case { name, call: Call::post("/rpc/sayHello", r#"{"name":"World"}"#), expected: Value::from("Hello, World!") }
}

fn greet() -> Case {
    Case {
        name: CROSSING,
        call: Call::post("/rpc/greet", r#"{"name":"World"}"#),
        expected: Value::from("Hello, World!"),
    }
}

fn free_url() -> Result<String> {
    Ok(format!("http://127.0.0.1:{}", ports::free(1)?[0]))
}

/// Our nodes, each with a service file of its own.
struct Nodes<'a> {
    workspace: &'a Workspace,
    program: PathBuf,
    app: PathBuf,
}

/// Those that run.
struct Cluster {
    gateway: Service,
    hello: Service,
    greet: Service,
    direct: Service,
    /// Has both segments, and is on its own.
    both: Service,
}

impl Nodes<'_> {
    fn cluster(&self) -> Result<Cluster> {
        let gateway = self.start("gateway", Cores::First, &json!({ "gateway": { "slowStart": 0 } }))?;
        let worker = |segment: &str, direct| {
            let worker =
                json!({ "gateway": gateway.url, "segments": [segment], "reportInterval": 500, "direct": direct });
            json!({ "worker": worker })
        };
        Ok(Cluster {
            hello: self.start("hello", Cores::Second, &worker("hello", true))?,
            greet: self.start("greet", Cores::Second, &worker("greet", false))?,
            direct: self.start("direct", Cores::Second, &worker("greet", true))?,
            both: self.start("both", Cores::Second, &json!({ "worker": { "segments": ["hello", "greet"] } }))?,
            gateway,
        })
    }

    fn start(&self, name: &str, cores: Cores, settings: &Value) -> Result<Service> {
        let url = free_url()?;
        let mut settings = settings.clone();
        settings["url"] = Value::from(url.clone());
        let file = folder(self.workspace)?.join(format!("{name}.json"));
        fs::write(&file, settings.to_string()).with_context(|| format!("cannot write `{}`", file.display()))?;
        let mut command = Command::new(&self.program);
        // A line per call would measure the terminal.
        command.arg(&self.app).arg(format!("--service={}", file.display())).arg("--log-level=warn");
        Service::start_foreign(name, &mut cores.pin(&command), &url)
    }
}

fn folder(workspace: &Workspace) -> Result<PathBuf> {
    let folder = record::folder(workspace)?.join("cluster");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    Ok(folder)
}

/// The same cluster of the known implementation.
struct KnownCluster {
    gateway: Service,
    hello: Service,
    greet: Service,
}

impl KnownCluster {
    fn start(known: &Known) -> Result<Self> {
        let start = |name: &str, cores: Cores, mut settings: Value| {
            let url = free_url()?;
            settings["url"] = Value::from(url.clone());
            Service::start_foreign(name, &mut cores.pin(&known.service(name, &settings)?), &url)
        };
        let gateway = start("gateway", Cores::First, json!({ "gateway": {} }))?;
        let worker = |segment: &str| json!({ "worker": { "gateway": gateway.url, "segments": [segment], "reportInterval": 500 } });
        Ok(Self {
            hello: start("hello", Cores::Second, worker("hello"))?,
            greet: start("greet", Cores::Second, worker("greet"))?,
            gateway,
        })
    }
}

/// nginx as a gateway.
pub(super) struct Nginx(PathBuf);

impl Nginx {
    /// None, and a line that says so, where it is not wanted or not installed.
    pub(super) fn find(peers: &Peers<'_>) -> Option<Self> {
        if !peers.nginx {
            return None;
        }
        let nginx = tools::find("nginx").or_else(|| Some(PathBuf::from("/usr/sbin/nginx")).filter(|it| it.is_file()));
        if nginx.is_none() {
            term::status("Skipped", "nginx: it is not installed, so there is nothing to compare with");
        }
        nginx.map(Self)
    }

    /// Starts it before one server.
    pub(super) fn start(&self, workspace: &Workspace, before: &str, cores: Option<Cores>) -> Result<Service> {
        let url = free_url()?;
        let folder = folder(workspace)?;
        let file = folder.join("nginx.conf");
        let (at, listen, upstream) = (folder.display(), http::address_of(&url), http::address_of(before));
        let text = format!(
            "daemon off; pid {at}/nginx.pid; error_log {at}/nginx.log; worker_processes 1; events {{}}\n\
             http {{ access_log off; client_body_temp_path {at}/body; proxy_temp_path {at}/proxy;\n\
             fastcgi_temp_path {at}/f; uwsgi_temp_path {at}/u; scgi_temp_path {at}/s;\n\
             upstream worker {{ server {upstream}; keepalive 64; keepalive_requests 100000000; }}\n\
             server {{ listen {listen}; keepalive_requests 100000000;\n\
             location / {{ proxy_pass http://worker; proxy_http_version 1.1; proxy_set_header Connection \"\"; }} }} }}\n"
        );
        fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
        let mut command = Command::new(&self.0);
        command.arg("-c").arg(&file);
        if let Some(cores) = cores {
            command = cores.pin(&command);
        }
        Service::start_foreign(Peer::Nginx.name(), &mut command, &url)
    }
}
