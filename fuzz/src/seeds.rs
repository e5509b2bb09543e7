//! Writes what damage begins with into a folder: the applications of `tests/golden`, `tests/conformance` and the example,
//! each as one text. `seeds FOLDER`.

mod format;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Longer ones hold packages as they are published, which makes each run slow.
const MAX_LENGTH: usize = 20_000;

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args_os().nth(1).unwrap_or_else(|| "corpus".into()));
    fs::create_dir_all(&folder)?;
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut applications = vec![("example".to_owned(), checkout.join("example-service/app"))];
    for case in fs::read_dir(checkout.join("tests/golden"))? {
        let case = case?;
        applications.push((case.file_name().to_string_lossy().into_owned(), case.path().join("app")));
    }
    for (name, app) in applications {
        let mut text = String::new();
        add(&app, &app, &mut text)?;
        assert!(!format::files(&text).is_empty(), "`{}` has no files", app.display());
        if text.len() <= MAX_LENGTH {
            fs::write(folder.join(name), text)?;
        }
    }
    Ok(())
}

/// Adds the texts below a folder, sorted.
fn add(app: &Path, folder: &Path, text: &mut String) -> io::Result<()> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            add(app, &path, text)?;
        } else if let Ok(content) = fs::read_to_string(&path) {
            let name = path.strip_prefix(app).expect("lies below");
            writeln!(text, "{}{}\n{content}", format::MARK, name.display()).expect("a text");
        }
    }
    Ok(())
}
