//! What must be equal in the program that makes a file for V8 and in the one that loads it. It stands at the end of a file:
//! `<content> <scripts> <their length> <fingerprint text> <its length> "JITARSNP"`, lengths as u32, little endian.

use sha2::{Digest, Sha256};

use crate::{extension, platform};

/// Marks the end of a file.
const MAGIC: &[u8; 8] = b"JITARSNP";

/// Version of the layout of these files.
const FORMAT: u32 = 3;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A blob that V8 starts from. It fits one engine on one kind of machine.
    Blob,
    /// The platform's scripts, for machines of another kind than the one that builds.
    Scripts,
    /// Compiled code of modules.
    Code,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Scripts => "scripts",
            Self::Code => "code",
        }
    }
}

/// The fingerprint of this engine: one `name value` pair a line. Files of engines that differ in it do not fit. It holds no
/// more than matters to files of that kind: scripts are the same for all kinds of machines.
pub fn current(kind: Kind) -> String {
    let mut lines = vec![
        format!("kind {}", kind.name()),
        format!("format {FORMAT}"),
        format!("engine {}", env!("CARGO_PKG_VERSION")),
        format!("v8 {}", platform::v8_version()),
    ];
    if kind != Kind::Scripts {
        lines.push(format!("architecture {}-{}", std::env::consts::ARCH, std::env::consts::OS));
        lines.push(format!("run-flags {}", platform::RUN_FLAGS.join(" ")));
    }
    if kind == Kind::Blob {
        lines.push(format!("snapshot-flags {}", platform::SNAPSHOT_FLAGS.join(" ")));
        lines.push(format!("extensions {:.16x}", Sha256::digest(extension::names().join("\n"))));
    }
    lines.join("\n") + "\n"
}

/// The parts of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// What V8 wrote, or compiled code.
    pub(super) content: &'a [u8],
    /// Scripts that are not in it, packed.
    pub(super) scripts: &'a [u8],
    pub(super) fingerprint: &'a str,
}

impl Parts<'_> {
    /// Whether the file says that it is of that kind.
    pub(super) fn is(&self, kind: Kind) -> bool {
        self.fingerprint.lines().next().and_then(|line| line.strip_prefix("kind ")) == Some(kind.name())
    }
}

/// Appends the other parts to the content.
pub(super) fn seal(kind: Kind, mut content: Vec<u8>, scripts: &[u8]) -> Vec<u8> {
    for part in [scripts, current(kind).as_bytes()] {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        content.extend_from_slice(part);
        content.extend_from_slice(&length.to_le_bytes());
    }
    content.extend_from_slice(MAGIC);
    content
}

/// Splits a file into its parts.
pub(super) fn unseal(file: &[u8]) -> Option<Parts<'_>> {
    let rest = file.strip_suffix(MAGIC)?;
    let (rest, fingerprint) = split_last_part(rest)?;
    let (content, scripts) = split_last_part(rest)?;
    Some(Parts { content, scripts, fingerprint: std::str::from_utf8(fingerprint).ok()? })
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
    fn a_sealed_file_opens_again() {
        for kind in [Kind::Blob, Kind::Scripts, Kind::Code] {
            let file = seal(kind, b"blob".to_vec(), b"cold");
            let fingerprint = current(kind);
            let parts = Parts { content: b"blob", scripts: b"cold", fingerprint: &fingerprint };
            assert!(parts.is(kind));
            assert_eq!(unseal(&file), Some(parts));
        }
    }

    /// What a cross build carries must fit a machine of another kind.
    #[test]
    fn scripts_fit_every_machine() {
        assert!(!current(Kind::Scripts).contains(std::env::consts::ARCH));
        assert!(current(Kind::Code).contains(std::env::consts::ARCH));
    }

    #[test]
    fn damaged_files_are_refused() {
        let file = seal(Kind::Blob, b"blob".to_vec(), b"cold");
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
