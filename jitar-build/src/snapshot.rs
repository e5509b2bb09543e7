//! Startup snapshots: one child process per blob, because a module may make V8 end the process, and because nothing of
//! the build's environment may enter a blob. A blob whose key is unchanged is reused.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use jitar_engine::archive::ModuleArchive;
use jitar_engine::snapshot::{self as engine, Deferred};
use serde::{Deserialize, Serialize};

use crate::cargo;
use crate::fs::{self, FsError};
use crate::stamp;

/// Names the request of a child process; its presence makes a program serve it and end.
const REQUEST: &str = "JITAR_SNAPSHOT_REQUEST";

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
    /// Modules that are evaluated at start, in evaluation order.
    pub(crate) deferred: Vec<Deferred>,
    /// How long it took; `None` when it was there already, or was not made.
    pub(crate) time: Option<Duration>,
}

/// Everything that was made.
#[derive(Debug)]
pub(crate) struct Snapshots {
    /// The base blob below the output folder.
    pub(crate) base: Utf8PathBuf,
    /// In the order of the inputs.
    pub(crate) units: Vec<UnitSnapshot>,
    /// Every file that belongs to them, below the output folder.
    pub(crate) files: Vec<Utf8PathBuf>,
    /// What to look at, though the build went on.
    pub(crate) warnings: Vec<String>,
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
    /// The program is built for another kind of machine.
    #[error("snapshots cannot be made for `{target}` on `{host}` yet; build on a machine of the target's kind")]
    CrossBuild {
        /// What is built for.
        target: String,
        /// What is built on.
        host: String,
    },
}

/// What a child process is asked for.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    /// The packed archive, or nothing for the base blob.
    archive: Option<Utf8PathBuf>,
    /// Modules that must not be evaluated.
    left_out: Vec<String>,
    /// Where the blob goes.
    blob: Utf8PathBuf,
    /// Where the list of deferred modules goes.
    deferred: Utf8PathBuf,
}

/// Serves the request of a parent process, if there is one, and ends the process.
pub(crate) fn serve_request() {
    let Some(path) = cargo::variable(REQUEST) else { return };
    cargo::end(&serve(Utf8Path::new(&path)).map_err(|error| error.to_string()));
}

fn serve(path: &Utf8Path) -> Result<(), SnapshotError> {
    let failed = |reason: String| SnapshotError::Failed { unit: path.to_string(), reason };
    let request: Request =
        serde_json::from_str(&fs::read(path)?).map_err(|error| failed(format!("damaged request: {error}")))?;
    let (blob, deferred) = match &request.archive {
        None => (engine::create_base().map_err(|error| failed(error.to_string()))?, Vec::new()),
        Some(archive) => {
            let archive =
                ModuleArchive::unpack(&fs::read_bytes(archive)?).map_err(|error| failed(error.to_string()))?;
            let unit = engine::create_unit(&archive, &request.left_out).map_err(|error| failed(error.to_string()))?;
            (unit.bytes, unit.deferred)
        }
    };
    let deferred = serde_json::to_vec_pretty(&deferred).map_err(|error| failed(error.to_string()))?;
    fs::write_if_changed(&request.blob, &blob)?;
    fs::write_if_changed(&request.deferred, &deferred)?;
    Ok(())
}

/// Makes the base blob and the blob of every unit, as far as they do not exist already.
pub(crate) fn create(out: &Utf8Path, units: &[UnitInput<'_>], wanted: Wanted) -> Result<Snapshots, SnapshotError> {
    let base = Maker::new(out, "base", None);
    // The test program of this crate is no build script: it serves no requests.
    if cfg!(test) || cargo::variable(cargo::DOCS_RS).is_some() {
        return without_blobs(&base, units);
    }
    refuse_cross_build()?;
    base.make()?;
    let mut snapshots = Snapshots { base: base.blob(), units: Vec::new(), files: base.files(), warnings: Vec::new() };
    for unit in units {
        snapshots.units.push(match wanted {
            Wanted::BaseOnly => UnitSnapshot { file: None, deferred: Vec::new(), time: None },
            Wanted::All => {
                let maker = Maker::new(out, &unit.id, Some(unit));
                let start = Instant::now();
                let Made { deferred, is_new } = maker.make()?;
                snapshots.files.extend(maker.files());
                UnitSnapshot { file: Some(maker.blob()), deferred, time: is_new.then(|| start.elapsed()) }
            }
        });
    }
    Ok(snapshots)
}

/// Which blobs are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The base blob and one for each unit.
    All,
    /// The base blob: services evaluate their modules when they start.
    BaseOnly,
}

/// Documentation is built where nothing can be run: the constants exist and hold nothing.
fn without_blobs(base: &Maker<'_>, units: &[UnitInput<'_>]) -> Result<Snapshots, SnapshotError> {
    fs::write_if_changed(&base.out.join(base.blob()), &[])?;
    let units = units.iter().map(|_| UnitSnapshot { file: None, deferred: Vec::new(), time: None }).collect();
    Ok(Snapshots { base: base.blob(), units, files: vec![base.blob()], warnings: Vec::new() })
}

fn refuse_cross_build() -> Result<(), SnapshotError> {
    match (cargo::variable("TARGET"), cargo::variable("HOST")) {
        (Some(target), Some(host)) if target != host => Err(SnapshotError::CrossBuild { target, host }),
        _ => Ok(()),
    }
}

/// A blob that is there.
struct Made {
    /// Modules that it lacks.
    deferred: Vec<Deferred>,
    /// Whether it was made just now.
    is_new: bool,
}

/// Makes one blob.
struct Maker<'a> {
    out: &'a Utf8Path,
    unit: &'a str,
    archive: Option<&'a ModuleArchive>,
    packed: &'a [u8],
    /// Hash of the inputs and of the engine: part of the file names.
    key: String,
}

impl<'a> Maker<'a> {
    fn new(out: &'a Utf8Path, unit: &'a str, input: Option<&UnitInput<'a>>) -> Self {
        let packed = input.map(|input| input.packed).unwrap_or_default();
        let mut key = stamp::hash(&[engine::fingerprint().as_bytes(), packed].concat());
        key.truncate(16);
        Self { out, unit, archive: input.map(|input| input.archive), packed, key }
    }

    fn blob(&self) -> Utf8PathBuf {
        format!("snapshots/{}-{}.bin", self.unit, self.key).into()
    }

    fn deferred(&self) -> Utf8PathBuf {
        format!("snapshots/{}-{}.json", self.unit, self.key).into()
    }

    fn files(&self) -> Vec<Utf8PathBuf> {
        vec![self.blob(), self.deferred()]
    }

    /// Makes the blob unless it exists.
    fn make(&self) -> Result<Made, SnapshotError> {
        match self.existing() {
            Some(deferred) => Ok(Made { deferred, is_new: false }),
            None => Ok(Made { deferred: self.make_leaving_out()?, is_new: true }),
        }
    }

    /// The list is written after the blob: where it is, the blob is whole.
    fn existing(&self) -> Option<Vec<Deferred>> {
        fs::size(&self.out.join(self.blob())).ok()?;
        serde_json::from_str(&fs::read(&self.out.join(self.deferred())).ok()?).ok()
    }

    /// Makes the blob, leaving out modules that make V8 end the process: each is found by bisection.
    fn make_leaving_out(&self) -> Result<Vec<Deferred>, SnapshotError> {
        let order = self.archive.map(engine::evaluation_order).unwrap_or_default();
        let mut left_out = Vec::new();
        loop {
            match self.attempt(&left_out)? {
                Attempt::Made => return self.existing().ok_or_else(|| self.failed("its files are gone".to_owned())),
                Attempt::Refused(reason) => return Err(self.failed(reason)),
                Attempt::Aborted(reason) => match self.culprit(&order, &left_out)? {
                    Some(module) => left_out.push(module),
                    None => return Err(self.failed(reason)),
                },
            }
        }
    }

    /// The first module with which the process ends: everything before it can be in a blob together.
    fn culprit(&self, order: &[String], left_out: &[String]) -> Result<Option<String>, SnapshotError> {
        let (mut good, mut bad) = (0, order.len());
        while good < bad {
            let middle = usize::midpoint(good, bad);
            let rest = order[middle + 1..].iter().chain(left_out).cloned().collect::<Vec<_>>();
            match self.attempt(&rest)? {
                Attempt::Aborted(_) => bad = middle,
                Attempt::Made | Attempt::Refused(_) => good = middle + 1,
            }
        }
        Ok(order.get(good).filter(|module| !left_out.contains(module)).cloned())
    }

    fn attempt(&self, left_out: &[String]) -> Result<Attempt, SnapshotError> {
        let name = format!("snapshots/{}-{}", self.unit, self.key);
        let archive = self.out.join(format!("{name}.archive"));
        let request = self.out.join(format!("{name}.request"));
        let content = Request {
            archive: self.archive.map(|_| archive.clone()),
            left_out: left_out.to_vec(),
            blob: self.out.join(self.blob()),
            deferred: self.out.join(self.deferred()),
        };
        let content = serde_json::to_vec(&content).map_err(|error| self.failed(error.to_string()))?;
        fs::write_if_changed(&archive, self.packed)?;
        fs::write_if_changed(&request, &content)?;
        let output = self.run(&request);
        fs::remove_file(&archive)?;
        fs::remove_file(&request)?;
        Ok(Attempt::of(&output?))
    }

    fn run(&self, request: &Utf8Path) -> Result<Output, SnapshotError> {
        let start = |source| SnapshotError::Start { unit: self.unit.to_owned(), source };
        let program = std::env::current_exe().map_err(start)?;
        let mut child = Command::new(program);
        child.env_clear().env(REQUEST, request).stdin(Stdio::null()).output().map_err(start)
    }

    fn failed(&self, reason: String) -> SnapshotError {
        SnapshotError::Failed { unit: self.unit.to_owned(), reason }
    }
}

/// How a child process ended.
enum Attempt {
    Made,
    /// It said why not.
    Refused(String),
    /// V8 or the operating system ended it.
    Aborted(String),
}

impl Attempt {
    fn of(output: &Output) -> Self {
        if output.status.success() {
            return Self::Made;
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.code() == Some(cargo::FAILED) {
            return Self::Refused(said.trim().to_owned());
        }
        let first = said.lines().map(str::trim).find(|line| line.len() > 1).unwrap_or_default();
        Self::Aborted(format!("the process ended with {}: {first}", output.status))
    }
}
