//! Module keys: how segment, resource and service files name modules of the source folder (spec 1.5).

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use globset::GlobSet;

use crate::diagnostics::closest;
use crate::fs::{self, FsError};

/// Extensions of modules, in the order in which they are tried.
const EXTENSIONS: [&str; 6] = ["ts", "tsx", "mts", "js", "jsx", "mjs"];

/// What may stand for an extension that a key was written with: keys of built applications end in `.js`.
const SOURCES_OF: [(&str, &[&str]); 3] = [("js", &["ts", "tsx"]), ("mjs", &["mts"]), ("jsx", &["tsx"])];

/// The files of the source folder.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// Absolute path of the source folder.
    pub(crate) root: Utf8PathBuf,
    /// Paths below it with `/`, without what `build.ignore` matches.
    paths: BTreeSet<String>,
    /// Folders walked, absolute.
    pub(crate) folders: Vec<Utf8PathBuf>,
}

/// Why a key names no module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyError {
    /// It leaves the source folder.
    Escapes,
    /// There is no such module; perhaps one with a similar key.
    NotFound(Option<String>),
}

impl Sources {
    /// Walks the source folder.
    pub(crate) fn read(root: &Utf8Path, ignore: &GlobSet) -> Result<Self, FsError> {
        let walk = fs::walk(root)?;
        let paths = walk.files.iter().filter_map(|file| fs::below(file, root));
        let paths = paths.filter(|path| !ignore.is_match(path)).collect();
        Ok(Self { root: root.to_owned(), paths, folders: walk.folders })
    }

    /// The path of the module that the key names. A file wins over a folder of the same name.
    pub(crate) fn find(&self, key: &str) -> Result<String, KeyError> {
        let path = clean(key)?;
        let found = candidates(&path).find(|candidate| self.paths.contains(candidate));
        found.ok_or_else(|| KeyError::NotFound(self.similar(&path)))
    }

    /// The absolute path of one of the files.
    pub(crate) fn file(&self, path: &str) -> Utf8PathBuf {
        path.split('/').fold(self.root.clone(), |file, part| file.join(part))
    }

    /// Absolute paths of all modules, also those that the configuration does not name. Sorted.
    pub(crate) fn files(&self) -> Vec<Utf8PathBuf> {
        let is_module = |path: &&String| {
            without_extension(path).is_some() || Utf8Path::new(path.as_str()).extension() == Some("json")
        };
        self.paths.iter().filter(is_module).map(|path| self.file(path)).collect()
    }

    fn similar(&self, path: &str) -> Option<String> {
        let stems = self.paths.iter().filter_map(|path| without_extension(path));
        let keys = stems.map(|stem| stem.strip_suffix("/index").unwrap_or(stem));
        closest(without_extension(path).unwrap_or(path), keys).map(|key| format!("./{key}"))
    }
}

/// The path without the extension of a module; `None` for other files.
pub(crate) fn without_extension(path: &str) -> Option<&str> {
    let (stem, extension) = path.rsplit_once('.')?;
    EXTENSIONS.contains(&extension).then_some(stem)
}

fn clean(key: &str) -> Result<String, KeyError> {
    let key = key.trim().replace('\\', "/");
    let path = fs::normalise(Utf8Path::new(key.trim_start_matches('/')));
    if path.starts_with("..") {
        return Err(KeyError::Escapes);
    }
    Ok(path.as_str().to_owned())
}

fn candidates(path: &str) -> impl Iterator<Item = String> {
    let mut candidates = vec![path.to_owned()];
    if let Some((stem, extension)) = path.rsplit_once('.') {
        let sources = SOURCES_OF.iter().filter(|(built, _)| *built == extension).flat_map(|(_, sources)| *sources);
        candidates.extend(sources.map(|source| format!("{stem}.{source}")));
    }
    let index = if path.is_empty() { "index".to_owned() } else { format!("{path}/index") };
    let stems = if path.is_empty() { vec![index] } else { vec![path.to_owned(), index] };
    candidates.extend(stems.iter().flat_map(|stem| EXTENSIONS.map(|extension| format!("{stem}.{extension}"))));
    candidates.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn keys_find_modules() {
        let files =
            ["index.ts", "a.ts", "game/index.ts", "game.js", "rpg/index.mjs", "b.c.js", "data.json", "old/x.ts"];
        let folder = Folder::new(&files.map(|file| (file, "")));
        let ignore = fs::glob_set([fs::glob("old/**").expect("is a glob")]).expect("is a set");
        let sources = Sources::read(&folder.path(""), &ignore).expect("reads");
        let missing = |similar: Option<&str>| Err(KeyError::NotFound(similar.map(str::to_owned)));
        let cases = [
            ("./a", Ok("a.ts")),
            (" a.js ", Ok("a.ts")),
            ("a.ts", Ok("a.ts")),
            ("/a", Ok("a.ts")),
            (".\\a", Ok("a.ts")),
            ("./x/../a", Ok("a.ts")),
            ("./game", Ok("game.js")),
            ("./rpg", Ok("rpg/index.mjs")),
            ("./b.c", Ok("b.c.js")),
            ("./data.json", Ok("data.json")),
            ("./", Ok("index.ts")),
            (".", Ok("index.ts")),
            ("../a", Err(KeyError::Escapes)),
            ("./rgp", missing(Some("./rpg"))),
            ("./old/x", missing(None)),
            ("./data", missing(None)),
        ];
        for (key, expected) in cases {
            assert_eq!(sources.find(key), expected.map(str::to_owned), "{key}");
        }
    }
}
