//! Makes startup snapshots and compiled code in child processes: the only part of the build that runs V8.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use jitar_engine::archive::ModuleArchive;
use jitar_engine::snapshot::{self as engine, Deferred, Kind};
use jitar_engine::{EngineError, short_specifier};
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
    /// The base blob, when modules are only to be compiled on top of it.
    base: Option<Utf8PathBuf>,
    /// Modules that must not be evaluated.
    left_out: Vec<String>,
    /// Processor time that the evaluation of one module may take.
    limit: Duration,
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
    let told = |error: EngineError| failed(error.to_string());
    let archive = request.archive.as_ref().map(|archive| unpack(&fs::read_bytes(archive)?, &failed)).transpose()?;
    let (blob, deferred) = match (&archive, &request.base) {
        (None, _) => (engine::create_base().map_err(told)?, Vec::new()),
        (Some(archive), Some(base)) => {
            let base = fs::read_bytes(base)?.leak(); // the process makes one file and ends
            (engine::create_code(archive, base).map_err(told)?, Vec::new())
        }
        (Some(archive), None) => {
            let unit = engine::create_unit(archive, &request.left_out, request.limit).map_err(told)?;
            (unit.bytes, unit.deferred)
        }
    };
    let deferred = serde_json::to_vec_pretty(&deferred).map_err(|error| failed(error.to_string()))?;
    fs::write_if_changed(&request.blob, &blob)?;
    fs::write_if_changed(&request.deferred, &deferred)?;
    Ok(())
}

fn unpack(packed: &[u8], failed: &impl Fn(String) -> SnapshotError) -> Result<ModuleArchive, SnapshotError> {
    ModuleArchive::unpack(packed).map_err(|error| failed(error.to_string()))
}

/// Makes the base blob and the blob of every unit, as far as they do not exist already.
pub(super) fn create(
    out: &Utf8Path,
    units: &[UnitInput<'_>],
    wanted: Wanted,
    limit: Duration,
) -> Result<Snapshots, SnapshotError> {
    let base = Maker::new(out, "base", if wanted == Wanted::Scripts { Content::Scripts } else { Content::Base });
    base.make()?;
    let without = match wanted {
        Wanted::All => None,
        Wanted::BaseOnly => Some("no snapshot"),
        Wanted::Scripts => Some("no snapshot, because the program is for another kind of machine"),
    };
    let mut snapshots =
        Snapshots { base: base.file(), units: Vec::new(), files: base.files(), warnings: Vec::new(), without };
    for unit in units {
        let content = match wanted {
            Wanted::All => Content::Unit { unit, limit },
            Wanted::BaseOnly => Content::Code { unit, base: &base },
            Wanted::Scripts => {
                snapshots.units.push(UnitSnapshot::from_source());
                continue;
            }
        };
        let maker = Maker::new(out, &unit.id, content);
        let start = Instant::now();
        let Made { deferred, is_new, warnings } = maker.make()?;
        snapshots.files.extend(maker.files());
        snapshots.warnings.extend(warnings);
        let (file, code) = if wanted == Wanted::All { (Some(maker.file()), None) } else { (None, Some(maker.file())) };
        snapshots.units.push(UnitSnapshot { file, code, deferred, time: is_new.then(|| start.elapsed()) });
    }
    Ok(snapshots)
}

/// A file that is there.
struct Made {
    /// Modules that the blob lacks.
    deferred: Vec<Deferred>,
    /// Whether it was made just now.
    is_new: bool,
    /// What to look at, though it was made.
    warnings: Vec<String>,
}

/// What a file holds.
#[derive(Debug, Clone, Copy)]
enum Content<'a> {
    /// The base blob.
    Base,
    /// The scripts that stand in for the base blob.
    Scripts,
    /// The blob of a unit, and the processor time that the evaluation of one module may take.
    Unit { unit: &'a UnitInput<'a>, limit: Duration },
    /// The compiled code of a unit that starts from the base blob.
    Code { unit: &'a UnitInput<'a>, base: &'a Maker<'a> },
}

impl<'a> Content<'a> {
    /// What a program compares before it uses the file.
    fn fingerprint(self) -> String {
        match self {
            Self::Base | Self::Unit { .. } => engine::fingerprint(Kind::Blob),
            Self::Scripts => engine::fingerprint(Kind::Scripts),
            Self::Code { .. } => engine::fingerprint(Kind::Code),
        }
    }

    /// The processor time that the evaluation of one module may take.
    fn limit(self) -> Duration {
        match self {
            Self::Unit { limit, .. } => limit,
            Self::Base | Self::Scripts | Self::Code { .. } => Duration::MAX,
        }
    }

    fn unit(self) -> Option<&'a UnitInput<'a>> {
        match self {
            Self::Base | Self::Scripts => None,
            Self::Unit { unit, .. } | Self::Code { unit, .. } => Some(unit),
        }
    }
}

/// Makes one file.
#[derive(Debug)]
struct Maker<'a> {
    out: &'a Utf8Path,
    name: &'a str,
    content: Content<'a>,
    /// Hash of the inputs and of the engine: part of the file names.
    key: String,
}

impl<'a> Maker<'a> {
    fn new(out: &'a Utf8Path, name: &'a str, content: Content<'a>) -> Self {
        let packed = content.unit().map(|unit| unit.packed).unwrap_or_default();
        let limit = content.limit().as_nanos().to_le_bytes();
        let mut key = stamp::hash(&[content.fingerprint().as_bytes(), &limit, packed].concat());
        key.truncate(16);
        Self { out, name, content, key }
    }

    fn path(&self, ending: &str) -> Utf8PathBuf {
        format!("snapshots/{}-{}.{ending}", self.name, self.key).into()
    }

    fn file(&self) -> Utf8PathBuf {
        self.path("bin")
    }

    fn deferred(&self) -> Utf8PathBuf {
        self.path("json")
    }

    fn files(&self) -> Vec<Utf8PathBuf> {
        vec![self.file(), self.deferred()]
    }

    /// Makes the file unless it exists.
    fn make(&self) -> Result<Made, SnapshotError> {
        if let Some(deferred) = self.existing() {
            return Ok(Made { deferred, is_new: false, warnings: Vec::new() });
        }
        if let Content::Scripts = self.content {
            let scripts = engine::create_scripts().map_err(|error| self.failed(error.to_string()))?;
            fs::write_if_changed(&self.out.join(self.file()), &scripts)?;
            fs::write_if_changed(&self.out.join(self.deferred()), b"[]")?;
            return Ok(Made { deferred: Vec::new(), is_new: true, warnings: Vec::new() });
        }
        let (deferred, warnings) = self.make_leaving_out()?;
        Ok(Made { deferred, is_new: true, warnings })
    }

    /// The list is written after the blob: where it is, the blob is whole.
    fn existing(&self) -> Option<Vec<Deferred>> {
        fs::size(&self.out.join(self.file())).ok()?;
        serde_json::from_str(&fs::read(&self.out.join(self.deferred())).ok()?).ok()
    }

    /// Makes the blob, leaving out modules that make V8 end the process: each is found by bisection, and a warning.
    fn make_leaving_out(&self) -> Result<(Vec<Deferred>, Vec<String>), SnapshotError> {
        let order = match self.content {
            Content::Unit { unit, .. } => engine::evaluation_order(unit.archive),
            _ => Vec::new(),
        };
        let (mut left_out, mut warnings) = (Vec::new(), Vec::new());
        loop {
            match self.attempt(&left_out)? {
                Attempt::Made => {
                    let deferred = self.existing().ok_or_else(|| self.failed("its files are gone".to_owned()))?;
                    let overdue = deferred.iter().filter(|module| module.is_overdue);
                    warnings.extend(overdue.map(|Deferred { specifier, reason, .. }| {
                        let module = short_specifier(specifier);
                        format!("`{module}` {reason} and is evaluated when the service starts")
                    }));
                    return Ok((deferred, warnings));
                }
                Attempt::Refused(reason) => return Err(self.failed(reason)),
                Attempt::Aborted(reason) => match self.culprit(&order, &left_out)? {
                    Some(module) => {
                        warnings.push(format!(
                            "`{}` cannot be in the snapshot of `{}` and is evaluated when the service starts: {reason}",
                            short_specifier(&module),
                            self.name,
                        ));
                        left_out.push(module);
                    }
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
        let (archive, request) = (self.out.join(self.path("archive")), self.out.join(self.path("request")));
        let unit = self.content.unit();
        let base = match self.content {
            Content::Code { base, .. } => Some(self.out.join(base.file())),
            _ => None,
        };
        let content = Request {
            archive: unit.map(|_| archive.clone()),
            base,
            left_out: left_out.to_vec(),
            limit: self.content.limit(),
            blob: self.out.join(self.file()),
            deferred: self.out.join(self.deferred()),
        };
        let content = serde_json::to_vec(&content).map_err(|error| self.failed(error.to_string()))?;
        fs::write_if_changed(&archive, unit.map(|unit| unit.packed).unwrap_or_default())?;
        fs::write_if_changed(&request, &content)?;
        let output = self.run(&request);
        fs::remove_file(&archive)?;
        fs::remove_file(&request)?;
        Ok(Attempt::of(&output?))
    }

    fn run(&self, request: &Utf8Path) -> Result<Output, SnapshotError> {
        let start = |source| SnapshotError::Start { unit: self.name.to_owned(), source };
        let program = std::env::current_exe().map_err(start)?;
        let mut child = Command::new(program);
        child.env_clear().env(REQUEST, request).stdin(Stdio::null()).output().map_err(start)
    }

    fn failed(&self, reason: String) -> SnapshotError {
        SnapshotError::Failed { unit: self.name.to_owned(), reason }
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
        // V8 says most on the one and some on the other.
        let said = [&output.stderr[..], &output.stdout].map(String::from_utf8_lossy).join("\n");
        if output.status.code() == Some(cargo::FAILED) {
            return Self::Refused(said.trim().to_owned());
        }
        let first = said.lines().map(str::trim).find(|line| line.len() > 1).unwrap_or_default();
        Self::Aborted(format!("the process ended with {}: {first}", output.status))
    }
}
