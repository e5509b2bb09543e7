//! What application code throws, and what stands around a procedure: middleware and health checks.

use jitar_tests::{Project, Request, Service};
use serde_json::Value;

#[test]
fn the_log_shows_the_line_and_the_client_the_message() {
    let service = Project::named("errors").start("worker", &[]);
    let answer = service.get("/rpc/failByType");
    let message = "Cannot read properties of undefined (reading 'length')";
    assert_eq!(answer.summary(), (500, message.to_owned()));
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    service.process.line(&format!("TypeError: {message}"));
    service.process.line("at lengthOf (app/src/measure.ts:4:17)");
    service.process.line("failByType (app/src/failByType.ts:10:12)");
}

#[test]
fn lines_of_a_call_carry_its_request_id() {
    let ids = ["first-1", "second/2"];
    let expected = |id: &str| {
        let what = &id[..id.find(['-', '/']).expect("two parts")];
        [
            ("INFO", format!("{what} at once"), Some(id.to_owned())),
            ("WARN", format!("{what} later"), Some(id.to_owned())),
            ("ERROR", format!("{what} in a timer\nand on"), Some(id.to_owned())),
        ]
    };
    let speak = |service: &Service| {
        for id in ids {
            let what = &id[..id.find(['-', '/']).expect("two parts")];
            let request = Request::get(&format!("/rpc/speak?what={what}")).header("x-request-id", id);
            assert_eq!(service.send(&request).summary(), (200, String::new()));
        }
        let failing = Request::get("/rpc/failByType").header("x-request-id", "third");
        assert_eq!(service.send(&failing).status, 500);
    };

    let service = Project::named("errors").start("worker", &[]);
    speak(&service);
    for (level, text, id) in ids.into_iter().flat_map(expected) {
        let (first, further) = text.split_once('\n').unwrap_or((&text, ""));
        let line = format!("Z] {first} requestId={}", id.unwrap_or_default());
        service.process.line(&line);
        let printed = service.process.printed();
        let start = printed.lines().find(|printed| printed.ends_with(&line)).unwrap_or_default();
        assert!(start.starts_with(&format!("[{level}]")), "{printed}");
        assert!(further.is_empty() || printed.contains(&format!("{line}\n{further}\n")), "{printed}");
    }
    service.process.line("TypeError: Cannot read properties of undefined (reading 'length') requestId=third");
    assert!(service.process.printed().contains("] nobody asked\n"), "{}", service.process.printed());

    let service = Project::named("errors").start("worker", &[("JITAR_LOG_FORMAT", "json")]);
    speak(&service);
    service.process.line("\"requestId\":\"third\"");
    let printed = service.stop().printed;
    let lines: Vec<Value> = printed.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let found = |text: &str| {
        let line = lines.iter().find(|line| line["message"].as_str().is_some_and(|found| found.starts_with(text)));
        line.map(|line| (line["level"].as_str().unwrap_or_default(), line["requestId"].as_str()))
    };
    for (level, text, id) in ids.into_iter().flat_map(expected) {
        assert_eq!(found(&text), Some((level, id.as_deref())), "{text}: {printed}");
    }
    assert_eq!(found("TypeError: Cannot read"), Some(("ERROR", Some("third"))), "{printed}");
    assert_eq!(found("nobody asked"), Some(("INFO", None)), "{printed}");
}

/// Where a refusal was thrown is looked up only for a log that shows it: refusals are many, and stacks are expensive.
#[test]
fn what_nobody_logs_costs_nothing() {
    for (level, n_asked) in [("info", "0"), ("debug", "2")] {
        let service = Project::named("errors").start("worker", &[("JITAR_LOG_LEVEL", level)]);
        for _ in 0..2 {
            assert_eq!(service.get("/rpc/failQuietly").summary(), (404, "nothing here".to_owned()));
        }
        assert_eq!(service.get("/rpc/countStacks").text(), n_asked, "{level}");
        let printed = service.stop().printed;
        assert_eq!(printed.contains("the way to nothing requestId="), level == "debug", "{printed}");
    }
}

#[test]
fn classes_stand_for_statuses() {
    let service = Project::named("errors").start("worker", &[]);
    for (name, status) in [
        ("BadRequest", 400),
        ("Unauthorized", 401),
        ("PaymentRequired", 402),
        ("Forbidden", 403),
        ("NotFound", 404),
        ("Teapot", 418),
        ("ServerError", 500),
        ("NotImplemented", 501),
    ] {
        let answer = service.get(&format!("/rpc/failByStatus?name={name}"));
        assert_eq!(answer.summary(), (status, format!("this is {name}")));
    }
    let answer = service.get("/rpc/failByClass?title=Emma");
    assert_eq!(answer.summary(), (404, "there is no book 'Emma'".to_owned()), "a class of the application");
}

#[test]
fn anything_can_be_thrown() {
    let service = Project::named("errors").start("worker", &[]);
    for (kind, text, content) in [
        ("text", "only text", "text/plain"),
        ("nothing", "", "application/undefined"),
        ("null", "", "application/null"),
        ("object", r#"{"code":7}"#, "application/json"),
        ("hostile", "The result can not be sent as JSON: inner", "text/plain"),
        ("bare", "{}", "application/json"),
    ] {
        let answer = service.get(&format!("/rpc/failByValue?kind={kind}"));
        assert_eq!(answer.summary(), (500, text.to_owned()), "{kind}");
        assert_eq!(answer.header("x-jitar-content-type"), Some(content), "{kind}");
    }
}

#[test]
fn middleware_adds_headers_and_arguments() {
    let service = Project::named("errors").start("worker", &[]);
    let greet = |query: &str| Request::get(&format!("/rpc/greet?name=Bob{query}"));
    for (request, expected) in [
        (greet(""), (200, "Hello Bob, from nobody")),
        (greet("").header("x-user", "Jane"), (200, "Hello Bob, from Jane")),
        (greet("&requester=Eve"), (200, "Hello Bob, from Eve")),
        (greet("&requester=Eve").header("x-user", "Jane"), (200, "Hello Bob, from Jane")),
        (greet("&*requester=Eve"), (400, "Unknown parameter *requester")),
        (greet("").header("x-user", "blocked"), (401, "this user is blocked")),
    ] {
        let answer = service.send(&request);
        assert_eq!(answer.summary(), (expected.0, expected.1.to_owned()), "{request:?}");
        let expected = (answer.status == 200).then_some("greet");
        assert_eq!(answer.header("x-procedure"), expected, "{request:?}");
    }
    let failed = service.get("/rpc/failByType");
    assert_eq!(failed.header("x-procedure"), Some("failByType"), "errors of a procedure pass the middleware");
}

#[test]
fn health_is_what_the_checks_say() {
    for (name, checks, is_well) in [
        ("well", r#"{"disk":true}"#, true),
        ("sick", r#"{"database":false,"disk":true}"#, false),
        ("worker", "{}", true),
    ] {
        let service = Project::named("errors").start(name, &[]);
        assert_eq!(service.get("/health").summary(), (200, checks.to_owned()), "{name}");
        let status = if is_well { 200 } else { 503 };
        assert_eq!(service.get("/health/status").summary(), (status, is_well.to_string()), "{name}");
        assert_eq!(service.get("/rpc/greet?name=Bob").status, 200, "{name} still works");
    }
}
