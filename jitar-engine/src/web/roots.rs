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
    /// PEM text of additional authorities.
    additional: Vec<u8>,
    store: OnceLock<Result<RootCertStore, String>>,
}

impl Certificates {
    /// Trusts the authorities of a PEM text besides the usual ones. It is parsed with the first request, because a system's
    /// collection takes longer than the start of a service.
    ///
    /// # Errors
    /// When the text holds no certificate.
    pub fn with_additional(pem: Vec<u8>) -> Result<Self, InvalidCertificates> {
        const BEGIN: &[u8] = b"-----BEGIN ";
        if !pem.windows(BEGIN.len()).any(|bytes| bytes == BEGIN) {
            return Err(InvalidCertificates("there is no PEM certificate in it".to_owned()));
        }
        Ok(Self(Arc::new(Shared { additional: pem, store: OnceLock::new() })))
    }
}

impl Shared {
    fn make_store(&self) -> Result<RootCertStore, String> {
        let mut store = deno_tls::create_default_root_cert_store();
        if !self.additional.is_empty() {
            let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.additional).collect();
            let certificates =
                certificates.map_err(|error| format!("the additional authorities are no PEM: {error}"))?;
            // Collections of a system hold some that no longer fit; one that does is enough.
            if store.add_parsable_certificates(certificates) == (0, 0) {
                return Err("there is no certificate among the additional authorities".to_owned());
            }
        }
        Ok(store)
    }
}

impl RootCertStoreProvider for Certificates {
    /// Made with the first request of the process.
    fn get_or_try_init(&self) -> Result<&RootCertStore, JsErrorBox> {
        let store = self.0.store.get_or_init(|| self.0.make_store());
        store.as_ref().map_err(|error| JsErrorBox::type_error(error.clone()))
    }
}
