//! Certificates made on the spot, and what becomes of files that are of no use.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use super::*;
use crate::config::IdentityFiles;

/// An authority and a folder for what it signs.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("a certificate");
        let authority = Self { issuer, folder: tempfile::tempdir().expect("a folder") };
        authority.write("ca.pem", &authority.issuer.pem());
        authority
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    /// Writes a certificate for this machine, and gives it.
    pub(crate) fn issue(&self) -> CertificateDer {
        let key = KeyPair::generate().expect("a key");
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let params = CertificateParams::new(names).expect("names");
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        self.write("key.pem", &key.serialize_pem());
        self.write("cert.pem", &certificate.pem());
        certificate.der().to_vec()
    }

    /// The settings with what was written.
    pub(crate) fn config(&self) -> TlsConfig {
        let identity = IdentityFiles { cert: self.path("cert.pem"), key: self.path("key.pem") };
        TlsConfig { identity: Some(identity), ca: Some(self.path("ca.pem")), require_client_cert: false }
    }
}

type CertificateDer = Vec<u8>;

fn shown(tls: &Tls) -> Vec<u8> {
    tls.current().identity().expect("an identity").cert[0].to_vec()
}

#[test]
fn says_which_file_is_of_no_use_and_why() {
    let authority = Authority::new();
    authority.issue();
    let (good_cert, good_key) =
        (fs::read_to_string(authority.path("cert.pem")), fs::read_to_string(authority.path("key.pem")));
    let (good_cert, good_key) = (good_cert.expect("read"), good_key.expect("read"));
    let other_key = KeyPair::generate().expect("a key").serialize_pem();
    let broken = "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
    let hollow = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cases = [
        ("cert.pem", "nothing", "cert", "has no certificate; it must be PEM text"),
        ("cert.pem", broken, "cert", "is not a well-formed PEM file"),
        ("cert.pem", hollow, "cert", "holds no usable certificate"),
        ("key.pem", "nothing", "key", "has no private key; it must be PEM text"),
        ("key.pem", "-----BEGIN PRIVATE KEY-----\nsecret", "key", "is not a well-formed PEM file"),
        ("key.pem", &other_key, "key", "does not belong to the certificate"),
        ("ca.pem", "nothing", "ca", "has no certificate"),
        ("ca.pem", hollow, "ca", "holds no usable certificate"),
    ];
    for (file, text, setting, expected) in cases {
        authority.write("cert.pem", &good_cert);
        authority.write("key.pem", &good_key);
        authority.write("ca.pem", &authority.issuer.pem());
        authority.write(file, text);
        let [error] = &Material::problems(&authority.config())[..] else { panic!("one problem with {file}: {text}") };
        assert_eq!(error.setting(), setting, "{error}");
        let shown = error.to_string();
        assert!(shown.contains(expected) && !shown.contains("secret"), "{shown}");
    }
    fs::remove_file(authority.path("ca.pem")).expect("removed");
    let error = Tls::load(authority.config()).expect_err("a missing file").to_string();
    assert!(error.starts_with("cannot read `") && error.contains("ca.pem"), "{error}");
}

#[tokio::test]
async fn files_are_read_again_when_they_can_be_used() {
    let authority = Authority::new();
    let first = authority.issue();
    let tls = Tls::load(authority.config()).expect("usable files");
    let watching = tokio::spawn(tls.clone().watch(Duration::from_millis(1)));
    assert_eq!(shown(&tls), first);

    // Half of a change is no reason to end.
    authority.write("key.pem", &KeyPair::generate().expect("a key").serialize_pem());
    let second = authority.issue();
    let renewed = async {
        while shown(&tls) != second {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), renewed).await.expect("in time");
    watching.abort();
}

#[test]
fn a_service_without_a_certificate_has_no_tls_listener() {
    let authority = Authority::new();
    let tls = Tls::load(TlsConfig { ca: Some(authority.path("ca.pem")), ..TlsConfig::default() }).expect("usable");
    assert!(server_config(&tls).expect("supported").is_none());
    assert!(client_config(&tls).is_ok());
    assert!(Tls::load(TlsConfig::default()).is_ok());
}
