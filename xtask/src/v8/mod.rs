//! Makes sure that the static library which the crate `v8` links lies where its build script looks first, so that plain
//! cargo commands work afterwards, also without a network.

mod archive;
mod download;
mod source;

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::term;
use crate::workspace::Workspace;
use archive::Archive;

/// How to get V8.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Build V8 from the crate's source even when it is there already
    #[arg(long)]
    from_source: bool,
    /// Do not ask before the build from source
    #[arg(long)]
    yes: bool,
}

/// What every chore does before it builds: nothing to say when V8 is there.
pub(crate) fn prepare(workspace: &Workspace) -> Result<()> {
    if Archive::of(workspace)?.place()?.is_file() { Ok(()) } else { ensure(workspace, &Options::default()) }
}

/// Installs V8 into cargo's home unless it is there. Each step says in one line what it did.
pub(crate) fn ensure(workspace: &Workspace, options: &Options) -> Result<()> {
    let archive = Archive::of(workspace)?;
    let place = archive.place()?;
    if options.from_source {
        return from_source(workspace, &archive, &place, options);
    }
    if place.is_file() {
        archive::ensure_gzip(&place).with_context(|| format!("remove `{}` and try again", place.display()))?;
        term::status("V8", format_args!("{} is there: {}", archive.version, place.display()));
        return Ok(());
    }
    if from_variable(&archive, &place)? || from_shared(workspace, &archive, &place)? {
        return Ok(());
    }
    match download::fetch(&archive.url, &place) {
        Ok(()) => {
            term::status("V8", format_args!("{} downloaded to {}", archive.version, place.display()));
            Ok(())
        }
        Err(error) => {
            term::status("V8", format_args!("no download from the release page: {error:#}"));
            from_source(workspace, &archive, &place, options)
        }
    }
}

/// From the file that `RUSTY_V8_ARCHIVE` names, when it is set.
fn from_variable(archive: &Archive, place: &Path) -> Result<bool> {
    let Some(value) = env::var_os("RUSTY_V8_ARCHIVE").filter(|value| !value.is_empty()) else { return Ok(false) };
    let text = value.to_string_lossy();
    if text.starts_with("http://") || text.starts_with("https://") {
        download::fetch(&text, place).context("cannot fetch what RUSTY_V8_ARCHIVE names")?;
    } else {
        let file = PathBuf::from(&value);
        ensure!(file.is_file(), "RUSTY_V8_ARCHIVE names `{text}`, which is no file; correct the variable or unset it");
        archive::install(&file, place)?;
    }
    term::status("V8", format_args!("{} installed from RUSTY_V8_ARCHIVE ({text})", archive.version));
    Ok(true)
}

/// From the folder `shared/v8` beside the checkout, when it has a library for this machine.
fn from_shared(workspace: &Workspace, archive: &Archive, place: &Path) -> Result<bool> {
    let file = workspace.shared().join("v8").join(&archive.file_name);
    if !file.is_file() {
        return Ok(false);
    }
    let Some(known) = archive.known_checksum() else {
        term::status("V8", format_args!("{} is not used: its checksum is not known to this program", file.display()));
        return Ok(false);
    };
    archive::verify(&file, known)?;
    archive::verify_beside(&file, known)?;
    archive::install(&file, place)?;
    term::status("V8", format_args!("{} installed from {} (SHA-256 as expected)", archive.version, file.display()));
    Ok(true)
}

fn from_source(workspace: &Workspace, archive: &Archive, place: &Path, options: &Options) -> Result<()> {
    let plan = source::Plan::for_archive(workspace, archive)?;
    term::status("V8", plan.announcement());
    if options.yes {
        term::status("V8", "building without a question, because of --yes");
    } else if term::can_ask() {
        ensure!(confirmed()?, "stopped; name a library with RUSTY_V8_ARCHIVE, or say yes");
    } else {
        term::status("V8", "there is no terminal to ask on, so the build starts");
    }
    let built = plan.run()?;
    archive::install(&built, place)?;
    term::status("V8", format_args!("{} built and installed: {}", archive.version, place.display()));
    Ok(())
}

fn confirmed() -> Result<bool> {
    eprint!("{:>12} build it now? [y/N] ", "");
    io::stderr().flush().context("cannot write to the terminal")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Cargo's home: `CARGO_HOME`, else `.cargo` in the user's home.
fn cargo_home() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("CARGO_HOME").filter(|folder| !folder.is_empty()) {
        return fs::canonicalize(&folder).or_else(|_| Ok(PathBuf::from(folder)));
    }
    match env::home_dir() {
        Some(home) => Ok(home.join(".cargo")),
        None => bail!("this user has no home folder; set CARGO_HOME"),
    }
}
