//! Many workers, many connections, many slow clients.

use std::thread;
use std::time::{Duration, Instant};

use jitar_tests::{Connection, FakeWorkers, Load, Request, Service, ports, wait};

use crate::Size;
use crate::cluster::{HELLO, gateway, node, workers as start_workers};
use crate::figures::{Figures, percentile, resident, show, times};

const N_CALLERS: usize = 8;
const N_PROCEDURES: usize = 100;
/// Workers that register at the same time.
const N_THREADS: usize = 16;

/// Registers workers with a hundred procedures each, and waits until calls reach each of them.
fn register(gateway: &Service, fakes: &FakeWorkers, n_workers: usize) {
    thread::scope(|scope| {
        for thread in 0..N_THREADS {
            scope.spawn(move || {
                for worker in (thread..n_workers).step_by(N_THREADS) {
                    let names: Vec<String> = (0..N_PROCEDURES).map(|name| format!("p{worker}/f{name}")).collect();
                    fakes.register(gateway, &format!("w{worker}"), &names);
                }
            });
        }
    });
    for worker in 0..n_workers {
        gateway.until("route", &lookup(worker), |answer| answer.status == 200);
    }
}

fn lookup(worker: usize) -> Request {
    Request::post(&format!("/rpc/p{worker}/f{}", N_PROCEDURES - 1), "{}")
}

/// All of them register again after a restart of the gateway.
pub(crate) fn workers(figures: &mut Figures, size: Size) {
    let n_workers = size.of(1000, 200);
    let fakes = FakeWorkers::start();
    let time_of_calls = |gateway: &Service, worker: usize| {
        let load = Load::start(&gateway.url, &lookup(worker), 1);
        load.more(3000);
        percentile(&times(&load.stop().calls, 200), 50)
    };
    let small = gateway("gateway");
    register(&small, &fakes, 1);
    let few = time_of_calls(&small, 0);
    let without = resident(&small);
    drop(small);

    let port = ports::free();
    let start = || node("gateway", port, [""; 2]);
    let gateway = start();
    register(&gateway, &fakes, n_workers);
    gateway.kill();
    let gateway = start();
    let before = Instant::now();
    register(&gateway, &fakes, n_workers);
    figures.add("many workers: all registered again and called", "s", before.elapsed().as_secs_f64());
    figures.add("many workers: median of a call, one worker", "ms", few);
    figures.add("many workers: median of a call, all workers", "ms", time_of_calls(&gateway, n_workers / 2));
    figures.add("many workers: memory of the gateway with one", "MB", without);
    figures.add("many workers: memory of the gateway with all", "MB", resident(&gateway));
}

/// Connections on which nothing is said.
pub(crate) fn idle_connections(figures: &mut Figures, size: Size) {
    let gateway = gateway("gateway");
    let _workers = start_workers(&gateway, 1);
    let without = p99(&gateway, size);
    let idle: Vec<Connection> =
        (0..size.of(5000, 1000)).map(|_| Connection::open(&gateway.url).expect("a connection")).collect();
    let with = p99(&gateway, size);
    figures.add("idle connections: p99 without them", "ms", without);
    figures.add("idle connections: p99 with them", "ms", with);
    figures.count("idle connections: how many", idle.len());
    figures.add("idle connections: memory of the gateway", "MB", resident(&gateway));
}

/// Clients that send one byte a second.
pub(crate) fn slow_clients(figures: &mut Figures, size: Size) {
    let gateway = gateway("gateway");
    let _workers = start_workers(&gateway, 1);
    let without = p99(&gateway, size);
    let mut slow: Vec<Connection> =
        (0..size.of(500, 100)).map(|_| Connection::open(&gateway.url).expect("a connection")).collect();
    let head = b"POST /rpc/once HTTP/1.1\r\nhost: h\r\ncontent-length: 100\r\n";
    let load = Load::start(&gateway.url, &Request::get(HELLO), N_CALLERS);
    for byte in &head[..size.of(12, 3)] {
        let next = Instant::now() + Duration::from_secs(1);
        for connection in &mut slow {
            // The gateway may have had enough of it.
            drop(connection.write(&[*byte]));
        }
        wait::pause(next.saturating_duration_since(Instant::now()));
    }
    let outcome = load.stop();
    figures.add("slow clients: p99 without them", "ms", without);
    figures.add("slow clients: p99 with them", "ms", percentile(&times(&outcome.calls, 200), 99));
    show(&outcome.failures);
    figures.failures("slow clients: failed calls of others", outcome.failures.len());
}

/// Under the load of a few callers.
fn p99(gateway: &Service, size: Size) -> f64 {
    let load = Load::start(&gateway.url, &Request::get(HELLO), N_CALLERS);
    wait::pause(Duration::from_secs(size.of(5, 1)));
    percentile(&times(&load.stop().calls, 200), 99)
}
