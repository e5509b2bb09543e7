//! What the files of `tls` hold, ready for use.

use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys, RootCertStore};
use tracing::warn;

use super::{TlsError, provider};
use crate::config::{IdentityFiles, TlsConfig};

/// What the files held when they were read.
#[derive(Debug)]
pub(crate) struct Material {
    /// What this service shows of itself.
    identity: Option<Arc<CertifiedKey>>,
    /// Authorities that are trusted beside those of the system.
    authorities: Vec<CertificateDer<'static>>,
    /// Checks callers, where they must show a certificate.
    clients: Option<Arc<dyn ClientCertVerifier>>,
    /// Checks other services. Made when the first one is called, because reading the system's authorities takes
    /// longer than a start may.
    servers: OnceLock<Result<Arc<WebPkiServerVerifier>, Error>>,
}

impl Material {
    /// Reads the files.
    pub(super) fn load(config: &TlsConfig) -> Result<Self, TlsError> {
        let identity = config.identity.as_ref().map(read_identity).transpose()?.map(Arc::new);
        let authorities = config.ca.as_deref().map(read_authorities).transpose()?.unwrap_or_default();
        let clients = match config.ca.as_deref().filter(|_| config.require_client_cert) {
            Some(file) => Some(client_verifier(file, &authorities)?),
            None => None,
        };
        Ok(Self { identity, authorities, clients, servers: OnceLock::new() })
    }

    /// Everything that is wrong with the files.
    pub(crate) fn problems(config: &TlsConfig) -> Vec<TlsError> {
        let identity = config.identity.as_ref().and_then(|files| read_identity(files).err());
        let authorities = config.ca.as_deref().and_then(|file| read_authorities(file).err());
        identity.into_iter().chain(authorities).collect()
    }

    /// What this service shows of itself.
    pub(super) fn identity(&self) -> Option<&Arc<CertifiedKey>> {
        self.identity.as_ref()
    }

    /// What checks callers.
    pub(super) fn clients(&self) -> Option<&Arc<dyn ClientCertVerifier>> {
        self.clients.as_ref()
    }

    /// What checks other services: against the system's authorities and those of `ca`.
    pub(super) fn servers(&self) -> Result<&Arc<WebPkiServerVerifier>, Error> {
        self.servers.get_or_init(|| server_verifier(&self.authorities)).as_ref().map_err(Clone::clone)
    }
}

fn read(setting: &'static str, file: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(file).map_err(|source| TlsError::Read { setting, file: file.to_owned(), source })
}

fn read_identity(files: &IdentityFiles) -> Result<CertifiedKey, TlsError> {
    let chain = read_certificates("cert", &files.cert)?;
    let key = PrivateKeyDer::from_pem_slice(&read("key", &files.key)?)
        .map_err(|error| TlsError::content("key", &files.key, no_key(&error)))?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            TlsError::Mismatch { cert: files.cert.clone(), key: files.key.clone() }
        }
        Error::InvalidCertificate(reason) => {
            TlsError::content("cert", &files.cert, format!("holds no usable certificate: {reason}"))
        }
        other => TlsError::content("key", &files.key, format!("holds no usable private key: {other}")),
    })
}

fn read_authorities(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates = read_certificates("ca", file)?;
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store
            .add(certificate.clone())
            .map_err(|error| TlsError::content("ca", file, format!("holds no usable certificate: {error}")))?;
    }
    Ok(certificates)
}

fn read_certificates(setting: &'static str, file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = read(setting, file)?;
    let certificates: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&text).collect();
    let certificates = certificates
        .map_err(|error| TlsError::content(setting, file, format!("is not a well-formed PEM file: {error}")))?;
    if certificates.is_empty() {
        let reason = "has no certificate; it must be PEM text with `-----BEGIN CERTIFICATE-----`";
        return Err(TlsError::content(setting, file, reason));
    }
    Ok(certificates)
}

fn no_key(error: &pem::Error) -> String {
    match error {
        pem::Error::NoItemsFound => {
            "has no private key; it must be PEM text with a `PRIVATE KEY` that is not encrypted".to_owned()
        }
        // The text of the other errors shows lines of the file, which is a secret.
        _ => "is not a well-formed PEM file".to_owned(),
    }
}

fn client_verifier(
    file: &Path,
    authorities: &[CertificateDer<'static>],
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(authorities.iter().cloned());
    WebPkiClientVerifier::builder_with_provider(Arc::new(store), provider())
        .build()
        .map_err(|error| TlsError::content("ca", file, format!("cannot check callers: {error}")))
}

fn server_verifier(authorities: &[CertificateDer<'static>]) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let mut store = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    store.add_parsable_certificates(system.certs);
    store.add_parsable_certificates(authorities.iter().cloned());
    if let Some(error) = system.errors.first().filter(|_| store.is_empty()) {
        warn!("This machine has no list of certificate authorities ({error}); name the authority as `tls.ca`");
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider())
        .build()
        .map_err(|error| Error::General(format!("no authority is trusted: {error}")))
}
