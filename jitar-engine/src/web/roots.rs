//! Which authorities `fetch` trusts: Mozilla's, as the crate `webpki-roots` has them, and those that the service adds.

use std::sync::{Arc, OnceLock};

use deno_error::JsErrorBox;
use deno_tls::RootCertStoreProvider;
use deno_tls::rustls::RootCertStore;
use deno_tls::rustls::pki_types::CertificateDer;
use deno_tls::rustls::pki_types::pem::PemObject;

/// Certificates that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct InvalidCertificates(String);

/// The authorities of a process; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Certificates(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    additional: Vec<CertificateDer<'static>>,
    store: OnceLock<RootCertStore>,
}

impl Certificates {
    /// Trusts the authorities of a PEM file besides the usual ones.
    ///
    /// # Errors
    /// When the text holds no certificate, or one that cannot be an authority.
    pub fn with_additional(pem: &[u8]) -> Result<Self, InvalidCertificates> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let additional = certificates.map_err(|error| InvalidCertificates(format!("no PEM certificates: {error}")))?;
        if additional.is_empty() {
            return Err(InvalidCertificates("there is no certificate in it".to_owned()));
        }
        let mut probe = RootCertStore::empty();
        for certificate in &additional {
            probe.add(certificate.clone()).map_err(|error| InvalidCertificates(error.to_string()))?;
        }
        Ok(Self(Arc::new(Shared { additional, store: OnceLock::new() })))
    }
}

impl RootCertStoreProvider for Certificates {
    /// Made with the first request of the process.
    fn get_or_try_init(&self) -> Result<&RootCertStore, JsErrorBox> {
        Ok(self.0.store.get_or_init(|| {
            let mut store = deno_tls::create_default_root_cert_store();
            store.add_parsable_certificates(self.0.additional.iter().cloned());
            store
        }))
    }
}
