//! A limit that finds itself: it grows while calls take hardly longer than when few are under way, and shrinks when they
//! take much longer (after the gradient of Netflix' concurrency limits, with a base that is measured as Envoy does it).
//!
//! How long a call takes is compared with calls of the same procedure that began while few others were under way. Where
//! there is always much to do, the limit is lowered now and then for a moment, so that there are such calls.

use std::collections::HashMap;

use crate::telemetry::Name;

/// Calls that are always allowed: with one that runs and one that waits, nothing is idle while an answer is on its way.
const LEAST: f64 = 2.0;

/// Most calls that a limit grows to.
const MOST: f64 = 10_000.0;

/// The limit before anything is known.
const FIRST: f64 = 20.0;

/// How much longer than alone calls may take before the limit shrinks.
const TOLERANCE: f64 = 1.5;

/// What is faster than this part of the time that it takes alone takes less by now.
const STALE: f64 = 0.75;

/// Seconds that nobody minds, however fast calls are when they are alone.
const SLACK: f64 = 0.0005;

/// Calls that may be added in a round, in square roots of the limit. A round is as many calls as the limit.
const GROWTH: f64 = 0.25;

/// The part of the limit up to which a call counts as alone.
const CALM: f64 = 0.25;

/// The weight of a call that was alone against those before it.
const CALM_WEIGHT: f64 = 0.25;

/// Calls after the last one that was alone, until the limit is lowered: so many, or so many limits.
const PERIOD: (f64, f64) = (500.0, 50.0);

/// Calls that must have been alone until it is raised again, at least.
const LOOK: f64 = 16.0;

/// A limit of calls under way.
#[derive(Debug)]
pub(super) struct Gradient {
    limit: f64,
    /// Seconds that calls of a procedure take when they are alone.
    alone: HashMap<Name, f64>,
    /// How many times longer calls take now.
    stretch: f64,
    /// Calls since the last one that was alone.
    since_calm: f64,
    /// While the limit is lowered: how many calls have yet to be alone.
    look: Option<f64>,
}

impl Default for Gradient {
    fn default() -> Self {
        Self { limit: FIRST, alone: HashMap::new(), stretch: 1.0, since_calm: 0.0, look: None }
    }
}

impl Gradient {
    /// How many calls may be under way.
    pub(super) fn limit(&self) -> f64 {
        if self.look.is_some() { self.calm() } else { self.limit }
    }

    /// A call took this many seconds. When it began and when it ended, so many were under way with it.
    pub(super) fn finished(&mut self, name: &Name, took: f64, at_start: f64, at_end: f64) {
        let is_calm = at_start <= self.calm();
        let stretch = self.stretch_of(name, took, is_calm);
        let is_look = self.look.is_some();
        self.look_around(is_calm);
        // What calls take while the limit is low says nothing about the limit as it is.
        let Some(stretch) = stretch.filter(|_| !is_look) else { return };
        // A limit changes within a round, and what comes of it is seen in the next one.
        let round = 2.0 / self.limit;
        self.stretch += (stretch - self.stretch) * round.min(0.1);
        // Whoever has little to do learns nothing about what would be too much.
        if at_end <= self.limit / 2.0 {
            return;
        }
        let gradient = (TOLERANCE / self.stretch).clamp(0.5, 1.0);
        let target = self.limit.mul_add(gradient, GROWTH * self.limit.sqrt());
        self.limit = (self.limit + (target - self.limit) * round.min(0.2)).clamp(LEAST, MOST);
    }

    /// With so many under way a call is as good as alone.
    fn calm(&self) -> f64 {
        (self.limit * CALM).max(1.0)
    }

    /// How many times longer than alone a call took; none where nobody knows yet how long that is.
    fn stretch_of(&mut self, name: &Name, took: f64, is_calm: bool) -> Option<f64> {
        let took = took.max(1e-6);
        let Some(alone) = self.alone.get_mut(name) else {
            if is_calm {
                self.alone.insert(name.clone(), took);
            }
            return None;
        };
        let stretch = if took > *alone { (took - SLACK).max(*alone) / *alone } else { took / *alone };
        if is_calm {
            *alone += (took - *alone) * CALM_WEIGHT;
        }
        Some(stretch)
    }

    fn look_around(&mut self, is_calm: bool) {
        if is_calm {
            self.since_calm = 0.0;
            self.look = self.look.map(|n_left| n_left - 1.0).filter(|n_left| *n_left > 0.0);
            return;
        }
        self.since_calm += 1.0;
        let (calls, limits) = PERIOD;
        let is_due = self.since_calm >= calls.max(self.limit * limits) || self.stretch < STALE;
        if self.look.is_none() && is_due {
            self.look = Some(self.limit.max(LOOK));
            self.stretch = 1.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Metrics;
    use proptest::prelude::*;

    /// A server that does `capacity` calls at a time; more wait in line. Somebody always wants to call.
    struct Server {
        gradient: Gradient,
        free: Vec<f64>,
        /// When a call ends, when it began, and how many were under way then.
        calls: Vec<(f64, f64, f64)>,
        now: f64,
    }

    /// What came of some calls.
    struct Outcome {
        per_second: f64,
        /// Seconds, ascending.
        times: Vec<f64>,
    }

    impl Server {
        fn new(capacity: usize) -> Self {
            Self { gradient: Gradient::default(), free: vec![0.0; capacity], calls: Vec::new(), now: 0.0 }
        }

        fn run(&mut self, n: usize, time: f64) -> Outcome {
            let (start, name) = (self.now, Metrics::default().procedure("f").name().clone());
            let mut times: Vec<f64> = (0..n)
                .map(|_| {
                    while len(&self.calls) + 1.0 <= self.gradient.limit() {
                        let free = self.free.iter_mut().min_by(|a, b| a.total_cmp(b)).expect("a server");
                        *free = free.max(self.now) + time;
                        self.calls.push((*free, self.now, len(&self.calls) + 1.0));
                    }
                    let first = (0..self.calls.len()).min_by(|a, b| self.calls[*a].0.total_cmp(&self.calls[*b].0));
                    let at_end = len(&self.calls);
                    let (end, began, at_start) = self.calls.swap_remove(first.expect("a call"));
                    self.now = end;
                    self.gradient.finished(&name, end - began, at_start, at_end);
                    end - began
                })
                .collect();
            times.sort_by(f64::total_cmp);
            Outcome { per_second: len(&times) / (self.now - start), times }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer than a float counts exactly")]
    fn len<T>(items: &[T]) -> f64 {
        items.len() as f64
    }

    /// Whether a server does what it can, and lets nobody wait for long.
    #[track_caller]
    fn check(server: &mut Server, time: f64) {
        let capacity = len(&server.free);
        let outcome = server.run(30_000, time);
        let p99 = outcome.times[outcome.times.len() * 99 / 100] / time;
        let part = outcome.per_second * time / capacity;
        assert!(part > 0.9, "{part} of what {capacity} can do, with a limit of {}", server.gradient.limit);
        assert!(p99 < 3.0, "{p99} times as long, with a limit of {} for {capacity}", server.gradient.limit);
    }

    #[test]
    fn finds_what_a_server_can_do() {
        for capacity in [1, 2, 3, 10, 100, 300] {
            let mut server = Server::new(capacity);
            server.run(capacity * 100 + 10_000, 0.005);
            check(&mut server, 0.005);
        }
    }

    #[test]
    fn follows_a_server_that_becomes_slower_and_faster() {
        let mut server = Server::new(100);
        server.run(20_000, 0.01);
        let before = server.gradient.limit;
        server.run(60_000, 0.1);
        assert!(server.gradient.limit > before / 2.0, "what takes longer by itself is no overload");
        check(&mut server, 0.1);
        server.free.truncate(10);
        server.run(20_000, 0.1);
        assert!(server.gradient.limit < before / 2.0, "{} after {before}", server.gradient.limit);
        check(&mut server, 0.1);
        server.free.resize(50, 0.0);
        server.run(10_000, 0.01);
        check(&mut server, 0.01);
    }

    #[test]
    fn procedures_are_compared_with_themselves_only() {
        let (mut gradient, metrics) = (Gradient::default(), Metrics::default());
        let (fast, slow) = (metrics.procedure("fast").name().clone(), metrics.procedure("slow").name().clone());
        for _ in 0..200 {
            gradient.finished(&fast, 0.001, 1.0, 20.0);
            gradient.finished(&slow, 1.0, 1.0, 20.0);
        }
        assert!(gradient.limit >= FIRST, "{}", gradient.limit);
    }

    #[test]
    fn does_not_grow_without_need() {
        let (mut idle, name) = (Gradient::default(), Metrics::default().others().name().clone());
        for _ in 0..1000 {
            idle.finished(&name, 0.01, 1.0, 1.0);
        }
        assert!((idle.limit - FIRST).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn stays_within_its_bounds(
            calls in prop::collection::vec((0.0..100.0f64, 0.0..20_000.0f64, 0.0..20_000.0f64), 0..2000)
        ) {
            let (mut gradient, name) = (Gradient::default(), Metrics::default().others().name().clone());
            for (took, at_start, at_end) in calls {
                gradient.finished(&name, took, at_start, at_end);
                prop_assert!((1.0..=MOST).contains(&gradient.limit()));
            }
        }
    }
}
