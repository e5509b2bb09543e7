//! JavaScript in services that run no procedures: middleware, health checks and scripts of gateways, proxies and
//! repositories.

use jitar_tests::{Project, Request, Response, Service};
use serde_json::json;

const KEY: (&str, &str) = ("x-jitar-trust-key", "key-of-gates");
const SERIALIZED: (&str, &str) = ("x-jitar-data-encoding", "serialized");

/// A gateway with middleware, and its worker.
struct Cluster {
    gateway: Service,
    worker: Service,
}

impl Cluster {
    fn start() -> Self {
        let app = Project::named("gates");
        let gateway = app.start("gateway", &[]);
        let worker = app.start("worker", &[("GATEWAY", &gateway.url)]);
        gateway.until("answer", &Request::get("/rpc/cookies"), |answer| answer.status == 200);
        Self { gateway, worker }
    }
}

fn cookies(answer: &Response) -> Vec<&str> {
    answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect()
}

#[test]
fn middleware_of_a_gateway_wraps_in_order() {
    let cluster = Cluster::start();
    for (action, status, text) in [
        ("", 200, "crumbs"),
        ("redirect", 302, "crumbs"),
        ("look", 200, "crumbs"),
        ("unknown", 400, "Unknown parameter extra"),
        ("answer", 203, "from the gate"),
        ("throw", 501, "the gate is closed"),
        ("nothing", 500, "A middleware returned no response"),
        ("illegal", 500, "Invalid value for header 'x-bad'"),
        ("pass", 200, "crumbs"),
    ] {
        let answer = cluster.gateway.send(&Request::get("/rpc/cookies").header("x-do", action));
        assert_eq!(answer.summary(), (status, text.to_owned()), "{action}");
        let is_wrapped = matches!(action, "" | "redirect" | "look" | "unknown");
        let expected: &[&str] = if is_wrapped { &["b=2", "a=1"] } else { &[] };
        assert_eq!(cookies(&answer), expected, "{action}");
        assert_eq!(answer.header("x-order"), is_wrapped.then_some("outer,inner"), "{action}");
        assert_eq!(answer.header("location"), (action == "redirect").then_some("/elsewhere"), "{action}");
        assert_eq!(answer.header("x-jitar-refused"), None, "{action}");
    }
}

/// Types of a query, of what middleware adds and of what goes on are those of a worker's own middleware.
#[test]
fn middleware_of_a_gateway_injects_for_everybody_and_opens_nothing() {
    let cluster = Cluster::start();
    let get = |query: &str| Request::get(&format!("/rpc/who?name=Bob&age=41{query}"));
    let post = Request::post("/rpc/who", r#"{"name": "Bob", "age": 41}"#);
    let form = Request::new("POST", "/rpc/who")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("name=Bob&age=41");
    for (request, status, text) in [
        (get(""), 200, "Bob 42, for nobody"),
        (get("").header("x-user", "Jane"), 200, "Bob 42, for Jane since a date"),
        (form.header("x-user", "Jane"), 200, "Bob 42, for Jane since a date"),
        (post.clone(), 200, "Bob 42, for nobody"),
        (post.clone().header("x-user", "Jane"), 200, "Bob 42, for Jane since 1970-01-01T00:00:00.000Z"),
        (get("&*user=Eve"), 400, "Unknown parameter *user"),
        (get("&*user=Eve").header("x-user", "Jane"), 400, "Unknown parameter *user"),
        (post.clone().header("x-jitar-arguments", r#"{"*user":{"name":"Eve"}}"#), 401, "Request not trusted"),
        (post.header("x-jitar-caller", "stranger").header(KEY.0, KEY.1), 200, "Bob 42, for nobody"),
        (Request::get("/rpc/hide"), 401, "Request not trusted"),
        (Request::get("/rpc/hide").header("x-user", "Jane"), 401, "Request not trusted"),
        (Request::get("/rpc/hide").header("x-user", "Jane").header(KEY.0, "wrong"), 401, "Request not trusted"),
        (Request::get("/rpc/hide").header("x-user", "Jane").header(KEY.0, KEY.1), 200, "hidden from Jane"),
    ] {
        assert_eq!(cluster.gateway.send(&request).summary(), (status, text.to_owned()), "{request:?}");
    }
    let long = cluster.gateway.send(&get("").header("x-do", "long"));
    assert_eq!(long.status, 500, "{}", long.text());
    assert!(long.text().contains("let clients send a body"), "{}", long.text());
}

/// A gateway has no classes: their instances pass as they are, whether middleware looks at them or not.
#[test]
fn values_pass_the_middleware_of_a_gateway() {
    let cluster = Cluster::start();
    let money = |amount: u32| json!({"serialized": true, "key": "Money", "name": "class", "args": {"0": amount, "1": "EUR"}, "fields": {}});
    let date = json!({"serialized": true, "name": "Date", "value": "1970-01-01T00:00:00.000Z"});
    for value in [money(1), json!([money(7), date, {"a": money(2)}]), json!("text"), json!(1.5), json!(null)] {
        let body = json!({ "value": value }).to_string();
        let call = Request::post("/rpc/echo", &body).header(SERIALIZED.0, SERIALIZED.1);
        let direct = cluster.worker.send(&call);
        assert_eq!(direct.status, 200, "{}", direct.text());
        for action in ["", "look", "pass"] {
            let answer = cluster.gateway.send(&call.clone().header("x-do", action));
            assert_eq!(answer.summary(), direct.summary(), "{action}: {value}");
            assert_eq!(
                answer.header("x-jitar-content-type"),
                direct.header("x-jitar-content-type"),
                "{action}: {value}"
            );
        }
    }
    assert_eq!(cluster.gateway.get("/rpc/fail").summary(), (404, "not here".to_owned()));
    let serialized = Request::get("/rpc/fail").header(SERIALIZED.0, SERIALIZED.1);
    let (direct, through) = (cluster.worker.send(&serialized), cluster.gateway.send(&serialized));
    assert_eq!((through.status, through.json()), (direct.status, direct.json()));
}

/// What the service itself has to say passes its middleware.
#[test]
fn refusals_keep_their_headers() {
    let cluster = Cluster::start();
    assert_eq!(cluster.gateway.get("/rpc/none").summary(), (404, "Procedure 'none' not found".to_owned()));
    let Cluster { gateway, worker } = cluster;
    worker.kill();
    let lost = gateway.until("loss", &Request::get("/rpc/cookies"), |answer| answer.status == 503);
    assert_eq!(lost.text(), "No worker available for procedure 'cookies'");
    assert_eq!((lost.header("retry-after"), lost.header("x-jitar-not-executed")), (Some("1"), Some("1")));
}

#[test]
fn scripts_and_checks_run_in_every_service() {
    let app = Project::named("gates");
    let gateway = app.start("gateway", &[]);
    let repository = app.start("repository", &[]);
    let environment = [("GATEWAY", gateway.url.as_str()), ("REPOSITORY", repository.url.as_str())];
    let proxy = app.start("proxy", &environment);
    for service in [&gateway, &repository, &proxy] {
        assert_eq!(service.get("/health").summary(), (200, r#"{"store":true}"#.to_owned()), "{}", service.url);
        assert_eq!(service.get("/health/status").summary(), (200, "true".to_owned()), "{}", service.url);
        let answer = service.send(&Request::get("/rpc/any").header("x-do", "answer"));
        assert_eq!(answer.summary(), (203, "from the gate".to_owned()), "{}", service.url);
    }
    assert_eq!(repository.get("/rpc/any").summary(), (501, "Not implemented".to_owned()));
    let through = proxy.get("/rpc/any");
    assert_eq!(through.summary(), (404, "Procedure 'any' not found".to_owned()));
    assert_eq!(cookies(&through), ["b=2", "a=1"], "the proxy's: for the gateway it was no answer, but a failure");
    for service in [proxy, repository, gateway] {
        let end = service.stop();
        assert_eq!(end.status, Some(0), "{}", end.printed);
        let steps: Vec<&str> =
            end.printed.lines().filter_map(|line| line.split_once("step: ")).map(|(_, s)| s).collect();
        assert_eq!(steps, ["open", "close"], "{}", end.printed);
    }
}

#[test]
fn a_gateway_is_as_well_as_its_checks() {
    let gateway = Project::named("gates").start("sick", &[]);
    assert_eq!(gateway.get("/health").json(), json!({"store": true, "queue": false}));
    for path in ["/health/status", "/health/ready"] {
        assert_eq!(gateway.get(path).summary(), (503, "false".to_owned()), "{path}");
    }
    assert_eq!(gateway.get("/health/live").status, 200);
}

#[test]
fn scripts_that_fail_or_go_on_end_with_a_status() {
    let app = Project::named("gates");
    let end = app.launch("failing").end();
    assert_eq!(end.status, Some(1), "{}", end.printed);
    for text in ["step: open", "step: fail", "Error: there is no store", "app/src/scripts/fail.ts:2:7", "step: close"] {
        assert!(end.printed.contains(text), "`{text}` is missing in\n{}", end.printed);
    }
    assert!(!end.printed.contains("Server started"), "{}", end.printed);
    for service in ["waiting", "looping"] {
        let end = app.start(service, &[]).stop();
        assert_eq!(end.status, Some(1), "{}", end.printed);
        assert!(end.printed.contains("the tear-down scripts did not end within 200ms"), "{}", end.printed);
    }
}
