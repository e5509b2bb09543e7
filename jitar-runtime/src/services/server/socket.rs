//! A socket of this machine as a further way in.

use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// The file of a socket; it goes with the value.
#[derive(Debug)]
pub(super) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Somebody may have tidied up already.
        drop(fs::remove_file(&self.0));
    }
}

/// Listens at a path. The file of a process that is gone is replaced, one on which somebody listens is not.
///
/// # Errors
/// When the path is taken, or cannot be used.
pub(super) fn bind(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_left_over(path) => {
            fs::remove_file(path)?;
            UnixListener::bind(path)
        }
        outcome => outcome,
    }?;
    Ok((listener, SocketFile(path.to_owned())))
}

/// Connecting to a file that is no socket fails in the same way, and such a file is not ours to remove.
fn is_left_over(path: &Path) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    is_socket && UnixStream::connect(path).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_what_nobody_uses() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.sock");
        drop(UnixListener::bind(&path).expect("a socket"));
        assert!(path.exists(), "a process that was killed leaves its file");
        let (_listener, file) = bind(&path).expect("nobody listens");
        assert_eq!(bind(&path).expect_err("somebody listens").kind(), io::ErrorKind::AddrInUse);
        drop(file);
        assert!(!path.exists());
        fs::write(&path, "no socket").expect("a file");
        assert!(bind(&path).is_err());
        assert!(path.exists(), "what is no socket stays");
    }
}
