//! The programs under test: built once, by the cargo and into the target folder that the tests themselves come from.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The example's services and the runner of application folders.
const PROGRAMS: [&str; 7] = ["standalone", "gateway", "sales", "reporting", "repository", "proxy", "jitar-app"];

/// The path of a program.
///
/// # Panics
/// When it cannot be built.
pub fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(build).join(name)
}

/// The folder of this package.
pub fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Builds all programs. Cargo holds no lock while tests run, so it can be started by one.
fn build() -> PathBuf {
    let folder = profile_folder();
    let mut cargo = Command::new(env!("CARGO"));
    // The whole workspace is selected, as everywhere: cargo unifies features over what is selected, and another
    // selection would compile V8's crate once more.
    cargo.args(["build", "--quiet", "--workspace"]).current_dir(package()).stdin(Stdio::null());
    cargo.arg("--target-dir").arg(folder.parent().expect("a profile's folder lies in the target folder"));
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    for program in PROGRAMS {
        cargo.args(["--bin", program]);
    }
    for (name, _) in env::vars_os() {
        // What cargo said about this package is not true of the packages that are built.
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.to_string_lossy().starts_with(start)) {
            cargo.env_remove(name);
        }
    }
    let output = cargo.output().expect("cargo starts");
    assert!(output.status.success(), "the programs were not built:\n{}", String::from_utf8_lossy(&output.stderr));
    folder
}

/// `target/debug`, of which the test's own program lies in `deps`.
fn profile_folder() -> PathBuf {
    let test = env::current_exe().expect("a program knows where it lies");
    test.parent().and_then(Path::parent).expect("a test lies in `deps` of a profile's folder").to_owned()
}
