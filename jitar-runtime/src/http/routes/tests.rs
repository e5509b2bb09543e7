//! Requests through actix-web, against services whose isolates and network are tables.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use bytes::Bytes;
use jitar_engine::call::{Arguments, RunMode};
use jitar_engine::manifest::Access;

use super::*;
use crate::config::RepositoryConfig;
use crate::execution::{Execution, Isolates, Procedures, Rules};
use crate::health::Health;
use crate::http::body::BodyLimits;
use crate::http::server::State;
use crate::services::tests::{
    FakeIsolates, FakeRemote, gateway, gateway_config, manifest, repository, trust_keys, worker,
};
use crate::services::{Operations, Registrar, Runner, Services};

const LIMIT: usize = 32;

fn standalone() -> (Services, Arc<FakeIsolates>) {
    let isolates = Arc::new(FakeIsolates::with_checks(&[("db", true)]));
    let shared: Arc<dyn Isolates> = Arc::<FakeIsolates>::clone(&isolates);
    let manifest = manifest(&[("a/f", Access::Public)]);
    let procedures = Procedures::of_segments(&manifest, &["s".to_owned()]);
    let execution =
        Execution::new(procedures, Arc::clone(&shared), Rules { keys: trust_keys(&["key"]), ..Rules::default() });
    let config = RepositoryConfig {
        index_filename: "index.html".to_owned(),
        serve_index_on_not_found: true,
        asset_root: String::new(),
        assets: vec!["**/*".to_owned()],
    };
    let services = Services {
        runner: Some(worker(execution)),
        provider: Some(repository(&config, &[("index.html", b"<p>page"), ("a b.txt", b"text")])),
        registrar: None,
        health: Arc::new(Health::of_checks(shared)),
        operations: Operations::default(),
    };
    (services, isolates)
}

fn cluster_gateway(keys: &[&str]) -> Services {
    let gateway = gateway(gateway_config(keys), Arc::new(FakeRemote::default()));
    let runner: Arc<dyn Runner> = Arc::clone(&gateway) as Arc<dyn Runner>;
    let registrar: Arc<dyn Registrar> = gateway;
    let operations = Operations { keys: trust_keys(keys), ..Operations::default() };
    let health = Arc::<Health>::default();
    Services { runner: Some(runner), provider: None, registrar: Some(registrar), health, operations }
}

fn state(services: &Services, body_limit: usize) -> State {
    let body = BodyLimits { size: body_limit, time: Duration::from_secs(10) };
    State { services: services.clone(), body, cors: None, running: Arc::default() }
}

async fn send(services: &Services, request: TestRequest) -> HttpResponse {
    handle(Arc::new(state(services, LIMIT)), request.to_request()).await
}

async fn read_body(response: HttpResponse) -> Bytes {
    to_bytes(response.into_body()).await.expect("a body in memory")
}

/// Status, content type, kind and body of an answer.
async fn shown(services: &Services, request: TestRequest) -> String {
    let response = send(services, request).await;
    let header =
        |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("-").to_owned();
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("x-request-id").len() > 1, "every answer has an id");
    let head = format!("{} {} {}", response.status().as_u16(), header("content-type"), header("x-jitar-content-type"));
    let body = read_body(response).await;
    format!("{head} | {}", String::from_utf8_lossy(&body))
}

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

fn post(path: &str, body: &str) -> TestRequest {
    TestRequest::post().uri(path).insert_header(("content-type", "application/json")).set_payload(body.to_owned())
}

const TEXT: &str = "text/plain; charset=utf-8 text/plain";

#[test]
fn finds_the_route() {
    let run = |arguments, mode| Route::Rpc { arguments, mode };
    let cases = [
        (Method::GET, "/rpc/a/f", run(ArgumentSource::Query, RunMode::Normal)),
        (Method::HEAD, "/RPC/a/f", run(ArgumentSource::Query, RunMode::Dry)),
        (Method::POST, "/rpc/a", run(ArgumentSource::Body, RunMode::Normal)),
        (Method::OPTIONS, "/rpc/a/", run(ArgumentSource::Body, RunMode::Dry)),
        (Method::GET, "/rpc/%20", run(ArgumentSource::Query, RunMode::Normal)),
        (Method::GET, "/rpc/", Route::File),
        (Method::GET, "/RPC", Route::File),
        (Method::GET, "/rpc//a", run(ArgumentSource::Query, RunMode::Normal)),
        (Method::POST, "/rpc/", Route::NotAllowed(READ_METHODS)),
        (Method::from_bytes(b"PROPFIND").expect("a method"), "/rpc/a", Route::NotAllowed(RPC_METHODS)),
        (Method::from_bytes(b"BREW").expect("a method"), "/rpc/a", Route::UnknownMethod),
        (Method::PUT, "/rpc/a", Route::NotAllowed(RPC_METHODS)),
        (Method::GET, "/rpcx", Route::File),
        (Method::GET, "/health", Route::Health),
        (Method::GET, "/Health/", Route::Health),
        (Method::HEAD, "/health/status", Route::HealthStatus),
        (Method::POST, "/health", Route::NotAllowed(READ_METHODS)),
        (Method::GET, "/health/other", Route::File),
        (Method::POST, "/workers", Route::AddWorker),
        (Method::GET, "/workers/", Route::ListWorkers),
        (Method::PUT, "/workers", Route::NotAllowed("GET, HEAD, POST")),
        (Method::POST, "/workers/1/report", Route::ReportWorker { id: "1" }),
        (Method::DELETE, "/workers/1", Route::RemoveWorker { id: "1" }),
        (Method::GET, "/workers/1", Route::File),
        (Method::GET, "/", Route::File),
        (Method::GET, "", Route::File),
        (Method::DELETE, "/", Route::NotAllowed(READ_METHODS)),
    ];
    for (method, path, expected) in cases {
        assert_eq!(Route::of(&method, path), expected, "{method} {path}");
    }
}

#[test]
fn keeps_log_lines_whole() {
    assert_eq!(loggable("a/\u{e9}\n[INFO] x\u{1b}"), "a/\u{e9}\\n[INFO] x\\u{1b}");
}

#[tokio::test]
async fn runs_procedures() {
    let (services, isolates) = standalone();
    let ok = format!("200 {TEXT} | a/f:0.0.0");
    let form = "application/x-www-form-urlencoded";
    let cases = [
        (get("/rpc/a/f?x=1&x=2"), "Query([(\"x\", \"1\"), (\"x\", \"2\")]) Normal"),
        (get("/RPC/a%2Ff"), "None Normal"),
        (post("/rpc/a/f?x=1", r#"{"x":1}"#), r#"Json(b"{\"x\":1}") Normal"#),
        (post("/rpc/a/f", ""), "None Normal"),
        (TestRequest::post().uri("/rpc/a/f"), "None Normal"),
        (post("/rpc/a/f", "x=1").insert_header(("content-type", form)), "Query([(\"x\", \"1\")]) Normal"),
        (post("/rpc/a/f", "{}").method(Method::OPTIONS), r#"Json(b"{}") Dry"#),
        (get("/rpc/a/f?x=1").method(Method::HEAD), "Query([(\"x\", \"1\")]) Dry"),
    ];
    for (idx, (request, expected)) in cases.into_iter().enumerate() {
        assert_eq!(shown(&services, request).await, ok, "{expected}");
        let call = isolates.calls().remove(idx);
        let arguments = match call.arguments {
            Arguments::None => "None".to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(format!("{arguments} {:?}", call.mode), expected);
    }
}

#[tokio::test]
async fn application_code_sees_no_secrets() {
    let (services, isolates) = standalone();
    let request = get("/rpc/a/f")
        .insert_header(("x-jitar-trust-key", "key"))
        .insert_header(("x-jitar-data-encoding", "serialized"))
        .insert_header(("x-jitar-procedure-version", "1.2"))
        .insert_header(("authorization", "Bearer x"));
    send(&services, request).await;
    let call = isolates.calls().remove(0);
    let names: Vec<&str> = call.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["authorization", "x-request-id"]);
    assert_eq!((&*call.version, call.trusted, call.serialized), ("1.2.0", true, true));
}

#[tokio::test]
async fn bad_input_gets_a_clear_answer() {
    let (services, isolates) = standalone();
    let long = format!(r#"{{"x":"{}"}}"#, "y".repeat(LIMIT));
    let json = "the request body is not valid JSON: EOF while parsing an object at line 1 column 1";
    let cases = [
        (get("/rpc/nope"), 404, "Procedure 'nope' not found"),
        (get("/rpc/"), 404, "The file 'rpc/' could not be found"),
        (get("/rpc/%20"), 400, "Missing procedure name"),
        (get("/rpc/a/../b"), 400, "Invalid procedure name"),
        (get("/rpc/%zz"), 400, "malformed percent-encoding in the path"),
        (get("/rpc/a/f?x=%zz"), 400, "malformed percent-encoding in `%zz`"),
        (get("/rpc/a/f").insert_header(("x-jitar-procedure-version", "a")), 400, "Invalid version number 'a'"),
        (post("/rpc/a/f", "{"), 400, json),
        (post("/rpc/a/f", "5"), 400, "the request body must be a JSON object with the arguments by name, or an array"),
        (post("/rpc/a/f", &long), 413, "the request body is larger than 32 bytes"),
        (
            post("/rpc/a/f", "{}").insert_header(("content-encoding", "zstd")),
            415,
            "the content encoding `zstd` is not supported; send gzip, deflate, br, or the body as it is",
        ),
        (post("/rpc/a/f", "{}").insert_header(("content-encoding", "gzip")), 400, "the request body is not valid gzip"),
        (
            post("/rpc/a/f", "<a/>").insert_header(("content-type", "text/xml")),
            415,
            "the content type `text/xml` cannot carry arguments; send `application/json` in UTF-8",
        ),
        (post("/rpc/a/f", "").method(Method::PUT), 405, "method not allowed; use GET, HEAD, POST, OPTIONS"),
        (get("/%zz"), 400, "malformed percent-encoding in the path"),
        (get("/nope.js"), 404, "The file 'nope.js' could not be found"),
        (post("/nope", ""), 405, "method not allowed; use GET, HEAD"),
        (post("/workers", "{}"), 400, "Cannot remove worker from remote gateway"),
        (post("/workers/1/report", "{}"), 400, "Cannot remove worker from remote gateway"),
    ];
    for (request, status, message) in cases {
        assert_eq!(shown(&services, request).await, format!("{status} {TEXT} | {message}"));
    }
    assert!(isolates.calls().is_empty());
}

#[tokio::test]
async fn errors_are_problems_for_those_who_ask() {
    let (services, _) = standalone();
    let gateway = cluster_gateway(&["key"]);
    let cases = [
        (
            &services,
            get("/rpc/nope"),
            404,
            "Not Found",
            "procedure-not-found",
            "/rpc/nope",
            "Procedure 'nope' not found",
        ),
        (
            &services,
            get("/rpc/%20"),
            400,
            "Bad Request",
            "invalid-procedure-name",
            "/rpc/%20",
            "Missing procedure name",
        ),
        (&services, post("/rpc/a/f", "{"), 400, "Bad Request", "invalid-arguments", "/rpc/a/f", "the request body is"),
        (&services, get("/x.js"), 404, "Not Found", "file-not-found", "/x.js", "The file 'x.js' could not be found"),
        (&services, post("/health", ""), 405, "Method Not Allowed", "method-not-allowed", "/health", "method not"),
        (&gateway, get("/rpc/g"), 404, "Not Found", "procedure-not-found", "/rpc/g", "Procedure 'g' not found"),
        (&gateway, post("/workers", ""), 400, "Bad Request", "bad-request", "/workers", "Field 'url' is required"),
        (&gateway, get("/index.html"), 501, "Not Implemented", "not-implemented", "/index.html", "Not implemented"),
    ];
    for (services, request, status, title, code, instance, detail) in cases {
        let request = request
            .insert_header(("accept", "application/problem+json, */*"))
            .insert_header(("x-request-id", "given-1"));
        let answer = send(services, request).await;
        assert_eq!(answer.status().as_u16(), status, "{instance}");
        let header = |name: &str| answer.headers().get(name).expect("set").clone();
        assert_eq!(header("content-type"), "application/problem+json");
        assert_eq!(header("x-request-id"), "given-1");
        let problem: serde_json::Value = serde_json::from_slice(&read_body(answer).await).expect("JSON");
        let expected = serde_json::json!({
            "type": "about:blank", "title": title, "status": status, "instance": instance, "code": code,
            "requestId": "given-1", "detail": problem["detail"],
        });
        assert_eq!(problem, expected);
        assert!(problem["detail"].as_str().is_some_and(|text| text.starts_with(detail)), "{problem}");
    }
}

#[tokio::test]
async fn tells_its_health() {
    let (services, _) = standalone();
    let boolean = "text/plain; charset=utf-8 application/boolean";
    assert_eq!(shown(&services, get("/health/status")).await, format!("200 {boolean} | true"));
    let json = "application/json; charset=utf-8 application/json";
    assert_eq!(shown(&services, get("/health")).await, format!("200 {json} | {{\"db\":true}}"));
    let stopping = Health::default();
    stopping.stop();
    let services = Services { health: Arc::new(stopping), ..services };
    assert_eq!(shown(&services, get("/health/status")).await, format!("503 {boolean} | false"));
}

#[tokio::test]
async fn serves_files() {
    let (services, _) = standalone();
    let page = "200 text/html; charset=utf-8 text/html | <p>page";
    let cases = [
        (get("/"), page),
        (get("/index.html?x"), page),
        (get("/workers").insert_header(("accept", "text/html")), page),
        (get("/a%20b.txt"), "200 text/plain; charset=utf-8 text/plain | text"),
    ];
    for (request, expected) in cases {
        assert_eq!(shown(&services, request).await, expected);
    }
    let etag = send(&services, get("/")).await.headers().get("etag").cloned().expect("an etag");
    let again = send(&services, get("/").insert_header(("if-none-match", etag))).await;
    assert_eq!(again.status().as_u16(), 304);
}

#[tokio::test]
async fn a_gateway_keeps_workers() {
    let services = cluster_gateway(&["key"]);
    let registration =
        |key: &str| post("/workers", &format!(r#"{{"url":"http://a","procedureNames":["f"],"trustKey":"{key}"}}"#));
    let state = Arc::new(state(&services, 1000));
    let answer = handle(Arc::clone(&state), registration("key").to_request()).await;
    assert_eq!(answer.status().as_u16(), 200);
    let body: serde_json::Value = serde_json::from_slice(&read_body(answer).await).expect("JSON");
    let id = body["id"].as_str().expect("an id").to_owned();
    let refused = handle(state, registration("wrong").to_request()).await;
    assert_eq!((refused.status().as_u16(), &read_body(refused).await[..]), (401, &b"Invalid trust key"[..]));

    let report = format!("/workers/{id}/report");
    let cases = [
        (get("/rpc/f"), format!("200 {TEXT} | f")),
        (post(&report, r#"{"state":"unavailable"}"#), "200 text/plain application/undefined | ".to_owned()),
        (get("/rpc/f"), format!("503 {TEXT} | No worker available for procedure 'f'")),
        (post(&report, r#"{"state":"fine"}"#), format!("400 {TEXT} | Invalid state value")),
        (post(&report, ""), format!("400 {TEXT} | Field 'state' is required")),
        (post("/workers/x/report", r#"{"state":"available"}"#), format!("404 {TEXT} | Unknown worker id 'x'")),
        (post(&report, r#"{"state":"available"}"#), "200 text/plain application/undefined | ".to_owned()),
        (get("/rpc/f"), format!("200 {TEXT} | f")),
        (get("/rpc/g"), format!("404 {TEXT} | Procedure 'g' not found")),
        (get("/workers"), format!("401 {TEXT} | Request not trusted")),
        (get("/index.html"), format!("501 {TEXT} | Not implemented")),
        (post("/rpc/f", "").method(Method::PUT), format!("501 {TEXT} | Not implemented")),
        (post("/health", ""), format!("501 {TEXT} | Not implemented")),
        (
            get("/x").uri(&format!("/workers/{id}")).method(Method::DELETE),
            "200 text/plain application/undefined | ".to_owned(),
        ),
        (post("/workers", ""), format!("400 {TEXT} | Field 'url' is required\nField 'procedureNames' is required")),
    ];
    for (request, expected) in cases {
        assert_eq!(shown(&services, request).await, expected);
    }
    let busy = cluster_gateway(&["key"]);
    assert!(send(&busy, get("/rpc/f")).await.headers().get("retry-after").is_none(), "404 is not a matter of time");
}

#[tokio::test]
async fn large_heads_and_unknown_methods_are_no_requests() {
    let (services, isolates) = standalone();
    let long = |length: usize| format!("/rpc/a/f?x={}", "y".repeat(length));
    let cases = [
        (get(&long(15_000)), 200),
        (get(&long(20_000)), 431),
        (get("/rpc/a/f").insert_header(("x-long", "y".repeat(20_000))), 431),
        (get("/rpc/a/f").method(Method::from_bytes(b"BREW").expect("a method")), 400),
    ];
    for (request, status) in cases {
        assert_eq!(send(&services, request).await.status().as_u16(), status);
    }
    assert_eq!(isolates.calls().len(), 1);
}

#[tokio::test]
async fn operators_have_a_listener_of_their_own() {
    let services = cluster_gateway(&["key"]);
    for path in ["/metrics", "/workers"] {
        assert_eq!(shown(&services, get(path)).await, format!("401 {TEXT} | Request not trusted"), "{path}");
        let trusted = get(path).insert_header(("x-jitar-trust-key", "key"));
        assert_eq!(send(&services, trusted).await.status().as_u16(), 200, "{path}");
    }
    let operations = Operations { audience: Audience::Operators, ..services.operations.clone() };
    let services = Services { operations, ..services };
    for path in ["/metrics", "/workers", "/health", "/health/live", "/health/ready", "/health/status"] {
        assert_eq!(send(&services, get(path)).await.status().as_u16(), 200, "{path}");
    }
    for request in [get("/rpc/f"), post("/workers", "{}"), get("/index.html"), get("/workers/direct")] {
        assert_eq!(send(&services, request).await.status().as_u16(), 501);
    }
    let metrics = read_body(send(&services, get("/metrics")).await).await;
    let metrics = String::from_utf8_lossy(&metrics);
    assert!(metrics.contains("jitar_workers{state=\"available\"} 0") && metrics.ends_with("# EOF\n"), "{metrics}");
}
