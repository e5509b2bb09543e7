//! Which file a package's library begins with, and what rustc calls the library.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use crate::fs;

/// The package's own description.
pub(super) const MANIFEST: &str = "Cargo.toml";

/// A library.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Library {
    /// Its crate name.
    pub(super) name: String,
    /// Its first file, absolute.
    pub(super) root: Utf8PathBuf,
}

/// What matters here of `Cargo.toml`. Cargo has checked it before a build script runs.
#[derive(Debug, Default, Deserialize)]
struct Manifest {
    package: Option<Package>,
    lib: Option<Lib>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
struct Lib {
    name: Option<String>,
    path: Option<Utf8PathBuf>,
}

/// The library of a package; `None` when it has none.
pub(super) fn find(package: &Utf8Path) -> Option<Library> {
    let text = fs::read(&package.join(MANIFEST)).ok()?;
    let manifest: Manifest = toml::from_str(&text).ok()?;
    let lib = manifest.lib.unwrap_or_default();
    let root = fs::normalise(&package.join(lib.path.unwrap_or_else(|| "src/lib.rs".into())));
    let name = lib.name.or_else(|| manifest.package.map(|package| package.name))?;
    root.is_file().then(|| Library { name: name.replace('-', "_"), root })
}
