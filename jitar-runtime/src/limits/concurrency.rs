//! How many calls are under way in this service. What is too much is turned away at once, before everybody waits.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::gradient::Gradient;
use crate::config::ConcurrencyLimit;
use crate::telemetry::Name;

/// A limit of calls under way.
#[derive(Debug)]
pub(crate) struct Concurrency {
    in_flight: AtomicU32,
    limit: Limit,
}

#[derive(Debug)]
enum Limit {
    Fixed(u32),
    Adaptive(Mutex<Gradient>),
}

impl Concurrency {
    /// The limit as configured.
    pub(crate) fn new(limit: ConcurrencyLimit) -> Self {
        let limit = match limit {
            ConcurrencyLimit::Fixed(limit) => Limit::Fixed(limit),
            ConcurrencyLimit::Adaptive => Limit::Adaptive(Mutex::default()),
        };
        Self { in_flight: AtomicU32::new(0), limit }
    }

    /// A place for one more call, until it is dropped; none when there are as many as may be.
    pub(crate) fn enter(&self) -> Option<Place<'_>> {
        let at_start = self.in_flight.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let has_room = match &self.limit {
            Limit::Fixed(limit) => at_start <= *limit,
            Limit::Adaptive(gradient) => {
                f64::from(at_start) <= gradient.lock().unwrap_or_else(PoisonError::into_inner).limit()
            }
        };
        if !has_room {
            self.in_flight.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        Some(Place { concurrency: self, start: Instant::now(), at_start })
    }
}

/// A place for one call.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    concurrency: &'a Concurrency,
    start: Instant,
    /// Calls that were under way when this one began, with it.
    at_start: u32,
}

impl Place<'_> {
    /// The call of a procedure ran to its end, so its time tells something.
    pub(crate) fn finished(self, name: &Name) {
        if let Limit::Adaptive(gradient) = &self.concurrency.limit {
            let at_end = f64::from(self.concurrency.in_flight.load(Ordering::Relaxed));
            let mut gradient = gradient.lock().unwrap_or_else(PoisonError::into_inner);
            gradient.finished(name, self.start.elapsed().as_secs_f64(), f64::from(self.at_start), at_end);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.concurrency.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Metrics;

    #[test]
    fn a_place_is_free_again_when_its_call_ends() {
        let concurrency = Concurrency::new(ConcurrencyLimit::Fixed(2));
        let (first, second) = (concurrency.enter(), concurrency.enter());
        assert!(first.is_some() && second.is_some() && concurrency.enter().is_none());
        drop(first);
        let third = concurrency.enter().expect("room");
        assert!(concurrency.enter().is_none());
        third.finished(Metrics::default().others().name());
        assert!(concurrency.enter().is_some());
    }

    #[test]
    fn an_adaptive_limit_has_an_end() {
        let concurrency = Concurrency::new(ConcurrencyLimit::Adaptive);
        let places: Vec<_> = std::iter::from_fn(|| concurrency.enter()).collect();
        assert_eq!(places.len(), 20);
    }
}
