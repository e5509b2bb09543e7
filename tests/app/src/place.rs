//! Where the outputs of application folders lie: beside this program, in cargo's target folder, one for each application.

use std::env;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The place of one application's output: a folder, and beside it a file that is locked while the folder is used. The
/// file holds the application's path.
#[derive(Debug)]
pub(crate) struct Place {
    app: PathBuf,
    output: PathBuf,
}

impl Place {
    /// The place of the application in this folder. Places of applications that are gone are cleared away.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        ensure!(folder.is_dir(), "`{}` is not a folder", folder.display());
        let app = fs::canonicalize(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
        let program = env::current_exe().context("cannot tell where this program lies")?;
        let root = program.parent().context("invariant: a program lies in a folder")?.join("app");
        Self::below(&root, app)
    }

    fn below(root: &Path, app: PathBuf) -> Result<Self> {
        fs::create_dir_all(root).with_context(|| format!("cannot make `{}`", root.display()))?;
        clear(root)?;
        let output = root.join(name_of(&app));
        Ok(Self { app, output })
    }

    /// The application's folder.
    pub(crate) fn app(&self) -> &Path {
        &self.app
    }

    /// Where the build writes.
    pub(crate) fn output(&self) -> &Path {
        &self.output
    }

    /// Waits until no other process uses the place. It is free again when the file is dropped.
    pub(crate) fn lock(&self) -> Result<File> {
        let path = self.output.with_extension("lock");
        let open = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open.with_context(|| format!("cannot open `{}`", path.display()))?;
        file.lock().with_context(|| format!("cannot lock `{}`", path.display()))?;
        let text = self.app.as_os_str().as_encoded_bytes();
        let mut known = Vec::new();
        file.read_to_end(&mut known)?;
        if known != text {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(text).with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        Ok(file)
    }
}

/// The folder's own name, for people, and a hash of its whole path.
fn name_of(app: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    app.hash(&mut hasher);
    let name = app.file_name().unwrap_or_default().to_string_lossy().replace('.', "_");
    format!("{name}-{:016x}", hasher.finish())
}

/// Removes the outputs of applications that do not exist any more. What is locked is in use, and stays.
fn clear(root: &Path) -> Result<()> {
    for entry in fs::read_dir(root).with_context(|| format!("cannot read `{}`", root.display()))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "lock") {
            continue;
        }
        // Another process may clear at the same time.
        let Ok(mut file) = File::open(&path) else { continue };
        let mut app = String::new();
        if file.try_lock().is_err() || file.read_to_string(&mut app).is_err() {
            continue;
        }
        if !app.is_empty() && !Path::new(&app).exists() {
            let output = path.with_extension("");
            removed(&output, fs::remove_dir_all(&output))?;
            removed(&path, fs::remove_file(&path))?;
        }
    }
    Ok(())
}

/// Another process may have removed it before.
fn removed(path: &Path, result: io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove `{}`", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_application_has_its_place_until_it_is_gone() {
        let folder = env::temp_dir().join(format!("jitar-app-{}", std::process::id()));
        let (one, two, root) = (folder.join("one/app"), folder.join("two/app"), folder.join("root"));
        fs::create_dir_all(&one).expect("a folder");
        fs::create_dir_all(&two).expect("a folder");
        let first = Place::below(&root, one.clone()).expect("a place");
        let second = Place::below(&root, two).expect("a place");
        assert_ne!(first.output(), second.output());
        for place in [&first, &second] {
            drop(place.lock().expect("a lock"));
            fs::create_dir_all(place.output()).expect("a folder");
        }
        fs::remove_dir_all(&one).expect("removed");

        let held = first.lock().expect("a lock");
        clear(&root).expect("cleared");
        assert!(first.output().exists(), "what is locked stays");
        drop(held);
        clear(&root).expect("cleared");
        assert!(!first.output().exists() && second.output().exists());
        fs::remove_dir_all(&folder).expect("removed");
    }
}
