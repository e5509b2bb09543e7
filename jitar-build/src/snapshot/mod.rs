//! Startup snapshots: one child process per blob, because a module may make V8 end the process, and because nothing of
//! the build's environment may enter a blob. A blob whose key is unchanged is reused. Without snapshots the children
//! compile modules instead, which changes less and saves less.

#[cfg(not(without_v8))]
mod make;
mod settings;

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use jitar_engine::archive::ModuleArchive;
use jitar_engine::snapshot::Deferred;

pub(crate) use settings::Settings;

use crate::fs::{self, FsError};

/// What a blob is made of.
#[derive(Debug)]
pub(crate) struct UnitInput<'a> {
    /// Id of the unit.
    pub(crate) id: String,
    /// Its modules.
    pub(crate) archive: &'a ModuleArchive,
    /// The same, packed.
    pub(crate) packed: &'a [u8],
}

/// What was made for a unit.
#[derive(Debug)]
pub(crate) struct UnitSnapshot {
    /// The blob below the output folder; `None` when the unit is evaluated from source.
    pub(crate) file: Option<Utf8PathBuf>,
    /// The compiled code of its modules below the output folder, when they are evaluated from source.
    pub(crate) code: Option<Utf8PathBuf>,
    /// Modules that are evaluated at start, in evaluation order.
    pub(crate) deferred: Vec<Deferred>,
    /// How long it took; `None` when it was there already, or was not made.
    pub(crate) time: Option<Duration>,
}

/// Everything that was made.
#[derive(Debug)]
pub(crate) struct Snapshots {
    /// The base blob, or what stands in for it, below the output folder.
    pub(crate) base: Utf8PathBuf,
    /// In the order of the inputs.
    pub(crate) units: Vec<UnitSnapshot>,
    /// Every file that belongs to them, below the output folder.
    pub(crate) files: Vec<Utf8PathBuf>,
    /// What to look at, though the build went on.
    pub(crate) warnings: Vec<String>,
    /// In place of a snapshot's size, when there are none: the reason.
    pub(crate) without: Option<&'static str>,
}

/// A startup snapshot cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// A file cannot be read or written.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// The child process cannot be started.
    #[error("cannot start the process that makes the snapshot of `{unit}`: {source}")]
    Start {
        /// Id of the unit, or `base`.
        unit: String,
        /// Why.
        source: std::io::Error,
    },
    /// The child process failed.
    #[error("the snapshot of `{unit}` cannot be made: {reason}")]
    Failed {
        /// Id of the unit, or `base`.
        unit: String,
        /// What the process said.
        reason: String,
    },
}

impl UnitSnapshot {
    /// All of it is compiled and evaluated when the service starts.
    fn from_source() -> Self {
        Self { file: None, code: None, deferred: Vec::new(), time: None }
    }
}

/// Which blobs are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The base blob and one for each unit.
    All,
    /// The base blob, and the compiled code of each unit: services evaluate their modules when they start.
    BaseOnly,
    /// None, because they would not fit the machine that will run the services: those get the platform's scripts.
    Scripts,
}

impl Wanted {
    /// What a build for this or another kind of machine makes, of which snapshots may not be wanted.
    pub(crate) fn of(is_cross: bool, are_made: bool) -> Self {
        match (is_cross, are_made) {
            (true, _) => Self::Scripts,
            (false, false) => Self::BaseOnly,
            (false, true) => Self::All,
        }
    }
}

/// Serves the request of a parent process, if there is one, and ends the process.
pub(crate) fn serve_request() {
    #[cfg(not(without_v8))]
    make::serve_request();
}

/// Makes the base blob and the blob of every unit, as far as they do not exist already. `limit` is the processor time that
/// the evaluation of one module may take.
pub(crate) fn create(
    out: &Utf8Path,
    units: &[UnitInput<'_>],
    wanted: Wanted,
    limit: Duration,
) -> Result<Snapshots, SnapshotError> {
    // The test program of this crate is no build script: it serves no requests.
    #[cfg(not(without_v8))]
    if !cfg!(test) {
        return make::create(out, units, wanted, limit);
    }
    let _ = (wanted, limit);
    without_blobs(out, units)
}

/// Where documentation is built nothing is run: the files that the generated code includes exist and hold nothing.
fn without_blobs(out: &Utf8Path, units: &[UnitInput<'_>]) -> Result<Snapshots, SnapshotError> {
    let base = Utf8PathBuf::from("snapshots/base-none.bin");
    fs::write_if_changed(&out.join(&base), &[])?;
    let units = units.iter().map(|_| UnitSnapshot::from_source()).collect();
    let (files, without) = (vec![base.clone()], Some("no snapshot"));
    Ok(Snapshots { base, units, files, warnings: Vec::new(), without })
}
