//! `cargo xtask bench`: what starting, calling and building cost, beside others that do the same in the same run. Rounds
//! of the contestants alternate, so that all see the same machine.

mod build;
mod chaos;
mod chart;
mod cluster;
mod contest;
mod engine;
mod example;
mod hostile;
mod limits;
mod load;
mod measured;
mod memory;
mod peers;
mod process;
mod rebuild;
mod record;
mod rpc;
mod startup;
mod table;
mod wrk;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::term;
use crate::v8;
use crate::workspace::Workspace;
use measured::{Measured, ratio};
use peers::{Peer, Peers};
use record::{Circumstances, Outcome, Record};

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Which measurements; all when none is named
    what: Vec<What>,
    /// Fewer and shorter rounds
    #[arg(long)]
    quick: bool,
    /// Who takes part beside us, separated by commas; all when nobody is named
    #[arg(long, value_name = "NAMES", value_delimiter = ',', num_args = 0.., require_equals = true)]
    peers: Option<Vec<Peer>>,
    /// Nobody takes part beside us
    #[arg(long, conflicts_with = "peers")]
    no_peers: bool,
    /// Results of an earlier run (`results.json`): says what became worse
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Replace the tables in `docs/performance.md`
    #[arg(long)]
    document: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Everything
    All,
    /// Starts of isolates, calls without HTTP, memory
    Engine,
    /// From the start of the program to its first answer
    Startup,
    /// Calls per second, and processor time per call
    Rpc,
    /// Memory when idle, and sizes
    Memory,
    /// From an edited `.ts` to a running debug program
    Rebuild,
    /// What a gateway adds, beside nginx, and calls from segment to segment
    Cluster,
    /// Processes that die, hang and restart, too much load, crowds
    Chaos,
    /// Hostile values
    Hostile,
    /// From sources to JavaScript, beside esbuild and tsc
    Build,
    /// Hundreds of calls that never end or take all memory, for minutes; only when it is named
    Limits,
}

impl What {
    /// In the order in which they are measured.
    const EACH: [Self; 10] = [
        Self::Engine,
        Self::Startup,
        Self::Rpc,
        Self::Memory,
        Self::Cluster,
        Self::Chaos,
        Self::Hostile,
        Self::Limits,
        Self::Build,
        Self::Rebuild,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Engine => "engine",
            Self::Startup => "startup",
            Self::Rpc => "rpc",
            Self::Memory => "memory",
            Self::Rebuild => "rebuild",
            Self::Cluster => "cluster",
            Self::Chaos => "chaos",
            Self::Hostile => "hostile",
            Self::Limits => "limits",
            Self::Build => "build",
        }
    }

    /// Seconds that it takes once everything is built and installed, about.
    fn estimate(self, plan: &Plan) -> u64 {
        match self {
            Self::Startup => startup::estimate(plan.is_quick),
            Self::Rpc => rpc::estimate(plan),
            Self::Memory => memory::estimate(),
            Self::Chaos => chaos::estimate(plan.is_quick),
            Self::Hostile => hostile::estimate(),
            Self::Limits => limits::estimate(plan.is_quick),
            Self::Rebuild => rebuild::estimate(plan.is_quick),
            Self::Cluster => cluster::estimate(plan),
            Self::Engine | Self::Build if plan.is_quick => 60,
            Self::Engine | Self::Build => 180,
            Self::All => 0,
        }
    }

    fn measure(self, workspace: &Workspace, peers: &Peers<'_>, plan: &Plan) -> Result<Vec<Measured>> {
        match self {
            Self::All => Ok(Vec::new()),
            Self::Engine => engine::measure(workspace),
            Self::Startup => startup::measure(workspace, peers, plan.is_quick),
            Self::Rpc => rpc::measure(workspace, peers, plan),
            Self::Memory => memory::measure(workspace, peers),
            Self::Chaos => chaos::measure(workspace, plan.is_quick),
            Self::Hostile => hostile::measure(workspace),
            Self::Limits => limits::measure(workspace, plan.is_quick),
            Self::Rebuild => rebuild::measure(workspace, plan.is_quick),
            Self::Cluster => cluster::measure(workspace, peers, plan),
            Self::Build => build::measure(workspace, plan.is_quick),
        }
    }
}

/// How long and how often.
#[derive(Debug)]
struct Plan {
    is_quick: bool,
    /// Rounds of each contestant in each case.
    n_rounds: usize,
    /// Seconds of a round.
    seconds: u64,
    /// What each contestant gets before its first round.
    warm_up: Duration,
}

impl Plan {
    const fn new(is_quick: bool) -> Self {
        let (n_rounds, seconds, warm_up) = if is_quick { (2, 1, 300) } else { (5, 3, 1500) };
        Self { is_quick, n_rounds, seconds, warm_up: Duration::from_millis(warm_up) }
    }

    /// Seconds that a contestant takes for a case.
    const fn seconds_of_case(&self) -> u64 {
        // wrk needs a moment to start and to end.
        self.n_rounds as u64 * (self.seconds * 1000 + 150) / 1000 + self.warm_up.as_secs()
    }
}

/// Measures, prints tables, and writes `target/bench/results.json` with drawings beside it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let plan = Plan::new(options.quick);
    let all = options.what.is_empty() || options.what.contains(&What::All);
    let wanted: Vec<What> = What::EACH.into_iter().filter(|what| all || options.what.contains(what)).collect();
    // Read first: it may be the file that is written.
    let baseline = options.baseline.as_deref().map(Record::read).transpose()?;
    let seconds: u64 = wanted.iter().map(|what| what.estimate(&plan)).sum();
    term::status("Measuring", format_args!("takes about {} min once everything is built", seconds.div_ceil(60)));
    v8::prepare(workspace)?;
    let peers =
        if options.no_peers { Peers::none(workspace) } else { Peers::install(workspace, options.peers.as_deref())? };
    let circumstances = Circumstances::now(workspace, options.quick);
    for what in wanted {
        let start = Instant::now();
        term::status("Measuring", format_args!("{}, about {} s", what.name(), what.estimate(&plan)));
        let results = what.measure(workspace, &peers, &plan)?;
        let outcome = Outcome { bench: what.name(), circumstances: circumstances.with(&peers.versions()), results };
        for table in table::tables(&outcome.results) {
            print!("{}", table.text());
        }
        println!();
        for line in baseline.iter().flat_map(|baseline| baseline.regressions(&outcome)) {
            term::status("Regression", line);
        }
        record::write(workspace, &outcome)?;
        if options.document {
            record::write_document(workspace, &outcome)?;
        }
        term::status("Finished", format_args!("{} after {} s", what.name(), start.elapsed().as_secs()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_rounds_are_short() {
        assert_eq!(Plan::new(false).seconds_of_case(), 16);
        assert_eq!(Plan::new(true).seconds_of_case(), 2);
    }
}
