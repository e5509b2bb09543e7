//! `cargo xtask bench`: what starting and calling costs, beside Node in the same run. Rounds of the two alternate, so
//! that both see the same machine.

mod build;
mod cluster;
mod engine;
mod limits;
mod load;
mod node;
mod process;
mod rpc;
mod startup;

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::term::{self, Tone};
use crate::v8;
use crate::workspace::Workspace;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Which measurements; all when none is named
    what: Vec<What>,
    /// Fewer and shorter rounds
    #[arg(long)]
    quick: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Starts of isolates, calls without HTTP, memory
    Engine,
    /// From the start of the program to its first answer, memory and sizes
    Startup,
    /// Calls per second, and processor time per call
    Rpc,
    /// What a gateway adds, beside nginx, and calls from segment to segment
    Cluster,
    /// From sources to JavaScript, beside esbuild and tsc
    Build,
    /// Hundreds of calls that never end or take all memory, for minutes; only when it is named
    Limits,
}

/// One quantity of one subject.
#[derive(Debug)]
struct Measured {
    name: String,
    unit: &'static str,
    samples: Vec<f64>,
}

impl Measured {
    fn new(name: impl Into<String>, unit: &'static str, samples: Vec<f64>) -> Self {
        Self { name: name.into(), unit, samples }
    }

    /// A quantity that does not vary.
    fn once(name: impl Into<String>, unit: &'static str, value: f64) -> Self {
        Self::new(name, unit, vec![value])
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.samples.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    fn median(&self) -> f64 {
        let sorted = self.sorted();
        match sorted.len() {
            0 => f64::NAN,
            n if n % 2 == 1 => sorted[n / 2],
            n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
        }
    }

    fn row(&self) -> Vec<String> {
        let sorted = self.sorted();
        let spread = match (sorted.first(), sorted.last()) {
            (Some(least), Some(most)) if sorted.len() > 1 => format!("{least:.1} – {most:.1}"),
            _ => String::new(),
        };
        let n_digits = if self.unit == "×" { 2 } else { 1 };
        vec![self.name.clone(), format!("{:.n_digits$}", self.median()), self.unit.to_owned(), spread]
    }

    fn json(&self) -> Value {
        json!({ "name": self.name, "unit": self.unit, "median": self.median(), "samples": self.samples })
    }
}

/// Ours in relation to Node's.
fn ratio(name: &str, ours: &Measured, peer: Option<&Measured>) -> Option<Measured> {
    peer.map(|peer| Measured::once(name, "×", ours.median() / peer.median()))
}

/// Measures, prints a table and writes `target/bench/results.json`.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    v8::prepare(workspace)?;
    let wanted = |what| options.what.is_empty() || options.what.contains(&what);
    let mut results = Vec::new();
    if wanted(What::Engine) {
        results.extend(engine::measure(workspace)?);
    }
    if wanted(What::Startup) {
        results.extend(startup::measure(workspace, options.quick)?);
    }
    if wanted(What::Rpc) {
        results.extend(rpc::measure(workspace, options.quick)?);
    }
    if wanted(What::Cluster) {
        results.extend(cluster::measure(workspace, options.quick)?);
    }
    if wanted(What::Build) {
        results.extend(build::measure(workspace, options.quick)?);
    }
    if options.what.contains(&What::Limits) {
        results.extend(limits::measure(workspace, options.quick)?);
    }
    let rows: Vec<Vec<String>> = results.iter().map(Measured::row).collect();
    println!("\n{}\n{}", term::style(Tone::Strong, "Median and spread"), term::table(&rows, 1));
    let folder = workspace.target.join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let file = folder.join("results.json");
    let text = serde_json::to_string_pretty(&results.iter().map(Measured::json).collect::<Vec<_>>())?;
    fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    term::status("Measured", file.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        for (samples, expected) in [(vec![1.0], 1.0), (vec![3.0, 1.0, 2.0], 2.0), (vec![4.0, 1.0, 2.0, 3.0], 2.5)] {
            assert!((Measured::new("x", "ms", samples).median() - expected).abs() < 1e-9);
        }
        assert_eq!(Measured::new("x", "ms", vec![2.0, 1.0]).row(), ["x", "1.5", "ms", "1.0 – 2.0"]);
    }
}
