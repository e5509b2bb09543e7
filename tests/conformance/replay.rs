//! Runs the driver that builds and starts the recorded applications, and reads what it says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use jitar_tests::programs::{package, program};

/// The folder with the recordings.
pub(crate) struct Recordings {
    shared: PathBuf,
}

/// What came of a replay.
#[derive(Debug, Default)]
pub(crate) struct Replayed {
    /// Exchanges with an equal answer.
    pub(crate) passed: usize,
    /// What the driver says of every exchange that differs.
    pub(crate) failed: BTreeMap<Exchange, String>,
    /// Recordings that were played.
    pub(crate) played: Vec<String>,
}

/// A recorded exchange: the recording (`app.form`) and the number within it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exchange {
    /// The recording, such as `returns.cluster`.
    pub(crate) recording: String,
    /// Number within the recording; 0 is the build and the start.
    pub(crate) number: u32,
}

impl Recordings {
    /// The folder beside the checkout, or beside the checkout that this work tree belongs to.
    pub(crate) fn find() -> Option<Self> {
        let has_python = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
        let candidates = package().ancestors().skip(2).map(|folder| folder.join("shared"));
        let shared = candidates.filter(|_| has_python).find(|shared| shared.join("conformance/drive.py").is_file())?;
        Some(Self { shared })
    }

    /// What a reason may refer to: the first column of the table of decisions, and the numbers of the weaknesses.
    pub(crate) fn topics(&self) -> Option<Vec<String>> {
        let text = fs::read_to_string(self.shared.join("jitar-spec.md")).ok()?;
        let decisions = text.split("\n## 12.").nth(1)?.split("\n## ").next()?;
        let first_column = |line: &str| line.strip_prefix("| ")?.split(" | ").next().map(str::to_owned);
        let weaknesses = text.split("**W‑").skip(1).filter_map(|rest| rest.split([' ', '*']).next());
        Some(decisions.lines().filter_map(first_column).chain(weaknesses.map(|id| format!("W-{id}"))).collect())
    }

    /// Replays everything against our programs.
    ///
    /// # Panics
    /// When the driver does not run.
    pub(crate) fn replay(&self) -> Replayed {
        let folder = self.shared.join("conformance");
        let runner = program("jitar-app");
        let scratch = tempfile::tempdir().expect("a folder");
        let mut python = Command::new("python3");
        python.arg("-B").arg(folder.join("drive.py")).arg("check").arg("--port-offset").arg(port_offset().to_string());
        python.args(["--build", &format!("{} . --check", runner.display())]);
        python.args(["--start", &format!("{} .", runner.display())]);
        // Applications are copied into folders of their own there.
        let output = python.env("TMPDIR", scratch.path()).output().expect("python3 starts");
        let text = String::from_utf8_lossy(&output.stdout);
        let replayed = read(&text, &recordings_in(&folder));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!replayed.played.is_empty(), "the driver played nothing:\n{text}{errors}");
        replayed
    }
}

/// Recorded applications listen on fixed ports from 3000 on. They are moved below those that systems hand out, to a place
/// that depends on this process, because several checkouts may be tested at once.
fn port_offset() -> u32 {
    7_000 + process::id() % 110 * 100
}

/// The names of all recordings.
fn recordings_in(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder.join("transcripts")).expect("recordings lie in `transcripts`");
    let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect()
}

/// Reads the driver's report: a line `FAIL recording #number title [request]` with indented lines per difference, a line
/// `FAIL recording.json: …` when nothing could be played, and a line `recording.json: N passed, M failed` at the end.
fn read(text: &str, recordings: &[String]) -> Replayed {
    let mut replayed = Replayed::default();
    let mut current = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("FAIL ") {
            let exchange = failed_exchange(rest);
            replayed.failed.insert(exchange.clone(), rest.to_owned());
            current = Some(exchange);
        } else if let (true, Some(exchange)) = (line.starts_with("  "), &current) {
            let said = replayed.failed.get_mut(exchange).expect("invariant: inserted above");
            said.push('\n');
            said.push_str(line);
        } else if let Some((file, counts)) = line.split_once(".json: ") {
            current = None;
            if recordings.iter().any(|name| name == file) {
                replayed.played.push(file.to_owned());
                replayed.passed += counts.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0);
            }
        }
    }
    replayed
}

fn failed_exchange(text: &str) -> Exchange {
    let (recording, rest) = text.split_once(' ').unwrap_or((text, ""));
    let number = rest.strip_prefix('#').and_then(|rest| rest.split(' ').next()?.parse().ok());
    let recording = recording.trim_end_matches(':').trim_end_matches(".json").to_owned();
    Exchange { recording, number: number.unwrap_or(0) }
}

#[test]
fn reads_the_drivers_report() {
    let report = "FAIL a.b #7 a title [GET /x]\n     status: want 200 got 404\n     body: no\n\
                  a.b.json: 12 passed, 1 failed\nFAIL c.d.json: service x exited\nlast words\n12 passed, 2 failed\n";
    let replayed = read(report, &["a.b".to_owned()]);
    let failed: Vec<_> =
        replayed.failed.iter().map(|(exchange, text)| (exchange.number, text.lines().count())).collect();
    assert_eq!((replayed.passed, failed, replayed.played.len()), (12, vec![(7, 3), (0, 1)], 1));
    assert_eq!(replayed.failed.last_key_value().map(|(exchange, _)| exchange.recording.as_str()), Some("c.d"));
}
