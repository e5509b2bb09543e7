//! What a build costs: a generated application of growing size through our stages, beside esbuild, which bundles the same
//! modules, and TypeScript's compiler, which only takes the types out of them.

mod peers;
mod sources;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{Measured, ratio};
use crate::workspace::Workspace;
use crate::{cargo, term};
use peers::Peers;

/// Sizes in modules; the peers and the snapshots are measured at [`MAIN`].
const SIZES: [usize; 4] = [250, 500, 1000, 2000];
const MAIN: usize = 1000;

/// The program that builds an application and prints what it cost.
const PROGRAM: &str = "build";

/// Measures all sizes.
pub(super) fn measure(workspace: &Workspace, quick: bool) -> Result<Vec<Measured>> {
    let built = cargo::build(workspace, &["--release", "--workspace", "--bench", PROGRAM])?;
    let bench = Bench { program: built.program(PROGRAM)?, out: &workspace.target.join("bench/build") };
    let peers = Peers::install(workspace)?;
    let n_rounds = if quick { 3 } else { 7 };
    let mut results = Vec::new();
    for n_modules in SIZES {
        term::status("Measuring", format_args!("builds of {n_modules} modules"));
        results.extend(bench.size(n_modules, n_rounds, peers.as_ref())?);
    }
    term::status("Measuring", format_args!("snapshots of {MAIN} modules"));
    results.extend(bench.snapshots(MAIN)?);
    Ok(results)
}

struct Bench<'a> {
    program: &'a Path,
    out: &'a Path,
}

impl Bench<'_> {
    fn size(&self, n_modules: usize, n_rounds: usize, peers: Option<&Peers>) -> Result<Vec<Measured>> {
        let folder = self.out.join(n_modules.to_string());
        let sources = sources::write(&folder, n_modules)?;
        let out = folder.join("out");
        let (mut stages, mut whole, mut edited, mut memory) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut esbuild, mut tsc) = (Vec::new(), Vec::new());
        for round in 0..n_rounds {
            if out.exists() {
                fs::remove_dir_all(&out).with_context(|| format!("cannot remove `{}`", out.display()))?;
            }
            let cold = self.build(&sources.app, &out, false)?;
            stages.push(number(&cold, "stages")?);
            whole.push(number(&cold, "whole")? - number(&cold, "snapshots")?);
            memory.push(number(&cold, "peakMegabytes")?);
            edit(&sources.edited, round)?;
            let warm = self.build(&sources.app, &out, false)?;
            edited.push(number(&warm, "whole")? - number(&warm, "snapshots")?);
            if let Some(peers) = peers.filter(|_| n_modules == MAIN) {
                esbuild.push(peers.esbuild(&sources, &folder)?);
                tsc.push(peers.tsc(&sources, &folder)?);
            }
        }
        let name = |what: &str| format!("{n_modules} modules: {what}");
        #[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
        let mut results = vec![
            Measured::once(name("TypeScript"), "kB", sources.bytes as f64 / 1e3),
            Measured::new(name("scan, link and generate"), "ms", stages),
            Measured::new(name("all but snapshots, with output"), "ms", whole),
            Measured::new(name("the same after an edit"), "ms", edited),
            Measured::new(name("peak memory"), "MB", memory),
        ];
        if !esbuild.is_empty() {
            let esbuild = Measured::new(name("esbuild, bundled"), "ms", esbuild);
            let tsc = Measured::new(name("tsc, types taken out"), "ms", tsc);
            let ratios = [
                ratio("scan, link and generate to esbuild", &results[1], Some(&esbuild)),
                ratio("scan, link and generate to tsc", &results[1], Some(&tsc)),
            ];
            results.extend([esbuild, tsc]);
            results.extend(ratios.into_iter().flatten());
        }
        Ok(results)
    }

    /// Time and size of each unit's snapshot.
    fn snapshots(&self, n_modules: usize) -> Result<Vec<Measured>> {
        let folder = self.out.join(n_modules.to_string());
        let out = folder.join("out");
        fs::remove_dir_all(&out).with_context(|| format!("cannot remove `{}`", out.display()))?;
        self.build(&folder.join("app"), &out, true)?;
        let file = out.join("report.json");
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
        let report: Value = serde_json::from_str(&text)?;
        let units = report["units"].as_array().context("the report has no units")?;
        let mut results = Vec::new();
        for unit in units {
            let id = unit["id"].as_str().unwrap_or_default();
            let bytes = unit["sizes"]["snapshot"].as_f64().context("a unit has no snapshot")?;
            results.push(Measured::once(format!("snapshot of {id}: time"), "ms", number(unit, "snapshotTime")?));
            results.push(Measured::once(format!("snapshot of {id}: size"), "MB", bytes / 1e6));
        }
        Ok(results)
    }

    /// Builds in a process of its own, as build scripts do.
    fn build(&self, app: &Path, out: &Path, snapshots: bool) -> Result<Value> {
        let mut command = Command::new(self.program);
        command.arg(app).arg(out).args(snapshots.then_some("--snapshots")).stdin(Stdio::null());
        let output = command.output().with_context(|| format!("cannot start `{}`", self.program.display()))?;
        ensure!(output.status.success(), "the build failed: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).context("the bench program says something else than JSON")
    }
}

fn number(of: &Value, name: &str) -> Result<f64> {
    of[name].as_f64().with_context(|| format!("no number `{name}`"))
}

/// Another text each time.
fn edit(module: &Path, round: usize) -> Result<()> {
    let text = fs::read_to_string(module).with_context(|| format!("cannot read `{}`", module.display()))?;
    let text = text.split("\nexport const edited").next().unwrap_or_default().to_owned();
    let text = format!("{text}\nexport const edited = {round} + Math.max(1, 2);\n");
    fs::write(module, text).with_context(|| format!("cannot write `{}`", module.display()))
}
