//! Two starts of one program differ where they must.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{self, App, Folder, Made, Worker};

/// Folder of the application that a second process starts.
const FOLDER: &str = "JITAR_TEST_SEED_FOLDER";

/// Keys that collide: V8's hash of each is a multiple of this.
const KEYS: usize = 10_000;
const PLACES: u32 = 2048;

/// How often the time of a call is taken. The least counts.
const RUNS: usize = 5;

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
    let (looks, fair) = (looks(&mut worker, &colliding), looks(&mut worker, &ordinary()));
    assert!(looks > 50 * fair, "{looks} looks at a table for colliding keys, {fair} for others: that is no collision");
    let first = worker.hash_of("key");

    let child = Command::new(std::env::current_exe().expect("own path"))
        .args(["--exact", "seed::second_start", "--nocapture"])
        .env(FOLDER, made.folder())
        .output()
        .expect("starts");
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    let second = std::fs::read_to_string(made.folder().join("hash")).expect("the second process got there");
    assert_ne!(first.to_string(), second, "the seeds are the same");
}

/// Not a test by itself: the second process, where the keys are as good as any others. Their number of looks at a table is
/// linear, and so is the time that parsing takes: with collisions each would be about a hundred times as much.
#[test]
fn second_start() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let made = Made::load(Folder::Other(folder.into()));
    let keys = std::fs::read_to_string(made.folder().join("keys")).expect("the first process left them");
    let keys: Vec<String> = keys.lines().map(str::to_owned).collect();
    let mut worker = Worker::start(&made);
    let (looks, fair) = (looks(&mut worker, &keys), looks(&mut worker, &ordinary()));
    assert!(looks < 2 * fair, "{looks} looks at a table, {fair} for ordinary keys");
    let (time, fair) = (parsing(&mut worker, &keys), parsing(&mut worker, &ordinary()));
    assert!(time < 10 * fair, "parsing took {time:?}, {fair:?} with ordinary keys");
    std::fs::write(made.folder().join("hash"), worker.hash_of("key").to_string()).expect("written");
}

/// As many keys of about the same length.
fn ordinary() -> Vec<String> {
    (0..KEYS).map(|n| format!("key{}", 10_000_000 + n)).collect()
}

/// How many places V8 looks at until each key has one of its own, in a table as it makes them: half as large again, rounded up
/// to a power of two, with steps of 1, 2, 3 and so on (`HashTable::NextProbe`).
fn looks(worker: &mut Worker, keys: &[String]) -> usize {
    let mut table = vec![false; (keys.len() + keys.len() / 2).next_power_of_two()];
    let mask = table.len() - 1;
    let mut looks = 0;
    for key in keys {
        let mut place = worker.hash_of(key) as usize & mask;
        for step in 1.. {
            looks += 1;
            if !std::mem::replace(&mut table[place], true) {
                break;
            }
            place = (place + step) & mask;
        }
    }
    looks
}

/// The least time of a call with an object of these keys.
fn parsing(worker: &mut Worker, keys: &[String]) -> Duration {
    let object: BTreeMap<&str, u8> = keys.iter().map(|key| (key.as_str(), 0)).collect();
    let arguments = json!({ "object": object });
    let mut call = || {
        let start = Instant::now();
        assert_eq!(worker.call("count", &arguments), (200, (KEYS + 2).to_string()));
        start.elapsed()
    };
    (0..RUNS).map(|_| call()).min().unwrap_or_default()
}
