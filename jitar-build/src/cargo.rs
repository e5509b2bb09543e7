//! The door to cargo: the only reader of the environment and the only printer of `cargo::` lines.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "cargo reads the lines of a build script")]

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::PathBuf;

use camino::{Utf8Path, Utf8PathBuf};

use crate::builder::{BuildError, Mistakes, Output};
use crate::diagnostics::render::{self, Colour};
use crate::diagnostics::{Diagnostics, Severity};

/// What the process is told from outside.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// The package that is being built, else the current folder. Relative paths begin here.
    pub(crate) base: Utf8PathBuf,
    /// The current folder.
    pub(crate) current: Utf8PathBuf,
    /// The package that is being built, when this is its build script.
    pub(crate) package: Option<Utf8PathBuf>,
    /// Where cargo wants output.
    pub(crate) out_dir: Option<Utf8PathBuf>,
    /// Whether this build is for others, so that it may take longer.
    pub(crate) is_release: bool,
    /// Whether the program is built for another kind of machine than this one.
    pub(crate) is_cross: bool,
    /// Something that is another text when this program is another one.
    pub(crate) program: String,
}

impl Surroundings {
    /// Asks the environment.
    pub(crate) fn read() -> Result<Self, BuildError> {
        let folder = |name: &str| std::env::var_os(name).map(|value| utf8(value.into())).transpose();
        let current = utf8(std::env::current_dir().unwrap_or_default())?;
        let (manifest_dir, out_dir) = (folder("CARGO_MANIFEST_DIR")?, folder("OUT_DIR")?);
        let package = out_dir.as_ref().and(manifest_dir.clone());
        let base = manifest_dir.unwrap_or_else(|| current.clone());
        let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
        let is_cross = match (variable("TARGET"), variable("HOST")) {
            (Some(target), Some(host)) => target != host,
            _ => false,
        };
        Ok(Self { base, current, package, out_dir, is_release, is_cross, program: program() })
    }
}

/// An environment variable that the application's configuration names.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Tells cargo what came of a build, and ends the process when nothing did. On success cargo learns what was read; a
/// build script that failed is run again anyway.
pub(crate) fn finish(result: Result<Output, BuildError>) {
    match result {
        Ok(output) => {
            let inputs = output.inputs.iter().map(Utf8PathBuf::as_path);
            for path in watched(inputs, &[&output.base, &output.app]) {
                println!("cargo::rerun-if-changed={path}");
            }
            for name in &output.environment {
                println!("cargo::rerun-if-env-changed={name}");
            }
            println!("cargo::rustc-env=JITAR_APP_DIR={}", output.folder);
            announce(&output.warnings, &output.base);
        }
        Err(error) => fail(&error),
    }
}

#[expect(clippy::exit, reason = "cargo shows the standard error of build scripts that fail, and only of those")]
fn fail(error: &BuildError) -> ! {
    match error {
        BuildError::Application(Mistakes { diagnostics, base }) => announce(diagnostics, base),
        other => println!("cargo::error={}", other.to_string().replace('\n', " ")),
    }
    std::process::exit(1)
}

/// Exit status of a child process that says on standard error why it failed.
pub(crate) const FAILED: i32 = 3;

/// Ends a process that was started for one task.
#[expect(clippy::exit, reason = "the rest of the program is for the parent process")]
pub(crate) fn end(outcome: &Result<(), String>) -> ! {
    if let Err(reason) = outcome {
        eprintln!("{reason}");
    }
    std::process::exit(if outcome.is_ok() { 0 } else { FAILED })
}

/// One line each for cargo, and the frames on standard error.
fn announce(diagnostics: &Diagnostics, base: &Utf8Path) {
    for diagnostic in diagnostics {
        let kind = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        println!("cargo::{kind}={}", render::line(diagnostic, base));
    }
    let colour = if std::io::stderr().is_terminal() { Colour::Terminal } else { Colour::Plain };
    eprint!("{}", render::frames(diagnostics, base, colour));
}

/// Paths for cargo to watch. It takes a path that does not exist for changed each time, so an absent file is watched
/// through the nearest folder above it, when that is part of the package or the application.
fn watched<'a>(inputs: impl IntoIterator<Item = &'a Utf8Path>, ours: &[&Utf8Path]) -> BTreeSet<&'a Utf8Path> {
    let watched = inputs.into_iter().filter_map(|path| {
        let nearest = path.ancestors().find(|path| path.exists())?;
        (nearest == path || ours.iter().any(|folder| nearest.starts_with(folder))).then_some(nearest)
    });
    watched.collect()
}

fn program() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let metadata = std::env::current_exe().and_then(std::fs::metadata);
    let made = metadata.and_then(|metadata| Ok((metadata.len(), metadata.modified()?)));
    format!("{version} {made:?}")
}

/// A path of the system as text.
pub(crate) fn utf8(path: PathBuf) -> Result<Utf8PathBuf, BuildError> {
    Utf8PathBuf::from_path_buf(path).map_err(|path| BuildError::NotUtf8(path.display().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn absent_files_are_watched_through_their_folder() {
        let folder = Folder::new(&[("app/src/a.ts", "")]);
        let (base, app) = (folder.path("package"), folder.path("app"));
        let cases = [
            ("app/src/a.ts", Some("app/src/a.ts")),
            ("app/jitar.json", Some("app")),
            ("app/src/b/c.ts", Some("app/src")),
            ("node_modules/x/package.json", None),
        ];
        for (input, expected) in cases {
            let input = folder.path(input);
            let expected: Vec<Utf8PathBuf> = expected.map(|path| folder.path(path)).into_iter().collect();
            let watched: Vec<&Utf8Path> = watched([input.as_path()], &[&base, &app]).into_iter().collect();
            assert_eq!(watched, expected, "{input}");
        }
    }
}
