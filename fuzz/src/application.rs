//! A damaged application goes through the whole build but snapshots: configuration, package.json and tsconfig.json,
//! scanner, resolver, linker, generator, diagnostics. Whatever it holds, the build ends with an output or with mistakes.
#![no_main]

mod format;

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use jitar_build::{BuildError, Builder};
use libfuzzer_sys::fuzz_target;

/// A folder of this process; in memory where the system has such a place.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let above = if memory.is_dir() { memory } else { std::env::temp_dir() };
    above.join(format!("jitar-fuzz-{}", std::process::id()))
});

fuzz_target!(|text: &str| {
    let (app, out) = (FOLDER.join("app"), FOLDER.join("out"));
    if app.exists() {
        fs::remove_dir_all(&app).expect("the application before can be removed");
    }
    fs::create_dir_all(&app).expect("a folder");
    for (path, content) in format::files(text) {
        let path = app.join(path);
        let folder = path.parent().expect("a file lies in a folder");
        // A folder cannot have the name of a file that is there.
        if fs::create_dir_all(folder).is_ok() {
            let _ = fs::write(path, content);
        }
    }
    match Builder::new().app(&app).out_dir(&out).snapshots(false).try_build() {
        Ok(output) => drop(output.warning_text()),
        Err(error @ (BuildError::Application(_) | BuildError::Embed(_) | BuildError::NotUtf8(_))) => {
            assert!(!error.to_terminal().is_empty(), "an error says something");
        }
        // An output folder that is there and can be written is not the application's fault.
        Err(error) => panic!("{error}"),
    }
});
