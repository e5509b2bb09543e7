//! A build that is killed leaves nothing half-written, and the next one mends what it left.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jitar_tests::programs::program;

use crate::bless::write_file;
use crate::{cases, runner};

/// So many builds are killed, at times that are spread over the length of a whole one.
const KILLS: u32 = 16;

/// Two states of one application, each with a module, a segment and a service file that the other lacks.
const STATES: [&[(&str, &str)]; 2] = [
    &[
        ("src/common.ts", "export const text = 'first';\n"),
        (
            "src/old.ts",
            "import { text } from './common';\nexport default async function old() {\n    return text;\n}\n",
        ),
        ("segments/old.json", "{ \"./old\": { \"default\": { \"access\": \"public\" } } }\n"),
        (
            "services/old.json",
            "{ \"url\": \"http://127.0.0.1:0\", \"worker\": { \"segments\": [\"old\", \"both\"] } }\n",
        ),
    ],
    &[
        ("src/common.ts", "export const text = 'second, and a little longer';\n"),
        (
            "src/new.ts",
            "import { text } from './common';\nexport default async function fresh() {\n    return text;\n}\n",
        ),
        ("segments/new.json", "{ \"./new\": { \"default\": { \"access\": \"public\" } } }\n"),
        (
            "services/new.json",
            "{ \"url\": \"http://127.0.0.1:0\", \"worker\": { \"segments\": [\"new\", \"both\"] } }\n",
        ),
    ],
];

/// What both states have.
const BOTH: &[(&str, &str)] = &[
    ("src/both.ts", "import { text } from './common';\nexport default async function both() {\n    return text;\n}\n"),
    ("segments/both.json", "{ \"./both\": { \"default\": { \"access\": \"public\" } } }\n"),
];

#[test]
fn a_killed_build_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let outputs = [0, 1].map(|state| {
        lay_out(folder.path(), state);
        let start = Instant::now();
        build(folder.path());
        (files(&runner::output(folder.path())), start.elapsed())
    });
    let longest = outputs.iter().map(|(_, time)| *time).max().unwrap_or_default();
    for kill in 0..KILLS {
        let state = kill as usize % 2;
        lay_out(folder.path(), state);
        let was_killed = build_and_kill(folder.path(), longest * kill / KILLS);
        let found = files(&runner::output(folder.path()));
        for (name, bytes) in found.iter().filter(|(name, _)| is_reproducible(name)) {
            let is_whole = outputs.iter().any(|(files, _)| files.get(name) == Some(bytes));
            assert!(is_whole, "`{name}` is half-written after kill {kill} ({was_killed})");
        }
        build(folder.path());
        let mended = files(&runner::output(folder.path()));
        let (expected, _) = &outputs[state];
        // Without the stamp: a build that began within a tick of the clock after its inputs were written leaves none.
        let names = |files: &BTreeMap<String, Vec<u8>>| {
            files.keys().filter(|name| *name != "stamp.json").cloned().collect::<Vec<_>>()
        };
        assert_eq!(names(&mended), names(expected), "after kill {kill}");
        for (name, bytes) in mended.iter().filter(|(name, _)| is_reproducible(name)) {
            assert!(expected.get(name) == Some(bytes), "`{name}` is not mended after kill {kill}");
        }
    }
}

/// What is the same bytes each time. Blobs are not, and the reports tell of them; the stamp and what was made name the
/// options, which are others for the builds that are killed.
fn is_reproducible(name: &str) -> bool {
    let chance = ["snapshots/", "stamp.json", "made.json", "report.", "."];
    !chance.iter().any(|start| name.starts_with(start)) && !name.contains("/.")
}

fn lay_out(folder: &Path, state: usize) {
    for (path, _) in STATES[1 - state] {
        let file = folder.join("app").join(path);
        if file.exists() {
            fs::remove_file(file).expect("a file to remove");
        }
    }
    for (path, text) in STATES[state].iter().chain(BOTH) {
        write_file(&folder.join("app").join(path), text);
    }
}

fn build(folder: &Path) {
    let checked = runner::check(folder);
    assert_eq!(checked.status, Some(0), "{}", checked.diagnostics);
}

/// Whether the build was still running.
fn build_and_kill(folder: &Path, after: Duration) -> bool {
    let mut command = Command::new(program("jitar-app"));
    command.args(["app", "--check"]).env_clear().current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("jitar-app starts");
    // Not a wait for something: the point in time is what the test is about.
    thread::park_timeout(after);
    let was_running = child.try_wait().expect("a child").is_none();
    child.kill().expect("a child to kill");
    child.wait().expect("a child");
    was_running
}

/// Every file below a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for path in cases::in_folder(&next) {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                // A snapshot's process may outlive its parent for a moment and rename what it wrote.
                let name = path.strip_prefix(folder).expect("lies below").display().to_string();
                let is_temporary = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
                if !is_temporary {
                    files.insert(name, bytes);
                }
            }
        }
    }
    files
}
