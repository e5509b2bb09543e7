//! The list of differences that are wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use jitar_tests::programs::package;
use serde::Deserialize;

use crate::replay::{Exchange, Replayed};

/// `differences.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Differences {
    difference: Vec<Difference>,
}

/// One reason, and what differs because of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    /// A topic of the specification's decisions (section 12), or the number of a weakness that we do not repeat.
    decision: String,
    /// What we do instead.
    reason: String,
    /// Numbers of exchanges by recording; 0 is the build and the start.
    exchanges: BTreeMap<String, BTreeSet<u32>>,
}

impl Differences {
    /// Reads the list.
    ///
    /// # Panics
    /// When it is not as it must be.
    pub(crate) fn read() -> Self {
        let file = package().join("conformance/differences.toml");
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// Every reason refers to one of `topics`.
    ///
    /// # Panics
    /// When one does not.
    pub(crate) fn assert_refers_to(&self, topics: &[String]) {
        for Difference { decision, reason, .. } in &self.difference {
            assert!(topics.contains(decision), "`{decision}` is no decision of the specification: {reason}");
            assert!(!reason.trim().is_empty(), "a difference by `{decision}` says no reason");
        }
    }

    /// What is not as the list says, one text each.
    pub(crate) fn compare(&self, replayed: &Replayed) -> Vec<String> {
        let listed: BTreeSet<Exchange> = self.difference.iter().flat_map(Difference::exchanges).collect();
        let new = replayed.failed.iter().filter(|(exchange, _)| !listed.contains(exchange));
        let new = new.map(|(_, said)| format!("not in differences.toml: {said}"));
        let was_played = |exchange: &&Exchange| replayed.played.contains(&exchange.recording);
        let gone = listed.iter().filter(was_played).filter(|exchange| !replayed.failed.contains_key(exchange));
        let gone = gone.map(|Exchange { recording, number }| {
            format!("in differences.toml, but it does not differ any more: {recording} #{number}")
        });
        new.chain(gone).collect()
    }
}

impl Difference {
    fn exchanges(&self) -> impl Iterator<Item = Exchange> + '_ {
        self.exchanges.iter().flat_map(|(recording, numbers)| {
            numbers.iter().map(|number| Exchange { recording: recording.clone(), number: *number })
        })
    }
}

#[test]
fn tells_what_is_new_and_what_is_gone() {
    let text =
        "[[difference]]\ndecision = 'x'\nreason = 'y'\n[difference.exchanges]\n'a.b' = [1, 2]\n'not.played' = [1]";
    let differences: Differences = toml::from_str(text).expect("a list");
    let exchange = |number| Exchange { recording: "a.b".to_owned(), number };
    let failed = [(exchange(1), "one".to_owned()), (exchange(3), "three".to_owned())].into();
    let replayed = Replayed { passed: 0, failed, played: vec!["a.b".to_owned()] };
    let expected = ["not in differences.toml: three", "in differences.toml, but it does not differ any more: a.b #2"];
    assert_eq!(differences.compare(&replayed), expected);
}
