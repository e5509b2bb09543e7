//! Finds the file that a path without extension, or with the extension of compiled output, means.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostics::closest;

use super::super::parse::Language;

/// Extensions that are tried, in this order.
const EXTENSIONS: [&str; 7] = ["ts", "tsx", "mts", "js", "jsx", "mjs", "json"];

/// What `./x.js` means when both `x.js` and `x.ts` are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Preference {
    /// `x.ts`: TypeScript names the file that it will be compiled to.
    TypeScript,
    /// `x.js`
    AsWritten,
}

/// The file at a path: itself, the TypeScript source of it, with an extension, or the index of a folder. A file goes
/// before a folder of the same name.
pub(super) fn find(path: &Utf8Path, preference: Preference) -> Option<Utf8PathBuf> {
    find_file(path, preference).or_else(|| index(path))
}

/// As [`find`], but not the index of a folder.
pub(super) fn find_file(path: &Utf8Path, preference: Preference) -> Option<Utf8PathBuf> {
    let exact = || path.is_file().then(|| path.to_owned());
    let found = match preference {
        Preference::TypeScript => source_of(path).or_else(exact),
        Preference::AsWritten => exact().or_else(|| source_of(path)),
    };
    found.or_else(|| with_extension(path))
}

/// The index file of a folder.
pub(super) fn index(folder: &Utf8Path) -> Option<Utf8PathBuf> {
    if folder.is_dir() { with_extension(&folder.join("index")) } else { None }
}

/// The TypeScript file that compiles to this JavaScript file.
fn source_of(path: &Utf8Path) -> Option<Utf8PathBuf> {
    let sources: &[&str] = match path.extension()? {
        "js" => &["ts", "tsx"],
        "jsx" => &["tsx"],
        "mjs" => &["mts"],
        _ => &[],
    };
    sources.iter().map(|extension| path.with_extension(extension)).find(|source| source.is_file())
}

fn with_extension(path: &Utf8Path) -> Option<Utf8PathBuf> {
    EXTENSIONS.iter().map(|extension| Utf8PathBuf::from(format!("{path}.{extension}"))).find(|file| file.is_file())
}

/// A suggestion for a specifier that leads to no file: something like it in the same folder.
pub(super) fn similar(path: &Utf8Path, specifier: &str) -> Option<String> {
    let folder = path.parent()?;
    let mut names = Vec::new();
    for entry in folder.read_dir_utf8().ok()?.flatten() {
        if Language::of(entry.path()).is_some() {
            names.extend(entry.path().file_stem().map(str::to_owned));
            names.push(entry.file_name().to_owned());
        } else if entry.path().is_dir() {
            names.push(entry.file_name().to_owned());
        }
    }
    names.sort();
    let name = closest(path.file_name()?, names.iter().map(String::as_str))?;
    let parent = specifier.rfind('/').map_or("", |slash| &specifier[..=slash]);
    Some(format!("did you mean `{parent}{name}`?"))
}
