//! Golden folders: what comes out of an application, text by text, and what it answers when it runs.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::bless::{self, Files};
use crate::{calls, cases, runner};

#[test]
fn golden() {
    cases::each("golden", |case| {
        let checked = runner::check(case);
        assert_eq!(checked.status, Some(0), "{}", checked.diagnostics);
        let output = runner::output(case);
        bless::compare(&case.join("expected"), &made(&output, &checked));
        calls::run(case);
    });
}

/// What is compared: all that is for people to read, and the manifest. Source maps are left out, because they are tested
/// where they are used, and the browser runtime, which is no part of the application.
fn made(output: &Path, checked: &runner::Checked) -> Files {
    let mut files = Files::new();
    for folder in ["modules", "client"] {
        let below = bless::read(&output.join(folder), ".map");
        let below = below.into_iter().filter(|(path, _)| (folder, path.as_str()) != ("client", "jitar.js"));
        files.extend(below.map(|(path, text)| (format!("{folder}/{path}"), text)));
    }
    for file in ["manifest.json", "names.txt"] {
        files.insert(file.to_owned(), read(&output.join(file)));
    }
    assert_eq!(checked.report.trim_end(), read(&output.join("report.txt")).trim_end());
    files.insert("report.txt".to_owned(), without_sizes(&checked.report));
    let texts = [("warnings.txt", checked.diagnostics.clone()), ("assets.txt", assets(output))];
    files.extend(texts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text)));
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()))
}

/// Sizes change with V8 and the compression.
fn without_sizes(report: &str) -> String {
    let without = |line| str::split_once(line, ", packed ").map_or(line, |(unit, _)| unit);
    report.lines().flat_map(|line| [without(line), "\n"]).collect()
}

/// Names of the embedded files, one a line.
fn assets(output: &Path) -> String {
    let embed: Value = serde_json::from_str(&read(&output.join("embed.json"))).expect("JSON");
    let assets = embed["assets"].as_array().expect("a list of assets");
    assets.iter().flat_map(|asset| [asset[0].as_str().expect("a name"), "\n"]).collect()
}
