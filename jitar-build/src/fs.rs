//! All access to the disk: the path in every error, sorted walks, and writes that leave unchanged files alone.

use std::io;
use std::time::SystemTime;

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

/// What may be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// A file, with its bytes.
    File(Vec<u8>),
    /// A folder.
    Folder,
}

/// Reads what is there, if anything is.
pub(crate) fn read_if_there(path: &Utf8Path) -> Result<Option<Read>, FsError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(Read::File(bytes))),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(_) if path.is_dir() => Ok(Some(Read::Folder)),
        Err(error) => Err(FsError::new("read", path)(error)),
    }
}

/// When a file was written, or something was made or removed in a folder.
pub(crate) fn modified(path: &Utf8Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// The time, as the disk of this folder gives it to files: its clock may lag behind that of programs.
pub(crate) fn now(folder: &Utf8Path) -> Result<SystemTime, FsError> {
    create_folder(folder)?;
    let file = folder.join(format!(".now.{}", std::process::id()));
    std::fs::write(&file, []).map_err(FsError::new("write", &file))?;
    let now = std::fs::metadata(&file).and_then(|metadata| metadata.modified()).map_err(FsError::new("read", &file))?;
    remove_file(&file)?;
    Ok(now)
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

/// The files below a folder of `root`, which need not exist, by their paths below `root`. The system is asked for nothing but
/// lists of names: there may be thousands.
pub(crate) fn files(root: &Utf8Path, folder: &str) -> Result<Vec<String>, FsError> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    folders.extend(root.join(folder).is_dir().then(|| folder.to_owned()));
    while let Some(below) = folders.pop() {
        let folder = root.join(&below);
        for entry in folder.read_dir_utf8().map_err(FsError::new("read", &folder))? {
            let entry = entry.map_err(FsError::new("read", &folder))?;
            let is_folder = entry.file_type().map_err(FsError::new("read", entry.path()))?.is_dir();
            if is_folder { &mut folders } else { &mut files }.push(format!("{below}/{}", entry.file_name()));
        }
    }
    Ok(files)
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
        let kind = entry.file_type().map_err(FsError::new("read", path))?;
        if kind.is_dir() || kind.is_symlink() && path.is_dir() {
            walk_into(path, above, walk)?;
        } else {
            walk.files.push(path.to_owned());
        }
    }
    above.pop();
    Ok(())
}

/// Removes a file below `root`, and the folders that become empty by that.
pub(crate) fn remove_stale(root: &Utf8Path, file: &str) -> Result<(), FsError> {
    let file = root.join(file);
    remove_file(&file)?;
    for folder in file.ancestors().skip(1).take_while(|folder| *folder != root) {
        match std::fs::remove_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => break,
            removed => removed.map_err(FsError::new("remove", folder))?,
        }
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
    fn removes_stale_files_with_their_folders() {
        let folder = Folder::new(&[("m/a.js", ""), ("m/old/er/b.js", ""), ("m/.a.js.7", ""), (".app.rs.7", "")]);
        let root = folder.path("");
        let mut found = files(&root, "m").expect("walks");
        found.sort();
        assert_eq!(found, ["m/.a.js.7", "m/a.js", "m/old/er/b.js"]);
        assert!(files(&root, "nowhere").expect("walks").is_empty());
        for stale in ["m/.a.js.7", "m/old/er/b.js"] {
            remove_stale(&root, stale).expect("removes");
        }
        remove_temporary(&root).expect("removes");
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
