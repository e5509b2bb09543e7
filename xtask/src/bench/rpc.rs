//! What calls cost: the same functions behind ours and behind peers, on one processor, and arithmetic on two.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::{Value, json};

use super::contest::{self, Case, Contestant};
use super::measured::{Measured, OURS};
use super::peers::{Known, Peer, Peers};
use super::process::Cores;
use super::wrk::{Call, Client};
use super::{Plan, record};
use crate::service::Service;
use crate::workspace::Workspace;
use crate::{cargo, ports, term};

/// Which segments a service has.
const SEGMENTS: [&str; 2] = ["hello", "calls"];
const ONE_CORE: &str = "2 ms of arithmetic, 1 core";
const TWO_CORES: &str = "2 ms of arithmetic, 2 cores";
const SEED: i32 = 5;

/// Seconds that this takes, about.
pub(super) fn estimate(plan: &Plan) -> u64 {
    46 * plan.seconds_of_case() + 15
}

/// Measures the application in `xtask/peers/calls`.
pub(super) fn measure(workspace: &Workspace, peers: &Peers<'_>, plan: &Plan) -> Result<Vec<Measured>> {
    let app = workspace.root.join("xtask/peers/calls");
    let built = cargo::build(workspace, &["--release", "--workspace", "--bin", "jitar-app"])?;
    let arena = Arena {
        ours: built.program("jitar-app")?.to_owned(),
        known: peers.known(&app, "calls")?,
        routes: workspace.root.join("xtask/peers/routes.mjs"),
        app,
        peers,
    };
    let folder = record::folder(workspace)?.join("wrk");
    let client = Client::new(folder.clone(), Cores::Second)?;
    let mut contestants = arena.contestants(Cores::First)?;
    let mut results = contest::run(&client, &cases(), &mut contestants, plan)?;
    drop(contestants);

    let client = Client::new(folder, Cores::Both)?;
    let mut contestants = arena.contestants(Cores::Both)?;
    results.extend(contest::run(&client, &[work(TWO_CORES)], &mut contestants, plan)?);
    results.extend(scaling(&results));
    Ok(results)
}

/// How much more two processors do than one.
fn scaling(results: &[Measured]) -> Vec<Measured> {
    let of = |case: &str, subject: &str| results.iter().find(|it| it.key() == (case, subject, "calls/s"));
    let ratio = |subject: &str| {
        let (one, two) = (of(ONE_CORE, subject)?, of(TWO_CORES, subject)?);
        Some(Measured::once(format!("arithmetic on 2 cores to 1, {subject}"), "×", two.median() / one.median()))
    };
    [OURS, Peer::Node.name(), Peer::Deno.name(), Peer::Bun.name()].into_iter().filter_map(ratio).collect()
}

/// Where contestants come from.
struct Arena<'a> {
    app: PathBuf,
    ours: PathBuf,
    known: Option<Known>,
    routes: PathBuf,
    peers: &'a Peers<'a>,
}

impl Arena<'_> {
    /// All of them, started. On two processors only those that can use them.
    fn contestants(&self, cores: Cores) -> Result<Vec<Contestant>> {
        let mut contestants = vec![Contestant::new(OURS, vec![self.start_ours(cores)?])?];
        for peer in self.peers.servers() {
            if cores == Cores::Both && !peer.scales() {
                term::status("Skipped", format_args!("{} on two processors: it runs on one thread", peer.name()));
                continue;
            }
            let (port, url) = free_url()?;
            let command = cores.pin(&self.peers.server(peer, &self.routes, port, cores.count())?);
            // bun leaves it to its users to start several.
            let n_processes = if peer == Peer::Bun { cores.count() } else { 1 };
            contestants.push(Contestant::start(peer.name(), command, &url, n_processes)?);
        }
        if let Some(known) = self.known.as_ref().filter(|_| cores == Cores::First) {
            let (_, url) = free_url()?;
            let settings = json!({ "url": url, "worker": { "segments": SEGMENTS } });
            let command = cores.pin(&known.service("worker", &settings)?);
            contestants.push(Contestant::start(Peer::Known.name(), command, &url, 1)?);
        }
        Ok(contestants)
    }

    fn start_ours(&self, cores: Cores) -> Result<Service> {
        let (_, url) = free_url()?;
        let mut command = std::process::Command::new(&self.ours);
        command.arg(&self.app).arg(format!("--service={}", self.app.join("services/worker.json").display()));
        // A line per call would measure the terminal.
        command.args([format!("--url={url}"), "--log-level=warn".to_owned(), format!("--isolates={}", cores.count())]);
        Service::start_foreign(OURS, &mut cores.pin(&command), &url)
    }
}

/// A port that is free, and its URL.
fn free_url() -> Result<(u16, String)> {
    let port = ports::free(1)?[0];
    Ok((port, format!("http://127.0.0.1:{port}")))
}

fn cases() -> Vec<Case> {
    let hello = || Value::from("Hello, World!");
    let (order, accepted) = order();
    let (rows, reversed) = rows();
    let (instance, extended) = instance();
    let encoding = ("x-jitar-data-encoding", "serialized");
    let post = |procedure: &str, body: &Value| Call::post(&format!("/rpc/{procedure}"), body.to_string());
    vec![
        Case { name: "hello, GET", call: Call::get("/rpc/sayHello?name=World"), expected: hello() },
        Case { name: "hello, POST", call: post("sayHello", &json!({ "name": "World" })), expected: hello() },
        Case { name: "1 kB of JSON in and out", call: post("acceptOrder", &order), expected: accepted },
        Case { name: "100 kB of JSON in and out", call: post("reverseRows", &rows), expected: reversed },
        Case {
            name: "instances of classes",
            call: post("extendOrder", &instance).header(encoding.0, encoding.1),
            expected: extended,
        },
        work(ONE_CORE),
    ]
}

fn work(name: &'static str) -> Case {
    let mut value = SEED | 1;
    for _ in 0..700_000 {
        value ^= value << 13;
        // JavaScript's `>>>` fills with zeros.
        value ^= (value.cast_unsigned() >> 17).cast_signed();
        value ^= value << 5;
    }
    Case { name, call: Call::post("/rpc/work", json!({ "seed": SEED }).to_string()), expected: Value::from(value) }
}

/// An order of about 1 kB, and what comes back.
fn order() -> (Value, Value) {
    let line = |number: u32| json!({ "product": format!("article {number}"), "quantity": number, "price": 19.95, "gift": number.is_multiple_of(2) });
    let order = json!({
        "id": "2f1c8a90", "customer": { "name": "Ada Lovelace", "email": "ada@example.org", "since": 1815 },
        "status": "new", "note": "Leave it with the neighbours, \"please\".", "lines": (1..=12).map(line).collect::<Vec<_>>(),
    });
    let mut accepted = order.clone();
    accepted["status"] = Value::from("accepted");
    (json!({ "order": order }), accepted)
}

/// Rows of about 100 kB, and what comes back.
fn rows() -> (Value, Value) {
    let row = |number: u32| json!({ "id": number, "name": format!("row {number}"), "amount": f64::from(number) + 0.5, "tags": ["a", "bc"], "open": true });
    let mut rows: Vec<Value> = (0..1300).map(row).collect();
    let sent = json!({ "rows": rows });
    rows.reverse();
    (sent, Value::from(rows))
}

/// Instances of two classes, and what comes back.
fn instance() -> (Value, Value) {
    let instance =
        |key: &str, args: Value| json!({ "serialized": true, "key": key, "name": "class", "args": args, "fields": {} });
    let line = |product: &str, quantity: u32| instance("Line", json!({ "0": product, "1": quantity }));
    let mut lines: Vec<Value> =
        ["desk", "chair", "lamp", "shelf"].into_iter().zip(1..).map(|(it, n)| line(it, n)).collect();
    let order = |lines: &[Value]| instance("Order", json!({ "0": "2f1c8a90", "1": lines }));
    let sent = json!({ "order": order(&lines) });
    lines.push(line("gift", 4));
    (sent, order(&lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_the_sizes_that_they_say() {
        let sizes: Vec<usize> = cases().iter().filter_map(|case| case.call.body.as_ref().map(String::len)).collect();
        assert!((900..1200).contains(&sizes[1]), "{sizes:?}");
        assert!((95_000..110_000).contains(&sizes[2]), "{sizes:?}");
    }
}
