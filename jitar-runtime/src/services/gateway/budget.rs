//! How many calls may be repeats: a part of all calls, and some per second in any case. Without a bound, repeats double
//! the load of a cluster that fails because of its load.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::config::Retries;

/// Seconds for which unused repeats are saved.
const SAVED: f64 = 10.0;

/// The repeats that are left.
#[derive(Debug)]
pub(super) struct RetryBudget {
    retries: Retries,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    /// What calls have earned.
    earned: f64,
    /// What time has earned.
    reserve: f64,
    at: Instant,
}

impl RetryBudget {
    /// A budget that starts with the repeats of one second.
    pub(super) fn new(retries: Retries, now: Instant) -> Self {
        let state = State { earned: 0.0, reserve: f64::from(retries.per_second), at: now };
        Self { retries, state: Mutex::new(state) }
    }

    /// A call comes.
    pub(super) fn deposit(&self) {
        if self.retries.budget > 0.0 {
            let mut state = self.state();
            // As much as a thousand calls a second earn in the time.
            state.earned = (state.earned + self.retries.budget).min(1000.0 * SAVED * self.retries.budget);
        }
    }

    /// Takes a repeat, if one is left.
    pub(super) fn withdraw(&self, now: Instant) -> bool {
        let mut state = self.state();
        let per_second = f64::from(self.retries.per_second);
        let elapsed = now.saturating_duration_since(state.at).as_secs_f64();
        state.reserve = elapsed.mul_add(per_second, state.reserve).min(per_second * SAVED);
        state.at = now;
        let State { earned, reserve, .. } = &mut *state;
        let Some(source) = [earned, reserve].into_iter().find(|source| **source >= 1.0) else { return false };
        *source -= 1.0;
        true
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    #[test]
    fn a_part_of_the_calls_and_some_per_second() {
        let start = Instant::now();
        let budget = RetryBudget::new(Retries { attempts: 2, budget: 0.2, per_second: 10 }, start);
        let n_allowed = |now| (0..1000).filter(|_| budget.withdraw(now)).count();
        assert_eq!(n_allowed(start), 10);
        (0..100).for_each(|_| budget.deposit());
        assert!((19..=20).contains(&n_allowed(start)));
        assert_eq!(n_allowed(start + Duration::from_secs(1)), 10);
        assert_eq!(n_allowed(start + Duration::from_mins(1)), 100, "no more than ten seconds are saved");
    }

    #[test]
    fn nothing_is_nothing() {
        let budget = RetryBudget::new(Retries { attempts: 2, budget: 0.0, per_second: 0 }, Instant::now());
        budget.deposit();
        assert!(!budget.withdraw(Instant::now() + Duration::from_mins(1)));
    }

    proptest! {
        #[test]
        fn repeats_never_exceed_the_budget(n_calls in 0u32..5000, seconds in 0u32..100) {
            let start = Instant::now();
            let budget = RetryBudget::new(Retries { attempts: 2, budget: 0.2, per_second: 10 }, start);
            let mut n_repeats = 0;
            for n in 0..n_calls {
                budget.deposit();
                let now = start + Duration::from_secs(u64::from(seconds)) * n / n_calls.max(1);
                n_repeats += u32::from(budget.withdraw(now));
            }
            prop_assert!(f64::from(n_repeats) <= f64::from(n_calls) * 0.2 + f64::from(seconds + 1) * 10.0 + 1.0);
        }
    }
}
