//! What a service does while its procedures never end or take all memory: whether everybody is answered, how long health
//! takes meanwhile, and what is left behind of isolates that were replaced.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::measured::Measured;
use super::process;
use crate::http::{self, Connection};
use crate::service::Service;
use crate::workspace::Workspace;
use crate::{cargo, term};

/// The application, which the tests use as well: `heap` 64 MB, `cpu` 100 ms, three isolates.
const APP: &str = "tests/cluster/apps/bombs";
const LOOPS: [&str; 5] = ["sync", "microtask", "regex", "sort", "json"];
const BOMBS: [&str; 9] =
    ["strings", "arrays", "map", "arrayBuffer", "smallBuffers", "wasm", "closures", "recursion", "timers"];
/// Loops, and so many bombs again.
const N_CALLS: usize = 300;
/// Callers that send them. One isolate is left for everybody else.
const N_CALLERS: usize = 2;

/// Seconds that this takes, about.
pub(super) const fn estimate(quick: bool) -> u64 {
    if quick { 30 } else { 300 }
}

/// Sends loops and bombs while others call; fails when somebody gets no answer.
pub(super) fn measure(workspace: &Workspace, quick: bool) -> Result<Vec<Measured>> {
    let built = cargo::build(workspace, &["--release", "--workspace", "--bin", "jitar-app"])?;
    let arguments = [
        workspace.root.join(APP).display().to_string(),
        "--service=services/bombs.json".to_owned(),
        "--log-level=warn".to_owned(),
    ];
    let url = format!("http://127.0.0.1:{}", crate::ports::free(1)?[0]);
    let arguments: Vec<String> = arguments.into_iter().chain([format!("--url={url}")]).collect();
    let mut service =
        Service::start_foreign("bombs", Command::new(built.program("jitar-app")?).args(&arguments), &url)?;
    let n_calls = if quick { N_CALLS / 10 } else { N_CALLS };
    let loops = (0..n_calls).map(|idx| Call::new("loop", LOOPS[idx % LOOPS.len()]));
    let bombs = (0..n_calls).map(|idx| Call::new("bomb", BOMBS[idx % BOMBS.len()]));
    term::status("Measuring", format_args!("{n_calls} loops and {n_calls} bombs"));
    let results = attack(&mut service, &loops.chain(bombs).collect::<Vec<_>>())?;
    service.stop()?;
    Ok(results)
}

/// A call that does not end by itself.
struct Call {
    path: String,
    kind: &'static str,
}

impl Call {
    fn new(procedure: &str, kind: &'static str) -> Self {
        Self { path: format!("/rpc/{procedure}?kind={kind}"), kind }
    }

    /// A recursion ends by an error of its own. 503 is for who shares an isolate with another of these.
    fn may_be_answered(&self, status: u16) -> bool {
        matches!((status, self.kind), (504 | 503, _) | (500, "recursion"))
    }
}

fn attack(service: &mut Service, calls: &[Call]) -> Result<Vec<Measured>> {
    let (url, pid) = (service.url.clone(), service.pid());
    let (stop, next) = (AtomicBool::new(false), AtomicUsize::new(0));
    let middle = AtomicUsize::new(0);
    let (health, others) = thread::scope(|scope| -> Result<_> {
        let health = scope.spawn(|| watch_health(&url, &stop));
        let others = scope.spawn(|| call_others(&url, &stop));
        let callers: Vec<_> = (0..N_CALLERS)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    loop {
                        let idx = next.fetch_add(1, Ordering::Relaxed);
                        let Some(call) = calls.get(idx) else { return Ok(()) };
                        send(&url, call)?;
                        // Loops come first, so this is after half of the bombs.
                        if idx == calls.len() * 3 / 4 {
                            middle.store(kilobytes(pid)?, Ordering::Relaxed);
                        }
                    }
                })
            })
            .collect();
        let outcomes: Vec<Result<()>> = callers.into_iter().map(joined).collect();
        stop.store(true, Ordering::Relaxed);
        let results = (joined(health), joined(others));
        outcomes.into_iter().collect::<Result<()>>()?;
        Ok((results.0?, results.1?))
    })?;
    service.ensure_running()?;
    summary(&url, pid, calls.len(), middle.into_inner(), health, &others)
}

fn summary(
    url: &str,
    pid: u32,
    n_calls: usize,
    middle: usize,
    health: Vec<f64>,
    others: &BTreeMap<u16, usize>,
) -> Result<Vec<Measured>> {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than a float counts exactly")]
    let number = |n: usize| n as f64;
    let of = |status: u16| number(others.get(&status).copied().unwrap_or(0));
    let metrics = http::send("GET", url, "/metrics", None).context("no metrics")?.text();
    let n_replaced: usize = metrics.lines().filter_map(replaced).sum();
    Ok(vec![
        Measured::once("loops and bombs that were answered", "calls", number(n_calls)),
        Measured::once("isolates that were replaced", "isolates", number(n_replaced)),
        Measured::new("health meanwhile", "ms", health),
        Measured::once("other calls meanwhile, answered", "calls", of(200)),
        Measured::once("other calls meanwhile, to be repeated", "calls", of(503)),
        Measured::once("other calls meanwhile, taken for the bomb beside them", "calls", of(504)),
        Measured::once("resident after half of the bombs", "MB", number(middle) / 1e3),
        Measured::once("resident afterwards", "MB", process::resident(pid)?),
    ])
}

/// The number in a line of the metrics that counts replaced isolates.
fn replaced(line: &str) -> Option<usize> {
    line.strip_prefix("jitar_isolates_replaced_total")?.split(' ').nth(1)?.parse().ok()
}

fn send(url: &str, call: &Call) -> Result<()> {
    let answer = http::send("GET", url, &call.path, None).with_context(|| format!("`{}` got no answer", call.path))?;
    let is_right = call.may_be_answered(answer.status);
    ensure!(is_right, "`{}` was answered {}: {}", call.path, answer.status, answer.text());
    Ok(())
}

/// The times of health answers, in milliseconds.
fn watch_health(url: &str, stop: &AtomicBool) -> Result<Vec<f64>> {
    let address = http::address_of(url);
    let mut connection = Connection::open(address).context("cannot connect")?;
    let request = http::request("GET", address, "/health/status", None);
    let mut times = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let start = Instant::now();
        let answer = connection.exchange(&request).context("health is not answered")?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        ensure!(answer.status == 200, "health is answered {}", answer.status);
        thread::sleep(Duration::from_millis(5));
    }
    Ok(times)
}

/// How often calls that do no harm got which status.
fn call_others(url: &str, stop: &AtomicBool) -> Result<BTreeMap<u16, usize>> {
    let mut statuses = BTreeMap::new();
    while !stop.load(Ordering::Relaxed) {
        let answer = http::send("GET", url, "/rpc/echo?text=there", None).context("a call got no answer")?;
        ensure!(
            // The garbage of a bomb may be collected in the turn of a call beside it, which is ended then.
            matches!(answer.status, 200 | 503 | 504),
            "a call that did no harm was answered {}: {}",
            answer.status,
            answer.text()
        );
        *statuses.entry(answer.status).or_default() += 1;
    }
    Ok(statuses)
}

fn kilobytes(pid: u32) -> Result<usize> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the size of a process")]
    Ok((process::resident(pid)? * 1e3) as usize)
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaced_isolates_are_read() {
        assert_eq!(replaced("jitar_isolates_replaced_total{limit=\"limits.cpu\"} 12"), Some(12));
        assert_eq!(replaced("# TYPE jitar_isolates_replaced counter"), None);
    }

    #[test]
    fn answers_are_judged() {
        let (bomb, recursion) = (Call::new("bomb", "map"), Call::new("bomb", "recursion"));
        for (call, status, expected) in
            [(&bomb, 504, true), (&bomb, 503, true), (&bomb, 500, false), (&bomb, 200, false), (&recursion, 500, true)]
        {
            assert_eq!(call.may_be_answered(status), expected, "{} {status}", call.path);
        }
    }
}
