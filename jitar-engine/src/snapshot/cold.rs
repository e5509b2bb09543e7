//! Sources of scripts that a blob does not hold (`extension.rs` says which), as they lie in a blob file: for each the length
//! of its name and of its text (u32, little endian), name, text.

use crate::error::EngineError;
use crate::extension;

/// Names and texts.
pub(super) type Sources = &'static [(&'static str, &'static str)];

/// The sources of this engine.
pub(super) fn pack() -> Result<Vec<u8>, EngineError> {
    let sources = extension::cold_sources().map_err(|error| {
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

/// Reads them without copying. The list itself is kept for the rest of the process, which opens few blobs.
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
        let packed = Vec::leak(pack().expect("the crates are there"));
        let sources = unpack(packed).expect("unpacks");
        assert_eq!(sources.len(), extension::COLD.len());
        assert!(sources.is_sorted() && sources.iter().all(|(_, text)| text.len() > 100));
    }

    #[test]
    fn damaged_sources_are_refused() {
        for packed in [&b"\x01\0\0\0"[..], b"\x01\0\0\0\x05\0\0\0nabc", b"\x01\0\0\0\x01\0\0\0n\xff"] {
            assert_eq!(unpack(packed), None);
        }
        assert_eq!(unpack(b""), Some(&[][..]));
    }
}
