//! Middleware around procedures, and health checks beside them.

use jitar_tests::{Project, Request};

#[test]
fn middleware_wraps_in_order() {
    let service = Project::named("crossing").start("wrapped", &[]);
    let call = |action: &str| Request::get("/rpc/far/cookies").header("x-do", action);
    let wrapped = "outer(inner(crumbs))";
    for (action, status, text) in [
        ("", 200, wrapped),
        ("twice", 200, wrapped),
        ("redirect", 302, wrapped),
        ("answer", 203, "from the outside"),
        ("throw", 501, "the outside refuses"),
        ("nothing", 500, "A middleware returned no response"),
        ("illegal", 500, "Invalid value for header 'x-bad'"),
        ("unknown", 400, "Unknown parameter extra"),
    ] {
        let answer = service.send(&call(action));
        assert_eq!(answer.summary(), (status, text.to_owned()), "{action}");
        let is_whole = text == wrapped;
        let cookies: Vec<_> = answer.headers.iter().filter(|(name, _)| name == "set-cookie").collect();
        assert_eq!(cookies.len(), if is_whole { 2 } else { 0 }, "{action}: {cookies:?}");
        assert_eq!(answer.header("x-order"), is_whole.then_some("outer,inner"), "{action}");
        assert_eq!(answer.header("location"), (action == "redirect").then_some("/elsewhere"), "{action}");
    }
}

#[test]
fn only_middleware_and_peers_inject() {
    let service = Project::named("crossing").start("wrapped", &[]);
    let call = |query: &str| Request::get(&format!("/rpc/far/inject?name=Bob{query}"));
    let key = ("x-jitar-trust-key", "key-of-crossing");
    for (request, status, text) in [
        (call(""), 200, "Bob for nobody"),
        (call("&user=Eve"), 200, "Bob for Eve"),
        (call("&user=Eve").header("x-user", "Jane"), 200, "Bob for Jane"),
        (call("&*user=Eve&user=Eve").header("x-user", "Jane"), 400, "Unknown parameter *user"),
        (call("&*user=Eve"), 400, "Unknown parameter *user"),
        (call("&*other=1"), 400, "Unknown parameter *other"),
        (call("&*user=Peer").header(key.0, key.1), 200, "Bob for Peer"),
        (call("&*other=1&user=Eve").header(key.0, key.1), 200, "Bob for Eve"),
        (call("&*user=Peer&user=Eve").header(key.0, key.1), 200, "Bob for Peer"),
    ] {
        let answer = service.send(&request);
        let expected = if status == 200 { format!("outer(inner({text}))") } else { text.to_owned() };
        assert_eq!(answer.summary(), (status, expected), "{request:?}");
    }
    // What is not executed injects nothing either.
    let dry = Request::new("OPTIONS", "/rpc/far/inject").header("content-type", "application/json");
    assert_eq!(service.send(&dry.clone().body(r#"{"name": "Bob"}"#)).status, 200);
    assert_eq!(service.send(&dry.body("{}")).status, 400);
}

#[test]
fn health_checks_are_bounded_and_remembered() {
    let service = Project::named("crossing").start("checked", &[]);
    let both = [service.get("/health"), service.get("/health")];
    for answer in &both {
        let expected = r#"{"slow":false,"patient":true,"throwing":false,"truthy":true,"counting":true}"#;
        assert_eq!(answer.summary(), (200, expected.to_owned()), "asked once for both");
    }
    assert_eq!(service.get("/health/status").summary(), (503, "false".to_owned()));
    service.until("second look at the checks", &Request::get("/health"), |answer| {
        answer.text().contains(r#""counting":false"#)
    });
}
