//! Reads the files again when they change: certificates are renewed while services run.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tracing::{info, warn};

use super::{Material, Tls};
use crate::config::TlsConfig;

/// How often the files are looked at. They are small, and their content says more than their times do.
pub(crate) const INTERVAL: Duration = Duration::from_secs(2);

/// Hashes of what the files hold; none for one that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint(Vec<Option<[u8; 32]>>);

impl Fingerprint {
    /// As the files are now.
    pub(super) fn of(config: &TlsConfig) -> Self {
        let identity = config.identity.iter().flat_map(|files| [files.cert.as_path(), files.key.as_path()]);
        let hash = |file: &Path| Some(Sha256::digest(fs::read(file).ok()?).into());
        Self(identity.chain(config.ca.as_deref()).map(hash).collect())
    }
}

impl Tls {
    /// Looks at the files every `interval`, for ever. What cannot be used is reported once, and what was there stays:
    /// certificate and key are seldom replaced in the same moment.
    pub(crate) async fn watch(self, interval: Duration) {
        let mut seen = self.seen.clone();
        while !self.seen.0.is_empty() {
            tokio::time::sleep(interval).await;
            let found = Fingerprint::of(&self.config);
            if found == seen {
                continue;
            }
            seen = found;
            match Material::load(&self.config) {
                Ok(material) => {
                    self.current.store(Arc::new(material));
                    info!("The files of `tls` changed; new connections use them");
                }
                Err(error) => warn!("The files of `tls` changed, but what was there before stays in use: {error}"),
            }
        }
    }
}
