//! TLS between a node and its clients, over real sockets.

use super::*;
use crate::tls::server_config;
use crate::tls::tests::Authority;

fn start_secure(tls: &Tls) -> Node {
    let isolates = Arc::new(FakeIsolates::default());
    let tls = server_config(tls).expect("supported");
    let options = HttpOptions { tls, ..options(SMALL) };
    start_with(worker_services(&isolates), options)
}

async fn outcome(client: &HttpRemote, node: &Url) -> Result<u16, String> {
    let reply = client.run(node, &request("a/f"), SECONDS).await;
    reply.map(|reply| reply.status).map_err(|error| error.to_string())
}

#[tokio::test]
async fn nodes_talk_to_those_whose_authority_they_trust() {
    let authority = Authority::new();
    authority.issue();
    let tls = Tls::load(authority.config()).expect("usable files");
    let node = start_secure(&tls);
    let trusting = HttpRemote::new(&tls).expect("a client");
    assert_eq!(outcome(&trusting, &node.url).await, Ok(200));

    let error = outcome(&remote(), &node.url).await.expect_err("an unknown authority");
    assert!(error.contains("certificate") || error.contains("UnknownIssuer"), "{error}");

    let mut plain = node.url.clone();
    plain.set_scheme("http").expect("a known scheme");
    assert!(outcome(&trusting, &plain).await.is_err(), "a listener with TLS speaks nothing else");
}

#[tokio::test]
async fn http_2_is_agreed_on() {
    let authority = Authority::new();
    authority.issue();
    let tls = Tls::load(authority.config()).expect("usable files");
    let node = start_secure(&tls);
    for (only_h1, expected) in [(false, reqwest::Version::HTTP_2), (true, reqwest::Version::HTTP_11)] {
        let builder = reqwest::Client::builder();
        let mut config = crate::tls::client_config(&tls).expect("supported");
        if only_h1 {
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
        }
        let client = builder.tls_backend_preconfigured(config).build().expect("a client");
        let url = format!("{}rpc/a/f", node.url);
        let answer = client.post(&url).body("{}").header("content-type", "application/json").send().await;
        let answer = answer.expect("an answer");
        assert_eq!((answer.version(), answer.status().as_u16()), (expected, 200));
        assert!(answer.headers().contains_key("x-request-id"));
    }
}

#[tokio::test]
async fn renewed_certificates_are_shown_to_new_connections() {
    let (old, new) = (Authority::new(), Authority::new());
    old.issue();
    new.issue();
    let tls = Tls::load(old.config()).expect("usable files");
    let node = start_secure(&tls);
    let watching = tokio::spawn(tls.clone().watch(Duration::from_millis(1)));
    let client =
        |authority: &Authority| HttpRemote::new(&Tls::load(authority.config()).expect("usable")).expect("a client");
    assert_eq!(outcome(&client(&old), &node.url).await, Ok(200));
    for file in ["cert.pem", "key.pem", "ca.pem"] {
        old.write(file, &std::fs::read_to_string(new.path(file)).expect("read"));
    }
    let renewed = async { while outcome(&client(&new), &node.url).await != Ok(200) {} };
    tokio::time::timeout(SECONDS, renewed).await.expect("in time");
    watching.abort();
}

#[tokio::test]
async fn callers_without_a_certificate_are_refused_where_one_is_required() {
    let authority = Authority::new();
    authority.issue();
    let config = TlsConfig { require_client_cert: true, ..authority.config() };
    let tls = Tls::load(config).expect("usable files");
    let node = start_secure(&tls);
    // One with a certificate of another authority, and one with the right one.
    let stranger = Authority::new();
    stranger.issue();
    let anonymous = TlsConfig { identity: None, ..authority.config() };
    let wrong = TlsConfig { ca: authority.config().ca, ..stranger.config() };
    for (config, expected) in [(anonymous, false), (wrong, false), (authority.config(), true)] {
        let other_node = HttpRemote::new(&Tls::load(config).expect("usable files")).expect("a client");
        let outcome = outcome(&other_node, &node.url).await;
        assert_eq!(outcome.is_ok(), expected, "{outcome:?}");
    }
    for (client, expected) in [(None, false), (Some(&stranger), false), (Some(&authority), true)] {
        let mut builder = reqwest::Client::builder().tls_certs_only([ca(&authority)]);
        if let Some(client) = client {
            builder = builder.identity(identity(client));
        }
        let client = builder.build().expect("a client");
        let answer = client.get(format!("{}rpc/a/f", node.url)).send().await;
        assert_eq!(answer.is_ok(), expected, "{answer:?}");
    }
}

fn ca(authority: &Authority) -> reqwest::Certificate {
    reqwest::Certificate::from_pem(&std::fs::read(authority.path("ca.pem")).expect("read")).expect("PEM")
}

fn identity(authority: &Authority) -> reqwest::Identity {
    let read = |name| std::fs::read(authority.path(name)).expect("read");
    reqwest::Identity::from_pem(&[read("key.pem"), read("cert.pem")].concat()).expect("PEM")
}
