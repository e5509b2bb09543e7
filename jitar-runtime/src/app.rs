//! What the build embeds in a binary, and the entry point that `service!` calls.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jitar_engine::host::HostTable;
use jitar_engine::manifest::{AppManifest, ManifestError};
use serde::Deserialize;

use crate::cli::{Cli, Program};

/// Named files: path and content.
pub type Files = &'static [(&'static str, &'static [u8])];

/// Compressed copies of named files: name, gzip, brotli. An empty copy would not be smaller than the file.
pub type EncodedFiles = &'static [(&'static str, &'static [u8], &'static [u8])];

/// An application as the build leaves it. Const data only; the loader of a folder makes the same at start.
#[derive(Clone, Copy)]
pub struct App {
    /// `manifest.json`
    pub manifest: &'static [u8],
    /// The base blob: extensions and bootstrap, no application; their scripts when the program was built on a machine of
    /// another kind.
    pub base: &'static [u8],
    /// Service files by path below the application folder.
    pub services: Files,
    /// Files of the assets' folder by path.
    pub assets: Files,
    /// Browser modules by path below `/jitar/client/`.
    pub client: Files,
    /// Copies of the assets by path, and of the browser modules by `jitar/client/` and their path.
    pub encoded: EncodedFiles,
}

/// A service unit as the build leaves it.
#[derive(Clone, Copy)]
pub struct Unit {
    /// Sorted segment names joined by `+`, or `none`.
    pub id: &'static str,
    /// The unit's blob; empty when its modules are evaluated from source.
    pub snapshot: &'static [u8],
    /// The compiled code of modules that are evaluated from source; empty when the build made none.
    pub code: &'static [u8],
    /// Specifiers of modules that are evaluated when the service starts, in order.
    pub deferred: &'static [&'static str],
    /// The packed `ModuleArchive`.
    pub archive: &'static [u8],
    /// The Rust functions that its modules import, in the order in which generated modules number them.
    pub host: HostTable,
}

/// The output folder of a build cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// A file is missing or unreadable.
    #[error("cannot read `{}`: {source}; build the application again", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// `embed.json` is damaged or of another version.
    #[error("`{}` is damaged: {source}; build the application again", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

/// Refuses, at compile time, what another version of `jitar-build` made.
///
/// # Panics
/// When the versions differ; as generated code calls it in a constant, that is a compile error.
pub const fn assert_engine(version: &str) {
    let (built, ours) = (version.as_bytes(), jitar_engine::VERSION.as_bytes());
    let mut is_same = built.len() == ours.len();
    let mut idx = 0;
    while is_same && idx < ours.len() {
        is_same = built[idx] == ours[idx];
        idx += 1;
    }
    assert!(is_same, "`jitar-build` and `jitar-runtime` have different versions; use the same one for both");
}

/// Runs the service that a binary carries. The arguments are those of the process; the status is that of the process.
pub fn main(app: &'static App, units: &'static [Unit], default_service: Option<&'static str>) -> ExitCode {
    run(app, units, default_service, std::env::args_os())
}

/// [`main`] with other arguments; the first stands for the program.
pub fn run(
    app: &'static App,
    units: &'static [Unit],
    default_service: Option<&'static str>,
    arguments: impl IntoIterator<Item = OsString>,
) -> ExitCode {
    match Cli::read(arguments) {
        Ok(cli) => Program { app, units, default_service }.execute(cli),
        Err(usage) => usage.report(),
    }
}

impl App {
    /// Reads the manifest.
    ///
    /// # Errors
    /// When it was written by another version.
    pub fn manifest(&self) -> Result<AppManifest, ManifestError> {
        AppManifest::from_json(self.manifest)
    }

    /// Loads an application and all its units from the output folder of a build. What is loaded stays for the life of
    /// the process, as if it were embedded; call this once, at start.
    ///
    /// # Errors
    /// When a file is missing or damaged.
    pub fn from_folder(folder: &Path) -> Result<(&'static Self, &'static [Unit]), AppError> {
        let file = folder.join("embed.json");
        let embed: Embed =
            serde_json::from_slice(&read(&file)?).map_err(|source| AppError::Damaged { file, source })?;
        let app = Self {
            manifest: load(folder, Path::new("manifest.json"))?,
            base: load_optional(folder, embed.base.as_deref())?,
            services: load_all(folder, embed.services)?,
            assets: load_all(folder, embed.assets)?,
            client: load_all(folder, embed.client)?,
            encoded: load_encoded(folder, embed.encoded)?,
        };
        let units = embed.units.into_iter().map(|unit| Unit::load(folder, unit)).collect::<Result<Vec<_>, _>>()?;
        Ok((Box::leak(Box::new(app)), units.leak()))
    }
}

impl Unit {
    fn load(folder: &Path, unit: EmbedUnit) -> Result<Self, AppError> {
        let deferred: Vec<&'static str> = unit.deferred.into_iter().map(|specifier| &*specifier.leak()).collect();
        Ok(Self {
            id: unit.id.leak(),
            snapshot: load_optional(folder, unit.snapshot.as_deref())?,
            code: load_optional(folder, unit.code.as_deref())?,
            deferred: deferred.leak(),
            archive: load(folder, &unit.archive)?,
            host: &[], // a folder has no crate; the build refuses imports of host modules there
        })
    }
}

/// `embed.json`: what `app.rs` says, for readers of the folder. Paths are relative to the folder unless absolute.
#[derive(Debug, Deserialize)]
struct Embed {
    base: Option<PathBuf>,
    services: Vec<(String, PathBuf)>,
    assets: Vec<(String, PathBuf)>,
    client: Vec<(String, PathBuf)>,
    encoded: Vec<(String, Option<PathBuf>, Option<PathBuf>)>,
    units: Vec<EmbedUnit>,
}

/// A unit in `embed.json`.
#[derive(Debug, Deserialize)]
struct EmbedUnit {
    id: String,
    snapshot: Option<PathBuf>,
    code: Option<PathBuf>,
    deferred: Vec<String>,
    archive: PathBuf,
}

fn read(file: &Path) -> Result<Vec<u8>, AppError> {
    fs::read(file).map_err(|source| AppError::Read { file: file.to_owned(), source })
}

fn load(folder: &Path, file: &Path) -> Result<&'static [u8], AppError> {
    Ok(read(&folder.join(file))?.leak())
}

fn load_optional(folder: &Path, file: Option<&Path>) -> Result<&'static [u8], AppError> {
    file.map_or(Ok(&[]), |file| load(folder, file))
}

fn load_all(folder: &Path, files: Vec<(String, PathBuf)>) -> Result<Files, AppError> {
    let load = |(name, file): (String, PathBuf)| Ok((&*name.leak(), load(folder, &file)?));
    Ok(files.into_iter().map(load).collect::<Result<Vec<_>, _>>()?.leak())
}

fn load_encoded(
    folder: &Path,
    files: Vec<(String, Option<PathBuf>, Option<PathBuf>)>,
) -> Result<EncodedFiles, AppError> {
    let load = |(name, gzip, brotli): (String, Option<PathBuf>, Option<PathBuf>)| {
        let copy = |file: Option<PathBuf>| load_optional(folder, file.as_deref());
        Ok((&*name.leak(), copy(gzip)?, copy(brotli)?))
    };
    Ok(files.into_iter().map(load).collect::<Result<Vec<_>, _>>()?.leak())
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |files: Files| files.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        f.debug_struct("App")
            .field("base", &format_args!("{} bytes", self.base.len()))
            .field("services", &names(self.services))
            .field("assets", &names(self.assets))
            .field("client", &names(self.client))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unit")
            .field("id", &self.id)
            .field("snapshot", &format_args!("{} bytes", self.snapshot.len()))
            .field("deferred", &self.deferred)
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_what_the_build_wrote() {
        let folder = tempfile::tempdir().expect("a folder");
        let elsewhere = tempfile::tempdir().expect("a folder");
        let page = elsewhere.path().join("index.html");
        let write = |name: &str, content: &str| fs::write(folder.path().join(name), content).expect("written");
        fs::write(&page, "<html>").expect("written");
        write("manifest.json", "manifest");
        write("base.bin", "base");
        write("a.bin", "archive");
        write("x.js", "client");
        write("page.gz", "copy");
        let embed = serde_json::json!({
            "base": "base.bin",
            "services": [],
            "assets": [["index.html", page]],
            "client": [["reporting/x.js", "x.js"]],
            "encoded": [["index.html", "page.gz", null]],
            "units": [{"id": "a", "constant": "UNIT_0", "snapshot": null, "deferred": ["file:///app/x.ts"], "archive": "a.bin"}],
        });
        write("embed.json", &embed.to_string());

        let (app, units) = App::from_folder(folder.path()).expect("loaded");
        assert_eq!((app.manifest, app.base), (&b"manifest"[..], &b"base"[..]));
        assert_eq!(app.assets, [("index.html", &b"<html>"[..])]);
        assert_eq!(app.client, [("reporting/x.js", &b"client"[..])]);
        assert_eq!(app.encoded, [("index.html", &b"copy"[..], &b""[..])]);
        let [unit] = units else { panic!("one unit, not {units:?}") };
        assert_eq!((unit.id, unit.snapshot, unit.archive), ("a", &b""[..], &b"archive"[..]));
        assert_eq!(unit.deferred, ["file:///app/x.ts"]);
    }

    #[test]
    fn says_which_file_is_missing_or_damaged() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = App::from_folder(folder.path()).expect_err("nothing there").to_string();
        assert!(missing.contains("embed.json") && missing.contains("build the application again"), "{missing}");
        fs::write(folder.path().join("embed.json"), "{}").expect("written");
        let damaged = App::from_folder(folder.path()).expect_err("damaged").to_string();
        assert!(damaged.contains("is damaged: missing field `services`"), "{damaged}");
    }
}
