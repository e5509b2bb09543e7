//! Two starts of one program differ where they must.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::json;

use crate::support::{self, App, Folder, Made, Worker};

/// Folder of the application that a second process starts.
const FOLDER: &str = "JITAR_TEST_SEED_FOLDER";

/// Keys that collide, and in so many places of a hash table.
const KEYS: usize = 10_000;
const PLACES: u32 = 512;

#[test]
fn two_starts_differ_where_they_must() {
    let _alone = support::alone();
    let code =
        "export async function f() { return [Math.random(), Date.now(), typeof Deno, typeof __bootstrap].join(); }";
    let made = App::new().module("r.js", code).procedure("r.js", "f", &[]).make();
    let (first, second) = (Worker::start(&made).call("f", &json!({})), Worker::start(&made).call("f", &json!({})));
    assert_ne!(first, second);
    assert!(first.1.ends_with("undefined,undefined"), "{first:?}");
}

/// Whoever has the program may find keys that fall into one place of V8's hash tables. In another process they must not.
#[test]
fn keys_that_collide_in_one_process_do_not_in_another() {
    let _alone = support::alone();
    let code = "export const known = new Map([['a', 1], ['b', 2]]); export async function count(object) { return Object.keys(object).length + known.get('b'); }";
    let made = App::new().module("m.js", code).procedure("m.js", "count", &["object"]).make();
    let mut worker = Worker::start(&made);
    let candidates = (0..).map(|n| format!("key{n}"));
    let colliding: Vec<String> =
        candidates.filter(|key| worker.hash_of(key).is_multiple_of(PLACES)).take(KEYS).collect();
    std::fs::write(made.folder().join("keys"), colliding.join("\n")).expect("written");
    let (fullest, first) = (fullest_place(&mut worker, &colliding), worker.hash_of("key"));
    assert_eq!(fullest, KEYS, "they do not collide where they were found");

    let child = Command::new(std::env::current_exe().expect("own path"))
        .args(["--exact", "seed::second_start", "--nocapture"])
        .env(FOLDER, made.folder())
        .output()
        .expect("starts");
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    let second = std::fs::read_to_string(made.folder().join("hash")).expect("the second process got there");
    assert_ne!(first.to_string(), second, "the seeds are the same");
}

/// Not a test by itself: the second process.
#[test]
fn second_start() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let made = Made::load(Folder::Other(folder.into()));
    let keys = std::fs::read_to_string(made.folder().join("keys")).expect("the first process left them");
    let keys: Vec<String> = keys.lines().map(str::to_owned).collect();
    let mut worker = Worker::start(&made);
    let fullest = fullest_place(&mut worker, &keys);
    let average = KEYS / PLACES as usize;
    assert!(fullest < 4 * average, "{fullest} of {KEYS} keys still collide, {average} would be fair");
    let object: BTreeMap<&str, u8> = keys.iter().map(|key| (key.as_str(), 0)).collect();
    assert_eq!(worker.call("count", &json!({ "object": object })), (200, (KEYS + 2).to_string()));
    std::fs::write(made.folder().join("hash"), worker.hash_of("key").to_string()).expect("written");
}

/// Number of keys in the place that has most.
fn fullest_place(worker: &mut Worker, keys: &[String]) -> usize {
    let mut places = vec![0; PLACES as usize];
    for key in keys {
        places[(worker.hash_of(key) % PLACES) as usize] += 1;
    }
    places.into_iter().max().unwrap_or_default()
}
