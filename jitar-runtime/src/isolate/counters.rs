//! How often isolates exceeded their limits.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use jitar_engine::TerminationReason;

/// What is counted over the life of a pool.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    ended: [AtomicU64; TerminationReason::ALL.len()],
    /// Threads whose isolate was given up while a built-in function of V8 still runs in it.
    pub(super) stuck: AtomicUsize,
}

impl Counters {
    /// Counts an isolate that exceeded a limit; how often that limit was exceeded.
    pub(super) fn count_ended(&self, reason: TerminationReason) -> u64 {
        let place = TerminationReason::ALL.iter().position(|known| *known == reason).unwrap_or_default();
        self.ended[place].fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The settings of limits, with how many isolates exceeded each.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the metrics of the service"))]
    pub(crate) fn ended(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let counts = self.ended.iter().map(|count| count.load(Ordering::Relaxed));
        TerminationReason::ALL.iter().map(|reason| reason.setting()).zip(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_counted_by_itself() {
        let counters = Counters::default();
        assert_eq!(counters.count_ended(TerminationReason::Heap), 1);
        assert_eq!(counters.count_ended(TerminationReason::Heap), 2);
        assert_eq!(counters.count_ended(TerminationReason::Cpu), 1);
        let ended: Vec<_> = counters.ended().collect();
        assert_eq!(ended, [("limits.cpu", 1), ("limits.wall", 0), ("limits.heap", 2), ("limits.buffers", 0)]);
    }
}
