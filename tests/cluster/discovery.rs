//! Workers find their gateway and come back to it; the gateway finds out who is gone.

use std::collections::BTreeMap;

use jitar_tests::{Project, Request, Response, Service, ports};

const NAME: &str = "/rpc/nameWorker";

#[test]
fn a_worker_may_start_before_its_gateway() {
    let url = address();
    let worker = worker(&url);
    worker.process.line("Cannot register at the gateway");
    assert_eq!(worker.get(NAME).status, 200, "a worker works without its gateway");
    let gateway = gateway(&url);
    let answer = gateway.until("worker", &Request::get(NAME), |answer| answer.status == 200);
    assert_eq!(answer.text(), worker.get(NAME).text());
}

#[test]
fn workers_come_back_to_a_gateway_that_was_restarted() {
    let url = address();
    let first = gateway(&url);
    let worker = worker(&url);
    first.until("worker", &Request::get(NAME), |answer| answer.status == 200);
    first.kill();
    let second = gateway(&url);
    let answer = second.until("worker that came back", &Request::get(NAME), |answer| answer.status == 200);
    assert_eq!(answer.text(), worker.get(NAME).text());
}

/// First the connection fails, then the gateway knows better than to try, and at last it forgets the worker.
#[test]
fn a_worker_that_was_killed_is_forgotten() {
    let gateway = Project::named("discovery").start("strictGateway", &[]);
    let worker = worker(&gateway.url);
    wait_for_workers(&gateway, 1);
    worker.kill();
    let mut found: Vec<Response> = Vec::new();
    while found.last().is_none_or(|answer| answer.status != 404) {
        let last = found.last().map_or(0, |answer| answer.status);
        found.push(gateway.until("other answer", &Request::get(NAME), |answer| answer.status != last));
    }
    let found: Vec<_> =
        found.iter().map(|answer| (answer.status, answer.text(), answer.header("retry-after"))).collect();
    let expected = [
        (502, "Procedure 'nameWorker' cannot be reached".to_owned(), None),
        (503, "No worker available for procedure 'nameWorker'".to_owned(), Some("1")),
        (404, "Procedure 'nameWorker' not found".to_owned(), None),
    ];
    assert_eq!(found, expected);
    wait_for_workers(&gateway, 0);
}

#[test]
fn a_call_on_a_worker_that_is_killed_fails_at_once() {
    let gateway = Project::named("discovery").start("gateway", &[]);
    let worker = worker(&gateway.url);
    wait_for_workers(&gateway, 1);
    let call = gateway.get_in_background("/rpc/waitForever");
    worker.process.line("waiting");
    worker.kill();
    let answer = call.join().expect("an answer");
    assert_eq!(answer.summary(), (502, "Procedure 'waitForever' cannot be reached".to_owned()));
}

#[test]
fn workers_take_turns() {
    let gateway = Project::named("discovery").start("roundRobin", &[]);
    let workers = [worker(&gateway.url), worker(&gateway.url), worker(&gateway.url)];
    wait_for_workers(&gateway, workers.len());
    let mut calls = BTreeMap::new();
    for _ in 0..12 {
        *calls.entry(gateway.get(NAME).text()).or_insert(0) += 1;
    }
    let expected: BTreeMap<_, _> = workers.iter().map(|worker| (worker.get(NAME).text(), 4)).collect();
    assert_eq!(calls, expected);
}

/// The others take over.
#[test]
fn a_worker_that_stops_is_missed_by_nobody() {
    let gateway = Project::named("discovery").start("gateway", &[]);
    let (stays, goes) = (worker(&gateway.url), worker(&gateway.url));
    wait_for_workers(&gateway, 2);
    assert_eq!(goes.stop().status, Some(0));
    let name = stays.get(NAME).text();
    for _ in 0..4 {
        assert_eq!(gateway.get(NAME).summary(), (200, name.clone()));
    }
}

fn address() -> String {
    format!("http://127.0.0.1:{}", ports::free())
}

#[track_caller]
fn gateway(url: &str) -> Service {
    Project::named("discovery").start("gateway", &[("URL", url)])
}

#[track_caller]
fn worker(gateway: &str) -> Service {
    Project::named("discovery").start("worker", &[("GATEWAY", gateway)])
}

/// Waits until the gateway has this many workers, and all of them take calls.
#[track_caller]
fn wait_for_workers(gateway: &Service, n_workers: usize) {
    let is_ready = |answer: &Response| {
        let workers = answer.json();
        let states: Vec<_> = workers.as_array().expect("a list").iter().map(|worker| &worker["state"]).collect();
        states.len() == n_workers && states.iter().all(|state| *state == "available")
    };
    gateway.until("list of workers", &Request::get("/workers"), is_ready);
}
