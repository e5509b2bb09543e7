//! Runs cargo, and learns from its messages where programs and build outputs lie.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, IsTerminal, stderr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::workspace::Workspace;

/// What a build left.
#[derive(Debug, Default)]
pub(crate) struct Built {
    programs: BTreeMap<String, PathBuf>,
    out_dirs: BTreeMap<String, PathBuf>,
}

impl Built {
    /// The path of a program.
    pub(crate) fn program(&self, name: &str) -> Result<&Path> {
        self.programs
            .get(name)
            .map(PathBuf::as_path)
            .with_context(|| format!("cargo did not build the program `{name}`"))
    }

    /// The folder that `jitar-build` made for a package.
    pub(crate) fn app_output(&self, package: &str) -> Result<PathBuf> {
        let out_dir = self.out_dirs.get(package);
        out_dir.map(|folder| folder.join("jitar")).with_context(|| format!("`{package}` has no build script output"))
    }

    fn read(&mut self, message: &Value) {
        match message["reason"].as_str() {
            Some("compiler-artifact") => {
                if let (Some(name), Some(path)) = (message["target"]["name"].as_str(), message["executable"].as_str()) {
                    self.programs.insert(name.to_owned(), path.into());
                }
            }
            Some("build-script-executed") => {
                if let (Some(id), Some(path)) = (message["package_id"].as_str(), message["out_dir"].as_str()) {
                    self.out_dirs.insert(package_name(id).to_owned(), path.into());
                }
            }
            _ => {}
        }
    }
}

/// When parts of a build were done, counted from its start.
#[derive(Debug, Default)]
pub(crate) struct Moments {
    scripts: BTreeMap<String, Duration>,
    programs: BTreeMap<String, Duration>,
    /// When everything was.
    pub(crate) end: Duration,
}

impl Moments {
    /// When the build script of a package had run.
    pub(crate) fn build_script(&self, package: &str) -> Option<Duration> {
        self.scripts.get(package).copied()
    }

    /// When a program was linked.
    pub(crate) fn program(&self, name: &str) -> Option<Duration> {
        self.programs.get(name).copied()
    }

    fn read(&mut self, message: &Value, now: Duration) {
        match message["reason"].as_str() {
            Some("compiler-artifact") if message["executable"].is_string() => {
                let name = message["target"]["name"].as_str().unwrap_or_default();
                self.programs.insert(name.to_owned(), now);
            }
            Some("build-script-executed") => {
                let package = package_name(message["package_id"].as_str().unwrap_or_default());
                self.scripts.insert(package.to_owned(), now);
            }
            _ => {}
        }
    }
}

/// The name in a package id: `path+file:///x/name#0.1.0` or `path+file:///x/folder#name@0.1.0`.
fn package_name(id: &str) -> &str {
    let (path, version) = id.rsplit_once('#').unwrap_or((id, ""));
    version.split_once('@').map_or_else(|| path.rsplit('/').next().unwrap_or(path), |(name, _)| name)
}

/// A cargo command in the workspace that builds, free of what the cargo that started this program set for it.
pub(crate) fn command(workspace: &Workspace, subcommand: &str) -> Command {
    let mut command = query(workspace, subcommand);
    command.arg("--target-dir").arg(&workspace.target);
    command
}

/// A cargo command in the workspace that only tells something.
pub(crate) fn query(workspace: &Workspace, subcommand: &str) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    without_package(&mut command);
    command.current_dir(&workspace.root).arg(subcommand);
    command
}

/// Takes away what the cargo that started this program said about its package.
pub(crate) fn without_package(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name.as_ref());
        }
    }
}

/// Builds, showing cargo's own progress on a terminal, and returns what was built.
///
/// Callers select the whole workspace, and what they need of it with `--bin`: cargo unifies features over the selected
/// packages, so another selection would compile the engine once more.
pub(crate) fn build(workspace: &Workspace, arguments: &[&str]) -> Result<Built> {
    build_timed(workspace, arguments).map(|(built, _)| built)
}

/// Builds, and says when which part was done.
pub(crate) fn build_timed(workspace: &Workspace, arguments: &[&str]) -> Result<(Built, Moments)> {
    let (start, mut moments) = (Instant::now(), Moments::default());
    let mut command = command(workspace, "build");
    command.args(["--message-format", "json-render-diagnostics"]).args(arguments).stdout(Stdio::piped());
    if !stderr().is_terminal() {
        command.arg("--quiet");
    }
    let mut child = command.spawn().context("cannot start cargo")?;
    let mut built = Built::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            // Build scripts may not write here, but cargo's own lines need not all be JSON.
            if let Ok(message) = serde_json::from_str(&line.context("cannot read what cargo says")?) {
                built.read(&message);
                moments.read(&message, start.elapsed());
            }
        }
    }
    let status = child.wait().context("cannot wait for cargo")?;
    if !status.success() {
        bail!("`cargo build {}` failed; its messages stand above", arguments.join(" "));
    }
    moments.end = start.elapsed();
    Ok((built, moments))
}

/// Runs a cargo command to its end.
pub(crate) fn run(workspace: &Workspace, subcommand: &str, arguments: &[&str]) -> Result<()> {
    let status = command(workspace, subcommand).args(arguments).status().context("cannot start cargo")?;
    if !status.success() {
        bail!("`cargo {subcommand} {}` failed; its messages stand above", arguments.join(" "));
    }
    Ok(())
}

/// Makes a build output easy to find for people: `target/jitar/<package>`.
pub(crate) fn link_output(workspace: &Workspace, package: &str, output: &Path) -> Result<PathBuf> {
    let folder = workspace.target.join("jitar");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let link = folder.join(package);
    match fs::remove_file(&link) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot replace `{}`", link.display()));
        }
        _ => {}
    }
    std::os::unix::fs::symlink(output, &link).with_context(|| format!("cannot make `{}`", link.display()))?;
    Ok(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_ids() {
        for (id, expected) in [
            ("path+file:///x/example-service#0.1.0", "example-service"),
            ("path+file:///x/tests/app#jitar-app@0.1.0", "jitar-app"),
            ("registry+https://example.org/index#v8@150.4.0", "v8"),
        ] {
            assert_eq!(package_name(id), expected);
        }
    }

    #[test]
    fn reads_programs_and_outputs() {
        let (mut built, mut moments) = (Built::default(), Moments::default());
        for line in [
            r#"{"reason":"compiler-artifact","target":{"name":"gateway"},"executable":"/t/gateway"}"#,
            r#"{"reason":"compiler-artifact","target":{"name":"lib"},"executable":null}"#,
            r#"{"reason":"build-script-executed","package_id":"path+file:///x/a#0.1.0","out_dir":"/t/out"}"#,
        ] {
            let message = serde_json::from_str(line).expect("valid JSON");
            built.read(&message);
            moments.read(&message, Duration::from_secs(1));
        }
        assert_eq!(built.program("gateway").expect("built"), Path::new("/t/gateway"));
        assert!(built.program("lib").is_err());
        let second = Some(Duration::from_secs(1));
        assert_eq!((moments.program("gateway"), moments.program("lib")), (second, None));
        assert_eq!(moments.build_script("a"), second);
        assert_eq!(built.app_output("a").expect("has an output"), Path::new("/t/out/jitar"));
    }
}
