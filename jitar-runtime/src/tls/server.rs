//! TLS as a listener needs it.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme};

use super::{Tls, provider};

/// The configuration of a listener; none when the service has no certificate.
///
/// # Errors
/// When the cryptography of the process has none of the safe protocol versions.
pub(crate) fn server_config(tls: &Tls) -> Result<Option<ServerConfig>, Error> {
    if tls.current().identity().is_none() {
        return Ok(None);
    }
    let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let builder = if tls.requires_client_cert() {
        builder.with_client_cert_verifier(Arc::new(CurrentClients(tls.clone())))
    } else {
        builder.with_no_client_auth()
    };
    let mut config = builder.with_cert_resolver(Arc::new(CurrentIdentity(tls.clone())));
    if tls.requires_client_cert() {
        // A resumed session would not be checked against authorities that changed since.
        config.session_storage = Arc::new(NoServerSessionStorage {});
    }
    Ok(Some(config))
}

/// Shows the current certificate.
#[derive(Debug)]
struct CurrentIdentity(Tls);

impl ResolvesServerCert for CurrentIdentity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.current().identity().map(Arc::clone)
    }
}

/// Checks callers against the current authorities.
#[derive(Debug)]
struct CurrentClients(Tls);

impl CurrentClients {
    fn verifier(&self) -> Result<Arc<dyn ClientCertVerifier>, Error> {
        let current = self.0.current();
        current.clients().map(Arc::clone).ok_or(Error::InvalidCertificate(CertificateError::UnknownIssuer))
    }
}

impl ClientCertVerifier for CurrentClients {
    /// Names of authorities are hints only, and they would have to outlive a change.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.verifier()?.verify_client_cert(end_entity, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier()?.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier()?.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
