//! From an edited `.ts` to a running debug program that answers with the new text, and where the time goes.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::measured::Measured;
use crate::cargo;
use crate::demo::PACKAGE;
use crate::service::Service;
use crate::workspace::Workspace;
use crate::{check, http, ports, term};

const PROGRAM: &str = "standalone";
const EDITED: &str = "example-service/app/src/reporting/formatMonthReport.ts";
/// Stands once in it.
const TITLE: &str = "Sales report";

/// Seconds that this takes once the debug program is built, about.
pub(super) const fn estimate(is_quick: bool) -> u64 {
    n_rounds(is_quick) as u64 * 8 + 10
}

const fn n_rounds(is_quick: bool) -> usize {
    if is_quick { 2 } else { 7 }
}

/// Edits, builds and calls the example's program `standalone`.
pub(super) fn measure(workspace: &Workspace, is_quick: bool) -> Result<Vec<Measured>> {
    let arguments = ["--workspace", "--bin", PROGRAM];
    cargo::build(workspace, &arguments)?;
    let source = Source::read(workspace)?;
    let mut figures = [const { Vec::new() }; 6];
    let mut nothing = Vec::new();
    for round in 0..n_rounds(is_quick) {
        term::status("Measuring", format_args!("rebuild, round {} of {}", round + 1, n_rounds(is_quick)));
        nothing.push(seconds(cargo::build_timed(workspace, &arguments)?.1.end));
        let title = format!("{TITLE} {round}");
        source.edit(&title)?;
        let start = Instant::now();
        let (built, moments) = cargo::build_timed(workspace, &arguments)?;
        let answered = first_answer(&built, &title)?;
        let whole = start.elapsed();
        let script = moments.build_script(PACKAGE).context("the build script did not run")?;
        let output = built.app_output(PACKAGE)?;
        let snapshot = snapshot_time(&output)?;
        let linked = moments.program(PROGRAM).context("the program was not linked")?;
        for (samples, value) in figures.iter_mut().zip([
            whole,
            script.saturating_sub(snapshot),
            snapshot,
            linked.saturating_sub(script),
            moments.end.saturating_sub(linked),
            answered,
        ]) {
            samples.push(seconds(value));
        }
    }
    drop(source);
    let names = [
        "an edited .ts to the first answer of the new program",
        "- cargo, scan, link, generate",
        "- snapshots",
        "- rustc and linker",
        "- the rest of cargo",
        "- start and first answer",
    ];
    let mut results: Vec<Measured> =
        names.into_iter().zip(figures).map(|(name, samples)| Measured::new(name, "s", samples)).collect();
    results.push(Measured::new("a build with nothing to do", "s", nothing));
    Ok(results)
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

/// What the snapshots of the units took, as the build's report says.
fn snapshot_time(output: &std::path::Path) -> Result<Duration> {
    let file = output.join("report.json");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let report: Value = serde_json::from_str(&text)?;
    let units = report["units"].as_array().context("the build's report has no units")?;
    let milliseconds: f64 = units.iter().filter_map(|unit| unit["snapshotTime"].as_f64()).sum();
    Ok(Duration::from_secs_f64(milliseconds / 1e3))
}

fn first_answer(built: &cargo::Built, title: &str) -> Result<Duration> {
    let url = format!("http://127.0.0.1:{}", ports::free(1)?[0]);
    let start = Instant::now();
    let mut command = Command::new(built.program(PROGRAM)?);
    let service = Service::start_foreign(PROGRAM, command.arg(format!("--url={url}")), &url)?;
    let answer = http::send("POST", &url, check::TABLE, Some(check::ARGUMENTS))?;
    let time = start.elapsed();
    ensure!(answer.text().contains(title), "the rebuilt program answers {}{}", answer.text(), service.printed());
    service.stop()?;
    Ok(time)
}

/// A source file that gets its text back at the end, also after a failure.
struct Source {
    file: PathBuf,
    text: String,
}

impl Source {
    fn read(workspace: &Workspace) -> Result<Self> {
        let file = workspace.root.join(EDITED);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
        ensure!(text.matches(TITLE).count() == 1, "`{}` has `{TITLE}` not exactly once", file.display());
        Ok(Self { file, text })
    }

    fn edit(&self, title: &str) -> Result<()> {
        let text = self.text.replace(TITLE, title);
        fs::write(&self.file, text).with_context(|| format!("cannot write `{}`", self.file.display()))
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Err(error) = fs::write(&self.file, &self.text) {
            term::status("Warning", format_args!("`{}` stays edited: {error}", self.file.display()));
        }
    }
}
