//! Service files, read for what is compiled in: segments, scripts and assets. The rest is read when the service
//! starts; here only its names and types are checked.

use camino::{Utf8Path, Utf8PathBuf};
use globset::{Glob, GlobSet};

use super::app_file::{Folders, parse_glob};
use super::document::{Place, Reader, listed};
use super::keys::{KeyError, Sources};
use super::schema;
use super::segments::{SegmentFile, escapes};
use super::variables::has_variable;
use crate::diagnostics::{Diagnostics, Range, codes, did_you_mean};
use crate::fs;
use crate::json::{Entry, Node, Value};

/// A service file.
#[derive(Debug)]
pub(crate) struct ServiceFile {
    /// Absolute path.
    pub(crate) file: Utf8PathBuf,
    /// Path below the application folder with `/`.
    pub(crate) path: String,
    /// Names of its segments, sorted; empty for services that run none.
    pub(crate) segments: Vec<String>,
    /// Paths of its scripts, middleware and health checks below the source folder, in source order, each once.
    pub(crate) scripts: Vec<String>,
    /// What it serves.
    pub(crate) assets: Option<Assets>,
    /// How many instances of the application it runs.
    pub(crate) isolates: Isolates,
}

/// Which files a service serves.
#[derive(Debug)]
pub(crate) struct Assets {
    /// Folder that the globs are relative to, absolute: `target` or below it.
    pub(crate) root: Utf8PathBuf,
    /// The globs with their places.
    pub(crate) globs: Vec<(Glob, Place)>,
    /// All of them.
    pub(crate) set: GlobSet,
}

/// How many instances of the application a service runs.
#[derive(Debug)]
pub(crate) enum Isolates {
    /// One, or a number that is known only when the service starts.
    One,
    /// More than one, said here.
    Several(Place),
}

/// What service files refer to.
pub(crate) struct Context<'a> {
    pub(crate) folders: &'a Folders,
    pub(crate) sources: &'a Sources,
    pub(crate) segments: &'a [SegmentFile],
}

/// Keys of which a service file has exactly one.
const SERVICES: [&str; 5] = ["gateway", "worker", "repository", "proxy", "standalone"];

/// Keys that list modules; `middlewares` is the documented spelling of `middleware`.
const SCRIPTS: [&str; 7] =
    ["setUp", "tearDown", "setUpOnce", "tearDownOnce", "middleware", "middlewares", "healthChecks"];

/// Reads the files in the order given.
pub(crate) fn read(files: &[Utf8PathBuf], context: &Context<'_>, diagnostics: &mut Diagnostics) -> Vec<ServiceFile> {
    let mut services = Vec::new();
    for file in files {
        let Some((reader, root)) = Reader::open(file, diagnostics) else { continue };
        services.extend(Service { reader, context }.read(file, &root));
    }
    services
}

struct Service<'a> {
    reader: Reader<'a>,
    context: &'a Context<'a>,
}

impl Service<'_> {
    fn read(mut self, file: &Utf8Path, root: &Node) -> Option<ServiceFile> {
        let entries = self.reader.object(root, file.file_name().unwrap_or_default())?;
        let service = self.only_service(entries, root.range)?;
        let segments = self.segments(service);
        let assets = self.assets(service);
        let scripts = self.scripts(entries);
        let isolates = self.isolates(entries);
        schema::check_service(&mut self.reader, root);
        let path = fs::below(file, &self.context.folders.app)?;
        Some(ServiceFile { file: file.to_owned(), path, segments, scripts, assets, isolates })
    }

    fn only_service<'n>(&mut self, entries: &'n [Entry], whole: Range) -> Option<&'n Entry> {
        let mut services = entries.iter().filter(|entry| SERVICES.contains(&entry.key.as_str()));
        let Some(first) = services.next() else {
            let help = entries
                .iter()
                .find_map(|entry| did_you_mean(&entry.key, SERVICES))
                .unwrap_or_else(|| format!("add one of {}", listed(SERVICES)));
            let place = self.reader.place(Range { end: whole.start + 1, ..whole });
            self.reader.push(place.error(&codes::NO_SERVICE, "no service is configured", "").help(help));
            return None;
        };
        if let Some(second) = services.next() {
            let diagnostic = self
                .reader
                .place(second.key_range)
                .error(&codes::SEVERAL_SERVICES, "several services are configured", "second service")
                .label(
                    &self.reader.place(first.key_range).file,
                    &self.reader.place(first.key_range).text,
                    first.key_range,
                    "first service",
                )
                .help("write one file per service");
            self.reader.push(diagnostic);
        }
        Some(first)
    }

    fn segments(&mut self, service: &Entry) -> Vec<String> {
        let name = service.key.as_str();
        let entries = self.reader.object(&service.node, name).unwrap_or_default();
        let needed = matches!(name, "worker" | "standalone") && matches!(service.node.value, Value::Object(_));
        let Some(entry) = entries.iter().find(|entry| entry.key == "segments") else {
            if needed {
                let message = format!("the `{name}` has no list of `segments`");
                self.reader.error(&codes::NO_SERVICE, service.key_range, message, "add `\"segments\": [\"…\"]`");
            }
            return Vec::new();
        };
        let mut segments: Vec<String> = Vec::new();
        for (segment, place) in self.fixed_texts(&entry.node, &format!("{name}.segments")) {
            let segment = segment.trim();
            if !self.context.segments.iter().any(|known| known.name == segment) {
                let known = || self.context.segments.iter().map(|known| known.name.as_str());
                let help =
                    did_you_mean(segment, known()).unwrap_or_else(|| format!("the segments are {}", listed(known())));
                let message = format!("there is no segment `{segment}`");
                self.reader.push(place.error(&codes::UNKNOWN_SEGMENT, message, "").help(help));
            } else if segments.iter().any(|known| known == segment) {
                self.reader.push(place.error(&codes::DUPLICATE_ENTRY, format!("`{segment}` stands twice"), ""));
            } else {
                segments.push(segment.to_owned());
            }
        }
        segments.sort();
        segments
    }

    fn scripts(&mut self, entries: &[Entry]) -> Vec<String> {
        let mut scripts: Vec<String> = Vec::new();
        for entry in entries.iter().filter(|entry| SCRIPTS.contains(&entry.key.as_str())) {
            for (key, place) in self.fixed_texts(&entry.node, &entry.key) {
                let diagnostic = match self.context.sources.find(key) {
                    Ok(path) => {
                        if !scripts.contains(&path) {
                            scripts.push(path);
                        }
                        continue;
                    }
                    Err(KeyError::Escapes) => escapes(&place, key),
                    Err(KeyError::NotFound(similar)) => place
                        .error(&codes::SCRIPT_NOT_FOUND, format!("there is no module `{key}`"), "")
                        .maybe_help(similar.map(|similar| format!("did you mean `{similar}`?"))),
                };
                self.reader.push(diagnostic);
            }
        }
        scripts
    }

    fn assets(&mut self, service: &Entry) -> Option<Assets> {
        let Value::Object(entries) = &service.node.value else { return None };
        let find = |key: &str| entries.iter().find(|entry| entry.key == key);
        let root = match find("assetRoot") {
            Some(entry) => self.asset_root(&entry.node)?,
            None => self.context.folders.target.clone(),
        };
        let assets = find("assets")?;
        let mut globs = Vec::new();
        for (text, place) in self.fixed_texts(&assets.node, "assets") {
            if text.split('/').any(|part| part == "..") || text.starts_with('/') {
                self.leaves_target(text, &place);
            } else {
                globs.extend(parse_glob(&mut self.reader, text, &place).map(|glob| (glob, place)));
            }
        }
        let set = fs::glob_set(globs.iter().map(|(glob, _)| glob.clone())).unwrap_or_default();
        Some(Assets { root, globs, set })
    }

    fn asset_root(&mut self, node: &Node) -> Option<Utf8PathBuf> {
        let text = self.reader.text(node, "assetRoot")?;
        let place = self.reader.place(node.range);
        if !self.is_fixed(text, "assetRoot", &place) {
            return None;
        }
        let target = &self.context.folders.target;
        let root = fs::normalise(&target.join(text.trim_start_matches('/')));
        if !root.starts_with(target) {
            self.leaves_target(text, &place);
            return None;
        }
        Some(root)
    }

    fn leaves_target(&mut self, text: &str, place: &Place) {
        let message = format!("`{text}` leaves the target folder");
        self.reader.push(place.error(&codes::ASSET_OUTSIDE_TARGET, message, "write a path below the target folder"));
    }

    fn isolates(&mut self, entries: &[Entry]) -> Isolates {
        let Some(entry) = entries.iter().find(|entry| entry.key == "isolates") else { return Isolates::One };
        let several = match &entry.node.value {
            Value::Number(number) => *number > 1.0,
            Value::Text(text) if text == "auto" => true,
            Value::Text(text) if has_variable(text) => false,
            _ => {
                let message = "`isolates` is not a number or `auto`";
                self.reader.error(&codes::WRONG_TYPE, entry.node.range, message, "");
                false
            }
        };
        if several { Isolates::Several(self.reader.place(entry.node.range)) } else { Isolates::One }
    }

    /// A list of strings that the build must know; those with environment variables are reported and left out.
    fn fixed_texts<'n>(&mut self, node: &'n Node, name: &str) -> Vec<(&'n str, Place)> {
        let mut texts = self.reader.texts(node, name);
        let mut idx = 0;
        texts.retain(|(text, place)| {
            idx += 1;
            self.is_fixed(text, &format!("{name}.{}", idx - 1), place)
        });
        texts
    }

    fn is_fixed(&mut self, text: &str, name: &str, place: &Place) -> bool {
        let fixed = !has_variable(text);
        if !fixed {
            let message = format!("the build must know `{name}`");
            let help = "write the value out; variables are replaced when the service starts";
            self.reader.push(place.error(&codes::BUILD_TIME_VALUE, message, "").help(help));
        }
        fixed
    }
}
