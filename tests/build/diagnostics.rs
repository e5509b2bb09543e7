//! Diagnostics: pages with the files of a wrong application. What is expected stands under the offending lines, and as
//! a whole below the files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jitar_tests::programs::package;

use crate::bless::{difference, is_blessing, write_file};
use crate::markdown::{Block, blocks};
use crate::markers::{self, Marker};
use crate::{cases, runner};

const EXPECTED: &str = "expected";

/// Codes that no application folder can show here, and where they are tested.
const ELSEWHERE: [(&str, &str); 2] = [
    ("JITAR0020", "there is no application folder at all: `cargo.rs`"),
    ("JITAR0090", "a failed snapshot is a fault of ours: the tests of jitar-build"),
];

#[test]
fn diagnostics() {
    cases::each("diagnostics", |case| {
        let page = fs::read_to_string(case).expect("a page");
        let (expected, files) = parts(&page);
        let folder = tempfile::tempdir().expect("a folder");
        let mut expected_places = Vec::new();
        for Block { title, text, .. } in &files {
            let (source, markers) = markers::split(text);
            write_file(&folder.path().join(title), &source);
            expected_places.extend(markers.into_iter().map(|marker| ((*title).to_owned(), marker)));
        }
        expected_places.sort();
        let checked = runner::check(folder.path());
        // Where the application lies is chance.
        let said = checked.diagnostics.replace(&folder.path().display().to_string(), "FOLDER");
        check_messages(&said);
        assert_eq!(checked.status, Some(i32::from(said.contains("error["))), "{said}");
        let places = markers::of_frames(&said);
        if is_blessing() {
            write_file(case, &blessed(&page, &said, &places));
        } else {
            assert_eq!(places, expected_places, "the build points at other places than the sources expect:\n{said}");
            assert!(said == expected.text, "{}\n{said}", difference(expected.text, &said));
        }
    });
}

/// The page with what was said as what is expected.
fn blessed(page: &str, said: &str, places: &[(String, Marker)]) -> String {
    let mut text = page.to_owned();
    // From the end, so that places in the page stay right.
    for Block { title, text: written, start } in blocks(page).into_iter().rev() {
        let new = if title == EXPECTED {
            said.to_owned()
        } else {
            let (source, _) = markers::split(written);
            let markers = places.iter().filter(|(file, _)| file == title).map(|(_, marker)| marker.clone());
            markers::join(&source, &markers.collect::<Vec<_>>())
        };
        text.replace_range(start..start + written.len(), &new);
    }
    text
}

/// What is expected, and the files of the application.
fn parts(page: &str) -> (Block<'_>, Vec<Block<'_>>) {
    let (mut expected, files): (Vec<_>, Vec<_>) = blocks(page).into_iter().partition(|block| block.title == EXPECTED);
    assert_eq!(expected.len(), 1, "a page has one block with the title `{EXPECTED}`");
    (expected.remove(0), files)
}

/// The rules for messages: each has a code, begins in lower case, and ends without a period.
fn check_messages(said: &str) {
    let mut n_messages = 0;
    for line in said.lines().filter(|line| ["error", "warning"].iter().any(|kind| line.starts_with(kind))) {
        let (kind, message) = line.split_once(": ").expect("a heading with a message");
        assert!(kind.contains("[JITAR") && kind.ends_with(']'), "no code: {line}");
        assert!(!message.starts_with(char::is_uppercase), "the message begins with a capital: {line}");
        assert!(!message.ends_with('.'), "the message ends with a period: {line}");
        n_messages += 1;
    }
    assert!(n_messages > 0, "no message in what was said: {said:?}");
}

#[test]
fn every_code_has_a_page() {
    let of = |folder: &Path| -> BTreeSet<String> {
        cases::in_folder(folder).iter().map(|path| cases::name(path).to_owned()).collect()
    };
    let pages = cases::in_folder(&package().join("diagnostics"));
    let pages: Vec<String> = pages.iter().map(|page| fs::read_to_string(page).expect("a page")).collect();
    let is_shown = |code: &str| pages.iter().any(|page| parts(page).0.text.contains(&format!("[{code}]")));
    for code in of(&package().join("../jitar-build/src/diagnostics/explanations")) {
        let elsewhere = ELSEWHERE.iter().find(|(known, _)| *known == code);
        assert!(
            is_shown(&code) != elsewhere.is_some(),
            "{code} wants a page in tests/diagnostics, or a reason why not"
        );
    }
}
