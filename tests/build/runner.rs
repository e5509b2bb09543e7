//! The program `jitar-app`, which builds the application in any folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jitar_tests::programs::program;

/// What a build said.
#[derive(Debug)]
pub(crate) struct Checked {
    pub status: Option<i32>,
    /// What it printed for people: the report.
    pub report: String,
    /// Errors and warnings.
    pub diagnostics: String,
}

/// Builds the application in `app` of a folder; a `Cargo.toml` there makes it a package whose library may have host
/// functions. Diagnostics are relative to that folder.
pub(crate) fn check(folder: &Path) -> Checked {
    check_with(folder, &[])
}

/// The same, with further flags.
pub(crate) fn check_with(folder: &Path, flags: &[&str]) -> Checked {
    let mut command = Command::new(program("jitar-app"));
    command.args(["app", "--check", "--strict"]).args(flags);
    if folder.join("Cargo.toml").exists() {
        command.args(["--package", "."]);
    }
    let output = command.env_clear().current_dir(folder).output().expect("jitar-app starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Checked { status: output.status.code(), report: text(output.stdout), diagnostics: text(output.stderr) }
}

/// Starts the application in `app` of a folder, as a service file says.
pub(crate) fn serve(folder: &Path, service: &str) -> Command {
    let mut command = Command::new(program("jitar-app"));
    command.arg("app").arg(format!("--service=services/{service}.json")).current_dir(folder);
    command
}

/// Where the output for the application in `app` of a folder lies: beside a lock that names the application.
pub(crate) fn output(folder: &Path) -> PathBuf {
    let app = fs::canonicalize(folder.join("app")).expect("the application's folder");
    let outputs = program("jitar-app").with_file_name("app");
    let names = |lock: &PathBuf| fs::read(lock).is_ok_and(|text| text == app.as_os_str().as_encoded_bytes());
    let locks = crate::cases::in_folder(&outputs);
    let mut locks = locks.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "lock"));
    locks.find(names).unwrap_or_else(|| panic!("`{}` has no output", app.display())).with_extension("")
}
