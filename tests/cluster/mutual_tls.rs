//! A cluster in which everybody must show a certificate of the same authority.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use jitar_tests::{Project, Service, wait};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Starts a node with the certificates of the folder.
fn start(certificates: &Path, service: &str, gateway: &str) -> Service {
    let certificates = certificates.to_str().expect("a path");
    Project::named("tolerance").start(service, &[("CERTIFICATES", certificates), ("GATEWAY", gateway)])
}

/// Calls pass from node to node; who has no certificate is not even heard.
#[test]
fn nodes_show_each_other_their_certificates() {
    let folder = tempfile::tempdir().expect("a folder");
    issue(folder.path());
    let start = |service, gateway: &str| start(folder.path(), service, gateway);
    let gateway = start("secureGateway", "");
    let _work = start("secureWork", &gateway.url);
    let _front = start("secureFront", &gateway.url);

    let client = Client::new(folder.path(), true);
    let answer = wait::until(|| client.get(&gateway, "/rpc/relay").filter(|(status, _)| *status == 200));
    let (_, text) = answer.unwrap_or_else(|| panic!("no answer\n{}", gateway.process.printed()));
    assert!(text.parse::<f64>().is_ok(), "{text}");
    assert_eq!(Client::new(folder.path(), false).get(&gateway, "/rpc/relay"), None);
}

/// With TLS the nodes speak HTTP/2: calls share the connections, of which each thread of the gateway has one.
#[cfg(target_os = "linux")]
#[test]
fn calls_share_connections_between_nodes() {
    let folder = tempfile::tempdir().expect("a folder");
    issue(folder.path());
    let start = |service, gateway: &str| start(folder.path(), service, gateway);
    let gateway = start("secureGateway", "");
    let work = start("secureWork", &gateway.url);
    let client = Client::new(folder.path(), true);
    let answer = wait::until(|| client.get(&gateway, "/rpc/hello").filter(|(status, _)| *status == 200));
    assert!(answer.is_some(), "no answer\n{}", gateway.process.printed());

    // What the gateway asks on its own account has a thread too.
    let n_threads = thread::available_parallelism().map_or(1, usize::from) + 1;
    let n_calls = 4 * n_threads;
    thread::scope(|scope| {
        for _ in 0..n_calls {
            scope.spawn(|| client.get(&gateway, "/rpc/answerLater?millis=25000"));
        }
        let n_running = || work.process.printed().matches("answering later").count();
        assert!(wait::until(|| (n_running() == n_calls).then_some(())).is_some(), "{} run", n_running());
        let n_connections = n_connections_to(&work);
        // The calls end with it.
        work.kill();
        assert!(n_connections <= n_threads, "{n_connections} connections for {n_calls} calls");
    });
}

/// How many connections of others to a service are open.
#[cfg(target_os = "linux")]
fn n_connections_to(service: &Service) -> usize {
    let port: u16 =
        service.url.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let local = format!(":{port:04X}");
    let tables = ["tcp", "tcp6"].map(|name| fs::read_to_string(format!("/proc/net/{name}")).unwrap_or_default());
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    let fields = lines.map(|line| line.split_whitespace().skip(1).take(3).collect::<Vec<_>>());
    // 01 is an established connection.
    fields.filter(|fields| matches!(fields[..], [here, _, "01"] if here.ends_with(&local))).count()
}

/// A client that trusts the authority, and shows a certificate if it has one.
struct Client(Arc<ClientConfig>);

impl Client {
    fn new(folder: &Path, has_certificate: bool) -> Self {
        let certificate = |name: &str| CertificateDer::from_pem_file(folder.join(name)).expect("PEM");
        let mut authorities = RootCertStore::empty();
        authorities.add(certificate("ca.pem")).expect("an authority");
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("known versions")
            .with_root_certificates(authorities);
        let config = if has_certificate {
            let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).expect("PEM");
            builder.with_client_auth_cert(vec![certificate("cert.pem")], key).expect("a certificate and its key")
        } else {
            builder.with_no_client_auth()
        };
        Self(Arc::new(config))
    }

    /// Status and text; none without an answer.
    fn get(&self, service: &Service, target: &str) -> Option<(u16, String)> {
        let address = service.url.strip_prefix("https://")?.trim_end_matches('/');
        let stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(wait::DEADLINE)).ok()?;
        let name = ServerName::try_from("localhost").expect("a name");
        let mut stream = StreamOwned::new(ClientConnection::new(Arc::clone(&self.0), name).ok()?, stream);
        write!(stream, "GET {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
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
