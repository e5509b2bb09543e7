//! `docs/configuration.md` names every setting that is read, and no other.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fields::Fields;
use super::file::ServiceFile;
use super::json::parse;
use super::problem::Problems;

const PAGE: &str = include_str!("../../../docs/configuration.md");

/// The names in the first column of the tables whose heading is `Setting`.
fn documented() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut is_table = false;
    for line in PAGE.lines() {
        is_table = line.starts_with('|') && (is_table || line.starts_with("| Setting "));
        let cell = line.split('|').nth(1).filter(|_| is_table).unwrap_or_default();
        names.extend(cell.split('`').skip(1).step_by(2).map(str::to_owned));
    }
    names
}

/// Puts an object at each group that a name goes through.
fn file_with(names: &BTreeSet<String>) -> Value {
    let mut root = Value::Object(Map::new());
    for name in names {
        let mut place = &mut root;
        for group in name.split('.').rev().skip(1).collect::<Vec<_>>().into_iter().rev() {
            place = &mut place[group];
        }
    }
    fn fill(value: &mut Value) {
        match value {
            Value::Object(members) => members.values_mut().for_each(fill),
            other => *other = Value::Object(Map::new()),
        }
    }
    fill(&mut root);
    root
}

#[test]
fn the_page_has_every_setting() {
    let documented = documented();
    let text = file_with(&documented).to_string();
    let node = parse(&text).expect("valid JSON");
    let problems = Problems::default();
    ServiceFile::read(Fields::root(&node, &problems).expect("an object"));
    let known = problems.known.borrow().clone();
    let missing: Vec<_> = known.difference(&documented).collect();
    let surplus: Vec<_> = documented.difference(&known).collect();
    assert!(missing.is_empty(), "docs/configuration.md lacks a row for: {missing:?}");
    assert!(surplus.is_empty(), "docs/configuration.md has rows for what nobody reads: {surplus:?}");
}
