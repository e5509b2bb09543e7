//! What the tests of a cluster assert at reduced size, measured at full size: processes that die, hang and restart under
//! load, too much load, and crowds. Prints a line of JSON for each quantity: name, unit, samples, one for each run.
//!
//! `chaos [--quick] [SCENARIO]...`, which `cargo xtask bench chaos` calls.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its figures")]

mod cluster;
mod crowds;
mod figures;
mod gateways;
mod overload;
mod workers;

use std::env;
use std::panic;
use std::process::ExitCode;

use figures::Figures;

/// One thing that goes wrong.
type Scenario = fn(&mut Figures, Size);

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Full,
    Quick,
}

impl Size {
    /// One of two numbers.
    fn of<T>(self, full: T, quick: T) -> T {
        if self == Self::Full { full } else { quick }
    }
}

const SCENARIOS: [(&str, Scenario); 9] = [
    ("killed-workers", workers::killed),
    ("hanging-worker", workers::hanging),
    ("rolling-restart", workers::rolling_restart),
    ("restarted-gateway", gateways::restarted),
    ("two-gateways", gateways::one_of_two_killed),
    ("overload", overload::run),
    ("many-workers", crowds::workers),
    ("idle-connections", crowds::idle_connections),
    ("slow-clients", crowds::slow_clients),
];

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let size = if arguments.iter().any(|argument| argument == "--quick") { Size::Quick } else { Size::Full };
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let mut figures = Figures::default();
    let mut is_clean = true;
    let n_runs = size.of(3, 1);
    for run in 1..=n_runs {
        for (name, scenario) in SCENARIOS {
            if wanted.is_empty() || wanted.iter().any(|wanted| *wanted == name) {
                eprintln!("   Measuring {name}, run {run} of {n_runs}");
                // One that fails says why by its panic; the others are measured all the same.
                is_clean &= panic::catch_unwind(panic::AssertUnwindSafe(|| scenario(&mut figures, size))).is_ok();
            }
        }
    }
    figures.print();
    if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
