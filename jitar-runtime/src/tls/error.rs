//! Why a file of `tls` is of no use.

use std::path::{Path, PathBuf};

/// A file of `tls` is missing or of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum TlsError {
    /// It cannot be read.
    #[error("cannot read `{}`: {source}", file.display())]
    Read {
        /// The setting that names it.
        setting: &'static str,
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no PEM, or has nothing of what is looked for.
    #[error("`{}` {reason}", file.display())]
    Content {
        /// The setting that names it.
        setting: &'static str,
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The key is not that of the certificate.
    #[error("the private key `{}` does not belong to the certificate `{}`", key.display(), cert.display())]
    Mismatch {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
}

impl TlsError {
    pub(super) fn content(setting: &'static str, file: &Path, reason: impl Into<String>) -> Self {
        Self::Content { setting, file: file.to_owned(), reason: reason.into() }
    }

    /// The setting of `tls` that is to be looked at.
    pub(crate) fn setting(&self) -> &'static str {
        match self {
            Self::Read { setting, .. } | Self::Content { setting, .. } => setting,
            Self::Mismatch { .. } => "key",
        }
    }
}
