//! Packages outside of the workspace, as users have them, built by cargo.
//!
//! They share the workspace's target folder. Because the README's profile is that of the workspace, V8's crates are not
//! compiled again.

use std::env;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jitar_tests::programs::{package, program};
use serde_json::Value;

use crate::bless::write_file;

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

    /// Gives a file of the package another name.
    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.folder.join(from), self.folder.join(to)).expect("a file to rename");
    }

    /// Removes a file of the package.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.folder.join(path)).expect("a file to remove");
    }

    /// Runs `cargo build`.
    pub(crate) fn build(&self, flags: &[&str]) -> Built {
        self.build_with(flags, &[])
    }

    /// Runs `cargo build` with these variables.
    pub(crate) fn build_with(&self, flags: &[&str], environment: &[(&str, &str)]) -> Built {
        self.cargo("build", flags, environment)
    }

    /// Runs `cargo doc` as it is run where documentation is published.
    pub(crate) fn document(&self) -> Built {
        self.cargo("doc", &["--no-deps"], &[("DOCS_RS", "1")])
    }

    /// Runs cargo on the package.
    fn cargo(&self, command: &str, flags: &[&str], environment: &[(&str, &str)]) -> Built {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([command, "--offline", "--message-format=json-render-diagnostics", "--target-dir"]);
        cargo.arg(target()).args(flags);
        for (name, _) in env::vars_os() {
            // What cargo said about this package is not true there.
            if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.to_string_lossy().starts_with(start)) {
                cargo.env_remove(name);
            }
        }
        let output = cargo.envs(environment.iter().copied()).current_dir(&self.folder).output().expect("cargo starts");
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
    pub(crate) fn is_fresh(&self) -> bool {
        let mut artifacts = self.messages.iter().filter(|message| message["reason"] == "compiler-artifact");
        artifacts.all(|message| message["fresh"] == true)
    }

    /// The output of the build script of a package.
    pub(crate) fn output(&self, package: &str) -> PathBuf {
        let is_ours = |message: &&Value| {
            let id = message["package_id"].as_str().unwrap_or_default();
            message["reason"] == "build-script-executed" && id.contains(&format!("/{package}#"))
        };
        let message = self.messages.iter().find(is_ours).expect("a build script");
        Path::new(message["out_dir"].as_str().expect("a folder")).join("jitar")
    }
}

/// Of the workspace: all of V8's crates are compiled in it.
fn target() -> PathBuf {
    program("jitar-app").ancestors().nth(2).expect("a program lies below the target folder").to_owned()
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
