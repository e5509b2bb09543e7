//! All access to the disk: the path in every error, sorted walks, and writes that leave unchanged files alone.

use std::collections::BTreeSet;
use std::io;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// The system refused to read or write something.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{path}`: {source}")]
pub struct FsError {
    /// What was tried.
    action: &'static str,
    /// On which file or folder.
    path: Utf8PathBuf,
    /// What the system said.
    source: io::Error,
}

/// What a walk found; everything is absolute and sorted.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Files below the folder, without those whose name, or whose folder's name, begins with a dot.
    pub(crate) files: Vec<Utf8PathBuf>,
    /// The folder and the folders below it.
    pub(crate) folders: Vec<Utf8PathBuf>,
}

impl FsError {
    fn new<'a>(action: &'static str, path: &'a Utf8Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| Self { action, path: path.to_owned(), source }
    }

    /// The file or folder.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }
}

/// The bytes of a file.
pub(crate) fn read_bytes(path: &Utf8Path) -> Result<Vec<u8>, FsError> {
    std::fs::read(path).map_err(FsError::new("read", path))
}

/// The text of a file.
pub(crate) fn read(path: &Utf8Path) -> Result<String, FsError> {
    std::fs::read_to_string(path).map_err(FsError::new("read", path))
}

/// The size of a file in bytes.
pub(crate) fn size(path: &Utf8Path) -> Result<u64, FsError> {
    Ok(std::fs::metadata(path).map_err(FsError::new("read", path))?.len())
}

/// The path with every symbolic link followed.
pub(crate) fn canonical(path: &Utf8Path) -> Result<Utf8PathBuf, FsError> {
    path.canonicalize_utf8().map_err(FsError::new("read", path))
}

/// Names of what is in a folder, sorted.
pub(crate) fn names(folder: &Utf8Path) -> Result<Vec<String>, FsError> {
    let entries = folder.read_dir_utf8().map_err(FsError::new("read", folder))?;
    let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_owned()));
    let mut names = names.collect::<Result<Vec<_>, _>>().map_err(FsError::new("read", folder))?;
    names.sort();
    Ok(names)
}

/// Removes a file, if it is there.
pub(crate) fn remove_file(path: &Utf8Path) -> Result<(), FsError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FsError::new("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Makes the folder and those above it.
fn create_folder(path: &Utf8Path) -> Result<(), FsError> {
    std::fs::create_dir_all(path).map_err(FsError::new("create", path))
}

/// Writes the file unless it already has these bytes; gives whether it wrote. Others never see half a file.
pub(crate) fn write_if_changed(path: &Utf8Path, bytes: &[u8]) -> Result<bool, FsError> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    let temporary = path.with_file_name(format!(".{}.{}", path.file_name().unwrap_or_default(), std::process::id()));
    std::fs::write(&temporary, bytes).map_err(FsError::new("write", &temporary))?;
    std::fs::rename(&temporary, path).map_err(FsError::new("write", path))?;
    Ok(true)
}

/// Everything below the folder; nothing when it does not exist. `node_modules` and folders that link to one that is
/// already being walked are left out.
pub(crate) fn walk(folder: &Utf8Path) -> Result<Walk, FsError> {
    let mut walk = Walk::default();
    if folder.is_dir() {
        walk_into(folder, &mut Vec::new(), &mut walk)?;
    }
    walk.files.sort();
    walk.folders.sort();
    Ok(walk)
}

fn walk_into(folder: &Utf8Path, above: &mut Vec<Utf8PathBuf>, walk: &mut Walk) -> Result<(), FsError> {
    let real = canonical(folder)?;
    if above.contains(&real) {
        return Ok(());
    }
    above.push(real);
    walk.folders.push(folder.to_owned());
    for entry in folder.read_dir_utf8().map_err(FsError::new("read", folder))? {
        let entry = entry.map_err(FsError::new("read", folder))?;
        let path = entry.path();
        if entry.file_name().starts_with('.') || entry.file_name() == "node_modules" {
            continue;
        }
        if path.is_dir() {
            walk_into(path, above, walk)?;
        } else {
            walk.files.push(path.to_owned());
        }
    }
    above.pop();
    Ok(())
}

/// Removes the files below the folder that are not to be kept, and the folders that become empty.
pub(crate) fn remove_stale(folder: &Utf8Path, keep: &BTreeSet<Utf8PathBuf>) -> Result<(), FsError> {
    if !folder.is_dir() {
        return Ok(());
    }
    let mut is_empty = true;
    for name in names(folder)? {
        let path = folder.join(name);
        if path.is_dir() && !path.is_symlink() {
            remove_stale(&path, keep)?;
        } else if !keep.contains(&path) {
            remove_file(&path)?;
        }
        is_empty &= !path.exists();
    }
    if is_empty {
        std::fs::remove_dir(folder).map_err(FsError::new("remove", folder))?;
    }
    Ok(())
}

/// Removes what a build that was killed was about to write into the folder itself.
pub(crate) fn remove_temporary(folder: &Utf8Path) -> Result<(), FsError> {
    let is_temporary = |name: &String| name.starts_with('.');
    names(folder)?.into_iter().filter(is_temporary).try_for_each(|name| remove_file(&folder.join(name)))
}

/// A glob whose `*` and `?` do not match `/`, as users of asset lists expect.
pub(crate) fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    let pattern = pattern.trim();
    GlobBuilder::new(pattern.strip_prefix("./").unwrap_or(pattern)).literal_separator(true).build()
}

/// One matcher for all of them.
pub(crate) fn glob_set(globs: impl IntoIterator<Item = Glob>) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        set.add(glob);
    }
    set.build()
}

/// The path below the folder with `/` between its parts; `None` when it is not below.
pub(crate) fn below(path: &Utf8Path, folder: &Utf8Path) -> Option<String> {
    let parts: Vec<&str> = path.strip_prefix(folder).ok()?.components().map(|part| part.as_str()).collect();
    Some(parts.join("/"))
}

/// The path with `.` and `..` resolved by name, without looking at the disk.
pub(crate) fn normalise(path: &Utf8Path) -> Utf8PathBuf {
    let mut parts: Vec<Utf8Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Utf8Component::CurDir, _) | (Utf8Component::ParentDir, Some(Utf8Component::RootDir)) => {}
            (Utf8Component::ParentDir, Some(Utf8Component::Normal(_))) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn writes_only_what_changed() {
        let folder = Folder::new(&[]);
        let file = folder.path("a/b.txt");
        assert!(write_if_changed(&file, b"one").expect("writes"));
        assert!(!write_if_changed(&file, b"one").expect("compares"));
        assert!(write_if_changed(&file, b"two").expect("writes"));
        assert_eq!(read(&file).expect("reads"), "two");
    }

    #[test]
    fn walks_in_order_without_dot_files_and_without_cycles() {
        let folder = Folder::new(&[("b/z.ts", ""), ("b/a.ts", ""), ("a.ts", ""), (".env", ""), (".git/x", "")]);
        std::os::unix::fs::symlink(folder.path(""), folder.path("b/loop")).expect("links");
        let walk = walk(&folder.path("")).expect("walks");
        let files: Vec<_> = walk.files.iter().filter_map(|file| below(file, &folder.path(""))).collect();
        assert_eq!(files, ["a.ts", "b/a.ts", "b/z.ts"]);
        assert_eq!(walk.folders.len(), 2);
    }

    #[test]
    fn removes_what_is_not_kept() {
        let folder = Folder::new(&[("m/a.js", ""), ("m/old/b.js", ""), ("m/.a.js.7", ""), (".app.rs.7", "")]);
        remove_stale(&folder.path("m"), &BTreeSet::from([folder.path("m/a.js")])).expect("removes");
        remove_temporary(&folder.path("")).expect("removes");
        assert!(folder.path("m/a.js").exists());
        for gone in ["m/old", "m/.a.js.7", ".app.rs.7"] {
            assert!(!folder.path(gone).exists(), "{gone}");
        }
    }

    #[test]
    fn resolves_dots_by_name() {
        let cases = [("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/../b", "/b"), ("a/../../b", "../b"), ("/a/b/..", "/a")];
        for (path, expected) in cases {
            assert_eq!(normalise(Utf8Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn stars_stay_in_their_folder() {
        let cases = [("*.html", "index.html", true), ("*.html", "a/index.html", false), ("./a/**/*", "a/b/c.js", true)];
        for (pattern, path, expected) in cases {
            assert_eq!(
                glob(pattern).expect("is a glob").compile_matcher().is_match(path),
                expected,
                "{pattern} {path}"
            );
        }
    }

    #[test]
    fn errors_name_the_path() {
        let text = read(Utf8Path::new("/does/not/exist")).expect_err("is absent").to_string();
        assert!(text.starts_with("cannot read `/does/not/exist`: "), "{text}");
    }
}
