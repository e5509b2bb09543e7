//! What must be equal in the program that makes a blob and in the one that loads it. It stands behind V8's part of a file:
//! `<V8's blob> <fingerprint text> <its length, u32 little endian> "JITARSNP"`.

use sha2::{Digest, Sha256};

use crate::{extension, platform};

/// Marks the end of a blob file.
const MAGIC: &[u8; 8] = b"JITARSNP";

/// Version of the layout of a blob file.
const FORMAT: u32 = 1;

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

/// Appends the fingerprint to what V8 wrote.
pub(super) fn seal(mut blob: Vec<u8>) -> Vec<u8> {
    let fingerprint = current();
    let length = u32::try_from(fingerprint.len()).unwrap_or(u32::MAX);
    blob.extend_from_slice(fingerprint.as_bytes());
    blob.extend_from_slice(&length.to_le_bytes());
    blob.extend_from_slice(MAGIC);
    blob
}

/// Splits a blob file into V8's part and the fingerprint.
pub(super) fn unseal(file: &[u8]) -> Option<(&[u8], &str)> {
    let rest = file.strip_suffix(MAGIC)?;
    let (rest, length) = rest.split_last_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (blob, fingerprint) = rest.split_at_checked(rest.len().checked_sub(length)?)?;
    Some((blob, std::str::from_utf8(fingerprint).ok()?))
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
        let file = seal(b"blob".to_vec());
        let (blob, fingerprint) = unseal(&file).expect("sealed");
        assert_eq!(blob, b"blob");
        assert_eq!(difference(fingerprint, &current()), None);
    }

    #[test]
    fn damaged_files_are_refused() {
        let file = seal(b"blob".to_vec());
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
