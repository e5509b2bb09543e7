//! A limit that finds itself: it grows while calls take as long as they must, and shrinks when they take longer (after the
//! gradient of Netflix' concurrency limits). Now and then it is halved for a moment, to see how long calls take when
//! none of them waits for another.

/// Calls that are always allowed; below, the limit could not find out that things are better.
const LEAST: f64 = 4.0;

/// Most calls that a limit grows to.
const MOST: f64 = 10_000.0;

/// How much longer than they must calls may take before the limit shrinks.
const TOLERANCE: f64 = 1.5;

/// Calls that may wait in addition, so that the limit can grow.
const QUEUE: f64 = 4.0;

/// The weight of a new limit against the old one.
const SMOOTHING: f64 = 0.2;

/// Calls between two looks at how long they must take.
const PERIOD: u32 = 1000;

/// Calls of such a look, in limits: the first ones still waited for others.
const LOOK: f64 = 4.0;

/// A limit of calls under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gradient {
    limit: f64,
    /// Seconds that a call must take; none before the first one.
    base: Option<f64>,
    /// Calls until the next look.
    until_look: u32,
    look: Option<Look>,
}

/// A look at how long calls must take.
#[derive(Debug, Clone, Copy)]
struct Look {
    least: f64,
    n_left: f64,
}

impl Default for Gradient {
    fn default() -> Self {
        Self { limit: 20.0, base: None, until_look: PERIOD, look: None }
    }
}

impl Gradient {
    /// How many calls may be under way.
    pub(super) fn limit(&self) -> f64 {
        if self.look.is_some() { (self.limit / 2.0).max(LEAST) } else { self.limit }
    }

    /// The limit after a call that took this many seconds, while so many others were under way.
    pub(super) fn after(self, took: f64, in_flight: f64) -> Self {
        let took = took.max(1e-6);
        let base = self.base.map_or(took, |base| base.min(took));
        if let Some(look) = self.look {
            return self.looked(look, took, base);
        }
        if self.until_look == 0 {
            let look = Look { least: took, n_left: self.limit * LOOK };
            return Self { look: Some(look), base: Some(base), ..self };
        }
        let next = Self { base: Some(base), until_look: self.until_look - 1, ..self };
        // Whoever has little to do learns nothing about what would be too much.
        if in_flight < self.limit / 2.0 {
            return next;
        }
        let gradient = (TOLERANCE * base / took).clamp(0.5, 1.0);
        let target = self.limit.mul_add(gradient, QUEUE);
        let limit = self.limit.mul_add(1.0 - SMOOTHING, target * SMOOTHING).clamp(LEAST, MOST);
        Self { limit, ..next }
    }

    fn looked(self, look: Look, took: f64, base: f64) -> Self {
        let look = Look { least: look.least.min(took), n_left: look.n_left - 1.0 };
        if look.n_left > 0.0 {
            Self { look: Some(look), base: Some(base), ..self }
        } else {
            Self { look: None, base: Some(look.least), until_look: PERIOD, ..self }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The limit after many calls of a server that does `capacity` calls at once in `time` each; more wait in line.
    fn settle(gradient: Gradient, capacity: f64, time: f64, n: usize) -> Gradient {
        (0..n).fold(gradient, |gradient, _| {
            let in_flight = gradient.limit();
            gradient.after(time * (in_flight / capacity).max(1.0), in_flight)
        })
    }

    #[test]
    fn finds_what_a_server_can_do() {
        for capacity in [10.0, 100.0, 1000.0] {
            let limit = settle(Gradient::default(), capacity, 0.01, 30_000).limit;
            assert!(limit > capacity * 0.9, "{limit} of {capacity}");
            assert!(limit < capacity * 2.5 + 30.0, "{limit} of {capacity}");
        }
    }

    #[test]
    fn follows_a_server_that_becomes_slower_and_faster() {
        let before = settle(Gradient::default(), 100.0, 0.01, 30_000);
        let slower = settle(before, 10.0, 0.01, 60_000);
        assert!(slower.limit < before.limit / 2.0, "{} after {}", slower.limit, before.limit);
        let longer = settle(before, 100.0, 0.1, 60_000);
        assert!(longer.limit > before.limit / 2.0, "what takes longer by itself is no overload: {}", longer.limit);
    }

    #[test]
    fn does_not_grow_without_need() {
        let idle = (0..1000).fold(Gradient::default(), |gradient, _| gradient.after(0.01, 1.0));
        assert!((idle.limit - Gradient::default().limit).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn stays_within_its_bounds(calls in prop::collection::vec((0.0..100.0f64, 0.0..20_000.0f64), 0..2000)) {
            let end = calls.into_iter().fold(Gradient::default(), |gradient, (took, busy)| gradient.after(took, busy));
            prop_assert!((LEAST..=MOST).contains(&end.limit()));
        }
    }
}
