//! What calls show of a worker: how many are under way, and how long they take (peak EWMA).

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Time after which a measured latency counts for a third.
const DECAY: Duration = Duration::from_secs(10);

/// A latency below which workers are equal; it also keeps costs of idle workers from being zero.
const LEAST: f64 = 100e-6;

/// Calls of one worker.
#[derive(Debug)]
pub(super) struct Load {
    in_flight: AtomicU32,
    latency: Mutex<Latency>,
}

/// How long calls take.
#[derive(Debug, Clone, Copy)]
struct Latency {
    /// Seconds: rises to every longer call at once, and falls slowly.
    peak: f64,
    at: Instant,
    /// When calls last came back, or when the first of those under way started.
    progress: Instant,
}

impl Load {
    /// Nothing is known yet.
    pub(super) fn new(now: Instant) -> Self {
        let latency = Latency { peak: 0.0, at: now, progress: now };
        Self { in_flight: AtomicU32::new(0), latency: Mutex::new(latency) }
    }

    /// Calls under way.
    pub(super) fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// A call starts.
    pub(super) fn started(&self, now: Instant) {
        if self.in_flight.fetch_add(1, Ordering::Relaxed) == 0 {
            self.latency().progress = now;
        }
    }

    /// A call ended, whatever came of it.
    pub(super) fn ended(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    /// A call was answered after this time.
    pub(super) fn answered(&self, took: Duration, now: Instant) {
        let mut latency = self.latency();
        *latency = Latency { progress: now, ..latency.with(took, now) };
    }

    /// Milliseconds of a call, as people see it.
    pub(super) fn millis(&self, now: Instant) -> f64 {
        self.latency().decayed(now) * 1000.0
    }

    /// Seconds that a call is expected to take, the calls under way included.
    pub(super) fn cost(&self, now: Instant) -> f64 {
        let (latency, in_flight) = (*self.latency(), self.in_flight());
        // Whoever was given calls and gives nothing back is as slow as it has been silent.
        let silent = if in_flight > 0 { now.saturating_duration_since(latency.progress) } else { Duration::ZERO };
        latency.decayed(now).max(silent.as_secs_f64()).max(LEAST) * f64::from(in_flight.saturating_add(1))
    }

    fn latency(&self) -> MutexGuard<'_, Latency> {
        self.latency.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Latency {
    fn decayed(&self, now: Instant) -> f64 {
        let age = now.saturating_duration_since(self.at).as_secs_f64();
        self.peak * (-age / DECAY.as_secs_f64()).exp()
    }

    fn with(self, took: Duration, now: Instant) -> Self {
        let took = took.as_secs_f64();
        let age = now.saturating_duration_since(self.at).as_secs_f64();
        let kept = (-age / DECAY.as_secs_f64()).exp();
        let peak = if took > self.peak { took } else { self.peak.mul_add(kept, took * (1.0 - kept)) };
        Self { peak, at: now, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    #[test]
    fn rises_at_once_and_falls_slowly() {
        let start = Instant::now();
        let load = Load::new(start);
        let at = |millis| start + Duration::from_millis(millis);
        load.answered(10 * MILLISECOND, at(0));
        load.answered(100 * MILLISECOND, at(1));
        assert!(load.millis(at(1)) > 99.9);
        load.answered(MILLISECOND, at(101));
        assert!(load.millis(at(101)) > 98.0, "one fast answer proves nothing");
        for n in 0..1000 {
            load.answered(MILLISECOND, at(101 + 100 * n));
        }
        assert!(load.millis(at(101 + 100 * 999)) < 1.1);
    }

    #[test]
    fn calls_under_way_cost() {
        let now = Instant::now();
        let load = Load::new(now);
        load.answered(10 * MILLISECOND, now);
        let idle = load.cost(now);
        load.started(now);
        load.started(now);
        assert!((load.cost(now) / idle - 3.0).abs() < 1e-9);
        load.ended();
        load.ended();
        assert!((load.cost(now) - idle).abs() < 1e-9);
    }

    #[test]
    fn silence_costs() {
        let start = Instant::now();
        let load = Load::new(start);
        load.started(start);
        assert!(load.cost(start + Duration::from_secs(1)) >= 2.0);
        load.answered(MILLISECOND, start + Duration::from_secs(1));
        assert!(load.cost(start + Duration::from_secs(1)) < 0.01);
    }
}
