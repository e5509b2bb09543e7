//! `tsconfig.json` of the application folder: what it says about finding modules and compiling them.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use crate::diagnostics::{Diagnostic, Diagnostics, Range, codes};
use crate::json::{self, Node, Value};

use super::super::parse::{Jsx, Options};
use super::super::specifier;
use super::files::{Preference, find};

/// The settings that are read. All others only matter to the type checker.
#[derive(Debug, Default)]
pub(in super::super) struct TsConfig {
    /// How modules are compiled.
    pub(super) options: Options,
    paths: Vec<(String, Vec<Utf8PathBuf>)>,
    base: Option<Utf8PathBuf>,
}

/// A file as written.
#[derive(Debug, Default)]
struct File {
    extends: Vec<String>,
    compiler: Compiler,
}

/// `compilerOptions` as written; settings of a file go before those of the files it extends.
#[derive(Debug, Default)]
struct Compiler {
    base_url: Option<String>,
    paths: Option<IndexMap<String, Vec<String>>>,
    jsx: Option<String>,
    jsx_import_source: Option<String>,
    jsx_factory: Option<String>,
    jsx_fragment_factory: Option<String>,
    experimental_decorators: Option<bool>,
    emit_decorator_metadata: Option<bool>,
    verbatim_module_syntax: Option<bool>,
    use_define_for_class_fields: Option<bool>,
}

impl TsConfig {
    /// Reads `tsconfig.json` of the application folder and what it extends, and returns the files that were read. There
    /// need not be one.
    pub(in super::super) fn load(app: &Utf8Path, diagnostics: &mut Diagnostics) -> (Self, Vec<Utf8PathBuf>) {
        let file = app.join("tsconfig.json");
        let mut reader =
            Reader { diagnostics, read: Vec::new(), config: Self::default(), settings: Compiler::default() };
        if file.is_file() {
            reader.read(&file);
        }
        let Reader { read, mut config, settings, .. } = reader;
        config.options = settings.options();
        (config, read)
    }

    /// The file that `paths` or `baseUrl` give for a specifier.
    pub(super) fn find(&self, specifier: &str, preference: Preference) -> Option<Utf8PathBuf> {
        let mapped = self.mapped(specifier).into_iter();
        let based = self.base.iter().map(|base| base.join(specifier));
        mapped.chain(based).find_map(|path| find(&specifier::normalize(&path), preference))
    }

    /// The paths of the best pattern: an exact one, else that with the longest text before the star.
    fn mapped(&self, specifier: &str) -> Vec<Utf8PathBuf> {
        if let Some((_, targets)) = self.paths.iter().find(|(pattern, _)| pattern == specifier) {
            return targets.clone();
        }
        let matching = self.paths.iter().filter_map(|(pattern, targets)| {
            let (before, after) = pattern.split_once('*')?;
            let matched = specifier.strip_prefix(before)?.strip_suffix(after)?;
            Some((before.len(), matched, targets))
        });
        let Some((_, matched, targets)) = matching.max_by_key(|(length, ..)| *length) else { return Vec::new() };
        targets.iter().map(|target| Utf8PathBuf::from(target.as_str().replacen('*', matched, 1))).collect()
    }
}

impl Compiler {
    /// Fills what is not set here from a file that is extended.
    fn inherit(&mut self, parent: Self) {
        fn fill<T>(own: &mut Option<T>, parent: Option<T>) {
            if own.is_none() {
                *own = parent;
            }
        }
        fill(&mut self.jsx, parent.jsx);
        fill(&mut self.jsx_import_source, parent.jsx_import_source);
        fill(&mut self.jsx_factory, parent.jsx_factory);
        fill(&mut self.jsx_fragment_factory, parent.jsx_fragment_factory);
        fill(&mut self.experimental_decorators, parent.experimental_decorators);
        fill(&mut self.emit_decorator_metadata, parent.emit_decorator_metadata);
        fill(&mut self.verbatim_module_syntax, parent.verbatim_module_syntax);
        fill(&mut self.use_define_for_class_fields, parent.use_define_for_class_fields);
    }

    fn options(self) -> Options {
        let automatic = Jsx::Automatic(self.jsx_import_source.unwrap_or_else(|| "react".to_owned()));
        let jsx = match self.jsx.as_deref() {
            Some("react") => Jsx::Classic {
                factory: self.jsx_factory.unwrap_or_else(|| "React.createElement".to_owned()),
                fragment: self.jsx_fragment_factory.unwrap_or_else(|| "React.Fragment".to_owned()),
            },
            // `preserve` leaves JSX to the next tool, and that is us.
            _ => automatic,
        };
        Options {
            jsx,
            legacy_decorators: self.experimental_decorators.unwrap_or_default(),
            decorator_metadata: self.emit_decorator_metadata.unwrap_or_default(),
            verbatim_modules: self.verbatim_module_syntax.unwrap_or_default(),
            fixed_environment: false,
        }
    }
}

/// Takes settings out of a file; what has another type than TypeScript wants is a mistake. `null` sets nothing.
#[derive(Debug, Default)]
struct Shape {
    mistakes: Vec<(Range, String)>,
}

impl Shape {
    fn file(&mut self, root: &Node) -> File {
        let mut file = File::default();
        for (name, node) in self.members(root, "`tsconfig.json`") {
            match name {
                "extends" => file.extends = self.one_or_several(node),
                "compilerOptions" => file.compiler = self.compiler(node),
                _ => {}
            }
        }
        file
    }

    fn compiler(&mut self, node: &Node) -> Compiler {
        let mut compiler = Compiler::default();
        for (name, node) in self.members(node, "`compilerOptions`") {
            match name {
                "baseUrl" => compiler.base_url = self.text(node, name),
                "paths" => compiler.paths = Some(self.paths(node)),
                "jsx" => compiler.jsx = self.text(node, name),
                "jsxImportSource" => compiler.jsx_import_source = self.text(node, name),
                "jsxFactory" => compiler.jsx_factory = self.text(node, name),
                "jsxFragmentFactory" => compiler.jsx_fragment_factory = self.text(node, name),
                "experimentalDecorators" => compiler.experimental_decorators = self.boolean(node, name),
                "emitDecoratorMetadata" => compiler.emit_decorator_metadata = self.boolean(node, name),
                "verbatimModuleSyntax" => compiler.verbatim_module_syntax = self.boolean(node, name),
                "useDefineForClassFields" => compiler.use_define_for_class_fields = self.boolean(node, name),
                _ => {}
            }
        }
        compiler
    }

    fn paths(&mut self, node: &Node) -> IndexMap<String, Vec<String>> {
        let mut paths = IndexMap::new();
        for (pattern, node) in self.members(node, "`paths`") {
            match &node.value {
                Value::List(items) => {
                    let targets = items.iter().filter_map(|item| self.text(item, pattern)).collect();
                    paths.insert(pattern.to_owned(), targets);
                }
                _ => self.refuse(node, &format!("`{pattern}`"), "a list of paths"),
            }
        }
        paths
    }

    fn one_or_several(&mut self, node: &Node) -> Vec<String> {
        match &node.value {
            Value::List(items) => items.iter().filter_map(|item| self.text(item, "extends")).collect(),
            _ => self.text(node, "extends").into_iter().collect(),
        }
    }

    fn members<'n>(&mut self, node: &'n Node, name: &str) -> Vec<(&'n str, &'n Node)> {
        match &node.value {
            Value::Object(entries) => entries.iter().map(|entry| (entry.key.as_str(), &entry.node)).collect(),
            Value::Null => Vec::new(),
            _ => {
                self.refuse(node, name, "an object");
                Vec::new()
            }
        }
    }

    fn text(&mut self, node: &Node, name: &str) -> Option<String> {
        match &node.value {
            Value::Text(text) => return Some(text.clone()),
            Value::Null => {}
            _ => self.refuse(node, &format!("`{name}`"), "a string"),
        }
        None
    }

    fn boolean(&mut self, node: &Node, name: &str) -> Option<bool> {
        match node.value {
            Value::Boolean(value) => return Some(value),
            Value::Null => {}
            _ => self.refuse(node, &format!("`{name}`"), "`true` or `false`"),
        }
        None
    }

    fn refuse(&mut self, node: &Node, name: &str, wanted: &str) {
        self.mistakes.push((node.range, format!("{name} must be {wanted}")));
    }
}

struct Reader<'d> {
    diagnostics: &'d mut Diagnostics,
    read: Vec<Utf8PathBuf>,
    config: TsConfig,
    settings: Compiler,
}

impl Reader<'_> {
    /// Reads a file, then what it extends. What was set before stays.
    fn read(&mut self, file: &Utf8Path) {
        if self.read.iter().any(|known| known == file) {
            return;
        }
        self.read.push(file.to_owned());
        let text: Arc<str> = match crate::fs::read(file) {
            Ok(text) => Arc::from(text),
            Err(error) => {
                self.diagnostics.push(Diagnostic::error(&codes::UNREADABLE_FILE, error.to_string()));
                return;
            }
        };
        let plain = without_comments(&text);
        let mistakes = match json::parse(&plain) {
            Ok(root) => {
                let mut shape = Shape::default();
                let parsed = shape.file(&root);
                self.take(file, &text, parsed);
                shape.mistakes
            }
            Err(malformed) => {
                let length = plain[malformed.offset..].chars().next().map_or(0, char::len_utf8);
                vec![(Range { start: malformed.offset, end: malformed.offset + length }, malformed.message)]
            }
        };
        for (range, message) in mistakes {
            let diagnostic = Diagnostic::error(&codes::INVALID_TSCONFIG, message);
            self.diagnostics.push(diagnostic.label(file, &text, range, ""));
        }
    }

    fn take(&mut self, file: &Utf8Path, text: &Arc<str>, parsed: File) {
        let File { extends, mut compiler } = parsed;
        let folder = file.parent().unwrap_or(file);
        if compiler.use_define_for_class_fields == Some(false) && self.settings.use_define_for_class_fields.is_none() {
            self.warn_about_class_fields(file, text);
        }
        self.take_paths(folder, &mut compiler);
        self.settings.inherit(compiler);
        // A later entry of `extends` goes before an earlier one.
        for parent in extends.into_iter().rev() {
            match extended(folder, &parent) {
                Some(parent) => self.read(&parent),
                None => self.missing_parent(file, text, &parent),
            }
        }
    }

    /// Paths are relative to `baseUrl`, or to the file that has them.
    fn take_paths(&mut self, folder: &Utf8Path, compiler: &mut Compiler) {
        if self.config.base.is_none() {
            self.config.base = compiler.base_url.take().map(|base| specifier::normalize(&folder.join(base)));
        }
        if self.config.paths.is_empty() {
            let base = self.config.base.as_deref().unwrap_or(folder);
            let paths = compiler.paths.take().into_iter().flatten();
            self.config.paths = paths
                .map(|(pattern, targets)| (pattern, targets.iter().map(|target| base.join(target)).collect()))
                .collect();
        }
    }

    fn warn_about_class_fields(&mut self, file: &Utf8Path, text: &Arc<str>) {
        let message = "`useDefineForClassFields: false` has no effect, class fields follow the standard";
        let diagnostic = Diagnostic::warning(&codes::INVALID_TSCONFIG, message)
            .help("remove the setting; write `declare` before fields that must not be defined");
        self.diagnostics.push(diagnostic.label(file, text, range_of(text, "useDefineForClassFields"), ""));
    }

    fn missing_parent(&mut self, file: &Utf8Path, text: &Arc<str>, parent: &str) {
        let message = format!("cannot find `{parent}`, which this file extends");
        let diagnostic = Diagnostic::error(&codes::INVALID_TSCONFIG, message);
        self.diagnostics.push(diagnostic.label(file, text, range_of(text, parent), ""));
    }
}

/// The file that `extends` names: relative, or in a package.
fn extended(folder: &Utf8Path, name: &str) -> Option<Utf8PathBuf> {
    let forms = [name.to_owned(), format!("{name}.json"), format!("{name}/tsconfig.json")];
    let is_path = name.starts_with('.') || name.starts_with('/');
    let folders: Vec<Utf8PathBuf> = if is_path {
        vec![folder.to_owned()]
    } else {
        folder.ancestors().map(|ancestor| ancestor.join("node_modules")).collect()
    };
    let mut candidates =
        folders.iter().flat_map(|folder| forms.iter().map(|form| specifier::normalize(&folder.join(form))));
    candidates.find(|candidate| candidate.is_file())
}

/// Where a text stands first.
fn range_of(text: &str, part: &str) -> Range {
    let start = text.find(part).unwrap_or_default();
    Range { start, end: start + part.len() }
}

/// Replaces comments and trailing commas with spaces, so that positions stay.
fn without_comments(text: &str) -> String {
    let mut plain = text.as_bytes().to_vec();
    let mut comma = None;
    let mut idx = if text.starts_with('\u{feff}') { blank(&mut plain, 0, 3) } else { 0 };
    while let Some(&byte) = plain.get(idx) {
        let rest = &text.as_bytes()[idx..];
        if rest.starts_with(b"//") {
            let length = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
            idx = blank(&mut plain, idx, length);
            continue;
        }
        if rest.starts_with(b"/*") {
            let length = rest[2..].windows(2).position(|end| end == b"*/").map_or(rest.len(), |end| end + 4);
            idx = blank(&mut plain, idx, length);
            continue;
        }
        match byte {
            b'"' => {
                comma = None;
                idx += string_length(rest);
                continue;
            }
            b',' => comma = Some(idx),
            b'}' | b']' => {
                if let Some(comma) = comma.take() {
                    blank(&mut plain, comma, 1);
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        idx += 1;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Overwrites bytes with spaces, line ends aside; returns the position behind them.
fn blank(bytes: &mut [u8], start: usize, length: usize) -> usize {
    bytes[start..start + length].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    start + length
}

/// Length of the string literal at the start of a text, with quotes.
fn string_length(text: &[u8]) -> usize {
    let mut idx = 1;
    while let Some(&byte) = text.get(idx) {
        match byte {
            b'\\' => idx += 2,
            b'"' => return idx + 1,
            _ => idx += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_trailing_commas_are_blanked() {
        let cases = [
            (r#"{"a": 1}"#, r#"{"a": 1}"#),
            ("{\"a\": 1, // x\n}", "{\"a\": 1      \n}"),
            (r#"{"a//b": [1, /* , */ 2,]}"#, r#"{"a//b": [1,         2 ]}"#),
            (r#"{"a": "\"//,}"}"#, r#"{"a": "\"//,}"}"#),
            ("/* open", "       "),
        ];
        for (text, expected) in cases {
            assert_eq!(without_comments(text), expected);
        }
    }
}
