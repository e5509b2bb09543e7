//! Packages in `node_modules`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value};

use crate::diagnostics::{Diagnostic, Diagnostics, codes};

use super::super::load::json_mistake;
use super::super::specifier;
use super::files::{Preference, find, index};
use super::{Failure, Way, exports};

/// A folder with a `package.json`.
#[derive(Debug)]
pub(in super::super) struct Package {
    /// Its name, or that of its folder.
    pub(in super::super) name: String,
    /// `0.0.0` when it has none.
    pub(in super::super) version: String,
    /// Where it really lies, links followed.
    pub(in super::super) folder: Utf8PathBuf,
    /// `"type": "module"`
    pub(in super::super) is_module: bool,
    /// `imports`
    pub(super) imports: Option<Value>,
    pub(super) exports: Option<Value>,
    module: Option<String>,
    main: Option<String>,
    /// What stands for the main file, for other files and for other packages where there is no Node.
    browser: Browser,
}

/// `browser` in its two forms.
#[derive(Debug, Default)]
enum Browser {
    #[default]
    None,
    /// Instead of `main`.
    Main(String),
    /// Instead of files (`./…`) and packages; `None` for nothing at all.
    Map(BTreeMap<String, Option<String>>),
}

/// What stands for something else.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Instead<'p> {
    /// This file (`./…`) or package.
    Other(&'p str),
    /// An empty module.
    Nothing,
}

impl Browser {
    fn new(json: Option<Value>) -> Self {
        match json {
            Some(Value::String(file)) => Self::Main(file),
            Some(Value::Object(map)) => {
                let entries = map.into_iter().filter_map(|(key, value)| match value {
                    Value::String(other) => Some((key, Some(other))),
                    Value::Bool(false) => Some((key, None)),
                    _ => None,
                });
                Self::Map(entries.collect())
            }
            _ => Self::None,
        }
    }
}

impl Package {
    fn new(folder: Utf8PathBuf, mut json: Map<String, Value>) -> Self {
        let text = |key: &str| json.get(key).and_then(Value::as_str).map(str::to_owned);
        Self {
            name: text("name").unwrap_or_else(|| folder.file_name().unwrap_or_default().to_owned()),
            version: text("version").unwrap_or_else(|| "0.0.0".to_owned()),
            is_module: json.get("type").and_then(Value::as_str) == Some("module"),
            module: text("module"),
            main: text("main"),
            imports: json.remove("imports").filter(Value::is_object),
            exports: json.remove("exports").filter(|exports| !exports.is_null()),
            browser: Browser::new(json.remove("browser")),
            folder,
        }
    }

    /// What the package wants instead of one of its files, or instead of another package.
    pub(super) fn instead_of(&self, wanted: &str) -> Option<Instead<'_>> {
        let Browser::Map(map) = &self.browser else { return None };
        let other = map.get(wanted).or_else(|| map.get(wanted.strip_suffix(".js")?))?;
        Some(other.as_deref().map_or(Instead::Nothing, Instead::Other))
    }

    pub(super) fn exported(&self, exports: &Value, subpath: &str, way: Way) -> Result<Utf8PathBuf, Failure> {
        let target = exports::lookup_exports(exports, subpath, way).ok_or_else(|| self.not_exported(subpath))?;
        let file = specifier::normalize(&self.folder.join(&target));
        if target.starts_with("./") && file.starts_with(&self.folder) && file.is_file() {
            Ok(file)
        } else {
            Err(self.missing(&target))
        }
    }

    /// `module` is for those who import, `main` for those who require; either is better than nothing.
    pub(super) fn main_file(&self, way: Way) -> Result<Utf8PathBuf, Failure> {
        let Self { module, main, .. } = self;
        let browser = if let Browser::Main(file) = &self.browser { Some(file) } else { None };
        let named = match way {
            Way::Import => [module.as_ref(), browser, main.as_ref()],
            Way::Require => [browser, main.as_ref(), module.as_ref()],
        };
        let mut candidates = named.into_iter().flatten().map(|path| specifier::normalize(&self.folder.join(path)));
        candidates
            .find_map(|path| find(&path, Preference::AsWritten))
            .or_else(|| index(&self.folder))
            .ok_or_else(|| self.missing("."))
    }

    pub(super) fn missing(&self, path: &str) -> Failure {
        let Self { name, version, .. } = self;
        let message = format!("package `{name}` {version} has no file for `{path}`");
        Failure::new(&codes::UNRESOLVED_IMPORT, message)
            .help(format!("install it again, or look into `{}`", self.folder))
    }

    fn not_exported(&self, subpath: &str) -> Failure {
        let Self { name, version, .. } = self;
        let message = format!("package `{name}` {version} does not export `{subpath}`");
        let help = "the conditions `jitar`, `worker`, `browser`, `import` and `default` of its `exports` are read";
        Failure::new(&codes::UNRESOLVED_IMPORT, message).help(help)
    }
}

/// Splits `@scope/name/path` into the package's name and the path as `exports` writes it.
pub(super) fn split(specifier: &str) -> Option<(&str, String)> {
    let name_parts = if specifier.starts_with('@') { 2 } else { 1 };
    let end = specifier.match_indices('/').nth(name_parts - 1).map_or(specifier.len(), |(idx, _)| idx);
    let (name, path) = specifier.split_at(end);
    let is_complete = name.split('/').filter(|part| !part.is_empty()).count() == name_parts;
    let is_plain = !name.starts_with('.') && !name.contains(['\\', '%', ':']);
    (is_complete && is_plain).then(|| (name, format!(".{path}")))
}

/// All packages seen so far.
#[derive(Debug, Default)]
pub(super) struct Packages {
    by_folder: HashMap<Utf8PathBuf, Option<Arc<Package>>>,
    /// The `package.json` files that were read.
    pub(super) read: Vec<Utf8PathBuf>,
    /// What was wrong with them.
    pub(super) diagnostics: Diagnostics,
}

impl Packages {
    /// The package that a folder belongs to.
    pub(super) fn scope_of(&mut self, folder: &Utf8Path) -> Option<Arc<Package>> {
        folder.ancestors().find_map(|folder| self.at(folder))
    }

    /// The package of that name, as seen from a folder: its own package, or one in a `node_modules` here or above.
    pub(super) fn find(&mut self, from: &Utf8Path, name: &str) -> Option<Arc<Package>> {
        let own = self.scope_of(from).filter(|own| own.name == name && own.exports.is_some());
        own.or_else(|| {
            from.ancestors().find_map(|folder| {
                let installed = folder.join("node_modules").join(name);
                let real = if installed.is_dir() { installed.canonicalize_utf8().ok()? } else { return None };
                // A folder without `package.json` is a package as well.
                Some(self.at(&real).unwrap_or_else(|| Arc::new(Package::new(real, Map::new()))))
            })
        })
    }

    /// The installed package that a file lies in, however it was reached.
    pub(super) fn containing(&mut self, file: &Utf8Path) -> Option<Arc<Package>> {
        let folder = file.ancestors().find(|folder| is_installed(folder))?;
        self.at(folder)
    }

    /// Names of all packages that can be imported from a folder.
    pub(super) fn installed(from: &Utf8Path) -> Vec<String> {
        let mut names = Vec::new();
        for folder in from.ancestors().map(|folder| folder.join("node_modules")) {
            for name in folders_in(&folder) {
                if name.starts_with('@') {
                    names.extend(folders_in(&folder.join(&name)).into_iter().map(|inner| format!("{name}/{inner}")));
                } else {
                    names.push(name);
                }
            }
        }
        names.sort();
        names
    }

    pub(super) fn at(&mut self, folder: &Utf8Path) -> Option<Arc<Package>> {
        if let Some(known) = self.by_folder.get(folder) {
            return known.clone();
        }
        let package = self.read(folder).map(|json| Arc::new(Package::new(folder.to_owned(), json)));
        self.by_folder.insert(folder.to_owned(), package.clone());
        package
    }

    fn read(&mut self, folder: &Utf8Path) -> Option<Map<String, Value>> {
        let file = folder.join("package.json");
        if !file.is_file() {
            return None;
        }
        self.read.push(file.clone());
        let text = match crate::fs::read(&file) {
            Ok(text) => text,
            Err(error) => {
                self.diagnostics.push(Diagnostic::error(&codes::UNREADABLE_FILE, error.to_string()));
                return None;
            }
        };
        let json = text.strip_prefix('\u{feff}').unwrap_or(&text);
        match serde_json::from_str(json) {
            Ok(json) => Some(json),
            Err(error) => {
                let mistake = json_mistake(json, &error);
                let message = format!("`package.json` cannot be read: {}", mistake.message);
                let diagnostic = Diagnostic::error(&codes::UNREADABLE_FILE, message);
                self.diagnostics.push(diagnostic.label(&file, &Arc::from(json), mistake.range, ""));
                None
            }
        }
    }
}

/// Whether a folder is `node_modules/name` or `node_modules/@scope/name`.
fn is_installed(folder: &Utf8Path) -> bool {
    let mut names = folder.components().rev().map(|component| component.as_str());
    let is_name = names.next().is_some_and(|name| !name.starts_with('@'));
    let parent = names.next().filter(|_| is_name);
    let holder = if parent.is_some_and(|name| name.starts_with('@')) { names.next() } else { parent };
    holder == Some("node_modules")
}

fn folders_in(folder: &Utf8Path) -> Vec<String> {
    let Ok(entries) = folder.read_dir_utf8() else { return Vec::new() };
    let folders = entries.flatten().filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().to_owned()).filter(|name| !name.starts_with('.')).collect()
}
