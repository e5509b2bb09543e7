//! Round robin: whose turn it is, as a pure function over a list that does not change.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The turns of one procedure. They outlive changes of the list.
#[derive(Debug, Default)]
pub(super) struct Turns(AtomicUsize);

impl Turns {
    /// The number of the next turn.
    pub(super) fn take(&self) -> usize {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// The item whose turn it is among those that are available; every one of them gets the same share.
pub(super) fn pick<T>(items: &[T], turn: usize, is_available: impl Fn(&T) -> bool) -> Option<&T> {
    let n_available = items.iter().filter(|item| is_available(item)).count();
    // The state of an item may change between the two walks; then the first that is left takes the call.
    let nth = turn.checked_rem(n_available)?;
    items.iter().filter(|item| is_available(item)).nth(nth).or_else(|| items.iter().find(|item| is_available(item)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Items, which are available, and who gets four turns.
    type Case<'a> = (&'a [char], &'a dyn Fn(&char) -> bool, &'a str);

    #[test]
    fn gives_each_available_item_its_turn() {
        let all = |_: &char| true;
        let cases: &[Case<'_>] = &[
            (&['a', 'b'], &all, "abab"),
            (&['a', 'b', 'c'], &all, "abca"),
            (&['a', 'b', 'c'], &|item| *item != 'b', "acac"),
            (&['a'], &all, "aaaa"),
            (&['a', 'b'], &|_| false, "----"),
            (&[], &all, "----"),
        ];
        for (items, is_available, expected) in cases {
            let turns = Turns::default();
            let picked: String = (0..4).map(|_| *pick(items, turns.take(), is_available).unwrap_or(&'-')).collect();
            assert_eq!(picked, *expected, "{items:?}");
        }
    }
}
