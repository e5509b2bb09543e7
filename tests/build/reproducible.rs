//! Same input, same bytes: an application that is built in two folders gives the same twice.

use std::fs;
use std::path::Path;

use jitar_tests::programs::package;

use crate::cases::in_folder;
use crate::runner;

/// What must be equal, source maps and archives too. Snapshots are not: V8 makes other bytes each time.
const EQUAL: [&str; 5] = ["modules", "client", "archives", "manifest.json", "names.txt"];

#[test]
fn the_same_application_gives_the_same_bytes_in_another_folder() {
    let example = package().join("../example-service");
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let outputs = folders.each_ref().map(|folder| {
        for part in ["app", "src"] {
            copy(&example.join(part), &folder.path().join(part));
        }
        fs::copy(example.join("Cargo.toml"), folder.path().join("Cargo.toml")).expect("a copy");
        let checked = runner::check(folder.path());
        assert_eq!(checked.status, Some(0), "{}", checked.diagnostics);
        runner::output(folder.path())
    });
    let [first, second] = &outputs;
    let n_files: usize = EQUAL.iter().map(|name| equal(&first.join(name), &second.join(name))).sum();
    let declarations = |path: &Path| fs::read_to_string(path).expect("declarations");
    let (made, kept) = (declarations(&first.join("types/host.d.ts")), declarations(&example.join("app/host.d.ts")));
    assert_eq!(made, kept, "`cargo xtask types` renews the example's declarations");
    assert!(n_files > 30, "only {n_files} files were compared");
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for path in in_folder(from) {
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

/// Compares two files or folders; gives the number of files.
fn equal(one: &Path, other: &Path) -> usize {
    if !one.is_dir() {
        let [first, second] = [one, other].map(|path| fs::read(path).expect("a file"));
        assert!(first == second, "{} and {} differ", one.display(), other.display());
        return 1;
    }
    let names = |folder| in_folder(folder).into_iter().map(|path| path.file_name().map(ToOwned::to_owned));
    assert!(names(one).eq(names(other)), "{} and {} hold other files", one.display(), other.display());
    in_folder(one).iter().zip(in_folder(other)).map(|(one, other)| equal(one, &other)).sum()
}
