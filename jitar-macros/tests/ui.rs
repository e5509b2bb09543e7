//! What users see when they write `service!`, right and wrong. Each group of cases has a build output of its own, which
//! the macro finds through the environment of rustc; so each group runs in a process of its own.
//! `TRYBUILD=overwrite cargo test -p jitar-macros --test ui` renews the expected messages.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use trybuild::TestCases;

/// Tells a child which group it runs.
const GROUP: &str = "JITAR_UI_GROUP";
/// What a build script publishes.
const APP_DIR: &str = "JITAR_APP_DIR";

/// Folder of the cases, folder of the build output, whether the cases compile.
const GROUPS: [(&str, Option<&str>, bool); 4] = [
    ("pass", Some("app"), true),
    ("fail", Some("app"), false),
    ("no_build_script", None, false),
    ("damaged", Some("damaged"), false),
];

fn main() -> ExitCode {
    if let Some(group) = std::env::var_os(GROUP) {
        let (folder, _, compiles) = GROUPS.into_iter().find(|(name, ..)| group == *name).expect("a known group");
        run_cases(folder, compiles);
        return ExitCode::SUCCESS;
    }
    let failed: Vec<&str> =
        GROUPS.into_iter().filter(|(group, app, _)| !run_group(group, *app)).map(|(group, ..)| group).collect();
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_cases(folder: &str, compiles: bool) {
    let cases = TestCases::new();
    let pattern = format!("tests/ui/{folder}/*.rs");
    if compiles { cases.pass(pattern) } else { cases.compile_fail(pattern) }
}

fn run_group(group: &str, app: Option<&str>) -> bool {
    let mut child = Command::new(std::env::current_exe().expect("the path of this program"));
    child.env(GROUP, group);
    match app {
        Some(app) => child.env(APP_DIR, fixture(app)),
        None => child.env_remove(APP_DIR),
    };
    child.status().expect("a child process").success()
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}
