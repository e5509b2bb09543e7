//! From the start of the release program `reporting` to its first successful call, beside Node with the same function;
//! its memory when idle; and the sizes of what is shipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::node::{self, Peer};
use super::{Measured, process, ratio};
use crate::cluster::{RELEASE_PROGRAMS, ServiceFiles};
use crate::demo::PACKAGE;
use crate::http::Connection;
use crate::service::{Output, Service};
use crate::workspace::Workspace;
use crate::{cargo, check, http, ports, term};

/// The unit with the whole application, from which Node runs.
const WHOLE: &str = "reporting+sales";
const DEADLINE: Duration = Duration::from_secs(20);
/// Short beside what is measured, long beside what a look costs.
const POLL: Duration = Duration::from_micros(200);
const IDLE: Duration = Duration::from_secs(2);

/// Measures the example's program `reporting`; gateway and `sales` run already.
pub(super) fn measure(workspace: &Workspace, quick: bool) -> Result<Vec<Measured>> {
    let built = cargo::build(workspace, &RELEASE_PROGRAMS)?;
    let output = built.app_output(PACKAGE)?;
    let files = ServiceFiles::read(workspace)?;
    let files = files.write(&workspace.target.join("bench/services"), &ports::free(files.ports.len())?)?;
    let argument = |name: &str| files.get(name).map(|file| format!("--service={}", file.display()));
    let background: Vec<Service> = ["gateway", "sales"]
        .into_iter()
        .map(|name| {
            let argument = argument(name).context("invariant: every process has a service file")?;
            Service::start(name, built.program(name)?, &[argument], Output::Kept)
        })
        .collect::<Result<_>>()?;
    let reporting = argument("reporting").context("invariant: every process has a service file")?;
    let memory = idle_memory(built.program("reporting")?, &reporting)?;

    let url = url_of(files.get("reporting").context("invariant: every process has a service file")?)?;
    let mut subjects = vec![Subject::new("jitar", built.program("reporting")?, vec![reporting], &url)];
    let module = node::copy_modules(workspace, &output.join("modules").join(WHOLE), "src/reporting/getMonthTable.ts")?;
    if let Some(peer) = Peer::of_module(workspace, &module, check::TABLE, &["year", "month"]) {
        let port = ports::free(1)?[0];
        subjects.push(Subject::new(
            "node:http",
            &peer.program,
            peer.arguments(port),
            &format!("http://127.0.0.1:{port}"),
        ));
    }
    let n_rounds = if quick { 5 } else { 25 };
    for round in 0..n_rounds {
        if round % 5 == 0 {
            term::status("Measuring", format_args!("starts, round {} of {n_rounds}", round + 1));
        }
        subjects.iter_mut().try_for_each(Subject::round)?;
    }
    background.into_iter().rev().try_for_each(Service::stop)?;

    let times: Vec<Measured> = subjects
        .into_iter()
        .map(|it| Measured::new(format!("start to first answer, {}", it.name), "ms", it.milliseconds))
        .collect();
    let compared = ratio("start, jitar to node:http", &times[0], times.get(1));
    let mut results = times;
    results.extend(compared);
    results.push(memory);
    results.extend(sizes(built.program("reporting")?, &output)?);
    Ok(results)
}

/// Also makes sure that the segment `sales` can be reached before anything is timed.
fn idle_memory(program: &Path, argument: &str) -> Result<Measured> {
    let mut service = Service::start("reporting", program, &[argument.to_owned()], Output::Kept)?;
    let url = service.url.clone();
    service.wait_until("able to reach sales", || check::answers(&url))?;
    thread::sleep(IDLE);
    let resident = process::resident(service.pid())?;
    service.stop()?;
    Ok(Measured::once("memory when idle, jitar", "MB", resident))
}

fn sizes(program: &Path, output: &Path) -> Result<Vec<Measured>> {
    let mut results = vec![Measured::once("size of the program", "MB", process::size(program)?)];
    let folder = output.join("snapshots");
    let mut blobs = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let path = entry?.path();
        // Beside each blob lies a list of its deferred modules.
        if path.extension().is_some_and(|extension| extension == "bin") {
            blobs.push(path);
        }
    }
    blobs.sort();
    for blob in blobs {
        let name = blob.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let unit = name.rsplit_once('-').map_or(name.as_str(), |(unit, _)| unit);
        results.push(Measured::once(format!("size of the blob {unit}"), "MB", process::size(&blob)?));
    }
    Ok(results)
}

fn url_of(service_file: &Path) -> Result<String> {
    let text = fs::read_to_string(service_file).with_context(|| format!("cannot read `{}`", service_file.display()))?;
    let service: serde_json::Value = serde_json::from_str(&text)?;
    service["url"].as_str().map(str::to_owned).context("the service file has no `url`")
}

/// A program that is started again and again.
struct Subject {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    address: String,
    milliseconds: Vec<f64>,
}

impl Subject {
    fn new(name: &'static str, program: &Path, arguments: Vec<String>, url: &str) -> Self {
        let address = http::address_of(url).to_owned();
        Self { name, program: program.to_owned(), arguments, address, milliseconds: Vec::new() }
    }

    fn round(&mut self) -> Result<()> {
        let request = http::request("POST", &self.address, check::TABLE, Some(check::ARGUMENTS));
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let mut child = command.spawn().with_context(|| format!("cannot start `{}`", self.program.display()))?;
        let answered = first_answer(&mut child, &self.address, &request, start);
        // What ends now is not measured.
        child.kill().context("cannot end the program")?;
        child.wait().context("cannot wait for the program")?;
        match answered {
            Some(elapsed) => self.milliseconds.push(elapsed.as_secs_f64() * 1e3),
            None => bail!("no answer from `{} {}`", self.program.display(), self.arguments.join(" ")),
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
