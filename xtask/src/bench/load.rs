//! A small load generator for what wrk is not made for: rounds shorter than a second, and single calls.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::measured::median;
use crate::http::Connection;

const N_CONNECTIONS: usize = 16;

/// Sends the request over and over for a time, on several connections. Every answer must have the status 200.
pub(super) fn run(address: &str, request: &[u8], time: Duration) -> Result<()> {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| -> Result<()> {
        let callers: Vec<_> = (0..N_CONNECTIONS).map(|_| scope.spawn(|| call_until(address, request, &stop))).collect();
        thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
        callers.into_iter().try_for_each(|caller| match caller.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

fn call_until(address: &str, request: &[u8], stop: &AtomicBool) -> Result<()> {
    let mut connection = Connection::open(address).with_context(|| format!("cannot connect to {address}"))?;
    while !stop.load(Ordering::Relaxed) {
        let response = connection.exchange(request).with_context(|| format!("{address} does not answer under load"))?;
        ensure!(response.status == 200, "{address} answers {} under load: {}", response.status, response.text());
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

/// Microseconds that a hundred bytes take to another thread and back over loopback, without HTTP: the median.
pub(super) fn round_trip(time: Duration) -> Result<f64> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("the loopback address has no free port")?;
    let address = listener.local_addr()?;
    let echo = thread::spawn(move || -> std::io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        let mut bytes = [0; 100];
        while stream.read_exact(&mut bytes).is_ok() {
            stream.write_all(&bytes)?;
        }
        Ok(())
    });
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let (start, mut micros, mut bytes) = (Instant::now(), Vec::new(), [0; 100]);
    while start.elapsed() < time {
        let before = Instant::now();
        stream.write_all(&bytes)?;
        stream.read_exact(&mut bytes)?;
        micros.push(before.elapsed().as_secs_f64() * 1e6);
    }
    drop(stream);
    match echo.join() {
        Ok(result) => result.context("the echo failed")?,
        Err(panic) => std::panic::resume_unwind(panic),
    }
    Ok(median(&micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back() {
        let micros = round_trip(Duration::from_millis(20)).expect("loopback is there");
        assert!(micros > 0.0 && micros < 1e6, "{micros}");
    }
}
