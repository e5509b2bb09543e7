//! The library's name, place and checksum.

use std::env;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use super::cargo_home;
use crate::tools;
use crate::workspace::Workspace;

const RELEASES: &str = "https://github.com/denoland/rusty_v8/releases/download";

/// Libraries of our own making, which `shared/v8` may hold: version, target, SHA-256.
const KNOWN: [(&str, &str, &str); 1] =
    [("150.4.0", "x86_64-unknown-linux-gnu", "dcbf55c145335ed91039a0b110d6ff60549242706ed5c587867c580d0bce9150")];

/// The library that this workspace needs on this machine.
#[derive(Debug)]
pub(super) struct Archive {
    /// Version of the crate `v8` in Cargo.lock.
    pub(super) version: String,
    /// This machine, as rustc names it.
    pub(super) target: String,
    /// Name of the file on the release page.
    pub(super) file_name: String,
    /// Where the crate's build script would download it from.
    pub(super) url: String,
}

impl Archive {
    /// Reads Cargo.lock and asks rustc.
    pub(super) fn of(workspace: &Workspace) -> Result<Self> {
        let path = workspace.root.join("Cargo.lock");
        let lock = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let version = locked_version(&lock).with_context(|| format!("`{}` does not lock `v8`", path.display()))?;
        let mirror = env::var("RUSTY_V8_MIRROR").ok();
        Ok(Self::new(version, &tools::machine()?, mirror.as_deref().unwrap_or(RELEASES)))
    }

    fn new(version: &str, target: &str, releases: &str) -> Self {
        // `simdutf` is the feature that deno_core asks for; debug builds of V8 are not used.
        let file_name = format!("librusty_v8_simdutf_release_{target}.a.gz");
        let url = format!("{releases}/v{version}/{file_name}");
        Self { version: version.to_owned(), target: target.to_owned(), file_name, url }
    }

    /// Where the crate's build script looks before it downloads.
    pub(super) fn place(&self) -> Result<PathBuf> {
        Ok(cargo_home()?.join(".rusty_v8").join(escaped(&self.url)))
    }

    /// The checksum of our own build of it.
    pub(super) fn known_checksum(&self) -> Option<&'static str> {
        let is_this = |(version, target, _): &&(&str, &str, &str)| *version == self.version && *target == self.target;
        KNOWN.iter().find(is_this).map(|(.., checksum)| *checksum)
    }
}

fn locked_version(lock: &str) -> Option<&str> {
    let (_, package) = lock.split_once("[[package]]\nname = \"v8\"\nversion = \"")?;
    package.split('"').next()
}

/// Every character that is not a letter or digit becomes `_`.
fn escaped(url: &str) -> String {
    url.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// Copies a library to its place, whole or not at all. A `.a` is compressed on the way.
pub(super) fn install(file: &Path, place: &Path) -> Result<()> {
    place_with(place, |temporary| {
        if is_gzip(file)? {
            fs::copy(file, temporary).with_context(|| format!("cannot copy `{}`", file.display()))?;
        } else {
            compress(file, temporary)?;
        }
        Ok(())
    })
}

/// Lets `write` make a file beside the place, checks it, and renames it: nobody ever sees half a library.
pub(super) fn place_with(place: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let folder = place.parent().context("invariant: the place lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let temporary = place.with_extension(format!("{}.tmp", std::process::id()));
    let written = write(&temporary)
        .and_then(|()| ensure_gzip(&temporary))
        .and_then(|()| fs::rename(&temporary, place).with_context(|| format!("cannot write `{}`", place.display())));
    if written.is_err() && temporary.exists() {
        fs::remove_file(&temporary).with_context(|| format!("cannot remove `{}`", temporary.display()))?;
    }
    written
}

fn compress(file: &Path, to: &Path) -> Result<()> {
    let output = File::create(to).with_context(|| format!("cannot write `{}`", to.display()))?;
    let status = Command::new("gzip").arg("-c").arg(file).stdout(output).status().context("cannot run `gzip`")?;
    ensure!(status.success(), "cannot compress `{}` ({status})", file.display());
    Ok(())
}

/// Fails when the file is no gzip file.
pub(super) fn ensure_gzip(file: &Path) -> Result<()> {
    ensure!(is_gzip(file)?, "`{}` is not a compressed library", file.display());
    Ok(())
}

fn is_gzip(file: &Path) -> Result<bool> {
    let mut start = Vec::new();
    let open = File::open(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    open.take(2).read_to_end(&mut start).with_context(|| format!("cannot read `{}`", file.display()))?;
    Ok(start == [0x1f, 0x8b])
}

/// Fails when the file is not the one that is meant.
pub(super) fn verify(file: &Path, expected: &str) -> Result<()> {
    let found = checksum(file)?;
    if found != expected {
        bail!("`{}` has SHA-256 {found}, expected {expected}; it is damaged or of another version", file.display());
    }
    Ok(())
}

/// The file with the checksum must agree, too.
pub(super) fn verify_beside(file: &Path, expected: &str) -> Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".sha256");
    let text = fs::read_to_string(&beside).with_context(|| format!("cannot read `{}`", beside.display()))?;
    let listed = text.split_whitespace().next().unwrap_or_default();
    ensure!(listed == expected, "`{}` says {listed}, expected {expected}", beside.display());
    Ok(())
}

fn checksum(file: &Path) -> Result<String> {
    let mut open = File::open(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let mut hasher = Sha256::new();
    io::copy(&mut open, &mut hasher).with_context(|| format!("cannot read `{}`", file.display()))?;
    Ok(format!("{:x}", hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_build_script_of_the_crate() {
        let archive = Archive::new("150.4.0", "x86_64-unknown-linux-gnu", RELEASES);
        assert_eq!(
            escaped(&archive.url),
            "https___github_com_denoland_rusty_v8_releases_download_v150_4_0_librusty_v8_simdutf_release_x86_64_unknown_linux_gnu_a_gz"
        );
        assert!(archive.known_checksum().is_some());
        assert!(Archive::new("151.0.0", "x86_64-unknown-linux-gnu", RELEASES).known_checksum().is_none());
    }

    #[test]
    fn finds_the_version_in_a_lockfile() {
        let lock =
            "[[package]]\nname = \"v8x\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"v8\"\nversion = \"150.4.0\"\n";
        assert_eq!(locked_version(lock), Some("150.4.0"));
        assert_eq!(locked_version("[[package]]\nname = \"a\"\n"), None);
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let folder = env::temp_dir().join(format!("xtask-archive-{}", std::process::id()));
        let place = folder.join("library_gz");
        let failed = place_with(&place, |temporary| Ok(fs::write(temporary, "<html>not found</html>")?));
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(&folder).expect("the folder").count(), 0);
        place_with(&place, |temporary| Ok(fs::write(temporary, [0x1f, 0x8b, 8])?)).expect("gzip is accepted");
        assert_eq!(fs::read(&place).expect("the file"), [0x1f, 0x8b, 8]);
        assert!(verify(&place, "00").is_err());
        fs::remove_dir_all(&folder).expect("the folder can be removed");
    }
}
