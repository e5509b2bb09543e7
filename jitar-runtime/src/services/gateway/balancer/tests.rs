//! Properties that hold for every list of candidates.

use std::collections::HashMap;
use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::config::HashKey;

#[derive(Debug, Clone)]
struct Fake {
    name: usize,
    in_flight: u32,
    latency: f64,
    weight: u32,
    share: f64,
    is_usable: bool,
}

impl Candidate for Fake {
    fn in_flight(&self) -> u32 {
        self.in_flight
    }

    fn cost(&self, _now: Instant) -> f64 {
        self.latency * f64::from(self.in_flight + 1)
    }

    fn weight(&self) -> u32 {
        self.weight
    }

    fn share(&self, _now: Instant) -> f64 {
        self.share
    }

    fn seed(&self) -> u64 {
        Random::mix(u64::try_from(self.name).expect("small"))
    }
}

fn fakes(n: usize) -> Vec<Fake> {
    (0..n).map(|name| Fake { name, in_flight: 0, latency: 0.001, weight: 1, share: 1.0, is_usable: true }).collect()
}

fn all() -> [Balancing; 5] {
    let hash = Balancing::ConsistentHash(HashKey::Header("x".to_owned()));
    [Balancing::RoundRobin, Balancing::LeastRequests, Balancing::P2cEwma, Balancing::Weighted, hash]
}

fn draw(turn: usize, hash: Option<u64>) -> Draw {
    Draw { now: Instant::now(), random: Random::of(u64::try_from(turn).expect("small")), turn, hash }
}

/// Who gets `n` calls.
fn counts(items: &[Fake], balancing: &Balancing, n: usize) -> HashMap<usize, usize> {
    let list = Candidates::new(items.to_vec());
    let mut counts = HashMap::new();
    for turn in 0..n {
        if let Some(chosen) = list.choose(balancing, draw(turn, None), |item| item.is_usable) {
            *counts.entry(chosen.name).or_insert(0) += 1;
        }
    }
    counts
}

fn any_fakes() -> impl Strategy<Value = Vec<Fake>> {
    let fake = (0u32..50, 0.0..2.0f64, 1u32..20, 0.1..1.0f64, any::<bool>());
    prop::collection::vec(fake, 0..40).prop_map(|items| {
        let named = items.into_iter().enumerate();
        named
            .map(|(name, (in_flight, latency, weight, share, is_usable))| Fake {
                name,
                in_flight,
                latency,
                weight,
                share,
                is_usable,
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn chooses_a_usable_one_exactly_when_there_is_one(items in any_fakes(), turn in 0usize..10_000, hash in any::<u64>()) {
        let has_usable = items.iter().any(|item| item.is_usable);
        let list = Candidates::new(items);
        for balancing in all() {
            let chosen = list.choose(&balancing, draw(turn, Some(hash)), |item| item.is_usable);
            prop_assert_eq!(chosen.is_some(), has_usable);
            prop_assert!(chosen.is_none_or(|item| item.is_usable));
        }
    }

    #[test]
    fn the_same_draw_gives_the_same_choice(items in any_fakes(), turn in 0usize..10_000) {
        let list = Candidates::new(items);
        let draw = draw(turn, None);
        for balancing in all() {
            let choose = || list.choose(&balancing, draw, |item| item.is_usable).map(|item| item.name);
            prop_assert_eq!(choose(), choose());
        }
    }

    #[test]
    fn hashing_moves_only_the_values_of_whoever_goes(n in 2usize..30, gone in 0usize..30, hash in any::<u64>()) {
        let gone = gone % n;
        let (before, mut after) = (fakes(n), fakes(n));
        after[gone].is_usable = false;
        let hashing = Balancing::ConsistentHash(HashKey::Argument("x".to_owned()));
        let choose = |items: Vec<Fake>| {
            let list = Candidates::new(items);
            list.choose(&hashing, draw(0, Some(hash)), |item| item.is_usable).map(|item| item.name)
        };
        let (first, second) = (choose(before), choose(after));
        prop_assert!(first == second || first == Some(gone));
        prop_assert_ne!(second, Some(gone));
    }

    #[test]
    fn the_least_busy_is_chosen(mut items in prop::collection::vec(0u32..50, 1..=N_DRAWS), turn in 0usize..1000) {
        let mut list = fakes(items.len());
        for (item, in_flight) in list.iter_mut().zip(items.drain(..)) {
            item.in_flight = in_flight;
        }
        let least = list.iter().map(|item| item.in_flight).min();
        let list = Candidates::new(list);
        let chosen = list.choose(&Balancing::LeastRequests, draw(turn, None), |_| true);
        prop_assert_eq!(chosen.map(|item| item.in_flight), least);
    }
}

#[test]
fn round_robin_gives_each_its_turn() {
    for n in 1..6 {
        let counts = counts(&fakes(n), &Balancing::RoundRobin, n * 100);
        assert_eq!(counts.len(), n);
        assert!(counts.values().all(|count| *count == 100), "{counts:?}");
    }
}

#[test]
fn the_turns_of_the_missing_are_spread() {
    let mut items = fakes(5);
    items[1].is_usable = false;
    let counts = counts(&items, &Balancing::RoundRobin, 10_000);
    for idx in [0, 2, 3, 4] {
        assert!((2200..2800).contains(&counts[&idx]), "{counts:?}");
    }
}

#[test]
fn weights_are_shares() {
    let mut items = fakes(3);
    (items[0].weight, items[1].weight) = (2, 7);
    let counts = counts(&items, &Balancing::Weighted, 10_000);
    for (idx, expected) in [(0, 2000), (1, 7000), (2, 1000)] {
        assert!(counts[&idx].abs_diff(expected) < 300, "{counts:?}");
    }
}

#[test]
fn of_two_the_faster_is_chosen() {
    let mut items = fakes(2);
    items[0].latency = 0.1;
    assert_eq!(counts(&items, &Balancing::P2cEwma, 1000).get(&0), None);
    items[1].in_flight = 200;
    assert!(counts(&items, &Balancing::P2cEwma, 1000)[&0] > 950, "waiting calls count, too");
}

/// Over many workers the slow ones get calls only when both draws are slow.
#[test]
fn slow_workers_get_little() {
    let mut items = fakes(10);
    for item in &mut items[..2] {
        item.latency = 1.0;
    }
    let counts = counts(&items, &Balancing::P2cEwma, 10_000);
    let slow: usize = (0..2).filter_map(|idx| counts.get(&idx)).sum();
    assert!(slow < 500, "{counts:?}");
}

#[test]
fn new_workers_start_slowly() {
    for balancing in [Balancing::RoundRobin, Balancing::Weighted] {
        let mut items = fakes(4);
        items[0].share = 0.1;
        let new = counts(&items, &balancing, 10_000)[&0];
        assert!((100..600).contains(&new), "{new} of 10,000 by {balancing}");
    }
    let mut items = fakes(4);
    items[0].share = 0.1;
    assert!(!counts(&items, &Balancing::P2cEwma, 1000).contains_key(&0), "the others cost less while they are idle");
    for item in &mut items[1..] {
        item.in_flight = 20;
    }
    assert!(counts(&items, &Balancing::P2cEwma, 1000).contains_key(&0), "but it helps when they are busy");
    let alone = &mut items[..1];
    alone[0].share = 0.1;
    for balancing in all() {
        assert_eq!(counts(alone, &balancing, 100)[&0], 100, "whoever is alone gets everything, by {balancing}");
    }
}

#[test]
fn hashes_spread_over_all() {
    let list = Candidates::new(fakes(10));
    let hashing = Balancing::ConsistentHash(HashKey::Argument("x".to_owned()));
    let mut counts = [0usize; 10];
    for value in 0..10_000u64 {
        let draw = draw(0, Some(Random::mix(value)));
        counts[list.choose(&hashing, draw, |_| true).expect("usable").name] += 1;
    }
    assert!(counts.iter().all(|count| (800..1200).contains(count)), "{counts:?}");
}
