//! Sources of scripts beside or in place of a blob, as they lie in a file: for each the length of its name and of its text
//! (u32, little endian), name, text.

use deno_core::v8;

use crate::error::EngineError;
use crate::extension;

/// Names and texts.
pub(super) type Sources = &'static [(&'static str, &'static str)];

/// Every script of the platform, for a process that starts without a blob. V8 uses the texts where they lie.
#[derive(Clone, Copy)]
pub struct Scripts(&'static [(&'static str, v8::OneByteConst)]);

impl std::fmt::Debug for Scripts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scripts({})", self.0.len())
    }
}

impl Scripts {
    /// Kept for the rest of the process, which opens one file.
    pub(super) fn of(sources: Sources) -> Self {
        let text = |text: &'static str| v8::String::create_external_onebyte_const(text.as_bytes());
        Self(sources.iter().map(|(name, source)| (*name, text(source))).collect::<Vec<_>>().leak())
    }

    pub(crate) fn text(self, name: &str) -> Option<&'static v8::OneByteConst> {
        let idx = self.0.binary_search_by_key(&name, |(name, _)| name).ok()?;
        self.0.get(idx).map(|(_, text)| text)
    }
}

/// The scripts of this engine that a blob does not hold (`extension.rs` says which).
pub(super) fn pack_cold() -> Result<Vec<u8>, EngineError> {
    pack(extension::cold_sources())
}

/// All scripts of this engine.
pub(super) fn pack_all() -> Result<Vec<u8>, EngineError> {
    pack(extension::all_sources())
}

fn pack(sources: std::io::Result<Vec<(&'static str, String)>>) -> Result<Vec<u8>, EngineError> {
    let sources = sources.map_err(|error| {
        EngineError::Boot(format!("a script of the web API cannot be read where its crate was compiled: {error}"))
    })?;
    let mut packed = Vec::new();
    for (name, text) in &sources {
        for part in [*name, text.as_str()] {
            packed.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
        }
        packed.extend_from_slice(name.as_bytes());
        packed.extend_from_slice(text.as_bytes());
    }
    Ok(packed)
}

/// Reads them without copying. The list itself is kept for the rest of the process, which opens few files.
pub(super) fn unpack(mut packed: &'static [u8]) -> Option<Sources> {
    let mut sources = Vec::new();
    while !packed.is_empty() {
        let name_length = take_length(&mut packed)?;
        let text_length = take_length(&mut packed)?;
        sources.push((take_text(&mut packed, name_length)?, take_text(&mut packed, text_length)?));
    }
    Some(Vec::leak(sources))
}

fn take_length(packed: &mut &'static [u8]) -> Option<usize> {
    let (length, rest) = packed.split_first_chunk::<4>()?;
    *packed = rest;
    usize::try_from(u32::from_le_bytes(*length)).ok()
}

/// V8 takes the text as it is and reads it as Latin-1, so it must be ASCII.
fn take_text(packed: &mut &'static [u8], length: usize) -> Option<&'static str> {
    let (text, rest) = packed.split_at_checked(length)?;
    *packed = rest;
    text.is_ascii().then(|| std::str::from_utf8(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cold_script_is_carried_and_sorted() {
        let packed = Vec::leak(pack_cold().expect("the crates are there"));
        let sources = unpack(packed).expect("unpacks");
        assert_eq!(sources.len(), extension::COLD.len());
        assert!(sources.is_sorted() && sources.iter().all(|(_, text)| text.len() > 100));
    }

    #[test]
    fn all_scripts_are_found_by_name() {
        let packed = Vec::leak(pack_all().expect("the crates are there"));
        let sources = unpack(packed).expect("unpacks");
        let scripts = Scripts::of(sources);
        for (name, text) in sources {
            assert_eq!(scripts.text(name).map(AsRef::<str>::as_ref), Some(*text), "{name}");
        }
        assert!(scripts.text("ext:jitar/bootstrap.js").is_some() && scripts.text("ext:jitar/other.js").is_none());
    }

    #[test]
    fn damaged_sources_are_refused() {
        for packed in [&b"\x01\0\0\0"[..], b"\x01\0\0\0\x05\0\0\0nabc", b"\x01\0\0\0\x01\0\0\0n\xff"] {
            assert_eq!(unpack(packed), None);
        }
        assert_eq!(unpack(b""), Some(&[][..]));
    }
}
