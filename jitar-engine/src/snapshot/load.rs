//! Blobs as a process loads them: matched or refused before V8 sees them.

use super::fingerprint;
use crate::error::EngineError;

/// A blob that fits this program.
#[derive(Clone, Copy)]
pub struct Blob(&'static [u8]);

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl Blob {
    /// Checks a blob file. `unit` is the unit's id, for messages.
    ///
    /// # Errors
    /// When the file is damaged or was made by an engine that differs.
    pub fn open(unit: &str, file: &'static [u8]) -> Result<Self, EngineError> {
        let (blob, found) = fingerprint::unseal(file).ok_or_else(|| EngineError::SnapshotDamaged {
            unit: unit.to_owned(),
            reason: "it has no fingerprint".to_owned(),
        })?;
        match fingerprint::difference(found, &fingerprint::current()) {
            None => Ok(Self(blob)),
            Some(difference) => Err(EngineError::SnapshotMismatch { unit: unit.to_owned(), difference }),
        }
    }

    pub(crate) fn bytes(self) -> &'static [u8] {
        self.0
    }
}
