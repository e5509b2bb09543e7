//! Quantities with a sample for each run, and what is read out of loads.

use std::time::{Duration, Instant};

use jitar_tests::Service;
use jitar_tests::load::Call;
use serde_json::json;

/// Quantities in the order in which they came first.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<(String, &'static str, Vec<f64>)>);

impl Figures {
    /// Adds a sample.
    pub(crate) fn add(&mut self, name: &str, unit: &'static str, sample: f64) {
        match self.0.iter_mut().find(|(known, ..)| known == name) {
            Some((_, _, samples)) => samples.push(sample),
            None => self.0.push((name.to_owned(), unit, vec![sample])),
        }
    }

    /// Adds a number of things.
    pub(crate) fn count(&mut self, name: &str, n: usize) {
        self.add(name, "", number(n));
    }

    /// Adds a number of calls that failed.
    pub(crate) fn failures(&mut self, name: &str, n: usize) {
        self.add(name, "failures", number(n));
    }

    /// Prints all.
    pub(crate) fn print(&self) {
        for (name, unit, samples) in &self.0 {
            println!("{}", json!({ "name": name, "unit": unit, "samples": samples }));
        }
    }
}

/// Shows what failed, each kind once.
pub(crate) fn show(failures: &[String]) {
    let mut kinds: Vec<(&String, usize)> = Vec::new();
    for failure in failures {
        match kinds.iter_mut().find(|(known, _)| *known == failure) {
            Some((_, n)) => *n += 1,
            None => kinds.push((failure, 1)),
        }
    }
    for (kind, n) in kinds.iter().take(5) {
        eprintln!("             {n} times: {kind}");
    }
}

/// As a sample.
#[expect(clippy::cast_precision_loss, reason = "far fewer than a float counts exactly")]
pub(crate) fn number(n: usize) -> f64 {
    n as f64
}

/// As a sample.
pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Times of calls of a status, ascending.
pub(crate) fn times<'a>(calls: impl IntoIterator<Item = &'a Call>, status: u16) -> Vec<Duration> {
    let mut times: Vec<Duration> =
        calls.into_iter().filter(|call| call.status == Some(status)).map(|call| call.time).collect();
    times.sort_unstable();
    times
}

/// The time that so many of a hundred calls do not exceed, in milliseconds.
///
/// # Panics
/// When there are no calls.
#[track_caller]
pub(crate) fn percentile(sorted: &[Duration], part: usize) -> f64 {
    millis(*sorted.get(sorted.len() * part / 100).expect("calls were answered"))
}

/// Calls that were sent between two moments.
pub(crate) fn between(calls: &[Call], from: Instant, to: Instant) -> impl Iterator<Item = &Call> {
    calls.iter().filter(move |call| call.start >= from && call.start < to)
}

/// Resident memory in megabytes.
///
/// # Panics
/// Where there is no `/proc`.
pub(crate) fn resident(service: &Service) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let kilobytes = service.memory("VmRSS") as f64;
    kilobytes * 1024.0 / 1e6
}
