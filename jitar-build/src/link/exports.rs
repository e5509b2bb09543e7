//! What an exported name finally stands for, through re-exports and `export *`.

use std::collections::BTreeMap;

use camino::Utf8Path;
use indexmap::IndexSet;

use crate::scan::graph::{Declaration, Export, ExportSource, Graph, ImportKind, Module, Target};

/// Follows exports through the graph.
#[derive(Debug)]
pub(crate) struct Exports<'a> {
    /// The modules.
    pub(crate) graph: &'a Graph,
    by_file: BTreeMap<&'a Utf8Path, &'a Module>,
}

/// Where an export leads.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    /// The modules on the way and their names for it: first the one asked, last the one that declares it.
    pub(crate) trace: Vec<(&'a Module, &'a str)>,
    /// What is there.
    pub(crate) origin: Origin<'a>,
}

/// What an export finally stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin<'a> {
    /// A declaration of the last module of the trace.
    Declared(&'a Declaration),
    /// All exports of a module (`export * as ns`).
    Namespace,
    /// A member of the runtime's own module.
    Runtime(&'static str, &'a str),
    /// Something behind an import that could not be resolved, or a host function: known mistakes and other kinds.
    Unknown,
}

impl<'a> Exports<'a> {
    /// Prepares the graph's modules for looking up.
    pub(crate) fn new(graph: &'a Graph) -> Self {
        let by_file = graph.modules.values().map(|module| (module.file.as_path(), module)).collect();
        Self { graph, by_file }
    }

    /// The module of this file; `None` when it could not be parsed.
    pub(crate) fn module_of(&self, file: &Utf8Path) -> Option<&'a Module> {
        self.by_file.get(file).copied()
    }

    /// Follows an export to its origin; `None` when there is no such export.
    pub(crate) fn find(&self, module: &'a Module, name: &'a str) -> Option<Found<'a>> {
        let mut found = Found { trace: Vec::new(), origin: Origin::Unknown };
        self.follow(module, name, &mut found).then_some(found)
    }

    /// Every name that the module exports, in source order; those of `export *` last.
    pub(crate) fn names(&self, module: &'a Module) -> IndexSet<&'a str> {
        let mut names = IndexSet::new();
        self.collect_names(module, &mut IndexSet::new(), &mut names);
        names
    }

    fn follow(&self, module: &'a Module, name: &'a str, found: &mut Found<'a>) -> bool {
        let step = (module, name);
        if found.trace.iter().any(|(seen, known)| seen.specifier == module.specifier && *known == name) {
            return false;
        }
        found.trace.push(step);
        let reached = match export_of(module, name) {
            Some(export) => self.follow_export(module, export, found),
            None => self.follow_stars(module, name, found),
        };
        if !reached {
            found.trace.pop();
        }
        reached
    }

    fn follow_export(&self, module: &'a Module, export: &'a Export, found: &mut Found<'a>) -> bool {
        match &export.source {
            ExportSource::Local(key) => {
                found.origin = module.declarations.get(key).map_or(Origin::Unknown, Origin::Declared);
                true
            }
            ExportSource::Import(idx, name) => match module.imports.get(*idx).map(|import| &import.target) {
                Some(Target::Module(_)) if name == "*" => {
                    found.origin = Origin::Namespace;
                    true
                }
                Some(Target::Module(specifier)) => match self.graph.modules.get(specifier) {
                    Some(next) => self.follow(next, name, found),
                    None => true,
                },
                Some(Target::Runtime(specifier)) => {
                    found.origin = Origin::Runtime(specifier, name);
                    true
                }
                Some(Target::Host(_) | Target::Unresolved) | None => true,
            },
        }
    }

    fn follow_stars(&self, module: &'a Module, name: &'a str, found: &mut Found<'a>) -> bool {
        if name == "default" {
            return false;
        }
        stars(module).any(|target| match target {
            Target::Module(specifier) => {
                self.graph.modules.get(specifier).is_some_and(|next| self.follow(next, name, found))
            }
            // What the file would export is not known, and its mistake is reported already.
            Target::Unresolved => true,
            Target::Runtime(_) | Target::Host(_) => false,
        })
    }

    fn collect_names(&self, module: &'a Module, seen: &mut IndexSet<&'a str>, names: &mut IndexSet<&'a str>) {
        if !seen.insert(&module.specifier) {
            return;
        }
        names.extend(module.exports.iter().map(|export| export.name.as_str()));
        for target in stars(module) {
            let Target::Module(specifier) = target else { continue };
            let Some(next) = self.graph.modules.get(specifier) else { continue };
            let mut theirs = IndexSet::new();
            self.collect_names(next, seen, &mut theirs);
            names.extend(theirs.into_iter().filter(|name| *name != "default"));
        }
    }
}

fn export_of<'a>(module: &'a Module, name: &str) -> Option<&'a Export> {
    module.exports.iter().find(|export| export.name == name)
}

fn stars(module: &Module) -> impl Iterator<Item = &Target> {
    module.imports.iter().filter(|import| import.kind == ImportKind::ExportAll).map(|import| &import.target)
}
