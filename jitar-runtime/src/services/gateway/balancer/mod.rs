//! Who takes a call, as a pure function over a list that does not change.
//!
//! A choice takes the same time for ten workers and for a thousand: a few are drawn, and only when none of those is
//! usable the whole list is walked. Consistent hashing is the exception, with about a nanosecond for each worker.

use std::time::Instant;

use super::random::Random;
use crate::config::Balancing;

/// How many items a choice looks at before it walks the list.
const N_DRAWS: usize = 8;

/// What balancing knows of a candidate.
pub(super) trait Candidate {
    /// Calls under way.
    fn in_flight(&self) -> u32;
    /// Seconds that a call is expected to take there, the calls under way included.
    fn cost(&self, now: Instant) -> f64;
    /// Announced weight, at least 1.
    fn weight(&self) -> u32;
    /// From 0.1 for a new worker to 1: the part of its share that it gets.
    fn share(&self, now: Instant) -> f64;
    /// A number that is the same for the same worker in every gateway.
    fn seed(&self) -> u64;
}

/// Candidates, with what is worked out once for all choices.
#[derive(Debug, Clone)]
pub(super) struct Candidates<C> {
    items: Vec<C>,
    /// Sums of the weights up to and with each item.
    weights: Vec<u64>,
}

impl<C> Default for Candidates<C> {
    fn default() -> Self {
        Self { items: Vec::new(), weights: Vec::new() }
    }
}

/// What a choice depends on besides the candidates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    /// When.
    pub(super) now: Instant,
    /// Chance.
    pub(super) random: Random,
    /// Number of the turn, for round robin.
    pub(super) turn: usize,
    /// Hash of the part of the call that decides, for consistent hashing; without it chance decides.
    pub(super) hash: Option<u64>,
}

impl<C: Candidate> Candidates<C> {
    /// These candidates.
    pub(super) fn new(items: Vec<C>) -> Self {
        let weights = items.iter().scan(0, |sum, item| {
            *sum += u64::from(item.weight());
            Some(*sum)
        });
        Self { weights: weights.collect(), items }
    }

    /// The candidates.
    pub(super) fn items(&self) -> &[C] {
        &self.items
    }

    /// The candidate that takes the call; none if none is usable.
    pub(super) fn choose(&self, balancing: &Balancing, draw: Draw, is_usable: impl Fn(&C) -> bool) -> Option<&C> {
        let mut choice = Choice { list: self, draw, is_usable };
        let chosen = match balancing {
            Balancing::RoundRobin => choice.next_in_turn(),
            Balancing::LeastRequests => choice.least_busy(),
            Balancing::P2cEwma => choice.better_of_two(),
            Balancing::Weighted => choice.by_weight(),
            Balancing::ConsistentHash(_) => choice.by_hash(),
        };
        chosen.or_else(|| choice.any())
    }
}

/// One choice that is being made.
struct Choice<'a, C, U> {
    list: &'a Candidates<C>,
    draw: Draw,
    is_usable: U,
}

impl<'a, C: Candidate, U: Fn(&C) -> bool> Choice<'a, C, U> {
    fn next_in_turn(&mut self) -> Option<&'a C> {
        let n = self.list.items.len();
        let first = self.list.items.get(self.draw.turn.checked_rem(n)?)?;
        // Whoever cannot take its turn is replaced at random: the next in line would get a double share.
        self.accepted(|choice, idx| if idx == 0 { Some(first) } else { choice.at_random() })
    }

    fn by_weight(&mut self) -> Option<&'a C> {
        self.accepted(|choice, _| {
            let total = *choice.list.weights.last()?;
            let point = choice.draw.random.below(total);
            choice.list.items.get(choice.list.weights.partition_point(|sum| *sum <= point))
        })
    }

    /// The first usable item that is drawn, whereby new workers are passed over most of the time.
    fn accepted(&mut self, next: impl Fn(&mut Self, usize) -> Option<&'a C>) -> Option<&'a C> {
        let mut passed_over = None;
        for idx in 0..N_DRAWS {
            let item = next(self, idx)?;
            if (self.is_usable)(item) {
                if self.draw.random.unit() < item.share(self.draw.now) {
                    return Some(item);
                }
                passed_over = Some(item);
            }
        }
        passed_over
    }

    fn least_busy(&mut self) -> Option<&'a C> {
        let n = self.list.items.len();
        let start = self.draw.random.index(n)?;
        let now = self.draw.now;
        let seen = (0..n.min(N_DRAWS)).map(|idx| &self.list.items[(start + idx) % n]);
        let load = |item: &C| f64::from(item.in_flight().saturating_add(1)) / item.share(now);
        seen.filter(|item| (self.is_usable)(item)).min_by(|left, right| load(left).total_cmp(&load(right)))
    }

    fn better_of_two(&mut self) -> Option<&'a C> {
        let cost = |item: &C, now| item.cost(now) / item.share(now);
        let (first_idx, first) = self.usable_but(None)?;
        let Some((_, second)) = self.usable_but(Some(first_idx)) else { return Some(first) };
        let now = self.draw.now;
        Some(if cost(second, now) < cost(first, now) { second } else { first })
    }

    /// A usable item at random, which is not the one at `excluded`; none if a few draws gave none.
    fn usable_but(&mut self, excluded: Option<usize>) -> Option<(usize, &'a C)> {
        let items = &self.list.items;
        for _ in 0..N_DRAWS {
            let drawn = self.draw.random.index(items.len() - usize::from(excluded.is_some()))?;
            let idx = drawn + usize::from(excluded.is_some_and(|excluded| drawn >= excluded));
            if (self.is_usable)(&items[idx]) {
                return Some((idx, &items[idx]));
            }
        }
        None
    }

    /// Highest random weight: when a worker goes, only its own values move, and when it comes back they return.
    fn by_hash(&mut self) -> Option<&'a C> {
        let hash = self.draw.hash.unwrap_or_else(|| self.draw.random.next());
        let usable = self.list.items.iter().filter(|item| (self.is_usable)(item));
        usable.max_by_key(|item| Random::mix(hash ^ item.seed()))
    }

    fn at_random(&mut self) -> Option<&'a C> {
        self.list.items.get(self.draw.random.index(self.list.items.len())?)
    }

    /// When nothing usable was drawn: the first from a random place on.
    fn any(&mut self) -> Option<&'a C> {
        let items = &self.list.items;
        let (before, after) = items.split_at(self.draw.random.index(items.len())?);
        after.iter().chain(before).find(|item| (self.is_usable)(item))
    }
}

#[cfg(test)]
mod tests;
