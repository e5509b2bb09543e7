//! How the build behaves under cargo: what is built again, and how mistakes are shown.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use jitar_tests::Service;

use crate::outside::Outside;
use crate::{cases, readme};

/// The README's package without its programs, and with two segments.
fn watched() -> Outside {
    Outside::new("watched", files("watched"))
}

fn files(name: &str) -> Vec<(&'static str, String)> {
    let readme = readme::files();
    let text = |path: &str| readme.iter().find(|(known, _)| *known == path).expect("a file of the README").1.clone();
    let procedure = |name: &str| format!("export default async function {name}() {{\n    return '{name}';\n}}\n");
    let segment = |name: &str| format!("{{ \"./{name}\": {{ \"default\": {{ \"access\": \"public\" }} }} }}\n");
    let service = r#"{ "url": "http://127.0.0.1:0", "standalone": { "segments": ["first", "second"] } }"#;
    vec![
        ("Cargo.toml", text("Cargo.toml").replace("\"hello\"", &format!("\"{name}\""))),
        ("build.rs", text("build.rs")),
        ("src/lib.rs", String::new()),
        ("src/bin/all.rs", "jitar::service!();\n".to_owned()),
        ("app/src/first.ts", procedure("first")),
        ("app/src/second.ts", procedure("second")),
        ("app/segments/first.json", segment("first")),
        ("app/segments/second.json", segment("second")),
        ("app/services/both.json", service.to_owned()),
    ]
}

/// A module that needs a file of each kind.
const FIRST: &str = "import rows from './rows.json';\nimport pack from 'pack';\nimport type { Row } from './types';\n\n\
                     export default async function first(row: Row) {\n    return [rows, pack, row];\n}\n";

/// When each file of a folder was written.
fn times(folder: &Path) -> BTreeMap<String, SystemTime> {
    let mut times = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for path in cases::in_folder(&next) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("lies below").display().to_string();
                times.insert(name, fs::metadata(&path).expect("a file").modified().expect("a time"));
            }
        }
    }
    times
}

/// Names of files that were written, made or removed.
fn changed(before: &BTreeMap<String, SystemTime>, after: &BTreeMap<String, SystemTime>) -> Vec<String> {
    let names = before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name));
    let mut names: Vec<String> = names.cloned().collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn only_what_changed_is_built_again() {
    let package = watched();
    let built = package.must_build(&["--lib"]);
    let output = built.output("watched");
    let mut before = times(&output);
    let mut rebuild = |flags: &[&str]| {
        let built = package.must_build(flags);
        let after = times(&output);
        let changed = changed(&before, &after);
        before = after;
        (built, changed)
    };

    let (again, files) = rebuild(&["--lib"]);
    assert!(again.is_fresh(), "{}", again.said);
    assert!(files.is_empty(), "{files:?}");

    // The build script runs, and finds that nothing has to be done.
    package.write("app/src/first.ts", &fs::read_to_string(package.folder.join("app/src/first.ts")).expect("a module"));
    let (_, files) = rebuild(&["--lib"]);
    assert!(files.is_empty(), "{files:?}");

    package.write("app/src/first.ts", "export default async function first() {\n    return 'edited';\n}\n");
    let (_, files) = rebuild(&["--lib"]);
    assert!(files.iter().any(|file| file == "archives/first.bin"), "{files:?}");
    assert!(files.iter().any(|file| file == "modules/first+second/src/first.ts.js"), "{files:?}");
    let others: Vec<_> = files.iter().filter(|file| file.contains("/second") || file.contains("/base-")).collect();
    assert!(others.is_empty(), "the segment `second` does not have the edited module: {others:?}");

    package.write("app/segments/third.json", r#"{ "./second": { "default": { "access": "public" } } }"#);
    let (_, files) = rebuild(&["--lib"]);
    assert!(files.iter().any(|file| file == "archives/third.bin"), "a new segment is not noticed: {files:?}");

    package.remove("app/segments/third.json");
    rebuild(&["--lib"]);
    let stale: Vec<String> = times(&output).into_keys().filter(|file| file.contains("third")).collect();
    assert!(stale.is_empty(), "{stale:?}");
    let texts = ["names.txt", "manifest.json", "app.rs", "embed.json", "report.txt", "report.json"];
    for file in texts {
        let text = fs::read_to_string(output.join(file)).expect("a text");
        assert!(!text.contains("third"), "{file} still names the segment: {text}");
    }

    package.rename("app/src/first.ts", "app/src/renamed.ts");
    package.write("app/segments/first.json", r#"{ "./renamed": { "default": { "access": "public" } } }"#);
    rebuild(&["--lib"]);
    let stale: Vec<String> = times(&output).into_keys().filter(|file| file.contains("first.")).collect();
    let segment =
        ["archives/first.bin", "modules/first+second/jitar/segment/first.js", "modules/first/jitar/segment/first.js"];
    assert_eq!(stale, segment, "a renamed module leaves something behind");
}

/// V8's crate and all above it that a build script needs. `DOCS_RS` makes them something else.
const ABOVE_V8: [&str; 12] = [
    "deno_core",
    "deno_crypto",
    "deno_fetch",
    "deno_fs",
    "deno_io",
    "deno_tls",
    "deno_v8",
    "deno_web",
    "deno_webidl",
    "jitar-build",
    "jitar-engine",
    "serde_v8",
];

/// A package without programs needs no runtime. Cargo keeps what is compiled with other settings beside what is there:
/// with them, tests that come after this one find their V8 again, and nothing of this one has to be fast.
#[test]
fn documentation_is_built_without_snapshots() {
    let mut files = files("documented");
    let (path, manifest) = &mut files[0];
    assert_eq!(*path, "Cargo.toml");
    let lines: Vec<&str> = manifest.lines().filter(|line| !line.starts_with("jitar-runtime")).collect();
    *manifest = lines.join("\n");
    for package in ABOVE_V8.iter().chain(&["v8"]) {
        writeln!(manifest, "\n[profile.dev.package.{package}]\nopt-level = 0").expect("a text");
    }
    files.retain(|(path, _)| !path.starts_with("src/bin/"));
    let package = Outside::new("documented", files);
    let built = package.document();
    assert_eq!(built.status, Some(0), "{}", built.said);
    let output = built.output("documented");
    let made = times(&output.join("snapshots"));
    let names: Vec<&str> = made.keys().map(String::as_str).collect();
    assert_eq!(names, ["base-none.bin"], "no snapshot is made");
    assert_eq!(fs::metadata(output.join("snapshots/base-none.bin")).expect("a file").len(), 0);
    assert!(output.join("archives/first.bin").exists(), "everything else is made");
}

#[test]
fn every_kind_of_input_is_noticed() {
    let package = watched();
    package.write("app/src/rows.json", "[1]");
    package.write("app/src/types.ts", "export type Row = { value: number };\n");
    package.write(
        "app/node_modules/pack/package.json",
        r#"{ "name": "pack", "version": "1.0.0", "exports": "./index.js" }"#,
    );
    package.write("app/node_modules/pack/index.js", "export default 1;\n");
    package.write("app/src/first.ts", FIRST);
    package.write("app/src/unused.ts", "export {};\n");
    package.must_build(&["--lib"]);
    assert!(package.must_build(&["--lib"]).is_fresh(), "nothing was edited");
    let edits = [
        ("app/node_modules/pack/index.js", "export default 2;\n"),
        (
            "app/node_modules/pack/package.json",
            r#"{ "name": "pack", "version": "1.0.1", "exports": { ".": { "import": "./index.js" } } }"#,
        ),
        ("app/src/types.ts", "export type Row = { value: string };\n"),
        ("app/src/first.ts", "export default async function first() {}\n"),
        ("app/src/rows.json", "[1, 2]"),
        ("app/src/new/module.ts", "export {};\n"),
        ("app/segments/first.json", r#"{ "./first": { "default": { "access": "protected" } } }"#),
        ("app/services/both.json", r#"{ "url": "http://127.0.0.1:0", "gateway": {} }"#),
        ("app/services/new.json", r#"{ "url": "http://127.0.0.1:0", "gateway": {} }"#),
        ("app/resources/new.json", r#"["./new/module"]"#),
        ("app/tsconfig.json", "{}"),
        ("app/tsconfig.json", r#"{ "extends": "./base.json" }"#),
        ("app/base.json", r#"{ "compilerOptions": { "strict": true } }"#),
        ("app/base.json", r#"{ "compilerOptions": { "strict": false } }"#),
        ("app/jitar.json", r#"{ "target": "public" }"#),
        ("app/services/both.json", r#"{ "url": "http://127.0.0.1:0", "repository": { "assets": ["*.html"] } }"#),
        ("app/public/index.html", "<p>\n"),
        ("app/public/index.html", "<h1>\n"),
        ("app/jitar.json", r#"{ "target": "${TARGET_FOLDER:-public}" }"#),
    ];
    for (path, text) in edits {
        package.write(path, text);
        assert!(!package.must_build(&["--lib"]).is_fresh(), "an edit of {path} is not noticed: {text}");
    }
    assert!(package.must_build(&["--lib"]).is_fresh(), "nothing was edited");
    let built = package.build_with(&["--lib"], &[("TARGET_FOLDER", "public")]);
    assert!(!built.is_fresh(), "a variable is not noticed: {}", built.said);
    package.must_build(&["--lib"]);
    package.remove("app/src/unused.ts");
    assert!(!package.must_build(&["--lib"]).is_fresh(), "a module that is gone is not noticed");
}

#[test]
fn mistakes_are_errors_of_cargo() {
    let package = watched();
    package.write("app/src/first.ts", "export default function first() {}\n");
    package.write("app/src/second.ts", "export default async function second( {\n");
    let built = package.build(&["--lib"]);
    assert_eq!(built.status, Some(101), "{}", built.said);
    for (text, what) in [
        ("app/src/first.ts:1:25: the procedure `first` is not async", "a line of cargo"),
        ("error[JITAR0047]: the procedure `first` is not async", "a frame"),
        ("app/src/second.ts:1:", "a line of cargo"),
        ("error[JITAR0001]: ", "a frame"),
    ] {
        assert!(built.said.contains(text), "no {what} with `{text}` in:\n{}", built.said);
    }
    assert!(!built.said.contains('\u{1b}'), "colours without a terminal:\n{}", built.said);
    fs::remove_dir_all(package.folder.join("app")).expect("a folder to remove");
    let built = package.build(&["--lib"]);
    assert_eq!(built.status, Some(101), "{}", built.said);
    assert!(built.said.contains("error[JITAR0020]: "), "{}", built.said);
}

#[test]
fn a_program_may_carry_everything() {
    let package = watched();
    let all = package.must_build(&["--bin", "all"]).program("all");
    let service = Service::start(Command::new(all).arg("--service=services/both.json"), &[]);
    for name in ["first", "second"] {
        assert_eq!(service.get(&format!("/rpc/{name}")).summary(), (200, name.to_owned()));
    }
}

#[test]
fn warnings_are_warnings_of_cargo() {
    let package = watched();
    package
        .write("app/services/page.json", r#"{ "url": "http://127.0.0.1:0", "repository": { "assets": ["*.html"] } }"#);
    let said = package.must_build(&["--lib"]).said;
    let expected = "warning: watched@0.1.0: app/services/page.json:1:59: `*.html` matches no file";
    assert!(said.contains(expected), "{said}");
}
