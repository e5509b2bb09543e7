//! Cases that lie in a folder, each of which passes or fails by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use jitar_tests::programs::{package, program};

/// So many cases run at the same time.
const AT_ONCE: usize = 2;

/// Runs a test for everything that lies in a folder of this package, and fails when one of them fails.
pub(crate) fn each(folder: &str, test: impl Fn(&Path) + Sync) {
    let cases = in_folder(&package().join(folder));
    assert!(!cases.is_empty(), "no cases in `{folder}`");
    // When it cannot be built, no case needs to try.
    program("jitar-app");
    let run = |case: &Path| thread::scope(|scope| scope.spawn(|| test(case)).join().is_err());
    let mut failed: Vec<&str> = Vec::new();
    for some in cases.chunks(AT_ONCE) {
        thread::scope(|scope| {
            let running: Vec<_> = some.iter().map(|case| (name(case), scope.spawn(|| run(case)))).collect();
            let ended = running.into_iter().map(|(name, thread)| (name, thread.join().unwrap_or(true)));
            failed.extend(ended.filter(|(_, has_failed)| *has_failed).map(|(name, _)| name));
        });
    }
    assert!(failed.is_empty(), "{} of {} cases failed: {}", failed.len(), cases.len(), failed.join(", "));
}

/// What lies in a folder, sorted.
pub(crate) fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("`{}`: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry of a folder").path()).collect();
    paths.sort();
    paths
}

/// The name of a case, without extension.
pub(crate) fn name(case: &Path) -> &str {
    case.file_stem().and_then(|stem| stem.to_str()).expect("a name in UTF-8")
}
