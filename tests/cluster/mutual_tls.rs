//! A cluster in which everybody must show a certificate of the same authority.

use std::fs;
use std::path::Path;

use jitar_tests::{Project, Service, wait};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use tokio::runtime::Runtime;

/// Calls pass from node to node; who has no certificate is not even heard.
#[test]
fn nodes_show_each_other_their_certificates() {
    let folder = tempfile::tempdir().expect("a folder");
    issue(folder.path());
    let certificates = folder.path().to_str().expect("a path");
    let start = |service, segment, gateway: &str| {
        let environment = [("CERTIFICATES", certificates), ("SEGMENT", segment), ("GATEWAY", gateway)];
        Project::named("tolerance").start(service, &environment)
    };
    let gateway = start("secureGateway", "", "");
    let _work = start("secureWorker", "work", &gateway.url);
    let _front = start("secureWorker", "front", &gateway.url);

    let client = Client::new(folder.path(), true);
    let answer = wait::until(|| client.get(&gateway, "/rpc/relay").filter(|(status, _)| *status == 200));
    let (_, text) = answer.unwrap_or_else(|| panic!("no answer\n{}", gateway.process.printed()));
    assert!(text.parse::<f64>().is_ok(), "{text}");
    assert_eq!(Client::new(folder.path(), false).get(&gateway, "/rpc/relay"), None);
}

/// A client that trusts the authority, and shows a certificate if it has one.
struct Client {
    runtime: Runtime,
    client: reqwest::Client,
}

impl Client {
    fn new(folder: &Path, has_certificate: bool) -> Self {
        // Whoever came first has chosen the same one.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let read = |name: &str| fs::read(folder.join(name)).expect("a file");
        let authority = reqwest::Certificate::from_pem(&read("ca.pem")).expect("PEM");
        let mut builder = reqwest::Client::builder().tls_certs_only([authority]).timeout(wait::DEADLINE);
        if has_certificate {
            let pem = [read("key.pem"), read("cert.pem")].concat();
            builder = builder.identity(reqwest::Identity::from_pem(&pem).expect("PEM"));
        }
        Self { runtime: Runtime::new().expect("a runtime"), client: builder.build().expect("a client") }
    }

    /// Status and text; none without an answer.
    fn get(&self, service: &Service, target: &str) -> Option<(u16, String)> {
        let url = format!("{}{target}", service.url.trim_end_matches('/'));
        self.runtime.block_on(async {
            let answer = self.client.get(url).send().await.ok()?;
            Some((answer.status().as_u16(), answer.text().await.ok()?))
        })
    }
}

/// Writes an authority, and a certificate of this machine that is good for both sides of a connection.
fn issue(folder: &Path) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(params, key).expect("a certificate");
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(["localhost".to_owned()]).expect("names");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = params.signed_by(&key, &authority).expect("signed");
    let files = [("ca.pem", authority.pem()), ("cert.pem", certificate.pem()), ("key.pem", key.serialize_pem())];
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("written");
    }
}
