//! `jitar.json`: which folders the application consists of.

use camino::{Utf8Path, Utf8PathBuf};
use globset::{Glob, GlobSet};

use super::document::{Place, Reader, SCHEMA};
use super::variables::Environment;
use crate::diagnostics::{Diagnostics, codes};
use crate::fs;
use crate::json::{Entry, Node};

/// Keys of the file; all of them are paths, but for `build`.
pub(super) const KEYS: [&str; 6] = ["source", "target", "segments", "resources", "services", "build"];

/// Keys of `build`.
pub(super) const BUILD_KEYS: [&str; 1] = ["ignore"];

/// Name of the file, below the application folder.
pub(crate) const NAME: &str = "jitar.json";

/// The folders of an application; all paths are absolute.
#[derive(Debug)]
pub(crate) struct Folders {
    /// The application folder.
    pub(crate) app: Utf8PathBuf,
    /// Where modules lie: `./src`.
    pub(crate) source: Utf8PathBuf,
    /// Where browser files lie: `./dist`.
    pub(crate) target: Utf8PathBuf,
    /// Where segment files lie: `./segments`.
    pub(crate) segments: Utf8PathBuf,
    /// Where resource files lie: `./resources`.
    pub(crate) resources: Utf8PathBuf,
    /// Where service files lie: `./services`.
    pub(crate) services: Utf8PathBuf,
    /// What configuration cannot name, by path below `source`.
    pub(crate) ignore: GlobSet,
}

/// Reads the file; when it is absent everything has its default. `None` when it is not JSON.
pub(crate) fn read(
    app: &Utf8Path,
    environment: &mut Environment<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Folders> {
    let mut folders = Folders {
        app: app.to_owned(),
        source: app.join("src"),
        target: app.join("dist"),
        segments: app.join("segments"),
        resources: app.join("resources"),
        services: app.join("services"),
        ignore: GlobSet::empty(),
    };
    let file = app.join(NAME);
    if !file.exists() {
        return Some(folders);
    }
    let (reader, root) = Reader::open(&file, diagnostics)?;
    AppFile { reader, environment }.fill(&root, &mut folders);
    Some(folders)
}

struct AppFile<'a, 'e> {
    reader: Reader<'a>,
    environment: &'a mut Environment<'e>,
}

impl AppFile<'_, '_> {
    fn fill(&mut self, root: &Node, folders: &mut Folders) {
        let app = folders.app.clone();
        for entry in self.reader.object(root, NAME).unwrap_or_default() {
            let folder = match entry.key.as_str() {
                "source" => &mut folders.source,
                "target" => &mut folders.target,
                "segments" => &mut folders.segments,
                "resources" => &mut folders.resources,
                "services" => &mut folders.services,
                SCHEMA => {
                    self.reader.text(&entry.node, SCHEMA);
                    continue;
                }
                "build" => {
                    folders.ignore = self.ignored(&entry.node);
                    continue;
                }
                _ => {
                    self.reader.unknown_key(entry, &KEYS);
                    continue;
                }
            };
            if let Some(path) = self.folder(entry, &app) {
                *folder = path;
            }
        }
    }

    /// A folder below the application folder. It may be absent, as for the known implementation, but is
    /// worth a warning then; `target` is made by the tools of the web page.
    fn folder(&mut self, entry: &Entry, app: &Utf8Path) -> Option<Utf8PathBuf> {
        let (key, range) = (entry.key.as_str(), entry.node.range);
        let text = self.reader.text(&entry.node, key)?;
        let text = self.substituted(text, &self.reader.place(range))?;
        let path = fs::normalise(&app.join(&text));
        if !path.starts_with(app) {
            let message = format!("`{key}` leaves the application folder");
            self.reader.error(&codes::ESCAPING_PATH, range, message, "write a path below the application folder");
            return None;
        }
        // An absent source folder is an error of its own.
        if key != "target" && key != "source" && !path.is_dir() {
            let message = format!("there is no folder `{text}`");
            self.reader.push(self.reader.place(range).warning(&codes::MISSING_FOLDER, message, "named here"));
        }
        Some(path)
    }

    fn ignored(&mut self, build: &Node) -> GlobSet {
        let mut globs: Vec<Glob> = Vec::new();
        for entry in self.reader.object(build, "build").unwrap_or_default() {
            if entry.key != "ignore" {
                self.reader.unknown_key(entry, &BUILD_KEYS);
                continue;
            }
            for (text, place) in self.reader.texts(&entry.node, "build.ignore") {
                let Some(text) = self.substituted(text, &place) else { continue };
                globs.extend(parse_glob(&mut self.reader, &text, &place));
            }
        }
        fs::glob_set(globs).unwrap_or_default()
    }

    fn substituted(&mut self, text: &str, place: &Place) -> Option<String> {
        self.environment
            .substitute(text)
            .map_err(|name| {
                let message = format!("the environment variable `{name}` is not set");
                let help = format!("set it, or give a default: `${{{name}:-…}}`");
                self.reader.push(place.error(&codes::UNSET_VARIABLE, message, "").help(help));
            })
            .ok()
    }
}

/// A glob, or a diagnostic.
pub(crate) fn parse_glob(reader: &mut Reader<'_>, text: &str, place: &Place) -> Option<Glob> {
    fs::glob(text)
        .map_err(|error| {
            let message = format!("`{text}` is not a glob: {}", error.kind());
            reader.push(place.error(&codes::INVALID_GLOB, message, ""));
        })
        .ok()
}
