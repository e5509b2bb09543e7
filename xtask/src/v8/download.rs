//! Fetches the library with curl, which draws the progress bar.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::archive;
use crate::{term, tools};

/// Downloads to the place, whole or not at all. The release page publishes no checksums: the transport is what is
/// trusted, as in the crate's own build script.
pub(super) fn fetch(url: &str, place: &Path) -> Result<()> {
    ensure!(tools::find("curl").is_some(), "`curl` is missing; install it, or set RUSTY_V8_ARCHIVE to a library");
    term::status("Downloading", url);
    archive::place_with(place, |temporary| {
        let mut curl = Command::new("curl");
        curl.args(["--location", "--fail", "--progress-bar", "--connect-timeout", "15", "--retry", "2", "--output"]);
        let status = curl.arg(temporary).arg(url).status().context("cannot run `curl`")?;
        ensure!(status.success(), "curl ended with {status}; its message stands above");
        Ok(())
    })
}
