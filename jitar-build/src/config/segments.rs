//! Segment files: which exports of which modules are deployed together (spec 1.5).

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use jitar_engine::manifest::{Access, ProcedureLimits, Version};

use super::document::{Place, Reader, SCHEMA};
use super::keys::{KeyError, Sources};
use crate::diagnostics::{Diagnostic, Diagnostics, Range, codes, did_you_mean};
use crate::json::{Entry, Node};

/// A segment, as its file says.
#[derive(Debug)]
pub(crate) struct SegmentFile {
    /// File name without `.json`.
    pub(crate) name: String,
    /// Modules in source order; keys that name the same module are merged.
    pub(crate) modules: Vec<SegmentModule>,
}

/// A module key and what it lists.
#[derive(Debug)]
pub(crate) struct SegmentModule {
    /// The key as written.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) place: Place,
    /// Path of the module below the source folder.
    pub(crate) path: String,
    /// Listed exports in source order; none means that the module belongs to the segment for its side effects.
    pub(crate) exports: Vec<SegmentExport>,
}

/// A listed export with its properties.
#[derive(Debug, Clone)]
pub(crate) struct SegmentExport {
    /// Export name, or `default`.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) place: Place,
    /// `as`: the name part of the FQN.
    pub(crate) alias: Option<String>,
    /// `version`.
    pub(crate) version: Version,
    /// `access`.
    pub(crate) access: Access,
    /// `idempotent`, also true when `safe` is.
    pub(crate) idempotent: bool,
    /// `safe`.
    pub(crate) safe: bool,
    /// `limits`.
    pub(crate) limits: ProcedureLimits,
}

/// Keys of a procedure or class.
pub(super) const PROPERTIES: [&str; 6] = ["access", "version", "as", "idempotent", "safe", "limits"];
/// Keys of `limits`.
pub(super) const LIMITS: [&str; 3] = ["cpu", "wall", "concurrency"];

/// Reads the files; the result is sorted by name.
pub(crate) fn read(files: &[Utf8PathBuf], sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<SegmentFile> {
    let mut segments = BTreeMap::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_owned();
        let Some((reader, root)) = Reader::open(file, diagnostics) else {
            // The name is kept, so that service files which use it are not reported too.
            segments.entry(name.clone()).or_insert(SegmentFile { name, modules: Vec::new() });
            continue;
        };
        let mut segment = Segment { reader, sources, name: &name };
        segment.check_name(&segments, file);
        let modules = segment.modules(&root);
        segments.insert(name.clone(), SegmentFile { name, modules });
    }
    segments.into_values().collect()
}

/// Values of `access`.
pub(super) const LEVELS: [Access; 3] = [Access::Private, Access::Protected, Access::Public];

struct Segment<'a> {
    reader: Reader<'a>,
    sources: &'a Sources,
    name: &'a str,
}

impl Segment<'_> {
    fn check_name(&mut self, others: &BTreeMap<String, SegmentFile>, file: &Utf8Path) {
        let start = Range::default();
        let name = self.name;
        let allowed = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
        if name.is_empty() || name == "none" || name.starts_with('.') || !name.chars().all(allowed) {
            let help = "rename the file: letters, digits, `_`, `-` and `.` are possible, and `none` is reserved";
            let message = format!("`{name}` cannot be the name of a segment");
            let diagnostic = self.reader.place(start).error(&codes::INVALID_SEGMENT_NAME, message, "").help(help);
            self.reader.push(diagnostic);
        }
        if others.contains_key(name) {
            let message = format!("there are two segments called `{name}`");
            let help = format!("`{file}` and another file have the same name; rename one of them");
            let diagnostic = self.reader.place(start).error(&codes::DUPLICATE_SEGMENT, message, "").help(help);
            self.reader.push(diagnostic);
        }
    }

    fn modules(&mut self, root: &Node) -> Vec<SegmentModule> {
        let mut modules: Vec<SegmentModule> = Vec::new();
        let file_name = format!("{}.json", self.name);
        for entry in self.reader.object(root, &file_name).unwrap_or_default() {
            if entry.key == SCHEMA {
                self.reader.text(&entry.node, SCHEMA);
                continue;
            }
            let exports = self.exports(entry);
            let Some(path) = self.path(entry) else { continue };
            if let Some(module) = modules.iter_mut().find(|module| module.path == path) {
                self.merge(module, exports);
            } else {
                let place = self.reader.place(entry.key_range);
                modules.push(SegmentModule { key: entry.key.trim().to_owned(), place, path, exports });
            }
        }
        modules
    }

    fn path(&mut self, entry: &Entry) -> Option<String> {
        let key = entry.key.trim();
        let place = self.reader.place(entry.key_range);
        let diagnostic = match self.sources.find(key) {
            Ok(path) => return Some(path),
            Err(KeyError::Escapes) => escapes(&place, key),
            Err(KeyError::NotFound(similar)) => {
                let message = format!("the segment `{}` names the module `{key}`, which does not exist", self.name);
                let help = similar.map(|similar| format!("did you mean `{similar}`?"));
                place
                    .error(&codes::MODULE_NOT_FOUND, message, "no such module below the source folder")
                    .maybe_help(help)
            }
        };
        self.reader.push(diagnostic);
        None
    }

    /// Adds the exports of a second key for the same module.
    fn merge(&mut self, module: &mut SegmentModule, exports: Vec<SegmentExport>) {
        for export in exports {
            match module.exports.iter().find(|first| first.name == export.name) {
                Some(first) => self.reader.duplicate_key(&export.name, export.place.range, first.place.range),
                None => module.exports.push(export),
            }
        }
    }

    fn exports(&mut self, module: &Entry) -> Vec<SegmentExport> {
        let entries = self.reader.object(&module.node, &module.key).unwrap_or_default();
        entries.iter().filter_map(|entry| self.export(entry, &module.key)).collect()
    }

    fn export(&mut self, entry: &Entry, module: &str) -> Option<SegmentExport> {
        let mut export = SegmentExport {
            name: entry.key.trim().to_owned(),
            place: self.reader.place(entry.key_range),
            alias: None,
            version: Version::default(),
            access: Access::default(),
            idempotent: false,
            safe: false,
            limits: ProcedureLimits::default(),
        };
        for property in self.reader.object(&entry.node, &format!("{module}.{}", entry.key))? {
            match property.key.as_str() {
                "access" => export.access = self.access(property).unwrap_or_default(),
                "version" => export.version = self.version(property).unwrap_or_default(),
                "as" => export.alias = self.alias(property),
                "idempotent" => export.idempotent |= self.reader.boolean(&property.node, "idempotent").unwrap_or(false),
                "safe" => export.safe = self.reader.boolean(&property.node, "safe").unwrap_or(false),
                "limits" => export.limits = self.limits(property),
                _ => self.reader.unknown_key(property, &PROPERTIES),
            }
        }
        export.idempotent |= export.safe;
        Some(export)
    }

    fn access(&mut self, property: &Entry) -> Option<Access> {
        let text = self.reader.text(&property.node, "access")?;
        let level = LEVELS.into_iter().find(|level| level.as_str() == text);
        if level.is_none() {
            let help = did_you_mean(text, LEVELS.map(Access::as_str))
                .unwrap_or_else(|| "the levels are `private`, `protected` and `public`".to_owned());
            let message = format!("unknown access level `{text}`");
            let place = self.reader.place(property.node.range);
            self.reader.push(place.error(&codes::INVALID_ACCESS, message, "").help(help));
        }
        level
    }

    fn version(&mut self, property: &Entry) -> Option<Version> {
        let text = self.reader.text(&property.node, "version")?;
        let version = text.parse().ok();
        if version.is_none() {
            let place = self.reader.place(property.node.range);
            let message = format!("invalid version number `{text}`");
            self.reader.push(place.error(&codes::INVALID_VERSION, message, "").help("write it like `1.2.0`"));
        }
        version
    }

    fn limits(&mut self, property: &Entry) -> ProcedureLimits {
        let mut limits = ProcedureLimits::default();
        for limit in self.reader.object(&property.node, "limits").unwrap_or_default() {
            let target = match limit.key.as_str() {
                "cpu" => &mut limits.cpu,
                "wall" => &mut limits.wall,
                "concurrency" => &mut limits.concurrency,
                _ => {
                    self.reader.unknown_key(limit, &LIMITS);
                    continue;
                }
            };
            *target = self.reader.positive(&limit.node, &format!("limits.{}", limit.key));
        }
        limits
    }

    fn alias(&mut self, property: &Entry) -> Option<String> {
        let text = self.reader.text(&property.node, "as")?.trim();
        let allowed = |character: char| character.is_alphanumeric() || "_$-.".contains(character);
        if !text.is_empty() && text.chars().all(allowed) && !text.starts_with('.') {
            return Some(text.to_owned());
        }
        let message = format!("`{text}` cannot be the name of a procedure");
        let label = "the last part of the name only, without slashes";
        self.reader.error(&codes::INVALID_NAME, property.node.range, message, label);
        None
    }
}

/// A module key that leaves the source folder.
pub(crate) fn escapes(place: &Place, key: &str) -> Diagnostic {
    let message = format!("the module key `{key}` leaves the source folder");
    place
        .error(&codes::ESCAPING_PATH, message, "")
        .help("keys are paths below the source folder, such as `./sales/getMonthData`")
}
