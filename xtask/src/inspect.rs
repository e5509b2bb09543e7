//! `cargo xtask inspect`: what the build made of a package's application.

use std::fs;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{cargo, demo, v8};

/// Which package, and in what form.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A package of this workspace that has an application; the example when none is named
    package: Option<String>,
    /// Print it for programs: with the sizes of modules, and times
    #[arg(long)]
    json: bool,
    /// As the release profile builds it
    #[arg(long)]
    release: bool,
}

/// Builds the package as far as its build script, and prints the report.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    v8::prepare(workspace)?;
    let package = options.package.as_deref().unwrap_or(demo::PACKAGE);
    let mut arguments = vec!["--workspace", "--bins"];
    arguments.extend(options.release.then_some("--release"));
    let output = cargo::build(workspace, &arguments)?.app_output(package)?;
    let file = output.join(if options.json { "report.json" } else { "report.txt" });
    let report = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    println!("{}", report.trim_end());
    Ok(())
}
