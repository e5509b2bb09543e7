//! Every imported name must be exported by the module that it is imported from.
//!
//! A name that turns out to be a type is taken out instead: `export { T } from "./t"` and `import { T } from "./t";
//! export { T }` are written without `type` in many applications, and only the whole graph tells that `T` is no value.

use std::collections::{BTreeSet, HashMap, HashSet};

use camino::Utf8Path;

use crate::diagnostics::{Diagnostic, Diagnostics, closest, codes};

use super::commonjs;
use super::graph::{Body, ExportSource, Graph, Import, ImportKind, ImportedName, Module, Range, Target};
use super::parse::{Language, TypeNames};

/// What a name of a module is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name<'g> {
    /// Something at run time, or something that cannot be known.
    Value,
    /// Maybe something at run time: only running the module with this specifier would tell.
    Open(&'g str),
    /// Something for the type checker only.
    Type,
    /// Nothing.
    Missing,
}

/// Takes imported types out of the graph; reports names that do not exist.
pub(super) fn check(graph: &mut Graph, types: &HashMap<String, TypeNames>) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let mut forgotten = Vec::new();
    let mut wanted = BTreeSet::new();
    for module in graph.modules.values() {
        for (idx, import) in module.imports.iter().enumerate() {
            let Target::Module(target) = &import.target else { continue };
            let names = Names { graph, types };
            let mut members = Vec::new();
            for (member, name) in import.names.iter().enumerate() {
                match names.look_up(target, &name.imported) {
                    Name::Value => {}
                    Name::Open(open) => {
                        wanted.insert((open.to_owned(), name.imported.clone()));
                    }
                    Name::Type if may_import_types(&module.file) => members.push(member),
                    found => diagnostics.push(names.missing(module, import, name, found)),
                }
            }
            if !members.is_empty() {
                forgotten.push((module.specifier.clone(), idx, members));
            }
        }
    }
    for (module, idx, members) in forgotten {
        if let Some(module) = graph.modules.get_mut(&module) {
            forget(module, idx, &members);
        }
    }
    for (module, name) in wanted {
        if let Some(module) = graph.modules.get_mut(&module) {
            commonjs::add_export(module, name, Range::default());
        }
    }
    diagnostics
}

fn may_import_types(file: &Utf8Path) -> bool {
    matches!(Language::of(file), Some(Language::TypeScript | Language::TypeScriptJsx))
}

struct Names<'g> {
    graph: &'g Graph,
    types: &'g HashMap<String, TypeNames>,
}

impl<'g> Names<'g> {
    fn look_up(&self, module: &'g str, name: &'g str) -> Name<'g> {
        self.follow(module, name, &mut HashSet::new())
    }

    /// `seen` holds what is already being looked up: modules may export from each other.
    fn follow(&self, module: &'g str, name: &'g str, seen: &mut HashSet<(&'g str, &'g str)>) -> Name<'g> {
        if name == "*" {
            return Name::Value;
        }
        if !seen.insert((module, name)) {
            return Name::Missing;
        }
        let Some(module) = self.graph.modules.get(module) else { return Name::Value };
        if matches!(module.body, Body::Json) {
            return if name == "default" { Name::Value } else { Name::Missing };
        }
        if let Some(export) = module.exports.iter().find(|export| export.name == name) {
            return match &export.source {
                ExportSource::Local(_) => Name::Value,
                // When there is nothing behind it, the mistake is there.
                ExportSource::Import(idx, imported) => match self.through(&module.imports[*idx], imported, seen) {
                    Name::Missing => Name::Value,
                    found => found,
                },
            };
        }
        let types = self.types.get(&module.specifier);
        if types.is_some_and(|types| types.names.contains(name)) {
            return Name::Type;
        }
        let stars = module.imports.iter().filter(|import| import.kind == ImportKind::ExportAll && name != "default");
        let found: Vec<Name<'g>> = stars.map(|import| self.through(import, name, seen)).collect();
        let is_open = types.is_some_and(|types| types.is_open);
        let open = found.iter().find(|name| matches!(name, Name::Open(_)));
        if found.contains(&Name::Value) {
            Name::Value
        } else if module.is_open {
            Name::Open(&module.specifier)
        } else if let Some(open) = open {
            *open
        } else if found.contains(&Name::Type) || is_open {
            Name::Type
        } else {
            Name::Missing
        }
    }

    fn through(&self, import: &'g Import, name: &'g str, seen: &mut HashSet<(&'g str, &'g str)>) -> Name<'g> {
        match &import.target {
            Target::Module(target) => self.follow(target, name, seen),
            // What the runtime and Rust offer is not known here, and a mistake is not to be reported twice.
            Target::Runtime(_) | Target::Host(_) | Target::Unresolved => Name::Value,
        }
    }

    fn missing(&self, module: &Module, import: &Import, name: &ImportedName, found: Name<'_>) -> Diagnostic {
        let ImportedName { imported, range, .. } = name;
        let message = format!("`{}` does not export `{imported}`", import.specifier);
        let diagnostic = Diagnostic::error(&codes::MISSING_IMPORT, message);
        let diagnostic = diagnostic.label(&module.file, &module.text, *range, "no such export");
        if found == Name::Type {
            return diagnostic.help("it is a type, which JavaScript does not know; remove it");
        }
        let Target::Module(target) = &import.target else { return diagnostic };
        let Some(target) = self.graph.modules.get(target) else { return diagnostic };
        let exported: Vec<&str> = target.exports.iter().map(|export| export.name.as_str()).collect();
        let similar = closest(imported, exported.iter().copied());
        match target.exports.iter().find(|export| similar == Some(&export.name)) {
            Some(export) => diagnostic
                .label(&target.file, &target.text, export.range, "this is exported")
                .help(format!("did you mean `{}`?", export.name)),
            None => diagnostic.maybe_help(default_or_named(imported, &exported)),
        }
    }
}

/// Mixing up `import x` and `import { x }` is the most common mistake.
fn default_or_named(imported: &str, exported: &[&str]) -> Option<String> {
    if imported != "default" && exported.contains(&"default") {
        return Some("the module has a default export: write the name without braces".to_owned());
    }
    let names: Vec<_> = exported.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { None } else { Some(format!("it exports {}", names.join(", "))) }
}

fn forget(module: &mut Module, idx: usize, members: &[usize]) {
    if let Body::JavaScript(syntax) = &mut module.body {
        syntax.forget(idx, members);
    }
    let names = &mut module.imports[idx].names;
    let types: Vec<String> = members.iter().map(|&member| names[member].imported.clone()).collect();
    let mut position = 0..;
    names.retain(|_| !position.next().is_some_and(|position| members.contains(&position)));
    module.exports.retain(
        |export| !matches!(&export.source, ExportSource::Import(from, name) if *from == idx && types.contains(name)),
    );
}
