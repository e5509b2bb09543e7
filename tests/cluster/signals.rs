//! Starts and stops in order: scripts, running calls, the farewell at the gateway, exit statuses.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use jitar_tests::{Project, Request, wait};
use serde_json::json;

#[test]
fn a_signal_lets_running_calls_finish() {
    for signal in ["TERM", "INT"] {
        let service = Project::named("lifecycle").start("worker", &[]);
        let call = service.get_in_background("/rpc/answerLater?millis=500");
        service.process.line("answering later");
        service.process.signal(signal);
        let answer = call.join().expect("an answer");
        assert_eq!(answer.summary(), (200, "answered".to_owned()), "SIG{signal}");
        let end = service.process.end();
        assert_eq!(end.status, Some(0), "SIG{signal}\n{}", end.printed);
        for text in ["Server stopped", "steps: first, second, close"] {
            assert!(end.printed.contains(text), "SIG{signal}: `{text}` is missing in\n{}", end.printed);
        }
    }
}

#[test]
fn a_service_that_stops_takes_no_new_calls() {
    let service = Project::named("lifecycle").start("worker", &[]);
    let call = service.get_in_background("/rpc/answerLater?millis=1500");
    service.process.line("answering later");
    service.process.signal("TERM");
    // Whether the connection is refused or left alone: nobody answers.
    let new_call = Request::get("/rpc/listSteps").within(Duration::from_millis(100));
    assert!(wait::until(|| new_call.send(&service.url).is_err().then_some(())).is_some(), "it takes calls");
    assert!(!call.is_finished(), "the running call goes on");
    assert_eq!(call.join().expect("an answer").status, 200);
}

/// Scripts for the first isolate only: the others wait for its set-up, and its tear-down is the last of all.
#[test]
fn some_scripts_run_once() {
    let service = Project::named("lifecycle").start("once", &[]);
    let steps = service.get("/rpc/listSteps").text();
    assert!(steps.contains("first"), "every isolate is set up: {steps}");
    let end = service.stop();
    assert_eq!(end.status, Some(0), "{}", end.printed);
    let is_step = |line: &&str| ["] once", "once at the end:", "steps:"].iter().any(|text| line.contains(text));
    let lines: Vec<&str> = end.printed.lines().filter(is_step).collect();
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert!(lines[0].ends_with("] once"), "{lines:#?}");
    assert_eq!(lines[1..4].iter().filter(|line| line.ends_with("steps: first, close")).count(), 2, "{lines:#?}");
    assert!(lines[3].ends_with("steps: once, first, close"), "{lines:#?}");
    assert!(lines[4].ends_with("once at the end: once, first, close"), "{lines:#?}");
}

#[test]
fn the_second_signal_ends_at_once() {
    for (signal, status) in [("TERM", 143), ("INT", 130)] {
        let service = Project::named("lifecycle").start("worker", &[]);
        let url = service.url.clone();
        let call = thread::spawn(move || Request::get("/rpc/answerLater?millis=25000").send(&url));
        service.process.line("answering later");
        service.process.signal(signal);
        service.process.line(&format!("SIG{signal} received: stopping"));
        service.process.signal(signal);
        let end = service.process.end();
        assert_eq!(end.status, Some(status), "{}", end.printed);
        assert!(!end.printed.contains("steps:"), "no tear-down:\n{}", end.printed);
        assert!(call.join().expect("an outcome").is_err(), "the call has no answer");
    }
}

#[test]
fn a_worker_says_farewell() {
    let (url, requests) = record_gateway();
    let service = Project::named("lifecycle").start("member", &[("GATEWAY", &url)]);
    let next = || requests.recv_timeout(wait::DEADLINE).expect("a request to the gateway");
    let registration = json!({"url": service.url, "procedureNames": ["answerLater", "listSteps"]});
    assert_eq!(next(), "GET /health/status ", "to learn what the gateway understands");
    assert_eq!(next(), format!("POST /workers {registration}"));
    assert_eq!(next(), r#"POST /workers/7/report {"state":"available"}"#);
    let end = service.stop();
    assert_eq!(end.status, Some(0), "{}", end.printed);
    assert_eq!(next(), r#"POST /workers/7/report {"state":"stopping"}"#);
    assert_eq!(next(), "DELETE /workers/7 ");
}

#[test]
fn set_up_scripts_run_in_order() {
    let service = Project::named("lifecycle").start("worker", &[]);
    assert_eq!(service.get("/rpc/listSteps").json(), json!(["first", "second"]));
}

/// What was set up until then is torn down.
#[test]
fn a_set_up_script_that_fails_ends_the_start() {
    let end = Project::named("lifecycle").launch("failing").end();
    assert_eq!(end.status, Some(1), "{}", end.printed);
    for text in ["Error: the database is not there", "app/src/scripts/fail.ts:1:7", "steps: first, close"] {
        assert!(end.printed.contains(text), "`{text}` is missing in\n{}", end.printed);
    }
    assert!(!end.printed.contains("Server started"), "{}", end.printed);
}

#[test]
fn a_tear_down_script_that_fails_is_no_clean_stop() {
    let end = Project::named("lifecycle").start("failingEnd", &[]).stop();
    assert_eq!(end.status, Some(1), "{}", end.printed);
    assert!(end.printed.contains("Error: the database is not there"), "{}", end.printed);
}

/// A gateway that tells what it is asked: method, path and body. It gives every worker the id 7.
fn record_gateway() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            record(stream, &sender);
        }
    });
    (url, requests)
}

/// Takes one request, and closes the connection.
fn record(stream: TcpStream, requests: &Sender<String>) {
    let mut reader = BufReader::new(stream);
    let head: Vec<String> =
        reader.by_ref().lines().map(|line| line.expect("a line")).take_while(|line| !line.is_empty()).collect();
    let length = head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    reader.read_exact(&mut body).expect("a body");
    let target = head[0].trim_end_matches(" HTTP/1.1");
    let answer = if target == "POST /workers" { r#"{"id":"7"}"# } else { "" };
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length:";
    write!(reader.get_mut(), "{head} {}\r\n\r\n{answer}", answer.len()).expect("a caller that listens");
    // The test may have seen enough.
    drop(requests.send(format!("{target} {}", String::from_utf8_lossy(&body))));
}
