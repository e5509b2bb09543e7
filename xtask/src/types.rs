//! `cargo xtask types`: copies the declarations of host modules beside the application, for editors and `tsc`. A build script
//! may not write there.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::demo::PACKAGE;
use crate::workspace::Workspace;
use crate::{cargo, term, v8};

/// What to copy.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Package with the application in its folder `app`
    #[arg(default_value = PACKAGE)]
    package: String,
}

/// Builds the package's application and copies its declarations.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    v8::prepare(workspace)?;
    let built = cargo::build(workspace, &["--workspace", "--bins"])?;
    let types = built.app_output(&options.package)?.join("types");
    let app = workspace.root.join(&options.package).join("app");
    ensure!(app.is_dir(), "`{}` is not a folder", app.display());
    ensure!(types.is_dir(), "`{}` has no host functions: there is nothing to declare", options.package);
    for entry in fs::read_dir(&types).with_context(|| format!("cannot read `{}`", types.display()))? {
        let from = entry.with_context(|| format!("cannot read `{}`", types.display()))?.path();
        let Some(name) = from.file_name() else { continue };
        let to = app.join(name);
        fs::copy(&from, &to).with_context(|| format!("cannot write `{}`", to.display()))?;
        term::status("Copied", to.display());
    }
    Ok(())
}
