//! Clusters under load.

use jitar_tests::{Project, Request, Service, ports};

pub(crate) const HELLO: &str = "/rpc/hello";
pub(crate) const ONCE: &str = "/rpc/once";

/// Starts a node, which knows these gateways.
pub(crate) fn node(service: &str, port: u16, gateways: [&str; 2]) -> Service {
    let environment = [("GATEWAY", gateways[0]), ("SECOND", gateways[1])];
    Project::named("chaos").start_quietly(service, port, &environment)
}

/// A gateway on a free port.
pub(crate) fn gateway(service: &str) -> Service {
    node(service, ports::free(), ["http://127.0.0.1:1"; 2])
}

/// A worker of one gateway.
pub(crate) fn worker(gateway: &Service) -> Service {
    node("worker", ports::free(), [&gateway.url; 2])
}

/// Workers that take calls.
pub(crate) fn workers(gateway: &Service, n_workers: usize) -> Vec<Service> {
    let workers = (0..n_workers).map(|_| worker(gateway)).collect();
    wait_for_workers(gateway, n_workers);
    workers
}

/// Waits until so many workers take calls; others may be dead and not yet forgotten.
pub(crate) fn wait_for_workers(gateway: &Service, n_workers: usize) {
    gateway.until("list of workers", &Request::get("/workers"), |answer| answer.n_available() >= n_workers);
}
