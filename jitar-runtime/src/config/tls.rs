//! `tls`: certificate and key of a service, and whom it trusts.

use std::path::PathBuf;

use super::fields::{Fields, Spanned};
use crate::tls::Material;

/// Certificates and keys of a service. Paths are relative to the folder that the process was started in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsConfig {
    /// What the service shows of itself; none when it only trusts.
    pub identity: Option<IdentityFiles>,
    /// PEM file of the authorities that are trusted beside those of the system.
    pub ca: Option<PathBuf>,
    /// Whether callers must show a certificate of these authorities.
    pub require_client_cert: bool,
}

/// A certificate and its key, as PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityFiles {
    /// The certificate, followed by those that lead to its authority.
    pub cert: PathBuf,
    /// The private key, not encrypted.
    pub key: PathBuf,
}

/// Reads the settings and, so that everything wrong is known at once, the files that they name.
pub(super) fn read(mut fields: Fields<'_>) -> TlsConfig {
    let cert = fields.text(&["cert"]);
    let key = fields.text(&["key"]);
    let ca = fields.text(&["ca"]);
    let requires = fields.boolean(&["requireClientCert"]);
    let (has_cert, has_key, has_ca) = (fields.has("cert"), fields.has("key"), fields.has("ca"));
    for (name, is_missing) in [("cert", has_key && !has_cert), ("key", has_cert && !has_key)] {
        if is_missing {
            fields.problem(fields.at(), format!("Field 'tls.{name}' is required beside the other half"));
        }
    }
    if !has_cert && !has_key && !has_ca {
        fields.problem(fields.at(), "'tls' has neither 'cert' and 'key' nor 'ca'");
    }
    if let Some(at) = fields.position("requireClientCert").filter(|_| requires == Some(true) && !(has_ca && has_cert)) {
        fields.problem(at, "'tls.requireClientCert' needs 'cert', 'key' and the authority of the callers as 'ca'");
    }
    let at = [("cert", at_of(cert.as_ref())), ("key", at_of(key.as_ref())), ("ca", at_of(ca.as_ref()))];
    let path = |text: Spanned<String>| PathBuf::from(text.value);
    let identity = cert.zip(key).map(|(cert, key)| IdentityFiles { cert: path(cert), key: path(key) });
    let config = TlsConfig { identity, ca: ca.map(path), require_client_cert: requires.unwrap_or(false) };
    for error in Material::problems(&config) {
        let at = at.into_iter().find(|(name, _)| *name == error.setting()).and_then(|(_, at)| at);
        fields.problem(at.unwrap_or(fields.at()), format!("Field 'tls.{}': {error}", error.setting()));
    }
    fields.finish();
    config
}

fn at_of(text: Option<&Spanned<String>>) -> Option<usize> {
    text.map(|text| text.at)
}
