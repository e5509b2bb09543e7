//! Values, errors and headers between two workers of a cluster, and what application code sees of a request.

use jitar_tests::{Project, Request, Service};
use serde_json::{Value, json};

/// A gateway and the workers `near`, which calls, and `far`, which is called.
struct Cluster {
    gateway: Service,
    near: Service,
    far: Service,
}

impl Cluster {
    fn start() -> Self {
        let app = Project::named("crossing");
        let gateway = app.start("gateway", &[]);
        let environment = [("GATEWAY", gateway.url.as_str())];
        let (far, near) = (app.start("far", &environment), app.start("near", &environment));
        let cluster = Self { gateway, near, far };
        for target in ["/rpc/far/describe", "/rpc/near/tellModule"] {
            cluster.gateway.until("answer of a worker", &Request::get(target), |answer| answer.status == 200);
        }
        cluster
    }

    fn get(&self, target: &str) -> Value {
        let answer = self.gateway.get(target);
        assert_eq!(answer.status, 200, "{target}: {}\n{}", answer.text(), self.near.process.printed());
        answer.json()
    }
}

#[test]
fn values_survive_between_nodes_of_ours() {
    let cluster = Cluster::start();
    for (kind, there, back) in [
        ("numbers", "[NaN,Infinity,-Infinity,-0,1.5]", "NaN,Infinity,-Infinity,-0,1.5"),
        ("nan", "NaN", "NaN"),
        ("undefined", "[undefined,{a:undefined}]", "undefined,[object Object]"),
        ("money", "Money(2 EUR)", "Money 2 EUR"),
        ("map", "Map(\"a\":Set(1n,Date(1970-01-01T00:00:00.000Z)))", "[object Map]"),
        ("date", "Date(invalid)", "Invalid Date"),
        ("regexp", "/a+/gi", "/a+/gi"),
        ("url", "URL(http://example.org/a)", "http://example.org/a"),
        ("view", "Uint8Array(2,3|2)", "2,3"),
        ("tag", "{serialized:true,name:\"Date\",value:\"2020-01-01T00:00:00.000Z\"}", "[object Object]"),
        ("error", "TypeError(wrong)", "TypeError wrong"),
        ("cycle", "{self:(again)}", "itself"),
        ("proto", "{__proto__:{admin:true},constructor:1,then:2}", "[object Object]"),
    ] {
        assert_eq!(cluster.get(&format!("/rpc/near/send?kind={kind}")), json!([there, back]), "{kind}");
    }
    assert_eq!(cluster.get("/rpc/near/dig?levels=64"), json!([200, "string"]));
    assert_eq!(cluster.get("/rpc/near/dig?levels=65"), json!([413, "Values can not be nested deeper than 64 levels"]));
}

#[test]
fn errors_keep_what_they_are() {
    let cluster = Cluster::start();
    let cases = [
        (
            "listed",
            json!({"isError": true, "isRefusal": true, "isForbidden": true, "name": "Forbidden", "message": "no entry",
                "status": 403, "reason": "closed"}),
        ),
        (
            "unlisted",
            json!({"isError": true, "isRefusal": false, "isForbidden": false, "name": "NotFound",
                "message": "nobody here", "status": 404, "code": "E_UNLISTED"}),
        ),
        (
            "cause",
            json!({"isError": true, "isRefusal": false, "isForbidden": false, "name": "Error", "message": "outer",
                "cause": "inner"}),
        ),
        (
            "many",
            json!({"isError": true, "isRefusal": false, "isForbidden": false, "name": "AggregateError",
                "message": "several", "errors": ["Error one", "RangeError two"]}),
        ),
        (
            "text",
            json!({"isError": true, "isRefusal": false, "isForbidden": false, "name": "ServerError",
                "message": "only text", "status": 500}),
        ),
    ];
    for (kind, expected) in cases {
        assert_eq!(cluster.get(&format!("/rpc/near/fail?kind={kind}")), expected, "{kind}");
    }
}

#[test]
fn headers_go_along_with_nested_calls() {
    let cluster = Cluster::start();
    let request = Request::get("/rpc/near/tellHeaders")
        .header("authorization", "Bearer a")
        .header("traceparent", "00-1-2-01")
        .header("cookie", "secret=1")
        .header("x-other", "1");
    let answer = cluster.gateway.send(&request).json();
    let calls = answer.as_array().expect("a list");
    let names = |call: &Value| -> Vec<String> {
        let headers = call.as_array().expect("a list").iter().filter_map(Value::as_str);
        headers.filter(|header| !header.starts_with("x-request-id=")).map(str::to_owned).collect()
    };
    let carried = |call: &Value, authorization: &str| {
        let names = names(call);
        for expected in [format!("authorization={authorization}"), "traceparent=00-1-2-01".to_owned()] {
            assert!(names.contains(&expected), "{names:?}");
        }
        assert!(!names.iter().any(|name| name.starts_with("cookie") || name.starts_with("x-")), "{names:?}");
    };
    assert_eq!(calls.len(), 5);
    for call in &calls[..4] {
        carried(call, "Bearer a");
    }
    carried(&calls[4], "changed");
}

#[test]
fn this_is_the_request() {
    let cluster = Cluster::start();
    let request = Request::get("/rpc/near/tellRequest?first=1")
        .header("x-jitar-procedure-version", "1.2")
        .header("x-jitar-trust-key", "key-of-crossing");
    let expected = json!({"fqn": "near/tellRequest", "mode": "normal", "isOurs": true, "version": "1.2.0",
        "args": ["first"], "has": true, "key": [false, false], "first": "1"});
    for service in [&cluster.gateway, &cluster.near] {
        assert_eq!(service.send(&request).json(), expected);
    }
}

#[test]
fn the_module_jitar_has_every_name() {
    let service = Project::named("crossing").start("near", &[("GATEWAY", "http://127.0.0.1:1")]);
    let names = [
        "ArrayParameter",
        "BadRequest",
        "BuildHelper",
        "Class",
        "ConfigurationManager",
        "Forbidden",
        "Implementation",
        "NamedParameter",
        "NotFound",
        "NotImplemented",
        "ObjectParameter",
        "PaymentRequired",
        "Procedure",
        "Request",
        "Response",
        "Segment",
        "ServerError",
        "Teapot",
        "Unauthorized",
        "Version",
    ];
    let answer = service.get("/rpc/near/tellModule").json();
    let known: Vec<&str> = answer.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    for name in names {
        assert!(known.contains(&name), "{name} is missing in {known:?}");
    }
}

/// Spec 3.6 with our decisions: who reaches what, by way and key.
#[test]
fn every_caller_reaches_what_it_may() {
    let cluster = Cluster::start();
    let keyless = Project::named("crossing").start("keyless", &[]);
    let (key, wrong) = (Some("key-of-crossing"), Some("wrong"));
    let not_found = |name: &str| (404, format!("Procedure 'far/{name}' not found"));
    let untrusted = || (401, "Request not trusted".to_owned());
    let (kept, described) = (|| (200, "kept".to_owned()), || (200, "undefined".to_owned()));
    let cases = [
        ("client to the owner", &cluster.far, None, [not_found("hide"), untrusted(), described()]),
        ("client to the owner", &cluster.far, wrong, [not_found("hide"), untrusted(), described()]),
        ("client to the owner", &cluster.far, key, [not_found("hide"), kept(), described()]),
        ("client to the gateway", &cluster.gateway, None, [not_found("hide"), untrusted(), described()]),
        ("client to the gateway", &cluster.gateway, wrong, [not_found("hide"), untrusted(), described()]),
        ("client to the gateway", &cluster.gateway, key, [not_found("hide"), kept(), described()]),
        (
            "client to another worker",
            &cluster.near,
            None,
            [not_found("hide"), not_found("keep"), not_found("describe")],
        ),
        ("client to another worker", &cluster.near, key, [not_found("hide"), not_found("keep"), not_found("describe")]),
        ("client to a worker without key", &keyless, None, [not_found("hide"), untrusted(), described()]),
        ("client to a worker without key", &keyless, key, [not_found("hide"), untrusted(), described()]),
        ("client to a worker without key", &keyless, Some("null"), [not_found("hide"), untrusted(), described()]),
    ];
    for (caller, service, key, expected) in cases {
        for (name, expected) in ["hide", "keep", "describe"].into_iter().zip(expected) {
            let request = Request::get(&format!("/rpc/far/{name}"));
            let request = key.map_or(request.clone(), |key| request.header("x-jitar-trust-key", key));
            assert_eq!(service.send(&request).summary(), expected, "{caller} with {key:?}: {name}");
        }
    }
    let message = "Procedure 'far/hide' (v0.0.0) is not accessible";
    assert_eq!(cluster.get("/rpc/near/reachProtected"), json!(["kept", 403, message]), "code of another segment");
}

#[test]
fn a_dry_run_checks_and_does_not_execute() {
    let cluster = Cluster::start();
    let dry = |target: &str, body: &str| {
        Request::new("OPTIONS", target).header("content-type", "application/json").body(body)
    };
    for service in [&cluster.gateway, &cluster.far] {
        let before = service.get("/rpc/far/count").text();
        assert_eq!(service.send(&dry("/rpc/far/count", "{}")).summary(), (200, String::new()));
        let after: u32 = service.get("/rpc/far/count").text().parse().expect("a number");
        assert_eq!(after, before.parse::<u32>().expect("a number") + 1);
        let refused = service.send(&dry("/rpc/far/give", "{}"));
        assert_eq!(refused.summary(), (400, "Missing value for parameter 'kind'".to_owned()));
        assert_eq!(service.send(&dry("/rpc/far/keep", "{}")).status, 401);
    }
}
