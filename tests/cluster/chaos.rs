//! What `tests/chaos` measures at full size, at a smaller one and without a clock: how many calls fail.

use std::collections::BTreeSet;

use jitar_tests::{Load, Project, Request, Service, ports};

const N_CALLERS: usize = 8;
const N_CALLS: usize = 20_000;

/// Workers and gateways take turns; what is called is a worker before two gateways.
#[test]
fn a_rolling_restart_of_every_process_fails_no_call() {
    let ports = [ports::free(), ports::free()];
    let urls = ports.map(|port| format!("http://127.0.0.1:{port}"));
    let environment = [("GATEWAY", urls[0].as_str()), ("SECOND", urls[1].as_str())];
    let start = |service: &str, port| Project::named("chaos").start_quietly(service, port, &environment);
    let wait_for = |gateways: &[Service], n_workers| {
        for gateway in gateways {
            gateway.until("list of workers", &Request::get("/workers"), |answer| answer.n_available() >= n_workers);
        }
    };
    let mut gateways: Vec<Service> = ports.iter().map(|port| start("gateway", *port)).collect();
    let mut workers: Vec<Service> = (0..2).map(|_| start("twoGateways", ports::free())).collect();
    let front = start("front", ports::free());
    wait_for(&gateways, 3);
    let relay = Request::get("/rpc/relay");
    front.until("answer", &relay, |answer| answer.status == 200);

    let load = Load::start(&front.url, &relay, N_CALLERS);
    for (idx, port) in ports.into_iter().enumerate() {
        workers.push(start("twoGateways", ports::free()));
        wait_for(&gateways, 4);
        assert_eq!(workers.remove(0).stop().status, Some(0));
        load.more(N_CALLS / 4);
        // Removed first: its port must be free for the next one.
        assert_eq!(gateways.remove(idx).stop().status, Some(0));
        gateways.insert(idx, start("gateway", port));
        wait_for(&gateways, 3);
        load.more(N_CALLS / 4);
    }
    let outcome = load.stop();
    assert_eq!(outcome.failures, [""; 0]);
    assert!(outcome.n_answered >= N_CALLS, "{}", outcome.n_answered);
}

/// Far more callers than a service can serve: those that are too many are told so, the others are served, and it is over
/// when they are gone.
#[test]
fn overload_costs_only_what_is_too_much() {
    let worker = Project::named("chaos").start_quietly("adaptive", ports::free(), &[]);
    let work = Request::get("/rpc/work");
    let alone = Load::start(&worker.url, &work, 1);
    alone.more(50);
    assert_eq!(alone.stop().failures, [""; 0]);

    let load = Load::start(&worker.url, &work, 40);
    load.more(400);
    let outcome = load.stop();
    let kinds: BTreeSet<&str> = outcome.failures.iter().map(String::as_str).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["503 Too many calls are under way; try again"]);
    assert!(outcome.failures.len() > 400, "only {} were too many", outcome.failures.len());

    let after = Load::start(&worker.url, &work, 1);
    after.more(50);
    assert_eq!(after.stop().failures, [""; 0]);
}
