//! Holds back calls to a worker that turns them away anyway: being asked and saying no costs it as well. A part of the calls
//! still goes there, so that it shows when the worker takes them again (Google SRE, "client-side throttling").

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Time after which a call counts for a half.
const HALF_LIFE: Duration = Duration::from_secs(5);

/// How many calls are sent for each one that is taken.
const FACTOR: f64 = 2.0;

/// Calls that say too little.
const FEW: f64 = 10.0;

/// What a worker made of the calls it got.
#[derive(Debug)]
pub(super) struct Throttle(Mutex<Counts>);

#[derive(Debug, Clone, Copy)]
struct Counts {
    sent: f64,
    taken: f64,
    at: Instant,
}

impl Throttle {
    /// Nothing was sent yet.
    pub(super) fn new(now: Instant) -> Self {
        Self(Mutex::new(Counts { sent: 0.0, taken: 0.0, at: now }))
    }

    /// Whether a call may be sent, for a caller with that much luck, from 0 to 1.
    pub(super) fn allows(&self, luck: f64, now: Instant) -> bool {
        let Counts { sent, taken, .. } = self.counts().at(now);
        sent < FEW || luck >= (sent - FACTOR * taken) / (sent + 1.0)
    }

    /// A call was answered; whether the worker took it.
    pub(super) fn answered(&self, was_taken: bool, now: Instant) {
        let mut counts = self.counts();
        *counts = counts.at(now);
        counts.sent += 1.0;
        counts.taken += f64::from(u8::from(was_taken));
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn at(self, now: Instant) -> Self {
        let age = now.saturating_duration_since(self.at).as_secs_f64();
        let kept = (-age / HALF_LIFE.as_secs_f64()).exp2();
        Self { sent: self.sent * kept, taken: self.taken * kept, at: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_back_what_would_be_turned_away() {
        let now = Instant::now();
        let throttle = Throttle::new(now);
        (0..9).for_each(|_| throttle.answered(false, now));
        assert!(throttle.allows(0.0, now), "too few to say anything");
        (0..91).for_each(|_| throttle.answered(false, now));
        let n_sent = |now| (0..1000).filter(|n| throttle.allows(f64::from(*n) / 1000.0, now)).count();
        assert!(n_sent(now) < 20, "{}", n_sent(now));
        (0..100).for_each(|_| throttle.answered(true, now));
        assert_eq!(n_sent(now), 1000, "half of the calls are taken");
    }

    #[test]
    fn forgets() {
        let now = Instant::now();
        let throttle = Throttle::new(now);
        (0..100).for_each(|_| throttle.answered(false, now));
        assert!(!throttle.allows(0.5, now));
        assert!(throttle.allows(0.5, now + Duration::from_secs(30)));
    }
}
