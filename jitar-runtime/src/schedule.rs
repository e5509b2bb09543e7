//! Delays between attempts.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LAST: Duration = Duration::from_secs(2);

/// Delays that double from a tenth of a second to two seconds, each a little different in every process, so that the
/// workers of a restarted gateway do not come back all at once.
#[derive(Debug)]
pub(crate) struct BackOff {
    n_attempts: u32,
    longest: Duration,
}

impl Default for BackOff {
    fn default() -> Self {
        Self::up_to(LAST)
    }
}

impl BackOff {
    /// Delays of at most `longest`.
    pub(crate) const fn up_to(longest: Duration) -> Self {
        Self { n_attempts: 0, longest }
    }

    /// The delay before the next attempt.
    pub(crate) fn next_delay(&mut self) -> Duration {
        let factor = 2u32.saturating_pow(self.n_attempts);
        self.n_attempts = self.n_attempts.saturating_add(1);
        let delay = FIRST.saturating_mul(factor).min(self.longest);
        delay.mul_f64(0.75 + jitter() / 4.0)
    }

    /// Whether no attempt failed since the last success.
    pub(crate) fn is_fresh(&self) -> bool {
        self.n_attempts == 0
    }

    /// Starts again with the shortest delay.
    pub(crate) fn reset(&mut self) {
        self.n_attempts = 0;
    }
}

/// A number from 0 to 1.
fn jitter() -> f64 {
    f64::from(uuid::Uuid::new_v4().as_bytes()[0]) / f64::from(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_a_limit() {
        let mut back_off = BackOff::default();
        for expected in [100, 200, 400, 800, 1600, 2000, 2000] {
            let delay = back_off.next_delay().as_millis();
            assert!((expected * 3 / 4..=expected).contains(&delay), "{delay} for {expected}");
        }
        back_off.reset();
        assert!(back_off.next_delay() <= FIRST);
        let mut tired = BackOff { n_attempts: u32::MAX, longest: LAST };
        assert!(tired.next_delay() <= LAST);
    }
}
