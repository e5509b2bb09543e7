//! Processes die, hang, restart and come back under load.

use std::time::{Duration, Instant};

use jitar_tests::{FakeWorkers, Load, Project, Request, Response, Service, ports, wait};

const HELLO: &str = "/rpc/hello";
const ONCE: &str = "/rpc/once";
const N_CALLERS: usize = 8;

/// Nobody notices, because the calls may be repeated.
#[test]
fn a_killed_worker_costs_no_idempotent_call() {
    let gateway = start("gateway", &[]);
    let mut workers = workers(&gateway, 4);
    let load = Load::start(&gateway.url, &Request::get(HELLO), N_CALLERS);
    for _ in 0..5 {
        load.more(300);
        workers.remove(0).kill();
        load.more(300);
        workers.push(worker(&gateway));
        wait_for_workers(&gateway, 4);
    }
    let outcome = load.stop();
    assert_eq!(outcome.failures, [""; 0]);
    assert!(outcome.n_answered >= 3000, "{}", outcome.n_answered);
}

/// Only what was under way on the dead worker may fail.
#[test]
fn a_killed_worker_costs_no_more_than_its_calls() {
    let gateway = start("gateway", &[]);
    let mut workers = workers(&gateway, 3);
    let load = Load::start(&gateway.url, &Request::get(ONCE), N_CALLERS);
    load.more(500);
    workers.remove(0).kill();
    load.more(1000);
    let outcome = load.stop();
    assert!(outcome.failures.len() <= N_CALLERS, "{:?}", outcome.failures);
    let is_expected = |failure: &String| failure == "502 Procedure 'once' cannot be reached";
    assert!(outcome.failures.iter().all(is_expected), "{:?}", outcome.failures);
}

#[test]
fn a_worker_that_hangs_delays_few_calls() {
    let gateway = start("hedging", &[]);
    let workers = workers(&gateway, 4);
    let load = Load::start(&gateway.url, &Request::get(HELLO), N_CALLERS);
    load.more(500);
    workers[0].process.signal("STOP");
    load.more(4000);
    workers[0].process.signal("CONT");
    load.more(500);
    let outcome = load.stop();
    assert_eq!(outcome.failures, [""; 0]);
    assert!(outcome.n_slow * 1000 <= outcome.n_answered, "{} of {}", outcome.n_slow, outcome.n_answered);
}

/// Every worker is replaced by a new one, and no call fails, repeatable or not.
#[test]
fn a_rolling_restart_fails_no_call() {
    let gateway = start("gateway", &[]);
    let mut workers = workers(&gateway, 3);
    let load = Load::start(&gateway.url, &Request::get(ONCE), N_CALLERS);
    for _ in 0..workers.len() {
        workers.push(worker(&gateway));
        wait_for_workers(&gateway, 4);
        load.more(500);
        let end = workers.remove(0).stop();
        assert_eq!(end.status, Some(0), "{}", end.printed);
        wait_for_workers(&gateway, 3);
        load.more(500);
    }
    let outcome = load.stop();
    assert_eq!(outcome.failures, [""; 0]);
}

#[test]
fn calls_go_on_soon_after_a_gateway_was_killed() {
    let url = format!("http://127.0.0.1:{}", ports::free());
    let gateway = start("gateway", &[("URL", &url)]);
    let _workers = workers(&gateway, 2);
    gateway.kill();
    let gateway = start("gateway", &[("URL", &url)]);
    let back = Instant::now();
    gateway.until("answer", &Request::get(HELLO), |answer| answer.status == 200);
    assert!(back.elapsed() < Duration::from_secs(4), "{:?}", back.elapsed());
}

/// Application code calls another segment through two gateways; one of them dies.
#[test]
fn a_second_gateway_takes_over() {
    let (first, second) = (start("gateway", &[]), start("gateway", &[]));
    let environment = [("GATEWAY", first.url.as_str()), ("SECOND", second.url.as_str())];
    let _work = start("both", &environment);
    let front = start("front", &environment);
    for gateway in [&first, &second] {
        gateway.until("worker", &Request::get(HELLO), |answer| answer.status == 200);
    }
    let relay = Request::get("/rpc/relay");
    front.until("answer through the first gateway", &relay, |answer| answer.status == 200);
    first.kill();
    front.until("answer through the second gateway", &relay, |answer| answer.status == 200);
    let load = Load::start(&front.url, &relay, N_CALLERS);
    load.more(1000);
    assert_eq!(load.stop().failures, [""; 0]);
}

/// A proxy knows no more of a call than that nothing came of it, and asks the next gateway then.
#[test]
fn a_proxy_asks_another_gateway() {
    let (first, second) = (start("gateway", &[]), start("gateway", &[]));
    let environment = [("GATEWAY", first.url.as_str()), ("SECOND", second.url.as_str())];
    let _work = start("both", &environment);
    let proxy = start("proxy", &environment);
    for service in [&first, &second, &proxy] {
        service.until("worker", &Request::get(HELLO), |answer| answer.status == 200);
    }
    first.kill();
    let answers: Vec<u16> = (0..100).map(|_| proxy.get(ONCE).status).collect();
    assert_eq!(answers, [200; 100]);
    assert_eq!(proxy.get("/health/status").summary(), (200, "true".to_owned()));
}

/// The gateway only says who is there.
#[test]
fn workers_call_each_other_directly() {
    let gateway = start("gateway", &[]);
    let environment = [("GATEWAY", gateway.url.as_str())];
    let _work = start("directWork", &environment);
    let front = start("directFront", &environment);
    let metrics = front.process.line("Health, metrics and workers at ");
    let relay = Request::get("/rpc/relay");
    let counted = || {
        assert!(wait::until(|| relay.send(&front.url).ok().filter(|answer| answer.status == 200)).is_some());
        let metrics = Request::get("/metrics").send(&metrics).expect("an answer").text();
        metrics.contains("jitar_outbound_calls_total{way=\"direct\"}").then_some(())
    };
    assert!(wait::until(counted).is_some(), "no call goes directly:\n{}", front.process.printed());
    gateway.kill();
    let load = Load::start(&front.url, &relay, N_CALLERS);
    load.more(500);
    assert_eq!(load.stop().failures, [""; 0], "they need no gateway any more");
}

/// The gateway asks a worker of its list what it runs, and misses it when it is gone.
#[test]
fn workers_may_stand_in_a_list() {
    let worker = start("alone", &[]);
    let gateway = start("listing", &[("WORKER", &worker.url)]);
    let answer = gateway.until("answer", &Request::get(HELLO), |answer| answer.status == 200);
    assert_eq!(answer.text(), worker.get(HELLO).text());
    worker.kill();
    gateway.until("end", &Request::get(HELLO), |answer| answer.status == 503);
}

/// Connections that do nothing, and clients that never end their requests, do no harm.
#[test]
fn idle_and_slow_clients_do_no_harm() {
    let gateway = start("gateway", &[]);
    let _workers = workers(&gateway, 2);
    let open = || jitar_tests::Connection::open(&gateway.url).expect("a connection");
    let idle: Vec<_> = (0..500).map(|_| open()).collect();
    let mut slow: Vec<_> = (0..100).map(|_| open()).collect();
    for connection in &mut slow {
        connection.write(b"POST /rpc/once HTTP/1.1\r\nhost: h\r\ncontent-le").expect("open");
    }
    let load = Load::start(&gateway.url, &Request::get(HELLO), N_CALLERS);
    load.more(2000);
    let outcome = load.stop();
    assert_eq!((outcome.failures, outcome.n_slow), (Vec::new(), 0));
    drop((idle, slow));
}

/// A stranger with a loopback address lays claim to calls that are not its own.
#[test]
fn hostile_registrations_are_refused() {
    let gateway = start("gateway", &[]);
    let workers = workers(&gateway, 1);
    let name = gateway.get(HELLO).text();
    let too_many = vec!["f"; 10_001];
    let nobody = format!("http://127.0.0.1:{}", ports::free());
    let cases = [
        (serde_json::json!({"url": "http://169.254.169.254", "procedureNames": ["hello"]}), 400),
        (serde_json::json!({"url": "http://10.0.0.1:80", "procedureNames": ["hello"]}), 400),
        (serde_json::json!({"url": nobody, "procedureNames": too_many}), 400),
        (serde_json::json!({"url": gateway.url, "procedureNames": ["hello"]}), 400),
        (serde_json::json!({"url": nobody, "procedureNames": ["hello"]}), 200),
    ];
    for (body, expected) in cases {
        let answer = gateway.post("/workers", &body.to_string());
        assert_eq!(answer.status, expected, "{}", answer.text());
    }
    // Nobody answers at the address that was accepted, so it gets no calls.
    for _ in 0..20 {
        assert_eq!(gateway.get(HELLO).summary(), (200, name.clone()));
    }
    // A worker that is there confirms only what it has.
    let claim = serde_json::json!({"url": workers[0].url, "procedureNames": ["pay"], "format": 1});
    let refused = gateway.post("/workers?peer=1", &claim.to_string());
    let text = "The worker was registered for `pay`, which it does not have";
    assert_eq!(refused.summary(), (400, text.to_owned()));
    gateway.process.line("was registered for `pay`, which it does not have");
    assert_eq!(gateway.get("/rpc/pay").status, 404);
}

#[test]
fn a_gateway_counts_limits_and_shows_it_to_operators() {
    let gateway = start("strict", &[]);
    let admin = gateway.process.line("Health, metrics and workers at ");
    let _worker = start("trusted", &[("GATEWAY", &gateway.url)]);
    let trusted = Request::get(HELLO).header("x-jitar-trust-key", "key");
    gateway.until("answer", &trusted, |answer| answer.status == 200);
    let call = Request::get(HELLO).header("x-user", "a");
    let answers: Vec<Response> = (0..20).map(|_| gateway.send(&call)).collect();
    let n_refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert!((10..=15).contains(&n_refused), "{n_refused} of 20 are too many");
    let refused = answers.last().expect("20 answers");
    assert_eq!((refused.status, refused.header("retry-after").is_some()), (429, true));
    assert_eq!(gateway.send(&Request::get(HELLO).header("x-user", "b")).status, 200);

    for path in ["/metrics", "/workers"] {
        assert_eq!(gateway.get(path).status, 401, "{path} needs the key");
        assert_eq!(Request::get(path).send(&admin).expect("an answer").status, 200, "{path}");
    }
    let metrics = Request::get("/metrics").send(&admin).expect("an answer").text();
    for line in [
        format!("jitar_calls_total{{fqn=\"hello\",status=\"429\"}} {n_refused}"),
        "jitar_workers{state=\"available\"} 1".to_owned(),
    ] {
        assert!(metrics.lines().any(|known| known == line), "{line}\n{metrics}");
    }
    assert_eq!(Request::get(HELLO).send(&admin).expect("an answer").status, 501, "no calls there");
}

/// The same key, the same answer: also when two workers could give different ones.
#[test]
fn a_repeated_key_gives_the_same_answer() {
    let gateway = start("gateway", &[]);
    let _workers = workers(&gateway, 3);
    let call = Request::post(ONCE, "{}").header("idempotency-key", "7");
    let name = gateway.send(&call).text();
    for _ in 0..20 {
        assert_eq!(gateway.send(&call).summary(), (200, name.clone()));
    }
    assert_eq!(gateway.send(&Request::post(ONCE, r#"{"a": 1}"#).header("idempotency-key", "7")).status, 422);
}

/// What runs no JavaScript starts no V8.
#[cfg(target_os = "linux")]
#[test]
fn what_runs_no_javascript_has_no_isolate() {
    let (gateway, worker, repository) = (start("gateway", &[]), start("alone", &[]), start("repository", &[]));
    let proxy = start("proxy", &[("GATEWAY", &gateway.url), ("SECOND", &repository.url)]);
    let threads = |service: &Service| {
        let folder = format!("/proc/{}/task", service.process.id());
        let tasks =
            std::fs::read_dir(folder).expect("a process").map(|task| task.expect("a thread").path().join("comm"));
        tasks.map(|comm| std::fs::read_to_string(comm).unwrap_or_default()).collect::<String>()
    };
    let with = threads(&worker);
    assert!(with.contains("jitar-isolate") && with.contains("V8"), "{with}");
    for without in [&gateway, &proxy, &repository].map(threads) {
        assert!(!without.contains("jitar-isolate") && !without.contains("V8"), "{without}");
    }
}

/// A hundred workers with a hundred procedures each: all are found, and none costs the others anything.
#[test]
fn many_workers_are_found() {
    let gateway = start("gateway", &[]);
    let workers = FakeWorkers::start();
    for worker in 0..100 {
        let names: Vec<String> = (0..100).map(|name| format!("p{worker}/f{name}")).chain(["all".to_owned()]).collect();
        workers.register(&gateway, &format!("w{worker}"), &names);
    }
    wait_for_workers(&gateway, 100);
    for fqn in ["p0/f0", "p50/f7", "p99/f99", "all"] {
        assert_eq!(gateway.post(&format!("/rpc/{fqn}"), "{}").summary(), (200, "2".to_owned()), "{fqn}");
    }
    let load = Load::start(&gateway.url, &Request::post("/rpc/all", "{}"), N_CALLERS);
    load.more(2000);
    assert_eq!(load.stop().failures, [""; 0]);
}

/// A worker that was told that it is registered gets calls from then on.
#[test]
fn a_registered_worker_is_called_at_once() {
    for _ in 0..5 {
        let gateway = start("gateway", &[]);
        let worker = worker(&gateway);
        worker.process.line("Registered at the gateway");
        assert_eq!(gateway.get(HELLO).summary(), (200, worker.get(HELLO).text()));
    }
}

/// A hundred megabytes pass a gateway in both directions, and it keeps none of them.
#[cfg(target_os = "linux")]
#[test]
fn large_bodies_cost_no_memory() {
    const LENGTH: usize = 100_000_000;
    let gateway = start("large", &[]);
    let _workers = workers(&gateway, 1);
    let fakes = FakeWorkers::start();
    fakes.register(&gateway, "w", &["count".to_owned()]);
    wait_for_workers(&gateway, 2);
    let before = peak_kilobytes(&gateway);
    let sent = gateway.send(&Request::post("/rpc/count", "").body(vec![b' '; LENGTH]));
    assert_eq!(sent.summary(), (200, LENGTH.to_string()));
    assert_eq!(in_chunks(&gateway, LENGTH).summary(), (200, LENGTH.to_string()), "without a length");
    let received = gateway.get(&format!("/rpc/largeText?length={LENGTH}"));
    assert_eq!((received.status, received.body.len()), (200, LENGTH));
    let grown = peak_kilobytes(&gateway) - before;
    assert!(grown < 20_000, "the gateway's memory grew by {grown} kB");

    // What is too large is answered as that, and is no fault of the worker's.
    let small = start("small", &[]);
    fakes.register(&small, "w", &["count".to_owned()]);
    assert_eq!(in_chunks(&small, 400_000).summary(), (200, "400000".to_owned()));
    let refused = in_chunks(&small, 10_000_000);
    assert_eq!(refused.summary(), (413, "the request body is larger than 500000 bytes".to_owned()));
    assert_eq!(in_chunks(&small, 400_000).summary(), (200, "400000".to_owned()), "the worker is still there");
}

/// Sends a body that does not say its length, and stops when nobody listens any more.
#[cfg(target_os = "linux")]
fn in_chunks(gateway: &Service, length: usize) -> Response {
    const CHUNK: usize = 100_000;
    let mut connection = jitar_tests::Connection::open(&gateway.url).expect("a connection");
    let head =
        "POST /rpc/count HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    connection.write(head.as_bytes()).expect("sent");
    let chunk = [format!("{CHUNK:x}\r\n").as_bytes(), &vec![b' '; CHUNK], b"\r\n"].concat();
    let is_sent = (0..length / CHUNK).all(|_| connection.write(&chunk).is_ok());
    if is_sent {
        drop(connection.write(b"0\r\n\r\n"));
    }
    connection.read(false).expect("an answer")
}

/// The most memory that a process ever had.
#[cfg(target_os = "linux")]
fn peak_kilobytes(service: &Service) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.process.id())).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}

/// Calls go through the socket: at the address of this registration nobody listens.
#[test]
fn a_worker_of_this_machine_is_called_through_its_socket() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("worker.sock");
    let path = path.to_str().expect("a path");
    let gateway = start("gateway", &[]);
    let worker = start("socket", &[("GATEWAY", &gateway.url), ("SOCKET", path)]);
    wait_for_workers(&gateway, 1);
    let listed = gateway.get("/workers").json();
    assert_eq!(listed[0]["listen"], format!("unix:{path}"));
    assert_eq!(gateway.get(HELLO).text(), worker.get(HELLO).text());

    let alone = start("gateway", &[]);
    let nobody = format!("http://127.0.0.1:{}", ports::free());
    let claim = serde_json::json!({
        "url": nobody, "procedureNames": ["hello"], "format": 1, "listen": format!("unix:{path}"),
    });
    assert_eq!(alone.post("/workers?peer=1", &claim.to_string()).status, 200);
    let answer = alone.until("answer", &Request::get(HELLO), |answer| answer.status == 200);
    assert_eq!(answer.text(), worker.get(HELLO).text());
    assert_eq!(worker.stop().status, Some(0));
    assert!(!std::path::Path::new(path).exists(), "the socket is gone with its process");
}

#[track_caller]
fn start(service: &str, environment: &[(&str, &str)]) -> Service {
    Project::named("tolerance").start(service, environment)
}

#[track_caller]
fn worker(gateway: &Service) -> Service {
    start("worker", &[("GATEWAY", &gateway.url)])
}

#[track_caller]
fn workers(gateway: &Service, n_workers: usize) -> Vec<Service> {
    let workers = (0..n_workers).map(|_| worker(gateway)).collect();
    wait_for_workers(gateway, n_workers);
    workers
}

/// Waits until so many workers take calls; others may be dead and not yet forgotten.
#[track_caller]
fn wait_for_workers(gateway: &Service, n_workers: usize) {
    gateway.until("list of workers", &Request::get("/workers"), |answer| answer.n_available() == n_workers);
}
