//! Services without JavaScript, from start to stop.

use jitar_engine::Certificates;
use jitar_engine::permissions::Permissions;
use std::time::Duration;

use super::*;
use crate::config::{HttpConfig, Intake, Limits, LogConfig, ProxyConfig, RepositoryConfig, TlsConfig};
use crate::services::tests::{gateway_config, request};
use crate::services::{FileRequest, GatewayKind, PlaceAt, Registration, Remote, WorkerState};
use tokio::task::JoinHandle;

const APP: App = App {
    manifest: br#"{"format":1,"source":"","segments":[],"units":[],"services":[]}"#,
    base: &[],
    services: &[],
    assets: &[("index.html", b"<p>page")],
    client: &[],
    encoded: &[],
};
const UNIT: Unit = Unit { id: "none", snapshot: &[], code: &[], deferred: &[], archive: &[], host: &[] };

fn config(role: Role) -> Config {
    let second = Duration::from_secs(1);
    Config {
        file: "services/x.json".to_owned(),
        url: "http://127.0.0.1:0".parse().expect("a URL"),
        listen: "127.0.0.1:0".parse().expect("an address"),
        socket: None,
        set_up: Vec::new(),
        tear_down: Vec::new(),
        set_up_once: Vec::new(),
        tear_down_once: Vec::new(),
        middleware: Vec::new(),
        health_checks: Vec::new(),
        role,
        isolates: 1,
        limits: Limits { cpu: second, wall: second, pending: 1, queue: 1, body: 1000, ..Limits::default() },
        get_only_safe: false,
        intake: Intake::default(),
        admin: None,
        tls: TlsConfig::default(),
        cors: None,
        http: HttpConfig::default(),
        permissions: Permissions::default(),
        certificates: Certificates::default(),
        log: LogConfig::default(),
        shutdown_grace: second,
        inspect: None,
    }
}

fn repository() -> Role {
    Role::Repository(RepositoryConfig {
        index_filename: "index.html".to_owned(),
        serve_index_on_not_found: false,
        asset_root: String::new(),
        assets: vec!["*".to_owned()],
    })
}

/// A service that runs, its address, and what ends it.
struct Running {
    url: url::Url,
    trigger: crate::shutdown::ShutdownTrigger,
    task: JoinHandle<Result<(), ServerError>>,
}

impl Running {
    fn start(role: Role) -> Self {
        let (trigger, shutdown) = Shutdown::new();
        let mut server = Server::build(config(role), &APP, &UNIT).expect("a service");
        let listener = server.bind().expect("a port");
        Self { url: server.config.url.clone(), trigger, task: tokio::spawn(server.run_bound(listener, shutdown)) }
    }

    async fn stop(self) {
        self.trigger.request();
        let ended = tokio::time::timeout(Duration::from_secs(20), self.task).await.expect("in time");
        ended.expect("no panic").expect("a clean stop");
    }
}

#[tokio::test]
async fn services_start_serve_and_stop() {
    let remote = HttpRemote::new(&Tls::load(TlsConfig::default()).expect("no files")).expect("a client");
    let gateway = Running::start(Role::Gateway(gateway_config(&[])));
    let files = Running::start(repository());
    let proxy =
        Running::start(Role::Proxy(ProxyConfig { gateways: vec![gateway.url.clone()], repository: files.url.clone() }));
    assert_ne!(gateway.url.port(), Some(0), "the port that the system chose is part of the address");
    for node in [&gateway.url, &files.url, &proxy.url] {
        assert!(remote.status(node).await.expect("an answer").is_healthy, "{node}");
    }
    let page = remote.file(&proxy.url, FileRequest::default()).await.expect("an answer");
    assert_eq!((page.status, &page.body[..]), (200, &b"<p>page"[..]));
    let unknown = remote.run(&proxy.url, &request("f"), Duration::from_secs(10)).await;
    let unknown = unknown.expect("an answer");
    assert_eq!((unknown.status, &unknown.body[..]), (404, &b"Procedure 'f' not found"[..]));

    gateway.stop().await;
    assert!(!remote.status(&proxy.url).await.expect("an answer").is_healthy, "its gateway is gone");
    let lost = remote.run(&proxy.url, &request("f"), Duration::from_secs(10)).await;
    let lost = lost.expect("an answer");
    assert_eq!((lost.status, &lost.body[..]), (502, &b"Procedure 'f' cannot be reached"[..]));
    files.stop().await;
    proxy.stop().await;
}

#[tokio::test]
async fn a_worker_that_never_answers_gets_no_calls() {
    let remote = HttpRemote::new(&Tls::load(TlsConfig::default()).expect("no files")).expect("a client");
    let gateway = Running::start(Role::Gateway(gateway_config(&[])));
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let url = format!("http://{nobody}").parse().expect("a URL");
    let registration = Registration::new(url, vec!["f".to_owned()], None);
    let id = remote.register(&gateway.url, &registration, GatewayKind::Known).await.expect("registered");
    let (gateway_url, key) = (gateway.url.clone(), None);
    let place = PlaceAt { gateway: gateway_url, id, kind: GatewayKind::Known, key };
    remote.report(&place, WorkerState::Available).await.expect("known");
    let lost = remote.run(&gateway.url, &request("f"), Duration::from_secs(10)).await;
    assert_eq!(lost.expect("an answer").status, 503);
    gateway.stop().await;
}

#[tokio::test]
async fn an_address_in_use_is_fatal() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut config = config(repository());
    config.listen = taken.local_addr().expect("bound");
    let (_trigger, shutdown) = Shutdown::new();
    let outcome = Server::build(config, &APP, &UNIT).expect("a service").run(shutdown).await;
    let text = outcome.expect_err("the port is taken").to_string();
    assert!(text.contains("cannot listen on `127.0.0.1:") && text.contains("end the process that uses it"), "{text}");
}

#[test]
fn lists_names_as_the_log_shows_them() {
    let cases: [(&[&str], &str); 3] = [(&[], "[\n\n]"), (&["a"], "[\n  a\n]"), (&["a", "b/c"], "[\n  a,\n  b/c\n]")];
    for (names, expected) in cases {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(list(&names), expected);
    }
}
