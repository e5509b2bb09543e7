//! First stage: reads the application's modules, follows their imports and returns the module graph.
//!
//! It begins with the modules that the configuration names; all others are parsed when something imports them, or may import
//! them by a specifier that is computed. Nothing is evaluated. Files are parsed on all cores, in rounds: what a round imports and no
//! earlier round has seen is the next round.

mod commonjs;
pub(crate) mod graph;
mod load;
mod names;
pub(crate) mod parse;
mod resolve;
pub(crate) mod shapes;
mod specifier;
mod types;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexSet;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};

use self::graph::{Body, DynamicImport, Graph, Import, Module, Range, Target};
use self::load::{Content, Outcome, Request};
use self::parse::{Problem, TypeNames};
use self::resolve::{Failure, Location, Resolved, Resolver, TsConfig, Way};

/// What is to be scanned. All paths are absolute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScanInput<'a> {
    /// The application folder.
    pub app: &'a Utf8Path,
    /// The source folder, inside or outside the application folder.
    pub source: &'a Utf8Path,
    /// The modules to begin with. Declaration files (`.d.ts`) may be among them and are left out.
    pub files: &'a [Utf8PathBuf],
    /// All modules of the source folder: what computed specifiers may mean.
    pub sources: &'a [Utf8PathBuf],
}

/// Parses all files of the input and what they import, also from `node_modules`.
///
/// Returns the graph of the modules that could be read, every mistake, and every file that was read (for
/// `cargo::rerun-if-changed`; missing files are not among them, so the source folder has to be watched as well).
///
/// `tsconfig.json` and `package.json` of the application folder are read when they are there.
pub(crate) fn scan(input: &ScanInput<'_>) -> (Graph, Diagnostics, Vec<Utf8PathBuf>) {
    let mut scanner = Scanner::new(input);
    scanner.run();
    scanner.finish()
}

/// What is wrong with the text of a JavaScript module, in words.
#[cfg(any(test, fuzzing))]
pub(crate) fn mistakes_of(text: &str) -> Vec<String> {
    let parsed = parse::parse(text, parse::Language::JavaScript, &parse::Options::default(), parse::Form::Module);
    parsed.err().into_iter().flatten().map(|problem| problem.message).collect()
}

struct Scanner<'a> {
    input: &'a ScanInput<'a>,
    resolver: Resolver<'a>,
    graph: Graph,
    /// Exported types by specifier of the module.
    types: HashMap<String, TypeNames>,
    diagnostics: Diagnostics,
    read: IndexSet<Utf8PathBuf>,
    /// Specifiers that are in the graph, in the queue, or were refused.
    seen: HashSet<String>,
    queue: Vec<Request>,
}

impl<'a> Scanner<'a> {
    fn new(input: &'a ScanInput<'a>) -> Self {
        let mut diagnostics = Diagnostics::default();
        let (tsconfig, read) = TsConfig::load(input.app, &mut diagnostics);
        let mut scanner = Self {
            input,
            resolver: Resolver::new(input.app, tsconfig),
            graph: Graph::default(),
            types: HashMap::new(),
            diagnostics,
            read: read.into_iter().collect(),
            seen: HashSet::new(),
            queue: Vec::new(),
        };
        for file in input.files.iter().filter(|file| !is_declaration_file(file)) {
            scanner.enqueue(Location::of_app(input.app, file.clone()), None);
        }
        scanner
    }

    fn run(&mut self) {
        while !self.queue.is_empty() {
            let round = std::mem::take(&mut self.queue);
            let outcomes = load::load_all(&round, self.resolver.options());
            for (request, outcome) in round.into_iter().zip(outcomes) {
                self.admit(request, outcome);
            }
        }
    }

    fn finish(mut self) -> (Graph, Diagnostics, Vec<Utf8PathBuf>) {
        self.forget_refused_targets();
        self.load_types();
        self.diagnostics.extend(names::check(&mut self.graph, &self.types));
        self.diagnostics.extend(self.resolver.take_diagnostics());
        self.diagnostics.sort();
        self.read.extend(self.resolver.take_read());
        (self.graph, self.diagnostics, self.read.into_iter().collect())
    }

    fn enqueue(&mut self, location: Location, importer: Option<Importer>) {
        if self.seen.insert(location.specifier.clone()) {
            self.queue.push(Request { location, importer });
        }
    }

    /// Takes a loaded file into the graph, or says why not.
    fn admit(&mut self, request: Request, outcome: Outcome) {
        let Request { location, importer } = request;
        if !matches!(outcome, Outcome::Unreadable(_)) {
            self.read.insert(location.file.clone());
        }
        match outcome {
            Outcome::Unreadable(message) => {
                let diagnostic = Diagnostic::error(&codes::UNREADABLE_FILE, message);
                self.diagnostics.push(at_importer(diagnostic, importer.as_ref()));
            }
            Outcome::Invalid { text, code, problems } => {
                for Problem { range, message, help } in problems {
                    let diagnostic = Diagnostic::error(code, message).label(&location.file, &text, range, "");
                    self.diagnostics.push(help.into_iter().fold(diagnostic, Diagnostic::help));
                }
            }
            Outcome::CommonJs { text, marker } => {
                self.diagnostics.push(not_a_module(&location, &text, marker));
            }
            Outcome::Loaded { text, content } => {
                if let Content::CommonJs(file) = &content {
                    self.diagnostics.extend(commonjs::check(&location, importer.as_ref(), &text, file));
                }
                self.insert(&location, text, content);
            }
        }
    }

    fn insert(&mut self, location: &Location, text: Arc<str>, content: Content) {
        let mut module = Module {
            specifier: location.specifier.clone(),
            file: location.file.clone(),
            path: self.source_path(location),
            text,
            body: Body::Json,
            imports: Vec::new(),
            dynamic_imports: Vec::new(),
            exports: Vec::new(),
            is_open: false,
            declarations: indexmap::IndexMap::new(),
            has_top_level_await: false,
            host_calls: Vec::new(),
        };
        match content {
            Content::JavaScript(parsed) => {
                module.imports = parsed.imports;
                module.dynamic_imports = parsed.dynamic_imports;
                module.exports = parsed.exports;
                module.declarations = parsed.declarations;
                module.has_top_level_await = parsed.has_top_level_await;
                module.host_calls = parsed.host_calls;
                module.body = Body::JavaScript(parsed.syntax);
                self.types.insert(module.specifier.clone(), parsed.types);
                if location.package.is_none() {
                    self.add_types(module.file.clone(), Arc::clone(&module.text), parsed.type_table);
                }
                self.link(location, &mut module);
            }
            Content::CommonJs(parsed) => {
                commonjs::fill(&mut module, parsed);
                self.link(location, &mut module);
            }
            Content::Json => {}
        }
        self.graph.modules.insert(module.specifier.clone(), module);
    }

    /// Resolves all imports of a module.
    fn link(&mut self, location: &Location, module: &mut Module) {
        let mut imports = std::mem::take(&mut module.imports);
        let way = if matches!(module.body, Body::CommonJs(_)) { Way::Require } else { Way::Import };
        for Import { specifier, range, target, attribute, is_optional, .. } in &mut imports {
            let found = self.resolver.resolve(location, specifier, way);
            if *is_optional && found.is_err() {
                continue;
            }
            *target = self.target(module, found, *range);
            if let Some(kind) = attribute.as_ref().filter(|kind| *kind != "json") {
                let message = format!("modules of type `{kind}` cannot be imported");
                let diagnostic = Diagnostic::error(&codes::UNSUPPORTED_FILE, message);
                let diagnostic = diagnostic.label(&location.file, &module.text, *range, "imported here");
                self.diagnostics.push(diagnostic.help("only JavaScript, TypeScript and JSON modules are known"));
            }
        }
        module.imports = imports;
        let mut dynamic_imports = std::mem::take(&mut module.dynamic_imports);
        for DynamicImport { range, literal, ends, reachable } in &mut dynamic_imports {
            if let Some((start, end)) = ends.as_ref().filter(|_| location.package.is_none()) {
                *reachable = self.reachable(location, module, start, end, *range);
            }
            if let Some((specifier, target)) = literal {
                let found = self.resolver.resolve(location, specifier, Way::Import);
                *target = self.target(module, found, *range);
            }
        }
        module.dynamic_imports = dynamic_imports;
    }

    /// The modules of the source folder that a computed specifier may mean. Extensions may be left out of it, or be those
    /// of compiled files.
    fn reachable(&mut self, location: &Location, module: &Module, start: &str, end: &str, range: Range) -> Vec<Target> {
        let (folder, name) = start.rsplit_once('/').unwrap_or((".", start));
        let folder = specifier::normalize(&module.file.with_file_name("").join(folder));
        let end = end.strip_suffix(".js").or_else(|| end.strip_suffix(".mjs")).unwrap_or(end);
        let is_meant = |file: &&Utf8PathBuf| {
            let path = file.strip_prefix(&folder).ok().filter(|path| path.as_str().starts_with(name));
            path.is_some_and(|path| path.as_str().ends_with(end) || path.with_extension("").as_str().ends_with(end))
        };
        let sources = self.input.sources;
        let meant = sources.iter().filter(|file| !is_declaration_file(file)).filter(is_meant);
        meant
            .filter(|file| **file != location.file)
            .map(|file| {
                let found = Location::of_app(self.input.app, file.clone());
                let target = Target::Module(found.specifier.clone());
                self.enqueue(
                    found,
                    Some(Importer { file: module.file.clone(), text: Arc::clone(&module.text), range }),
                );
                target
            })
            .collect()
    }

    /// Where an import leads; what was found is put into the queue, what was not is reported.
    fn target(&mut self, module: &Module, found: Result<Resolved, Failure>, range: Range) -> Target {
        let importer = Importer { file: module.file.clone(), text: Arc::clone(&module.text), range };
        match found {
            Ok(Resolved::Module(found)) => {
                let target = Target::Module(found.specifier.clone());
                self.enqueue(found, Some(importer));
                target
            }
            Ok(Resolved::Runtime(name)) => Target::Runtime(name),
            Ok(Resolved::Host(name)) => Target::Host(name),
            Err(failure) => {
                let diagnostic = Diagnostic::error(failure.code, failure.message).maybe_help(failure.help);
                self.diagnostics.push(at_importer(diagnostic, Some(&importer)));
                Target::Unresolved
            }
        }
    }

    fn source_path(&self, location: &Location) -> Option<String> {
        if location.package.is_some() {
            return None;
        }
        location.file.strip_prefix(self.input.source).ok().map(specifier::with_slashes)
    }

    /// Targets that could not be loaded are unresolved, so that every target is in the graph.
    fn forget_refused_targets(&mut self) {
        let missing: HashSet<String> =
            self.seen.iter().filter(|seen| !self.graph.modules.contains_key(*seen)).cloned().collect();
        if missing.is_empty() {
            return;
        }
        let forget = |target: &mut Target| {
            if matches!(target, Target::Module(specifier) if missing.contains(specifier)) {
                *target = Target::Unresolved;
            }
        };
        for module in self.graph.modules.values_mut() {
            module.imports.iter_mut().for_each(|import| forget(&mut import.target));
            for import in &mut module.dynamic_imports {
                import.literal.iter_mut().map(|(_, target)| target).chain(&mut import.reachable).for_each(forget);
            }
        }
    }
}

/// The import that led to a module first.
#[derive(Debug, Clone)]
struct Importer {
    file: Utf8PathBuf,
    text: Arc<str>,
    range: Range,
}

fn at_importer(diagnostic: Diagnostic, importer: Option<&Importer>) -> Diagnostic {
    match importer {
        Some(importer) => diagnostic.label(&importer.file, &importer.text, importer.range, "imported here"),
        None => diagnostic,
    }
}

fn not_a_module(location: &Location, text: &Arc<str>, marker: Range) -> Diagnostic {
    Diagnostic::error(&codes::COMMONJS, "a module of the application is written as CommonJS")
        .label(&location.file, text, marker, "not available in an ES module")
        .help("write `import` and `export` instead of `require` and `module.exports`")
}

fn is_declaration_file(file: &Utf8Path) -> bool {
    file.file_stem().is_some_and(|stem| Utf8Path::new(stem).extension() == Some("d"))
        && matches!(file.extension(), Some("ts" | "mts"))
}

#[cfg(test)]
mod tests;
