//! Files for V8 as a process loads them: matched or refused before V8 sees them.

use super::fingerprint::{self, Kind, Parts};
use super::scripts::{self, Scripts, Sources};
use crate::compiled::CompiledCode;
use crate::error::EngineError;

/// A blob that fits this program.
#[derive(Clone, Copy)]
pub struct Blob {
    bytes: &'static [u8],
    cold: Sources,
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({} bytes)", self.bytes.len())
    }
}

impl Blob {
    /// Checks a blob file. `unit` is the unit's id, for messages.
    ///
    /// # Errors
    /// When the file is damaged or was made by an engine that differs.
    pub fn open(unit: &str, file: &'static [u8]) -> Result<Self, EngineError> {
        let parts = checked(unit, file, Kind::Blob)?;
        let cold = scripts::unpack(parts.scripts).ok_or_else(|| damaged(unit, "its scripts cannot be read"))?;
        Ok(Self { bytes: parts.content, cold })
    }

    pub(crate) fn bytes(self) -> &'static [u8] {
        self.bytes
    }

    /// Scripts that are not in it, with their sources.
    pub(crate) fn cold_scripts(self) -> Sources {
        self.cold
    }
}

/// The platform without an application.
#[derive(Debug, Clone, Copy)]
pub enum Base {
    /// A blob.
    Blob(Blob),
    /// Its scripts: what a build for another kind of machine can make.
    Scripts(Scripts),
}

impl Base {
    /// Checks a base file.
    ///
    /// # Errors
    /// As [`Blob::open`].
    pub fn open(file: &'static [u8]) -> Result<Self, EngineError> {
        const NAME: &str = "base";
        if !fingerprint::unseal(file).is_some_and(|parts| parts.is(Kind::Scripts)) {
            return Blob::open(NAME, file).map(Self::Blob);
        }
        let parts = checked(NAME, file, Kind::Scripts)?;
        let sources = scripts::unpack(parts.scripts).ok_or_else(|| damaged(NAME, "its scripts cannot be read"))?;
        Ok(Self::Scripts(Scripts::of(sources)))
    }
}

/// Checks a file with compiled code of a unit's modules.
///
/// # Errors
/// As [`Blob::open`].
pub(crate) fn open_code(unit: &str, file: &'static [u8]) -> Result<CompiledCode, EngineError> {
    let parts = checked(unit, file, Kind::Code)?;
    CompiledCode::unpack(parts.content).ok_or_else(|| damaged(unit, "its compiled code cannot be read"))
}

fn checked<'a>(unit: &str, file: &'a [u8], kind: Kind) -> Result<Parts<'a>, EngineError> {
    let parts = fingerprint::unseal(file).ok_or_else(|| damaged(unit, "it has no fingerprint"))?;
    match fingerprint::difference(parts.fingerprint, &fingerprint::current(kind)) {
        Some(difference) => Err(EngineError::SnapshotMismatch { unit: unit.to_owned(), difference }),
        None => Ok(parts),
    }
}

fn damaged(unit: &str, reason: &str) -> EngineError {
    EngineError::SnapshotDamaged { unit: unit.to_owned(), reason: reason.to_owned() }
}
