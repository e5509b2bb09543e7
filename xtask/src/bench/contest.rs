//! Contestants that answer the same calls on the same processors, in rounds that alternate between them.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::measured::Measured;
use super::process;
use super::wrk::{Call, Client};
use super::{Plan, load};
use crate::http::{self, Connection};
use crate::service::Service;
use crate::term;

/// A cluster of the known implementation takes calls after some seconds only.
const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody who answers calls.
#[derive(Debug)]
pub(super) struct Contestant {
    /// Name in tables.
    pub(super) name: &'static str,
    /// `host:port` that is called.
    pub(super) address: String,
    /// All of its processes.
    services: Vec<Service>,
}

impl Contestant {
    /// One whose first process is called.
    pub(super) fn new(name: &'static str, services: Vec<Service>) -> Result<Self> {
        let first = services.first().context("invariant: a contestant has a process")?;
        Ok(Self { name, address: http::address_of(&first.url).to_owned(), services })
    }

    /// Starts a server of somebody else, as so many processes that share a port.
    pub(super) fn start(name: &'static str, mut command: Command, url: &str, n_processes: usize) -> Result<Self> {
        let start = |_| Service::start_foreign(name, &mut command, url);
        Self::new(name, (0..n_processes).map(start).collect::<Result<_>>()?)
    }

    /// Calls until the answer is right.
    fn wait_for(&mut self, case: &Case) -> Result<()> {
        let deadline = std::time::Instant::now() + PATIENCE;
        while let Err(error) = case.check(&self.address) {
            if std::time::Instant::now() > deadline {
                let printed: Vec<String> = self.services.iter().map(Service::printed).collect();
                return Err(error.context(format!("{} in `{}`{}", self.name, case.name, printed.join("\n"))));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.services.iter_mut().try_for_each(Service::ensure_running)
    }

    /// Processor time that all of it used so far.
    fn processor_time(&self) -> Result<Duration> {
        self.services.iter().map(|service| process::processor_time_with_children(service.pid())).sum()
    }
}

/// What contestants do.
#[derive(Debug)]
pub(super) struct Case {
    /// Name in tables.
    pub(super) name: &'static str,
    /// What is sent.
    pub(super) call: Call,
    /// What must come back: a text, or what equals this JSON.
    pub(super) expected: Value,
}

impl Case {
    /// Fails unless the answer is right.
    fn check(&self, address: &str) -> Result<()> {
        let answer = Connection::open(address)?.exchange(&self.call.bytes(address))?;
        let text = answer.text();
        let is_same = match &self.expected {
            Value::String(expected) => text == *expected,
            expected => serde_json::from_str::<Value>(&text).is_ok_and(|it| it == *expected),
        };
        let beginning: String = text.chars().take(300).collect();
        ensure!(answer.status == 200 && is_same, "the answer is wrong: {} {beginning}", answer.status);
        Ok(())
    }
}

/// Puts every case to all contestants.
pub(super) fn run(
    client: &Client,
    cases: &[Case],
    contestants: &mut [Contestant],
    plan: &Plan,
) -> Result<Vec<Measured>> {
    let mut results = Vec::new();
    for case in cases {
        for contestant in &mut *contestants {
            contestant.wait_for(case)?;
            load::run(&contestant.address, &case.call.bytes(&contestant.address), plan.warm_up)?;
        }
        let mut figures: Vec<Figures> = contestants.iter().map(|_| Figures::default()).collect();
        for round in 0..plan.n_rounds {
            term::status("Measuring", format_args!("{}, round {} of {}", case.name, round + 1, plan.n_rounds));
            for (contestant, figures) in contestants.iter().zip(&mut figures) {
                figures.round(contestant, client, case, plan.seconds)?;
            }
        }
        for (contestant, figures) in contestants.iter().zip(figures) {
            results.extend(figures.measured(case.name, contestant.name));
        }
    }
    Ok(results)
}

/// Puts a case to all contestants without load: each call follows the answer to the one before.
pub(super) fn one_by_one(case: &Case, contestants: &mut [Contestant], plan: &Plan) -> Result<Vec<Measured>> {
    let time = Duration::from_secs(plan.seconds);
    for contestant in &mut *contestants {
        contestant.wait_for(case)?;
        load::latencies(&contestant.address, &case.call.bytes(&contestant.address), plan.warm_up)?;
    }
    let mut figures: Vec<[Vec<f64>; 2]> = contestants.iter().map(|_| Default::default()).collect();
    for round in 0..plan.n_rounds {
        term::status("Measuring", format_args!("{}, round {} of {}", case.name, round + 1, plan.n_rounds));
        for (contestant, [p50s, p99s]) in contestants.iter().zip(&mut figures) {
            let times = load::latencies(&contestant.address, &case.call.bytes(&contestant.address), time)?;
            let micros =
                |part: usize| times.get(times.len() * part / 100).map_or(f64::NAN, |it| it.as_secs_f64() * 1e6);
            p50s.push(micros(50));
            p99s.push(micros(99));
        }
    }
    let measured = |(contestant, [p50s, p99s]): (&Contestant, [Vec<f64>; 2])| {
        let named = |name, samples| Measured::new(name, "µs", samples).of(case.name, contestant.name);
        [named("p50", p50s), named("p99", p99s)]
    };
    Ok(contestants.iter().zip(figures).flat_map(measured).collect())
}

/// What the rounds of one contestant gave.
#[derive(Debug, Default)]
struct Figures {
    rates: Vec<f64>,
    p50s: Vec<f64>,
    p99s: Vec<f64>,
    costs: Vec<f64>,
}

impl Figures {
    fn round(&mut self, contestant: &Contestant, client: &Client, case: &Case, seconds: u64) -> Result<()> {
        let before = contestant.processor_time()?;
        let load = client.run(&contestant.address, &case.call, seconds).with_context(|| contestant.name.to_owned())?;
        let used = contestant.processor_time()?.saturating_sub(before);
        self.rates.push(load.rate);
        self.p50s.push(load.p50);
        self.p99s.push(load.p99);
        self.costs.push(used.as_secs_f64() * 1e6 / load.n_calls);
        Ok(())
    }

    fn measured(self, case: &str, name: &str) -> [Measured; 4] {
        [
            Measured::new("calls/s", "calls/s", self.rates),
            Measured::new("p50", "µs", self.p50s),
            Measured::new("p99", "µs", self.p99s),
            Measured::new("CPU per call", "µs", self.costs),
        ]
        .map(|measured| measured.of(case, name))
    }
}
