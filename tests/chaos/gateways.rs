//! Gateways that die.

use std::time::{Duration, Instant};

use jitar_tests::{Load, Request, ports};

use crate::Size;
use crate::cluster::{HELLO, gateway, node, wait_for_workers};
use crate::figures::{Figures, between, millis, show};

/// Killed and started again at its port.
pub(crate) fn restarted(figures: &mut Figures, _: Size) {
    let port = ports::free();
    let url = format!("http://127.0.0.1:{port}");
    let start = || node("gateway", port, [&url; 2]);
    let gateway = start();
    let _workers: Vec<_> = (0..2).map(|_| node("worker", ports::free(), [&url; 2])).collect();
    wait_for_workers(&gateway, 2);
    gateway.kill();
    let before = Instant::now();
    let gateway = start();
    gateway.until("answer", &Request::get(HELLO), |answer| answer.status == 200);
    figures.add("restarted gateway: start of the process to the first call", "ms", millis(before.elapsed()));
}

/// Application code calls another segment through two of them.
pub(crate) fn one_of_two_killed(figures: &mut Figures, _: Size) {
    let (first, second) = (gateway("gateway"), gateway("gateway"));
    let urls = [first.url.as_str(), second.url.as_str()];
    let _worker = node("twoGateways", ports::free(), urls);
    let front = node("front", ports::free(), urls);
    for gateway in [&first, &second] {
        wait_for_workers(gateway, 2);
    }
    let relay = Request::get("/rpc/relay");
    front.until("answer", &relay, |answer| answer.status == 200);
    let load = Load::start(&front.url, &relay, 8);
    load.more(2000);
    let killed = Instant::now();
    first.kill();
    load.more(20_000);
    let end = Instant::now();
    let outcome = load.stop();
    show(&outcome.failures);
    let failed = |from, to| between(&outcome.calls, from, to).filter(|call| call.status != Some(200)).count();
    let second = killed + Duration::from_secs(1);
    figures.failures("two gateways: failed calls in the second after one was killed", failed(killed, second));
    figures.failures("two gateways: failed calls later", failed(second, end));
}
