//! Blobs as a process loads them: matched or refused before V8 sees them.

use super::cold::{self, Sources};
use super::fingerprint;
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
        let damaged = |reason: &str| EngineError::SnapshotDamaged { unit: unit.to_owned(), reason: reason.to_owned() };
        let parts = fingerprint::unseal(file).ok_or_else(|| damaged("it has no fingerprint"))?;
        if let Some(difference) = fingerprint::difference(parts.fingerprint, &fingerprint::current()) {
            return Err(EngineError::SnapshotMismatch { unit: unit.to_owned(), difference });
        }
        let cold = cold::unpack(parts.cold).ok_or_else(|| damaged("its scripts cannot be read"))?;
        Ok(Self { bytes: parts.blob, cold })
    }

    pub(crate) fn bytes(self) -> &'static [u8] {
        self.bytes
    }

    /// Scripts that are not in it, with their sources.
    pub(crate) fn cold_scripts(self) -> Sources {
        self.cold
    }
}
