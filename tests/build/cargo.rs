//! How the build behaves under cargo: packages outside of the workspace, as users have them.
//!
//! They share a target folder of their own, in which V8's crates are compiled once for all of these tests.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use jitar_tests::Service;
use jitar_tests::programs::{package, program};
use serde_json::Value;

use crate::bless::write_file;
use crate::readme;

/// A package outside of the workspace. The checkout lies beside it as `jitar`, as the README asks for.
pub(crate) struct Outside {
    pub folder: PathBuf,
    /// Cargo's target folder is one for all packages, and so is the folder above them.
    _turn: (MutexGuard<'static, ()>, File),
}

/// What cargo did.
pub(crate) struct Built {
    pub status: Option<i32>,
    /// What it printed for people.
    pub said: String,
    /// Its messages.
    messages: Vec<Value>,
}

impl Outside {
    /// A package with these files, made anew.
    pub(crate) fn new<P: AsRef<str>>(name: &str, files: impl IntoIterator<Item = (P, String)>) -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let checkout = fs::canonicalize(package().join("..")).expect("the checkout");
        // Always the same place, because cargo compiles packages that have moved again.
        let mut hasher = DefaultHasher::new();
        checkout.hash(&mut hasher);
        let above = env::temp_dir().join(format!("jitar-outside-{:016x}", hasher.finish()));
        fs::create_dir_all(&above).expect("a folder");
        let file = File::create(above.join("lock")).expect("a lock file");
        file.lock().expect("a lock");
        link(&checkout, &above.join("jitar"));
        let folder = above.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("the package of an earlier run can be removed");
        }
        let outside = Self { folder, _turn: (turn, file) };
        for (path, text) in files {
            outside.write(path.as_ref(), &text);
        }
        // The versions of the workspace: they are at hand, and compiled.
        fs::copy(checkout.join("Cargo.lock"), outside.folder.join("Cargo.lock")).expect("a copy of the lockfile");
        outside
    }

    /// Writes a file of the package.
    pub(crate) fn write(&self, path: &str, text: &str) {
        write_file(&self.folder.join(path), text);
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.folder.join(path)).expect("a file to remove");
    }

    /// Runs `cargo build`.
    pub(crate) fn build(&self, flags: &[&str]) -> Built {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--offline", "--message-format=json", "--target-dir"]).arg(target()).args(flags);
        // Of what cargo said to this test nothing is true there.
        let stale = env::vars_os().map(|(name, _)| name);
        for name in stale.filter(|name| name.to_string_lossy().starts_with("CARGO_")) {
            if name != "CARGO_HOME" {
                cargo.env_remove(name);
            }
        }
        let output = cargo.current_dir(&self.folder).output().expect("cargo starts");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let messages = text(output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Built { status: output.status.code(), said: text(output.stderr), messages }
    }

    /// Runs `cargo build`, which must go well.
    #[track_caller]
    pub(crate) fn must_build(&self, flags: &[&str]) -> Built {
        let built = self.build(flags);
        assert_eq!(built.status, Some(0), "{}", built.said);
        built
    }
}

impl Built {
    /// A program that was built.
    #[track_caller]
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        let found = self.messages.iter().rev().find(|message| message["target"]["name"] == name);
        let path = found.and_then(|message| message["executable"].as_str());
        PathBuf::from(path.unwrap_or_else(|| panic!("no program `{name}`: {}", self.said)))
    }

    /// Whether nothing was compiled.
    fn is_fresh(&self) -> bool {
        let mut artifacts = self.messages.iter().filter(|message| message["reason"] == "compiler-artifact");
        artifacts.all(|message| message["fresh"] == true)
    }

    /// The output of the build script of a package.
    fn output(&self, package: &str) -> PathBuf {
        let is_ours = |message: &&Value| {
            let id = message["package_id"].as_str().unwrap_or_default();
            message["reason"] == "build-script-executed" && id.contains(&format!("/{package}#"))
        };
        let message = self.messages.iter().find(is_ours).expect("a build script");
        Path::new(message["out_dir"].as_str().expect("a folder")).join("jitar")
    }
}

/// Kept between runs: all of V8's crates are compiled in it.
fn target() -> PathBuf {
    let target = program("jitar-app");
    target.parent().and_then(Path::parent).expect("a target folder").join("tests/outside")
}

fn link(checkout: &Path, link: &Path) {
    if fs::read_link(link).is_ok_and(|known| known == checkout) {
        return;
    }
    if link.is_symlink() {
        fs::remove_file(link).expect("a stale link can be removed");
    }
    std::os::unix::fs::symlink(checkout, link).expect("a link to the checkout");
}

/// The README's package without its programs, and with two segments.
fn watched() -> Outside {
    let readme = readme::files();
    let text = |path: &str| readme.iter().find(|(known, _)| *known == path).expect("a file of the README").1.clone();
    let procedure = |name: &str| format!("export default async function {name}() {{\n    return '{name}';\n}}\n");
    let segment = |name: &str| format!("{{ \"./{name}\": {{ \"default\": {{ \"access\": \"public\" }} }} }}\n");
    let service = r#"{ "url": "http://127.0.0.1:0", "standalone": { "segments": ["first", "second"] } }"#;
    Outside::new(
        "watched",
        [
            ("Cargo.toml", text("Cargo.toml").replace("\"hello\"", "\"watched\"")),
            ("build.rs", text("build.rs")),
            ("src/lib.rs", String::new()),
            ("src/bin/all.rs", "jitar::service!();\n".to_owned()),
            ("app/src/first.ts", procedure("first")),
            ("app/src/second.ts", procedure("second")),
            ("app/segments/first.json", segment("first")),
            ("app/segments/second.json", segment("second")),
            ("app/services/both.json", service.to_owned()),
        ],
    )
}

/// When each file of a folder was written.
fn times(folder: &Path) -> BTreeMap<String, SystemTime> {
    let mut times = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for path in crate::cases::in_folder(&next) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("lies below").display().to_string();
                times.insert(name, fs::metadata(&path).and_then(|data| data.modified()).expect("a time"));
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
    let mut build = |flags: &[&str]| {
        let built = package.must_build(flags);
        let after = times(&output);
        let changed = changed(&before, &after);
        before = after;
        (built, changed)
    };

    let (again, files) = build(&["--lib"]);
    assert!(again.is_fresh(), "{}", again.said);
    assert!(files.is_empty(), "{files:?}");

    // The build script runs, and finds that nothing has to be done.
    package.write("app/src/first.ts", &fs::read_to_string(package.folder.join("app/src/first.ts")).expect("a module"));
    let (_, files) = build(&["--lib"]);
    assert!(files.is_empty(), "{files:?}");

    package.write("app/src/first.ts", "export default async function first() {\n    return 'edited';\n}\n");
    let (_, files) = build(&["--lib"]);
    assert!(files.iter().any(|file| file == "archives/first.bin"), "{files:?}");
    assert!(files.iter().any(|file| file == "modules/first+second/src/first.ts.js"), "{files:?}");
    let others: Vec<_> = files.iter().filter(|file| file.contains("/second") || file.contains("/base-")).collect();
    assert!(others.is_empty(), "the segment `second` does not have the edited module: {others:?}");

    package.write("app/segments/third.json", r#"{ "./second": { "default": { "access": "public" } } }"#);
    let (_, files) = build(&["--lib"]);
    assert!(files.iter().any(|file| file == "archives/third.bin"), "a new segment is not noticed: {files:?}");

    package.remove("app/segments/third.json");
    let (_, _) = build(&["--lib"]);
    let stale: Vec<String> = times(&output).into_keys().filter(|file| file.contains("third")).collect();
    assert!(stale.is_empty(), "{stale:?}");
    let texts = ["names.txt", "manifest.json", "app.rs", "embed.json", "report.txt"];
    for file in texts {
        let text = fs::read_to_string(output.join(file)).expect("a text");
        assert!(!text.contains("third"), "{file} still names the segment: {text}");
    }
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
