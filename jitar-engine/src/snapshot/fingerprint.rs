//! What must be equal in the program that makes a blob and in the one that loads it. It stands behind V8's part of a file:
//! `<V8's blob> <cold scripts> <their length> <fingerprint text> <its length> "JITARSNP"`, lengths as u32, little endian.

use sha2::{Digest, Sha256};

use crate::{extension, platform};

/// Marks the end of a blob file.
const MAGIC: &[u8; 8] = b"JITARSNP";

/// Version of the layout of a blob file.
const FORMAT: u32 = 2;

/// The fingerprint of this engine: one `name value` pair a line. Blobs of engines that differ in it do not fit.
pub fn current() -> String {
    let extensions = Sha256::digest(extension::names().join("\n"));
    format!(
        "format {FORMAT}\nengine {}\nv8 {}\narchitecture {}-{}\nrun-flags {}\nsnapshot-flags {}\nextensions {:.16x}\n",
        env!("CARGO_PKG_VERSION"),
        platform::v8_version(),
        std::env::consts::ARCH,
        std::env::consts::OS,
        platform::RUN_FLAGS.join(" "),
        platform::SNAPSHOT_FLAGS.join(" "),
        extensions,
    )
}

/// The parts of a blob file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// What V8 wrote.
    pub(super) blob: &'a [u8],
    /// The scripts that are not in it, packed.
    pub(super) cold: &'a [u8],
    pub(super) fingerprint: &'a str,
}

/// Appends the other parts to what V8 wrote.
pub(super) fn seal(mut blob: Vec<u8>, cold: &[u8]) -> Vec<u8> {
    for part in [cold, current().as_bytes()] {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        blob.extend_from_slice(part);
        blob.extend_from_slice(&length.to_le_bytes());
    }
    blob.extend_from_slice(MAGIC);
    blob
}

/// Splits a blob file into its parts.
pub(super) fn unseal(file: &[u8]) -> Option<Parts<'_>> {
    let rest = file.strip_suffix(MAGIC)?;
    let (rest, fingerprint) = split_last_part(rest)?;
    let (blob, cold) = split_last_part(rest)?;
    Some(Parts { blob, cold, fingerprint: std::str::from_utf8(fingerprint).ok()? })
}

fn split_last_part(file: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, length) = file.split_last_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    rest.split_at_checked(rest.len().checked_sub(length)?)
}

/// The first line in which two fingerprints differ, in words.
pub(super) fn difference(found: &str, expected: &str) -> Option<String> {
    if found == expected {
        return None;
    }
    let differing = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    Some(match differing {
        Some((found, expected)) => format!("it was made with `{found}`, this program has `{expected}`"),
        None => "its fingerprint has another length".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_blob_opens_again() {
        let file = seal(b"blob".to_vec(), b"cold");
        let fingerprint = current();
        assert_eq!(unseal(&file), Some(Parts { blob: b"blob", cold: b"cold", fingerprint: &fingerprint }));
    }

    #[test]
    fn damaged_files_are_refused() {
        let file = seal(b"blob".to_vec(), b"cold");
        for damaged in [&file[..file.len() - 1], &file[..4], b"", MAGIC, b"\xff\xff\xff\xffJITARSNP"] {
            assert_eq!(unseal(damaged), None);
        }
    }

    #[test]
    fn a_difference_is_named() {
        let said = difference("format 1\nv8 14.0\n", "format 1\nv8 15.0\n").expect("differs");
        assert_eq!(said, "it was made with `v8 14.0`, this program has `v8 15.0`");
    }
}
