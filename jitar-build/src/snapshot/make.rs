//! Makes startup snapshots in child processes: the only part of the build that runs V8.

use std::process::{Command, Output, Stdio};
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};
use jitar_engine::archive::ModuleArchive;
use jitar_engine::snapshot::{self as engine, Deferred};
use serde::{Deserialize, Serialize};

use super::{SnapshotError, Snapshots, UnitInput, UnitSnapshot, Wanted};
use crate::cargo;
use crate::fs;
use crate::stamp;

/// Names the request of a child process; its presence makes a program serve it and end.
const REQUEST: &str = "JITAR_SNAPSHOT_REQUEST";

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
pub(super) fn serve_request() {
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
pub(super) fn create(out: &Utf8Path, units: &[UnitInput<'_>], wanted: Wanted) -> Result<Snapshots, SnapshotError> {
    let base = Maker::new(out, "base", None);
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
