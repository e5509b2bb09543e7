//! Splits a JavaScript or TypeScript application into segments while cargo builds, and embeds it.
//!
//! A whole `build.rs`:
//!
//! ```no_run
//! fn main() {
//!     jitar_build::compile("app")
//! }
//! ```
//!
//! The folder `app` holds `src` (modules), `segments` (which exports are deployed together), `services` (how a process
//! runs) and perhaps `resources` and `jitar.json`. What comes out lies in `$OUT_DIR/jitar`, where `jitar::service!` of
//! the crate `jitar-runtime` finds it:
//!
//! ```text
//! build.rs   app/** → configuration → scan → link → generate → snapshot → embed → $OUT_DIR/jitar
//! ```
//!
//! Call [`compile`] before anything else in `main`: startup snapshots are made in processes of their own, for which the
//! build script starts itself again.
//!
//! # Errors
//!
//! Every mistake in the application is found in one run and shown in the manner of rustc, with a code, a frame that
//! points into the file and a way out; see [`diagnostics`]. [`Builder::try_build`] returns them instead.
//!
//! # Speed
//!
//! When nothing has changed since the last run nothing is done; otherwise only files whose bytes differ are written, and
//! only units that hold a changed module are packed and get a new snapshot. What was edited while a build ran is seen by
//! the next one.

#![expect(clippy::needless_doctest_main, reason = "the example is a whole build script")]
#![cfg_attr(without_v8, expect(dead_code, reason = "what makes snapshots is left out, see `build.rs`"))]

mod assets;
mod builder;
mod cargo;
mod compress;
mod config;
pub mod diagnostics;
mod earlier;
mod embed;
mod fs;
mod generate;
mod host;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod json;
mod link;
mod pack;
mod parallel;
mod report;
mod scan;
mod snapshot;
mod stamp;
#[cfg(test)]
mod testing;

use std::path::PathBuf;

pub use builder::{BuildError, Builder, Mistakes, Output};
pub use embed::EmbedError;
pub use fs::FsError;
pub use report::Times;
pub use snapshot::SnapshotError;

/// Makes a startup snapshot and ends the process, when this process was started for that; else does nothing. A build
/// starts its own program again, without arguments, so a program that reads arguments before it builds calls this first.
/// [`compile`] and [`Builder`] do it by themselves.
pub fn serve_snapshot_request() {
    snapshot::serve_request();
}

/// JSON schemas for editors and tools, by name: of `jitar.json` (`jitar`), of segment files (`segment`), of resource files
/// (`resource`) and of the manifest that a build leaves (`manifest`). That of service files is `jitar::config::schema` of
/// the runtime, which reads them.
///
/// ```
/// let schemas = jitar_build::schemas();
/// assert!(schemas.iter().any(|(name, schema)| *name == "segment" && schema["type"] == "object"));
/// ```
pub fn schemas() -> [(&'static str, serde_json::Value); 4] {
    config::schemas()
}

/// Builds the application in this folder, which is relative to the package; the whole of most build scripts. Ends the
/// process with status 1 when the application has mistakes. See [`Builder`] for options.
pub fn compile(app: impl Into<PathBuf>) {
    Builder::new().app(app).compile();
}
