//! `cargo xtask app`: builds any application folder and becomes its service.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;
use crate::{cargo, v8};

/// What to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Build and report only; fails when the application is wrong
    #[arg(long)]
    check: bool,
    /// Run the optimised build of the runner
    #[arg(long)]
    release: bool,
    /// The application: the folder with jitar.json, or with src and segments
    folder: PathBuf,
    /// Flags of the service, such as `--service services/x.json` or `--log-level=debug`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    flags: Vec<String>,
}

/// Builds the runner, and replaces this process by it: signals and exit status are those of the service.
pub(crate) fn run(workspace: &Workspace, options: Options) -> Result<()> {
    let options = options.with_late_flags();
    ensure!(options.folder.is_dir(), "`{}` is not a folder", options.folder.display());
    v8::prepare(workspace)?;
    let mut arguments = vec!["--workspace", "--bin", "jitar-app"];
    if options.release {
        arguments.push("--release");
    }
    let built = cargo::build(workspace, &arguments)?;
    let mut runner = Command::new(built.program("jitar-app")?);
    cargo::without_package(&mut runner);
    runner.arg(&options.folder);
    if options.check {
        runner.arg("--check");
    }
    let error = runner.args(&options.flags).exec();
    Err(error).context("cannot start the runner")
}

impl Options {
    /// Our own two flags may stand among those of the service, too.
    fn with_late_flags(mut self) -> Self {
        self.check |= self.flags.iter().any(|flag| flag == "--check");
        self.release |= self.flags.iter().any(|flag| flag == "--release");
        self.flags.retain(|flag| flag != "--check" && flag != "--release");
        self
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn flags_may_stand_anywhere_after_the_command() {
        for (line, check, release, flags) in [
            ("app .", false, false, vec![]),
            ("app . --check", true, false, vec![]),
            ("app --release . --service=a.json", false, true, vec!["--service=a.json"]),
            ("app . --service a.json --check", true, false, vec!["--service", "a.json"]),
            ("app . --check --log-level=debug --release", true, true, vec!["--log-level=debug"]),
        ] {
            let options = Line::parse_from(line.split(' ')).options.with_late_flags();
            assert_eq!((options.check, options.release), (check, release), "{line}");
            assert_eq!(options.flags, flags, "{line}");
            assert_eq!(options.folder, PathBuf::from("."), "{line}");
        }
    }
}
