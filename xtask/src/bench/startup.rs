//! From the start of the release program `reporting` to its first successful call, beside others with the same function.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::example;
use super::measured::{Measured, OURS};
use super::peers::{Peer, Peers};
use crate::cluster::{RELEASE_PROGRAMS, ServiceFiles};
use crate::demo::PACKAGE;
use crate::http::Connection;
use crate::service::{Output, Service};
use crate::workspace::Workspace;
use crate::{cargo, check, http, ports, term};

const DEADLINE: Duration = Duration::from_secs(20);
/// Short beside what is measured, long beside what a look costs.
const POLL: Duration = Duration::from_micros(200);

const fn n_rounds(is_quick: bool) -> usize {
    if is_quick { 7 } else { 25 }
}

/// Seconds that this takes, about.
pub(super) fn estimate(is_quick: bool) -> u64 {
    n_rounds(is_quick) as u64 * 2 + 10
}

/// Measures the example's program `reporting`; gateway and `sales` run already.
pub(super) fn measure(workspace: &Workspace, peers: &Peers<'_>, is_quick: bool) -> Result<Vec<Measured>> {
    let example = Example::start(workspace)?;
    let mut starts = vec![Start::new(OURS, example.reporting(&[]), &example.reporting_url)];
    for (peer, command, url) in others(workspace, peers, &example)? {
        starts.push(Start::new(peer.name(), command, &url));
    }
    // The first start of each reads its program from the disk, which is not what is compared.
    starts.iter_mut().try_for_each(Start::round)?;
    for start in &mut starts {
        start.milliseconds.clear();
    }
    for round in 0..n_rounds(is_quick) {
        if round % 5 == 0 {
            term::status("Measuring", format_args!("starts, round {} of {}", round + 1, n_rounds(is_quick)));
        }
        starts.iter_mut().try_for_each(Start::round)?;
    }
    example.stop()?;
    let measured = |it: Start| {
        Measured::new("first answer after", "ms", it.milliseconds).of("start of the example's report", it.name)
    };
    Ok(starts.into_iter().map(measured).collect())
}

/// The example's programs, with those running that `reporting` needs.
pub(super) struct Example {
    pub(super) built: cargo::Built,
    /// The service file of `reporting`, as an argument.
    reporting: String,
    /// Where it listens.
    pub(super) reporting_url: String,
    background: Vec<Service>,
}

impl Example {
    /// Builds it, starts gateway and `sales`, and makes sure that `reporting` reaches them.
    pub(super) fn start(workspace: &Workspace) -> Result<Self> {
        let built = cargo::build(workspace, &RELEASE_PROGRAMS)?;
        let files = ServiceFiles::read(workspace)?;
        let files = files.write(&workspace.target.join("bench/services"), &ports::free(files.ports.len())?)?;
        let file = |name: &str| files.get(name).context("invariant: every process has a service file");
        let argument = |name: &str| anyhow::Ok(format!("--service={}", file(name)?.display()));
        let mut background = Vec::new();
        for name in ["gateway", "sales"] {
            background.push(Service::start(name, built.program(name)?, &[argument(name)?], Output::Kept)?);
        }
        let reporting = argument("reporting")?;
        let mut service =
            Service::start(OURS, built.program("reporting")?, std::slice::from_ref(&reporting), Output::Kept)?;
        let reporting_url = service.url.clone();
        service.wait_until("able to reach sales", || check::answers(&reporting_url))?;
        service.stop()?;
        Ok(Self { built, reporting, reporting_url, background })
    }

    /// A command that starts `reporting`.
    pub(super) fn reporting(&self, flags: &[String]) -> Command {
        // Cargo built it, so it is there.
        let mut command = Command::new(self.built.program("reporting").unwrap_or_else(|_| "reporting".as_ref()));
        command.arg(&self.reporting).args(flags);
        command
    }

    /// Ends what runs.
    pub(super) fn stop(self) -> Result<()> {
        self.background.into_iter().rev().try_for_each(Service::stop)
    }
}

/// Commands that serve the same function, each with its URL.
pub(super) fn others(
    workspace: &Workspace,
    peers: &Peers<'_>,
    example: &Example,
) -> Result<Vec<(Peer, Command, String)>> {
    let output = example.built.app_output(PACKAGE)?;
    let routes = example::routes(workspace, &output)?;
    let mut others = Vec::new();
    for peer in peers.servers() {
        let port = ports::free(1)?[0];
        others.push((peer, peers.server(peer, &routes, port, 1)?, format!("http://127.0.0.1:{port}")));
    }
    if let Some(known) = peers.known(&example::for_known(workspace, &output)?, "example")? {
        let url = format!("http://127.0.0.1:{}", ports::free(1)?[0]);
        let settings = json!({ "url": url, "worker": { "segments": [example::KNOWN_SEGMENT] } });
        others.push((Peer::Known, known.service("worker", &settings)?, url));
    }
    Ok(others)
}

/// A program that is started again and again.
struct Start {
    name: &'static str,
    command: Command,
    address: String,
    milliseconds: Vec<f64>,
}

impl Start {
    fn new(name: &'static str, mut command: Command, url: &str) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self { name, command, address: http::address_of(url).to_owned(), milliseconds: Vec::new() }
    }

    fn round(&mut self) -> Result<()> {
        let request = http::request("POST", &self.address, check::TABLE, Some(check::ARGUMENTS));
        let start = Instant::now();
        let mut child = self.command.spawn().with_context(|| format!("cannot start {}", self.name))?;
        let answered = first_answer(&mut child, &self.address, &request, start);
        // What ends now is not measured.
        child.kill().context("cannot end the program")?;
        child.wait().context("cannot wait for the program")?;
        match answered {
            Some(elapsed) => self.milliseconds.push(elapsed.as_secs_f64() * 1e3),
            None => bail!("no answer from {}: {:?}", self.name, self.command),
        }
        Ok(())
    }
}

fn first_answer(child: &mut Child, address: &str, request: &[u8], start: Instant) -> Option<Duration> {
    while start.elapsed() < DEADLINE && matches!(child.try_wait(), Ok(None)) {
        let answer = Connection::open(address).and_then(|mut connection| connection.exchange(request));
        if answer.is_ok_and(|response| response.status == 200) {
            return Some(start.elapsed());
        }
        thread::sleep(POLL);
    }
    None
}
