//! Texts that are compared with what was expected, or become what is expected.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use crate::cases::in_folder;

/// Files by their path below a folder.
pub(crate) type Files = BTreeMap<String, String>;

/// Whether what comes out is right by definition.
pub(crate) fn is_blessing() -> bool {
    env::var_os("JITAR_BLESS").is_some()
}

/// Compares files with those of a folder, or writes them there.
#[track_caller]
pub(crate) fn compare(folder: &Path, found: &Files) {
    if is_blessing() {
        write(folder, found);
    }
    let expected = read(folder, "");
    let name = folder.display();
    for (path, text) in &expected {
        let Some(found) = found.get(path) else { panic!("{name}/{path} was not made") };
        assert!(text == found, "{name}/{path} differs\n{}", difference(text, found));
    }
    for path in found.keys() {
        assert!(expected.contains_key(path), "{name}/{path} was made, but is not expected");
    }
}

/// The first line that differs, with the line before it.
pub(crate) fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<&str>, Vec<&str>) = (expected.split('\n').collect(), found.split('\n').collect());
    let is_same = |(one, other): &(&&str, &&str)| one == other;
    let n_same = expected.iter().zip(&found).take_while(is_same).count();
    let line = |lines: &[&str]| lines.get(n_same).map_or("(nothing more)".to_owned(), |line| (*line).to_owned());
    let before = n_same.checked_sub(1).map_or("", |before| expected[before]);
    let (expected, found) = (line(&expected), line(&found));
    format!("line {}:\n  {before}\n- {expected}\n+ {found}\n", n_same + 1)
}

/// All files of a folder; those whose name ends so are left out, when something is given.
pub(crate) fn read(folder: &Path, left_out: &str) -> Files {
    let mut files = Files::new();
    if folder.is_dir() {
        collect(folder, folder, &mut files);
    }
    files.retain(|path, _| left_out.is_empty() || !path.ends_with(left_out));
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Files) {
    for path in in_folder(folder) {
        if path.is_dir() {
            collect(root, &path, files);
            continue;
        }
        let below = path.strip_prefix(root).expect("lies below").to_str().expect("a path in UTF-8").to_owned();
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()));
        files.insert(below, text);
    }
}

/// Makes a folder hold these files and no others.
fn write(folder: &Path, files: &Files) {
    if folder.exists() {
        fs::remove_dir_all(folder).expect("the expected files can be replaced");
    }
    for (path, text) in files {
        write_file(&folder.join(path), text);
    }
}

/// Writes a file and the folders above it.
pub(crate) fn write_file(path: &Path, text: &str) {
    let folder = path.parent().expect("a file lies in a folder");
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(path, text));
    written.unwrap_or_else(|error| panic!("`{}` cannot be written: {error}", path.display()));
}

#[test]
fn a_difference_is_shown_by_its_first_line() {
    let cases = [
        ("a\nb\nc", "a\nx\nc", "line 2:\n  a\n- b\n+ x\n"),
        ("a", "b", "line 1:\n  \n- a\n+ b\n"),
        ("a", "a\nb", "line 2:\n  a\n- (nothing more)\n+ b\n"),
    ];
    for (expected, found, text) in cases {
        assert_eq!(difference(expected, found), text);
    }
}
