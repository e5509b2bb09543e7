//! Random damage, and code that nests without end.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::testing::Folder;

fn damage() -> impl Strategy<Value = Damage> {
    let (at, token) = (any::<usize>, any::<usize>);
    prop_oneof![
        4 => (at(), token()).prop_map(|(at, token)| Damage::Insert { at, token }),
        3 => (at(), 1..40_usize).prop_map(|(at, length)| Damage::Delete { at, length }),
        2 => (at(), 1..40_usize).prop_map(|(at, length)| Damage::Repeat { at, length }),
        1 => (at(), token(), 2..200_usize).prop_map(|(at, token, times)| Damage::Nest { at, token, times }),
    ]
}

/// Cases of one round.
const CASES: u32 = 300;

/// One round that is always the same, or as many others as there is time for.
#[test]
fn damaged_applications_are_refused_or_built() {
    let seconds = crate::cargo::variable("JITAR_FUZZ_SECONDS").and_then(|seconds| seconds.parse().ok());
    let (start, duration) = (Instant::now(), Duration::from_secs(seconds.unwrap_or(0)));
    let mut n_cases = 0;
    loop {
        round(if seconds.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) });
        n_cases += CASES;
        if start.elapsed() >= duration {
            break;
        }
    }
    if seconds.is_some() {
        let elapsed = start.elapsed().as_secs();
        // Said where the figures of a long run are looked for.
        std::io::stderr()
            .write_all(format!("{n_cases} damaged applications in {elapsed} s\n").as_bytes())
            .expect("writes");
    }
}

fn round(rng_seed: RngSeed) {
    let config = ProptestConfig { cases: CASES, failure_persistence: None, rng_seed, ..ProptestConfig::default() };
    let damages = prop::collection::vec((0..FILES.len(), damage()), 1..6);
    let folder = Folder::new(&[]);
    let ground = RefCell::new(Ground::new(folder.path("")).expect("writes"));
    proptest!(config, |(damages in damages)| {
        let mut texts = Texts::default();
        for (file, damage) in damages {
            texts.damage(file, damage);
        }
        ground.borrow_mut().build(&texts).expect("writes");
    });
}

#[test]
fn undamaged_the_application_is_whole() {
    let folder = Folder::new(&FILES);
    let diagnostics = build(&folder.path("")).expect("is configured");
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
}

#[test]
fn bytes_mean_texts() {
    let mut texts = Texts::undamaged(1);
    texts.damage(18, Damage::Insert { at: 1, token: 0 });
    assert_eq!(texts.0[1].0, 3);
    assert!(texts.0[1].1.starts_with("{export "), "{}", texts.0[1].1);
    assert_eq!(Texts::from_bytes(&texts.to_bytes()), texts);
    assert_eq!(
        Texts::from_bytes(b"\x01a\xff\xff\x02\xfe"),
        Texts(vec![(1, "a".to_owned()), (2, "\u{fffd}".to_owned())])
    );
}

#[test]
fn numbers_mean_every_kind_of_damage() {
    let damages: Vec<Damage> = (0..10).map(|number| Damage::from_number(number + 123_450)).collect();
    for damage in &damages {
        let mut text = "a text that is long enough for it".to_owned();
        damage.apply(&mut text);
        assert_ne!(text, "a text that is long enough for it", "{damage:?}");
    }
    assert!(matches!(damages[..], [Damage::Insert { .. }, .., Damage::Nest { .. }]), "{damages:?}");
}

#[test]
fn code_that_nests_without_end_is_refused() {
    let repeated = |piece: &str, times: usize, end: &str| piece.repeat(times) + "1" + &end.repeat(times);
    let mut texts = vec![
        repeated("(", 100_000, ")"),
        repeated("[", 100_000, ""),
        repeated("{", 100_000, "}"),
        repeated("!", 100_000, ""),
        repeated("(", 1_900, ")"),
        repeated("!", 1_900, ""),
        repeated("a + ", 10_000, ""),
        repeated("a => ", 3_000, ""),
        repeated("a ? b : ", 3_000, ""),
        repeated("if (a) b; else ", 3_000, ""),
        repeated("f`${", 1_900, "}`"),
        repeated("a.", 10_000, ""),
    ];
    let mut types = String::from("export type T = ");
    write!(types, "{}string{};", "A<".repeat(1_000), ">".repeat(1_000)).expect("a text");
    texts.push(types);
    for text in texts {
        let folder = Folder::new(&[("src/a.ts", &text), ("segments/s.json", "{ \"./a\": {} }")]);
        build(&folder.path(""));
    }
}
