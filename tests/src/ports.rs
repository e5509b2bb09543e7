//! Ports that are known before somebody listens on them. Where it can be, tests use port 0 instead.

use std::net::TcpListener;
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that systems hand out by themselves, so that nobody gets one of these by chance.
const FIRST: u16 = 22_000;
const COUNT: u16 = 8_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port of the loopback address on which nothing listens. Each call gives another.
///
/// # Panics
/// When there is none.
pub fn free() -> u16 {
    let start = u16::try_from(process::id() % u32::from(COUNT)).unwrap_or_default();
    let mut candidates = (0..COUNT).map(|_| FIRST + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT);
    candidates.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a free port")
}
