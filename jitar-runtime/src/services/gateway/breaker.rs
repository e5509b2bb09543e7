//! The circuit breaker of a worker: after failures in a row it gets no calls for a time, then a single one that decides.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::config::Ejection;

/// A circuit breaker. Times are milliseconds of one clock.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// Failures since the last success.
    failures: AtomicU32,
    /// Ejections since the last success.
    ejections: AtomicU32,
    /// When the ejection ends; 0 means that there is none.
    until: AtomicU64,
    /// Whether the call that decides is under way.
    has_trial: AtomicBool,
}

impl Breaker {
    /// Whether the worker may get a call.
    pub(super) fn allows(&self, now: u64) -> bool {
        match self.until.load(Ordering::Relaxed) {
            0 => true,
            until => now >= until && !self.has_trial.load(Ordering::Relaxed),
        }
    }

    /// Whether the worker is ejected, or its trial is not over.
    pub(super) fn is_open(&self) -> bool {
        self.until.load(Ordering::Relaxed) != 0
    }

    /// A call starts. After an ejection it is the trial, and the result is true.
    pub(super) fn started(&self) -> bool {
        self.is_open() && !self.has_trial.swap(true, Ordering::Relaxed)
    }

    /// The trial ended without saying anything, because its caller went away.
    pub(super) fn trial_lost(&self) {
        self.has_trial.store(false, Ordering::Relaxed);
    }

    /// A call was answered.
    pub(super) fn succeeded(&self) {
        if self.failures.swap(0, Ordering::Relaxed) > 0 || self.is_open() {
            self.ejections.store(0, Ordering::Relaxed);
            self.until.store(0, Ordering::Relaxed);
            self.has_trial.store(false, Ordering::Relaxed);
        }
    }

    /// A call failed. Gives the time of the ejection that follows from it.
    pub(super) fn failed(&self, now: u64, ejection: &Ejection) -> Option<u64> {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let was_trial = self.has_trial.swap(false, Ordering::Relaxed);
        let is_new = !self.is_open() && failures >= ejection.failures;
        if !(was_trial || is_new) {
            return None;
        }
        let n_before = self.ejections.fetch_add(1, Ordering::Relaxed);
        let factor = 1u32.checked_shl(n_before).unwrap_or(u32::MAX);
        let time = ejection.base.saturating_mul(factor).min(ejection.max);
        let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.until.store(now.saturating_add(time).max(1), Ordering::Relaxed);
        Some(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EJECTION: Ejection =
        Ejection { failures: 5, base: std::time::Duration::from_secs(5), max: std::time::Duration::from_mins(5) };

    #[test]
    fn ejections_double_up_to_a_limit() {
        let breaker = Breaker::default();
        let mut now = 1000;
        for _ in 0..4 {
            assert_eq!(breaker.failed(now, &EJECTION), None);
            assert!(breaker.allows(now));
        }
        let mut time = breaker.failed(now, &EJECTION).expect("the fifth in a row");
        for expected in [5, 10, 20, 40, 80, 160, 300, 300, 300] {
            assert_eq!(time, expected * 1000);
            assert!(!breaker.allows(now + time - 1) && breaker.allows(now + time));
            now += time;
            assert!(breaker.started(), "the trial");
            assert!(!breaker.allows(now), "one trial at a time");
            time = breaker.failed(now, &EJECTION).expect("the trial failed");
        }
        assert!(breaker.started());
        breaker.succeeded();
        assert!(breaker.allows(now) && !breaker.is_open() && !breaker.started());
        assert_eq!(breaker.failed(now, &EJECTION), None, "it starts anew");
    }

    #[test]
    fn a_trial_that_says_nothing_makes_room_for_another() {
        let breaker = Breaker::default();
        let ejected = (0..5).filter_map(|_| breaker.failed(0, &EJECTION)).count();
        assert_eq!(ejected, 1);
        assert!(breaker.started());
        breaker.trial_lost();
        assert!(breaker.allows(5000) && breaker.started());
    }

    proptest! {
        #[test]
        fn a_success_among_failures_keeps_the_circuit_closed(outcomes in prop::collection::vec(0u32..4, 1..50)) {
            let breaker = Breaker::default();
            for n_failures in outcomes {
                for _ in 0..n_failures {
                    prop_assert_eq!(breaker.failed(1, &EJECTION), None);
                }
                breaker.succeeded();
                prop_assert!(breaker.allows(1));
            }
        }
    }
}
