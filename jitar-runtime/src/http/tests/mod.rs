//! Nodes that talk to each other over real sockets.

mod connections;
mod damaged;
mod known;
mod tls;
mod wire;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use jitar_engine::call::{Arguments, ContentKind, RunMode};
use jitar_engine::manifest::Access;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use url::Url;

use super::{HttpOptions, HttpRemote, HttpServerHandle, serve};
use crate::config::{HttpConfig, RepositoryConfig, TlsConfig};
use crate::execution::{Execution, Isolates, Payload, PresentedKey, Procedures, Rules};
use crate::health::Health;
use crate::services::tests::{
    FakeIsolates, gateway, gateway_config, manifest, repository, request, trust_keys, worker,
};
use crate::services::{
    FileRequest, GatewayKind, Operations, PlaceAt, Registrar, Registration, Remote, RemoteError, Runner, Services,
    WorkerState,
};
use crate::tls::Tls;

/// Bytes of a request body, where nothing else is said.
const SMALL: usize = 1000;

const SECONDS: Duration = Duration::from_secs(10);

struct Node {
    url: Url,
    server: HttpServerHandle,
}

fn start(services: Services, body_limit: usize) -> Node {
    start_with(services, options(body_limit))
}

/// What is usual, with this limit for bodies.
fn options(body_limit: usize) -> HttpOptions {
    HttpOptions { body_limit, times: HttpConfig::default(), cors: None, tls: None, n_threads: 1 }
}

fn start_with(services: Services, options: HttpOptions) -> Node {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let scheme = if options.tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{}", listener.local_addr().expect("bound")).parse().expect("a URL");
    Node { url, server: serve(listener, services, options).expect("a server") }
}

fn start_worker(isolates: &Arc<FakeIsolates>) -> Node {
    start(worker_services(isolates), SMALL)
}

fn worker_services(isolates: &Arc<FakeIsolates>) -> Services {
    let shared: Arc<dyn Isolates> = Arc::<FakeIsolates>::clone(isolates);
    let manifest = manifest(&[("a/f", Access::Public), ("a/p", Access::Protected)]);
    let procedures = Procedures::of_segments(&manifest, &["s".to_owned()]);
    let config = RepositoryConfig {
        index_filename: "index.html".to_owned(),
        serve_index_on_not_found: false,
        asset_root: String::new(),
        assets: vec!["**/*".to_owned()],
    };
    let rules = Rules { keys: trust_keys(&["key"]), ..Rules::default() };
    Services {
        runner: Some(worker(Execution::new(procedures, Arc::clone(&shared), rules))),
        provider: Some(repository(&config, &[("index.html", b"<p>"), ("a b?#%.txt", b"odd")])),
        registrar: None,
        health: Arc::new(Health::of_checks(shared)),
        operations: Operations::default(),
    }
}

fn start_gateway() -> Node {
    start(gateway_services(), SMALL)
}

fn gateway_services() -> Services {
    let gateway = gateway(gateway_config(&["key"]), Arc::new(remote()));
    let runner: Arc<dyn Runner> = Arc::clone(&gateway) as Arc<dyn Runner>;
    let registrar: Arc<dyn Registrar> = gateway;
    Services {
        runner: Some(runner),
        provider: None,
        registrar: Some(registrar),
        health: Arc::<Health>::default(),
        operations: Operations::default(),
    }
}

fn remote() -> HttpRemote {
    HttpRemote::new(&Tls::load(TlsConfig::default()).expect("no files")).expect("a client")
}

#[tokio::test]
async fn a_call_means_the_same_through_a_gateway() {
    let isolates =
        Arc::new(FakeIsolates::with_headers(&[("set-cookie", "a=1"), ("set-cookie", "b=2"), ("x-own", "1")]));
    let (worker, gateway, remote) = (start_worker(&isolates), start_gateway(), remote());
    let registration =
        Registration::new(worker.url.clone(), vec!["a/f".to_owned(), "a/p".to_owned()], Some(PresentedKey::new("key")));
    let id = remote.register(&gateway.url, &registration, GatewayKind::Known).await.expect("registered");
    let place = PlaceAt { gateway: gateway.url.clone(), id, kind: GatewayKind::Known, key: None };
    remote.report(&place, WorkerState::Available).await.expect("known");
    while remote.run(&gateway.url, &request("a/f"), SECONDS).await.expect("an answer").status == 503 {}

    let form = Payload::Body { content_type: "application/x-www-form-urlencoded".to_owned(), bytes: "x=1".into() };
    // (arguments, mode, what the isolate gets directly and through the gateway)
    let cases = [
        (Payload::Query("x=1&y=%26".to_owned()), RunMode::Normal, r#"Query([("x", "1"), ("y", "&")]) Normal"#),
        (Payload::Query("x=1".to_owned()), RunMode::Dry, r#"Json(b"{\"x\":\"1\"}") Dry"#),
        (Payload::json(r#"{"x":1}"#), RunMode::Normal, r#"Json(b"{\"x\":1}") Normal"#),
        (Payload::json("[1]"), RunMode::Dry, r#"Json(b"[1]") Dry"#),
        (Payload::json(""), RunMode::Normal, r#"Json(b"{}") Normal"#),
        (form, RunMode::Normal, r#"Query([("x", "1")]) Normal"#),
    ];
    for (payload, mode, expected) in cases {
        for node in [&worker.url, &gateway.url] {
            let mut call = request("a/f");
            (call.payload, call.mode) = (payload.clone(), mode);
            call.headers = vec![("authorization".to_owned(), "Bearer caf\u{e9}".to_owned())];
            let reply = remote.run(node, &call, SECONDS).await.expect("an answer");
            assert_eq!((reply.status, &reply.body[..]), (200, &b"a/f:0.0.0"[..]), "{expected}");
            let cookies: Vec<_> = reply.headers.iter().filter(|(name, _)| name == "set-cookie").collect();
            assert_eq!((cookies.len(), reply.content), (2, ContentKind::Text));
            assert!(!reply.headers.iter().any(|(name, _)| name == "date" || name == "content-length"));
            let seen = isolates.calls().pop().expect("a call");
            assert_eq!(format!("{:?} {:?}", seen.arguments, seen.mode), expected);
            assert!(seen.headers.contains(&("authorization".to_owned(), "Bearer caf\u{e9}".to_owned())));
            assert_eq!((seen.trusted, seen.hops), (false, 0));
        }
    }
}

#[tokio::test]
async fn trust_and_node_headers_go_through_a_gateway() {
    let isolates = Arc::new(FakeIsolates::default());
    let (worker, gateway, remote) = (start_worker(&isolates), start_gateway(), remote());
    let registration = Registration::new(worker.url.clone(), vec!["a/p".to_owned()], Some(PresentedKey::new("key")));
    remote.register(&gateway.url, &registration, GatewayKind::Known).await.expect("registered");
    let mut call = request("a/p");
    call.key = Some(PresentedKey::new("key"));
    call.serialized = true;
    call.node.hops = 2;
    call.node.deadline = Some(Duration::from_secs(7));
    call.payload = Payload::json("{}");
    // The gateway asks the worker for its health before it sends calls.
    let reply = tokio::time::timeout(SECONDS, async {
        loop {
            let reply = remote.run(&gateway.url, &call, SECONDS).await.expect("an answer");
            if reply.status != 503 {
                return reply;
            }
        }
    });
    assert_eq!(reply.await.expect("available in time").status, 200);
    let seen = isolates.calls().pop().expect("a call");
    assert_eq!((seen.trusted, seen.serialized, seen.hops), (true, true, 3));
    let left = seen.deadline.expect("it travels");
    assert!(left <= Duration::from_secs(7) && left > Duration::from_secs(1), "{left:?}");
    assert!(matches!(seen.arguments, Arguments::Json(_)));

    call.key = Some(PresentedKey::new("wrong"));
    let refused = remote.run(&gateway.url, &call, SECONDS).await.expect("an answer");
    assert_eq!((refused.status, &refused.body[..]), (401, &b"Request not trusted"[..]));
}

#[tokio::test]
async fn other_nodes_are_read_as_they_answer() {
    let isolates = Arc::new(FakeIsolates::with_checks(&[("db", false), ("disk", true)]));
    let (worker, remote) = (start_worker(&isolates), remote());
    assert!(!remote.status(&worker.url).await.expect("an answer").is_healthy);
    let checks = remote.health(&worker.url).await.expect("an answer");
    assert_eq!(checks, [("db".to_owned(), false), ("disk".to_owned(), true)]);
    for (name, expected) in [("", "<p>"), ("index.html", "<p>"), ("a b?#%.txt", "odd")] {
        let request = FileRequest { name: name.to_owned(), ..FileRequest::default() };
        let reply = remote.file(&worker.url, request).await.expect("an answer");
        assert_eq!((reply.status, &reply.body[..]), (200, expected.as_bytes()), "{name}");
    }
    let place = PlaceAt { gateway: worker.url.clone(), id: "x".to_owned(), kind: GatewayKind::Known, key: None };
    let refused = remote.report(&place, WorkerState::Available).await.expect_err("no gateway");
    assert!(matches!(refused, RemoteError::Refused { status: 400, .. }), "{refused}");

    let url = worker.url.clone();
    assert_eq!(worker.server.stop(SECONDS).await, 0);
    let gone = remote.run(&url, &request("a/f"), SECONDS).await.expect_err("gone");
    assert!(matches!(gone, RemoteError::Unreachable { .. }), "{gone}");
}

/// Sends `request` as it is, and gives the first line of the answer; none if the server closes without one.
async fn first_line(node: &Url, request: &[u8]) -> Option<String> {
    let address = node.socket_addrs(|| None).expect("an address")[0];
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request).await.expect("sent");
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await.expect("an answer");
    (!line.is_empty()).then(|| line.trim_end().to_owned())
}

#[tokio::test]
async fn hostile_requests_are_answered_and_forgotten() {
    let worker = start_worker(&Arc::new(FakeIsolates::default()));
    let too_long = [
        &b"POST /rpc/a/f HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n"[..],
        &[b' '; 5000],
    ];
    let chunked = |chunk: &str| {
        let head =
            "POST /rpc/a/f HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
        format!("{head}{chunk}").into_bytes()
    };
    let many_headers = format!("GET / HTTP/1.1\r\nhost: h\r\n{}\r\n", "a: b\r\n".repeat(200)).into_bytes();
    let long_header = format!("GET / HTTP/1.1\r\nhost: h\r\na: {}\r\n\r\n", "b".repeat(200_000)).into_bytes();
    let cases: [(Vec<u8>, &str); 12] = [
        (too_long.concat(), "HTTP/1.1 413 "),
        (chunked("2\r\n{}\r\n0\r\n\r\n"), "HTTP/1.1 200 "),
        (chunked("zz\r\n"), "HTTP/1.1 400 "),
        (chunked(&format!("5dc\r\n{}\r\n0\r\n\r\n", " ".repeat(1500))), "HTTP/1.1 413 "),
        (b"GET /rpc/a%2 HTTP/1.1\r\nhost: h\r\n\r\n".to_vec(), "HTTP/1.1 400 "),
        (b"GET /rpc/%00 HTTP/1.1\r\nhost: h\r\n\r\n".to_vec(), "HTTP/1.1 404 "),
        (b"GET /rpc/a/f?%ff HTTP/1.1\r\nhost: h\r\n\r\n".to_vec(), "HTTP/1.1 400 "),
        (b"GET http://h/rpc/a/f HTTP/1.1\r\nhost: h\r\n\r\n".to_vec(), "HTTP/1.1 200 "),
        (b"OPTIONS * HTTP/1.1\r\nhost: h\r\n\r\n".to_vec(), "HTTP/1.1 405 "),
        (b"POST /rpc/a/f HTTP/1.1\r\nhost: h\r\ncontent-length: -1\r\n\r\n".to_vec(), "HTTP/1.1 400 "),
        (many_headers, "HTTP/1.1 4"),
        (long_header, "HTTP/1.1 4"),
    ];
    for (request, expected) in cases {
        let line = tokio::time::timeout(SECONDS, first_line(&worker.url, &request)).await.expect("in time");
        let shown = String::from_utf8_lossy(&request[..request.len().min(80)]).into_owned();
        assert!(line.as_deref().is_some_and(|line| line.starts_with(expected)), "{line:?} for {shown:?}");
    }
    let reply = remote().run(&worker.url, &request("a/f"), SECONDS).await.expect("an answer");
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_client_that_hangs_up_cancels_its_call() {
    let isolates = Arc::new(FakeIsolates::hanging());
    let worker = start_worker(&isolates);
    let address = worker.url.socket_addrs(|| None).expect("an address")[0];
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(b"GET /rpc/a/f HTTP/1.1\r\nhost: h\r\n\r\n").await.expect("sent");
    tokio::time::timeout(SECONDS, isolates.until(1, 0)).await.expect("it starts");
    drop(stream);
    tokio::time::timeout(SECONDS, isolates.until(1, 1)).await.expect("it is cancelled");

    let limit = Duration::from_millis(50);
    let late = remote().run(&worker.url, &request("a/f"), limit).await.expect_err("it hangs");
    assert!(matches!(late, RemoteError::Deadline { .. }), "{late}");
    tokio::time::timeout(SECONDS, isolates.until(2, 2)).await.expect("it is cancelled, too");
}

#[tokio::test]
async fn a_stop_waits_for_what_runs_but_not_for_ever() {
    let isolates = Arc::new(FakeIsolates::hanging());
    let worker = start_worker(&isolates);
    let url = worker.url.clone();
    let call = tokio::spawn(async move { remote().run(&url, &request("a/f"), SECONDS).await });
    tokio::time::timeout(SECONDS, isolates.until(1, 0)).await.expect("it starts");
    assert_eq!(worker.server.stop(Duration::from_millis(50)).await, 1);
    tokio::time::timeout(SECONDS, isolates.until(1, 1)).await.expect("it is ended");
    assert!(matches!(call.await.expect("no panic"), Err(RemoteError::Unreachable { .. })));
}

/// What is large passes a gateway without being kept, in both directions, and means the same.
#[tokio::test]
async fn large_bodies_pass_piece_by_piece() {
    const LENGTH: usize = 700_000;
    const LIMIT: usize = 1_000_000;
    let isolates = Arc::new(FakeIsolates::with_body(LENGTH));
    let (worker, gateway) = (start(worker_services(&isolates), LIMIT), start(gateway_services(), LIMIT));
    let remote = remote();
    let names = vec!["a/f".to_owned()];
    let registration = Registration::new(worker.url.clone(), names, Some(PresentedKey::new("key")));
    remote.register(&gateway.url, &registration, GatewayKind::Known).await.expect("registered");
    let argument = "y".repeat(LENGTH);
    let mut call = request("a/f");
    call.payload = Payload::json(format!(r#"{{"x":"{argument}"}}"#));
    let reply = loop {
        let reply = remote.run(&gateway.url, &call, SECONDS).await.expect("an answer");
        if reply.status != 503 {
            break reply;
        }
    };
    assert_eq!((reply.status, reply.body.len()), (200, LENGTH));
    let Arguments::Json(seen) = isolates.calls().pop().expect("a call").arguments else { panic!("JSON") };
    assert_eq!(seen.len(), LENGTH + 8);
    let relayed = remote.relay(&gateway.url, &call, None, SECONDS).await.expect("an answer");
    let rest = relayed.rest.expect("it is large");
    assert_eq!((relayed.reply.content, rest.length), (ContentKind::Text, Some(700_000)));

    let too_large = b"POST /rpc/a/f HTTP/1.1\r\nhost: h\r\ncontent-length: 1000001\r\n\r\n";
    let line = first_line(&gateway.url, too_large).await.expect("an answer");
    assert!(line.starts_with("HTTP/1.1 413 "), "{line}");
}

/// Whoever hangs up at a gateway ends the call on the worker.
#[tokio::test]
async fn a_client_that_hangs_up_cancels_its_call_behind_a_gateway() {
    let isolates = Arc::new(FakeIsolates::hanging());
    let (worker, gateway, remote) = (start_worker(&isolates), start_gateway(), remote());
    let names = vec!["a/f".to_owned()];
    let registration = Registration::new(worker.url.clone(), names, Some(PresentedKey::new("key")));
    remote.register(&gateway.url, &registration, GatewayKind::Known).await.expect("registered");
    let address = gateway.url.socket_addrs(|| None).expect("an address")[0];
    let started = async {
        loop {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            stream.write_all(b"GET /rpc/a/f HTTP/1.1\r\nhost: h\r\n\r\n").await.expect("sent");
            let mut line = String::new();
            let mut reader = BufReader::new(stream);
            tokio::select! {
                // The worker takes no calls yet.
                read = reader.read_line(&mut line) => drop(read.expect("an answer")),
                () = isolates.until(1, 0) => return reader,
            }
        }
    };
    let client = tokio::time::timeout(SECONDS, started).await.expect("it starts");
    drop(client);
    tokio::time::timeout(SECONDS, isolates.until(1, 1)).await.expect("it is cancelled");
}
