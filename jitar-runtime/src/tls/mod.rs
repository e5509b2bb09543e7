//! Certificates and keys: read from the files of `tls`, checked, and read again when they change. HTTP uses them as
//! configurations of `rustls` that always ask for what is current.

mod client;
mod error;
mod material;
mod server;
mod watch;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::{Arc, Once};

use arc_swap::ArcSwap;
use rustls::crypto::{CryptoProvider, aws_lc_rs};

pub(crate) use client::client_config;
pub(crate) use error::TlsError;
pub(crate) use material::Material;
pub(crate) use server::server_config;
pub(crate) use watch::INTERVAL as WATCH_INTERVAL;

use self::watch::Fingerprint;
use crate::config::TlsConfig;

/// The certificates and keys of this process. Cheap to clone; all copies see the files' latest usable state.
#[derive(Debug, Clone)]
pub(crate) struct Tls {
    config: Arc<TlsConfig>,
    current: Arc<ArcSwap<Material>>,
    /// What the files looked like when they were first read.
    seen: Fingerprint,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// With the first one that is missing or of no use.
    pub(crate) fn load(config: TlsConfig) -> Result<Self, TlsError> {
        install_provider();
        // Taken first: what changes while the files are read is read again.
        let seen = Fingerprint::of(&config);
        let material = Material::load(&config)?;
        Ok(Self { config: Arc::new(config), current: Arc::new(ArcSwap::from_pointee(material)), seen })
    }

    /// What the files held when they were last of use.
    pub(crate) fn current(&self) -> Arc<Material> {
        self.current.load_full()
    }

    /// Whether callers must show a certificate.
    fn requires_client_cert(&self) -> bool {
        self.config.require_client_cert
    }
}

/// Chooses the cryptography of the whole process, once. Whoever came first keeps the choice.
pub(crate) fn install_provider() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| drop(aws_lc_rs::default_provider().install_default()));
}

/// The cryptography of the process.
fn provider() -> Arc<CryptoProvider> {
    install_provider();
    CryptoProvider::get_default().map_or_else(|| Arc::new(aws_lc_rs::default_provider()), Arc::clone)
}
