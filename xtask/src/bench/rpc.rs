//! What a small call costs: calls per second under load, and processor time per call.

use std::time::Duration;

use anyhow::Result;

use super::node::Peer;
use super::{Measured, load, process, ratio};
use crate::service::Service;
use crate::workspace::Workspace;
use crate::{cargo, http, ports, term};

const PATH: &str = "/rpc/sayHello";
const ARGUMENTS: &str = r#"{"name":"World"}"#;

/// Measures the application in `xtask/peers/hello`.
pub(super) fn measure(workspace: &Workspace, quick: bool) -> Result<Vec<Measured>> {
    let app = workspace.root.join("xtask/peers/hello");
    let built = cargo::build(workspace, &["--release", "--workspace", "--bin", "jitar-app"])?;
    let url = format!("http://127.0.0.1:{}", ports::free(1)?[0]);
    let arguments = [
        app.display().to_string(),
        format!("--service={}", app.join("services/worker.json").display()),
        format!("--url={url}"),
        // A line per call would measure the terminal.
        "--log-level=warn".to_owned(),
    ];
    let ours = Service::start_silent("jitar", built.program("jitar-app")?, &arguments, &url)?;
    let mut subjects = vec![Subject::new("jitar", ours)];
    if let Some(peer) = Peer::of_module(workspace, &app.join("src/sayHello.js"), PATH, &["name"]) {
        subjects.push(Subject::new("node:http", peer.start()?));
    }
    let (n_rounds, time) = if quick { (2, Duration::from_secs(1)) } else { (5, Duration::from_secs(4)) };
    for subject in &mut subjects {
        subject.round(time / 2)?;
        subject.forget();
    }
    for round in 0..n_rounds {
        term::status("Measuring", format_args!("calls, round {} of {n_rounds}", round + 1));
        subjects.iter_mut().try_for_each(|subject| subject.round(time))?;
    }
    let results = summary(&subjects);
    subjects.into_iter().try_for_each(|subject| subject.service.stop())?;
    Ok(results)
}

fn summary(subjects: &[Subject]) -> Vec<Measured> {
    let per_second: Vec<Measured> = subjects
        .iter()
        .map(|it| Measured::new(format!("hello, {}", it.name), "calls/s", it.calls_per_second.clone()))
        .collect();
    let cost: Vec<Measured> = subjects
        .iter()
        .map(|it| Measured::new(format!("processor time per hello, {}", it.name), "µs", it.microseconds.clone()))
        .collect();
    let ratios = [
        ratio("hello, jitar to node:http", &per_second[0], per_second.get(1)),
        ratio("processor time, jitar to node:http", &cost[0], cost.get(1)),
    ];
    let mut results = per_second;
    results.extend(cost);
    results.extend(ratios.into_iter().flatten());
    results
}

/// A server under load, with what its rounds gave.
struct Subject {
    name: &'static str,
    service: Service,
    calls_per_second: Vec<f64>,
    microseconds: Vec<f64>,
}

impl Subject {
    fn new(name: &'static str, service: Service) -> Self {
        Self { name, service, calls_per_second: Vec::new(), microseconds: Vec::new() }
    }

    fn round(&mut self, time: Duration) -> Result<()> {
        let address = http::address_of(&self.service.url);
        let request = http::request("POST", address, PATH, Some(ARGUMENTS));
        let before = process::processor_time(self.service.pid())?;
        let load = load::run(address, &request, time)?;
        let used = process::processor_time(self.service.pid())?.saturating_sub(before);
        #[expect(clippy::cast_precision_loss, reason = "far fewer calls than a float counts exactly")]
        let n_calls = load.n_calls.max(1) as f64;
        self.calls_per_second.push(n_calls / load.elapsed.as_secs_f64());
        self.microseconds.push(used.as_secs_f64() * 1e6 / n_calls);
        Ok(())
    }

    /// Forgets the rounds that warmed the server up.
    fn forget(&mut self) {
        self.calls_per_second.clear();
        self.microseconds.clear();
    }
}
