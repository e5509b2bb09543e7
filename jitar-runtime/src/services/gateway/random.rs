//! Chance for balancing and jitter: `SplitMix64`, which is fast, good enough, and repeatable in tests.

use std::sync::atomic::{AtomicU64, Ordering};

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A sequence of numbers that look random.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub(crate) const fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        Self::mix(self.0)
    }

    /// A number below `n`; 0 if `n` is 0.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        // The upper half of the product: even enough for every n that is far below 2^64.
        u64::try_from((u128::from(self.next()) * u128::from(n)) >> 64).unwrap_or_default()
    }

    /// An index of a list of length `n`, if it has any.
    pub(crate) fn index(&mut self, n: usize) -> Option<usize> {
        let n = u64::try_from(n).ok().filter(|n| *n > 0)?;
        usize::try_from(self.below(n)).ok()
    }

    /// A number from 0 to just below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or_default()) / (f64::from(u32::MAX) + 1.0)
    }

    /// Spreads the bits of a number.
    pub(crate) const fn mix(number: u64) -> u64 {
        let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }

    /// A hash of bytes that is the same in every process (FNV-1a, spread).
    pub(crate) fn hash(bytes: &[u8]) -> u64 {
        let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        Self::mix(bytes.iter().fold(0xcbf2_9ce4_8422_2325, fold))
    }
}

/// Sequences for whoever needs one, from any thread.
#[derive(Debug)]
pub(crate) struct Sequences(AtomicU64);

impl Default for Sequences {
    fn default() -> Self {
        let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
        Self(AtomicU64::new(high ^ low))
    }
}

impl Sequences {
    /// A sequence that nobody else has.
    pub(crate) fn next(&self) -> Random {
        Random::of(Random::mix(self.0.fetch_add(GAMMA, Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_range() {
        let mut random = Sequences::default().next();
        for n in [1, 2, 3, 1000] {
            assert!((0..1000).all(|_| random.below(n) < n));
        }
        assert!((0..1000).all(|_| (0.0..1.0).contains(&random.unit())));
        assert_eq!((random.below(0), random.index(0)), (0, None));
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (mut left, mut right) = (Random::of(7), Random::of(7));
        assert_eq!(left.next(), right.next());
        assert_ne!(Random::of(7).next(), Random::of(8).next());
        assert_ne!(Random::hash(b"a"), Random::hash(b"b"));
    }
}
