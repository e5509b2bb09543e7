//! Packages from npm, in exact versions, kept in the user's cache folder.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::{term, tools};

/// Installs packages together unless that was done, and gives their `node_modules`. None, and a line that says so, where
/// that cannot be.
pub(crate) fn install(packages: &[&str]) -> Result<Option<PathBuf>> {
    let folder = cache()?.join("jitar/npm").join(packages.join("_").replace('/', "+"));
    let modules = folder.join("node_modules");
    // npm leaves half of a package behind when it is interrupted; this is written when everything is in place.
    let done = folder.join("installed");
    if done.is_file() {
        return Ok(Some(modules));
    }
    let names = packages.join(", ");
    let Some(npm) = tools::find("npm") else {
        term::status("Skipped", format_args!("{names}: npm is not installed"));
        return Ok(None);
    };
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    term::status("Installing", format_args!("{names}, from npm"));
    if let Err(error) = run(&npm, &folder, packages) {
        term::status("Skipped", format_args!("{names}: {error:#}"));
        return Ok(None);
    }
    fs::write(&done, "").with_context(|| format!("cannot write `{}`", done.display()))?;
    Ok(Some(modules))
}

fn run(npm: &Path, folder: &Path, packages: &[&str]) -> Result<()> {
    let mut command = Command::new(npm);
    command.args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]).arg(folder).args(packages);
    tools::output_of(command.stdin(Stdio::null())).map(drop)
}

fn cache() -> Result<PathBuf> {
    let named = env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    named.or_else(home).context("neither XDG_CACHE_HOME nor HOME is set, so there is no place for npm packages")
}
