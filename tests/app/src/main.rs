//! Runs any application folder without a crate of its own: `jitar-app FOLDER [--check] [--no-snapshots]
//! [--evaluation-limit=SECONDS] [flags of a service]`.
//! Behind `cargo xtask app`. Rust functions cannot be linked into it; `--check --package FOLDER` looks at those of a package.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people: it prints")]

mod place;

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use jitar::__private::{App, Unit};
use jitar_build::{BuildError, Builder};

use place::Place;

const USAGE: &str = "usage: jitar-app FOLDER [--check [--package FOLDER]] [--strict] [--no-snapshots] [--evaluation-limit=SECONDS] [flags of a service]";

fn main() -> ExitCode {
    jitar_build::serve_snapshot_request();
    let arguments = match Arguments::read(env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => return fail(&error, 2),
    };
    match prepare(&arguments) {
        Ok(_) if arguments.check => ExitCode::SUCCESS,
        Ok((app, units)) => {
            jitar::__private::run(app, units, None, [OsString::from("jitar-app")].into_iter().chain(arguments.flags))
        }
        Err(error) => fail(&error, 1),
    }
}

fn fail(error: &anyhow::Error, status: u8) -> ExitCode {
    match error.downcast_ref::<BuildError>() {
        Some(mistakes) if io::stderr().is_terminal() => eprint!("{}", mistakes.to_terminal()),
        // Frames that point into the application; they carry their own headings.
        Some(mistakes @ BuildError::Application(_)) => eprintln!("{mistakes}"),
        _ => eprintln!("error: {error:#}"),
    }
    ExitCode::from(status)
}

/// Builds the application, unless that was done and nothing changed, and loads what came out. One process at a time.
fn prepare(arguments: &Arguments) -> Result<(&'static App, &'static [Unit])> {
    let place = Place::of(&arguments.folder)?;
    let _lock = place.lock()?;
    let builder = Builder::new().app(place.app()).out_dir(place.output()).snapshots(arguments.snapshots);
    let builder = match &arguments.package {
        Some(package) => builder.package(package),
        None => builder,
    };
    let builder = match arguments.evaluation_limit {
        Some(limit) => builder.evaluation_limit(limit),
        None => builder,
    };
    let builder = if arguments.strict { builder } else { builder.tolerate_broken_services() };
    let output = builder.try_build()?;
    eprint!("{}", output.warning_text());
    println!("{}", output.report.trim_end());
    App::from_folder(output.folder.as_std_path()).context("cannot load what was just built")
}

/// What stands on the command line.
struct Arguments {
    folder: PathBuf,
    check: bool,
    /// Whether service files that cannot be used are mistakes of the application.
    strict: bool,
    /// Whose host functions the application may import.
    package: Option<PathBuf>,
    snapshots: bool,
    /// Processor time that a module gets while a snapshot is made.
    evaluation_limit: Option<Duration>,
    flags: Vec<OsString>,
}

impl Arguments {
    fn read(mut arguments: impl Iterator<Item = OsString>) -> Result<Self> {
        let Some(folder) = arguments.next() else { bail!("no folder; {USAGE}") };
        if folder.to_string_lossy().starts_with('-') {
            bail!("`{}` stands where the folder is expected; {USAGE}", folder.display());
        }
        let (ours, mut flags): (Vec<_>, Vec<_>) = arguments
            .partition(|argument| ["--check", "--no-snapshots", "--strict"].iter().any(|ours| argument == ours));
        let is_there = |flag: &str| ours.iter().any(|argument| argument == flag);
        let (check, snapshots, strict) = (is_there("--check"), !is_there("--no-snapshots"), is_there("--strict"));
        let package = match flags.iter().position(|flag| flag == "--package") {
            Some(_) if !check => {
                bail!("`--package` needs `--check`: this program has no functions of a package; {USAGE}")
            }
            Some(idx) if idx + 1 < flags.len() => flags.drain(idx..idx + 2).next_back().map(PathBuf::from),
            Some(_) => bail!("`--package` wants a folder; {USAGE}"),
            None => None,
        };
        let evaluation_limit = match flags.iter().position(|flag| flag.as_encoded_bytes().starts_with(LIMIT.as_bytes()))
        {
            Some(idx) => Some(seconds(&flags.remove(idx))?),
            None => None,
        };
        Ok(Self { folder: folder.into(), check, strict, package, snapshots, evaluation_limit, flags })
    }
}

const LIMIT: &str = "--evaluation-limit=";

fn seconds(flag: &OsStr) -> Result<Duration> {
    let seconds = flag.to_str().and_then(|flag| flag.strip_prefix(LIMIT)?.parse().ok());
    let limit = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    limit.with_context(|| format!("`{LIMIT}` wants seconds; {USAGE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_divided() {
        let read = |line: &str| Arguments::read(line.split_whitespace().map(OsString::from));
        for (line, check, flags) in
            [("app", false, ""), ("app --check", true, ""), ("app --service a.json --check", true, "--service a.json")]
        {
            let arguments = read(line).expect(line);
            let found: Vec<_> = arguments.flags.iter().map(|flag| flag.to_string_lossy()).collect();
            assert_eq!((arguments.check, found.join(" ").as_str()), (check, flags), "{line}");
            assert!(arguments.snapshots, "{line}");
        }
        assert_eq!(read("app --package p --check").expect("valid").package, Some(PathBuf::from("p")));
        assert!(read("app --no-snapshots --check").is_ok_and(|read| !read.snapshots && read.check));
        let limit = read("app --evaluation-limit=0.5 --service a.json").expect("valid");
        assert_eq!((limit.evaluation_limit, limit.flags.len()), (Some(Duration::from_millis(500)), 2));
        for line in [
            "",
            "--check app",
            "app --evaluation-limit=soon",
            "app --evaluation-limit=-1",
            "app --package p",
            "app --check --package",
        ] {
            assert!(read(line).is_err_and(|error| error.to_string().contains(USAGE)), "{line}");
        }
    }
}
