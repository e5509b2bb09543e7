//! esbuild and TypeScript's compiler, from npm, kept in the user's cache folder.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::sources::Sources;
use crate::workspace::Workspace;
use crate::{term, tools};

/// What is installed, in exactly these versions, so that figures can be compared.
const PACKAGES: [&str; 2] = ["esbuild@0.25.5", "typescript@5.8.3"];

/// The installed peers.
#[derive(Debug)]
pub(super) struct Peers {
    node: PathBuf,
    modules: PathBuf,
    transpile: PathBuf,
}

impl Peers {
    /// Installs them unless that was done. None, and a line that says so, where that cannot be.
    pub(super) fn install(workspace: &Workspace) -> Result<Option<Self>> {
        let (Some(node), Some(npm)) = (tools::find("node"), tools::find("npm")) else {
            term::status(
                "Skipped",
                "esbuild and tsc: Node and npm are not installed, so there is nothing to compare with",
            );
            return Ok(None);
        };
        let folder = cache()?.join("jitar/bench").join(PACKAGES.join("_"));
        if !folder.join("node_modules/typescript/package.json").is_file() {
            fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
            term::status("Installing", PACKAGES.join(", "));
            let mut command = Command::new(npm);
            command.args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"]).arg(&folder).args(PACKAGES);
            if !command.stdin(Stdio::null()).status().context("cannot start npm")?.success() {
                term::status("Skipped", "esbuild and tsc: npm could not install them");
                return Ok(None);
            }
        }
        let transpile = workspace.root.join("xtask/peers/transpile.mjs");
        Ok(Some(Self { node, modules: folder.join("node_modules"), transpile }))
    }

    /// Milliseconds of bundling all modules into one file with a source map.
    pub(super) fn esbuild(&self, sources: &Sources, out: &Path) -> Result<f64> {
        let mut command = Command::new(self.modules.join(".bin/esbuild"));
        command.arg(&sources.all).args(["--bundle", "--format=esm", "--sourcemap", "--log-level=warning"]);
        timed(command.arg(format!("--outfile={}", out.join("esbuild/all.js").display())))
    }

    /// Milliseconds of taking the types out of every module, each with a source map.
    pub(super) fn tsc(&self, sources: &Sources, out: &Path) -> Result<f64> {
        let mut command = Command::new(&self.node);
        command.arg(&self.transpile).arg(&self.modules).arg(sources.app.join("src")).arg(out.join("tsc"));
        timed(&mut command)
    }
}

fn timed(command: &mut Command) -> Result<f64> {
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {command:?}"))?;
    let time = start.elapsed();
    ensure!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(time.as_secs_f64() * 1e3)
}

fn cache() -> Result<PathBuf> {
    let named = env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    named.or_else(home).context("neither XDG_CACHE_HOME nor HOME is set, so there is no place for npm packages")
}
