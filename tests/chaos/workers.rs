//! Workers that die, hang, and are replaced.

use std::time::{Duration, Instant};

use jitar_tests::load::Call;
use jitar_tests::{Load, Request, Service, ports, wait};

use crate::Size;
use crate::cluster::{HELLO, ONCE, gateway, node, wait_for_workers, worker, workers};
use crate::figures::{Figures, number, show};

const N_CALLERS: usize = 8;
/// After this time nothing may go to a worker that was killed.
const FORGOTTEN: Duration = Duration::from_millis(100);

/// `kill -9` of one of four, again and again.
pub(crate) fn killed(figures: &mut Figures, size: Size) {
    let gateway = gateway("gateway");
    let mut workers = workers(&gateway, 4);
    let repeatable = Load::start(&gateway.url, &Request::get(HELLO), N_CALLERS);
    let once = Load::start(&gateway.url, &Request::get(ONCE), N_CALLERS);
    let mut kills = Vec::new();
    for _ in 0..size.of(20, 3) {
        repeatable.more(1000);
        let before = Instant::now();
        workers.remove(0).kill();
        kills.push((before, Instant::now()));
        repeatable.more(1000);
        workers.push(worker(&gateway));
        wait_for_workers(&gateway, 4);
    }
    let (repeatable, once) = (repeatable.stop(), once.stop());
    show(&once.failures);
    // Neither under way when one was killed, nor sent shortly after.
    let is_late = |call: &&Call| {
        call.status != Some(200)
            && !kills
                .iter()
                .any(|(before, after)| call.start + call.time >= *before && call.start <= *after + FORGOTTEN)
    };
    let late = once.calls.iter().filter(is_late).count();
    figures.count("killed workers: idempotent calls", repeatable.calls.len());
    figures.failures("killed workers: failed idempotent calls", repeatable.failures.len());
    figures.add(
        "killed workers: failed other calls for each kill, of 8 in flight",
        "failures",
        number(once.failures.len()) / number(kills.len()),
    );
    figures.failures("killed workers: failed calls sent later than 100 ms after a kill", late);
}

/// SIGSTOP of one of four for five seconds.
pub(crate) fn hanging(figures: &mut Figures, _: Size) {
    let gateway = gateway("hedging");
    let workers = workers(&gateway, 4);
    let load = Load::start(&gateway.url, &Request::get(HELLO), N_CALLERS);
    load.more(1000);
    workers[0].process.signal("STOP");
    wait::pause(Duration::from_secs(5));
    workers[0].process.signal("CONT");
    load.more(1000);
    let outcome = load.stop();
    let in_time = number(outcome.n_answered - outcome.n_slow) / number(outcome.calls.len());
    figures.count("hanging worker: calls", outcome.calls.len());
    figures.add("hanging worker: answered within 1 s", "%", in_time * 100.0);
}

/// Workers and gateways are replaced one after the other; what is called is a worker before two gateways.
pub(crate) fn rolling_restart(figures: &mut Figures, size: Size) {
    let mut ports = [ports::free(), ports::free()];
    ports.sort_unstable();
    let urls = ports.map(|port| format!("http://127.0.0.1:{port}"));
    let urls = [urls[0].as_str(), urls[1].as_str()];
    let mut gateways: Vec<Service> = ports.iter().map(|port| node("gateway", *port, urls)).collect();
    let start_worker = || node("twoGateways", ports::free(), urls);
    let mut workers: Vec<Service> = (0..3).map(|_| start_worker()).collect();
    let front = node("front", ports::free(), urls);
    let wait_for = |gateways: &[Service], n_workers| {
        for gateway in gateways {
            wait_for_workers(gateway, n_workers);
        }
    };
    wait_for(&gateways, 4);
    let relay = Request::get("/rpc/relay");
    front.until("answer", &relay, |answer| answer.status == 200);

    let load = Load::start(&front.url, &relay, N_CALLERS);
    let n_calls = size.of(200_000, 10_000);
    let mut n_restarts = 0;
    while load.n_answered() < n_calls {
        workers.push(start_worker());
        wait_for(&gateways, 5);
        assert_eq!(workers.remove(0).stop().status, Some(0));
        load.more(1000);
        let index = n_restarts % 2;
        // Removed first: its port must be free for the next one.
        assert_eq!(gateways.remove(index).stop().status, Some(0));
        gateways.insert(index, node("gateway", ports[index], urls));
        wait_for(&gateways, 4);
        load.more(1000);
        n_restarts += 1;
    }
    let outcome = load.stop();
    figures.count("rolling restart: calls", outcome.calls.len());
    figures.count("rolling restart: restarted processes", 2 * n_restarts);
    figures.failures("rolling restart: failed calls", outcome.failures.len());
    show(&outcome.failures);
}
