//! A small load generator: threads with one kept-alive connection each, in closed loop.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::http::Connection;

const N_CONNECTIONS: usize = 16;

/// What a run of load gave.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    /// Answered calls.
    pub(super) n_calls: u64,
    /// How long it took.
    pub(super) elapsed: Duration,
}

/// Sends the request over and over for a time. Every answer must have the status 200.
pub(super) fn run(address: &str, request: &[u8], time: Duration) -> Result<Load> {
    let stop = AtomicBool::new(false);
    let n_calls = AtomicU64::new(0);
    let start = Instant::now();
    thread::scope(|scope| -> Result<()> {
        let callers: Vec<_> =
            (0..N_CONNECTIONS).map(|_| scope.spawn(|| call_until(address, request, &stop, &n_calls))).collect();
        thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
        callers.into_iter().try_for_each(|caller| match caller.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    Ok(Load { n_calls: n_calls.into_inner(), elapsed: start.elapsed() })
}

fn call_until(address: &str, request: &[u8], stop: &AtomicBool, n_calls: &AtomicU64) -> Result<()> {
    let mut connection = Connection::open(address).with_context(|| format!("cannot connect to {address}"))?;
    while !stop.load(Ordering::Relaxed) {
        let response = connection.exchange(request).with_context(|| format!("{address} does not answer under load"))?;
        ensure!(response.status == 200, "{address} answers {} under load: {}", response.status, response.text());
        n_calls.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// The times of calls that follow one another on one connection, ascending.
pub(super) fn latencies(address: &str, request: &[u8], time: Duration) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(address).with_context(|| format!("cannot connect to {address}"))?;
    let (start, mut times) = (Instant::now(), Vec::new());
    while start.elapsed() < time {
        let before = Instant::now();
        let response = connection.exchange(request).with_context(|| format!("{address} does not answer"))?;
        times.push(before.elapsed());
        ensure!(response.status == 200, "{address} answers {}: {}", response.status, response.text());
    }
    times.sort_unstable();
    Ok(times)
}
