//! Rules that need the whole application. One rule, one function, one diagnostic, one test.

use std::collections::{BTreeMap, BTreeSet};

use jitar_engine::manifest::{Access, Unit};

use super::LinkedUnit;
use super::exports::Exports;
use super::members::{Definition, MemberKind, Members, Stub};
use super::split::{LinkedModule, Reach, reach};
use crate::config::{AppConfig, Isolates, without_extension};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, codes};
use crate::scan::graph::{DeclarationKind, Import, ImportKind, ImportedName, Module, Target};

/// What rules look at.
pub(super) struct Context<'a> {
    pub(super) config: &'a AppConfig,
    pub(super) exports: &'a Exports<'a>,
    pub(super) members: &'a Members,
    pub(super) definitions: &'a [Definition],
    pub(super) units: &'a [LinkedUnit],
}

type Rule = fn(&Context<'_>, &mut Diagnostics);

/// Every rule.
pub(super) const RULES: [Rule; 7] = [
    host_modules_are_not_imported,
    resources_are_in_no_segment,
    names_are_unique_in_a_segment,
    names_are_unique_in_a_unit,
    private_procedures_are_within_reach,
    client_modules_have_different_names,
    several_isolates_share_no_state,
];

fn host_modules_are_not_imported(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for module in context.exports.graph.modules.values() {
        for import in &module.imports {
            let Target::Host(name) = &import.target else { continue };
            let diagnostic = Diagnostic::error(&codes::HOST_MODULE, format!("there is no host module `{name}`"));
            let diagnostic = diagnostic.label(&module.file, &module.text, import.range, "imported here");
            diagnostics.push(diagnostic.help("host functions are not supported yet"));
        }
    }
}

fn resources_are_in_no_segment(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for module in context.config.segments.iter().flat_map(|segment| &segment.modules) {
        for resource in context.config.resources.iter().filter(|resource| resource.path == module.path) {
            let message = format!("the resource `{}` is part of a segment", resource.key);
            let diagnostic = module.place.error(&codes::RESOURCE_SEGMENTED, message, "listed here").label(
                &resource.place.file,
                &resource.place.text,
                resource.place.range,
                "declared as a resource here",
            );
            diagnostics.push(diagnostic.help("move the procedures to a module of their own that imports the resource"));
        }
    }
}

fn names_are_unique_in_a_segment(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for (first, second) in clashes(context.definitions) {
        if first.segment == second.segment {
            diagnostics.push(clash(first, second, &format!("the segment `{}`", first.segment)));
        }
    }
}

fn names_are_unique_in_a_unit(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for (first, second) in clashes(context.definitions) {
        if first.segment == second.segment || first.origin == second.origin {
            continue;
        }
        let has_both =
            |unit: &&LinkedUnit| unit.segments.contains(&first.segment) && unit.segments.contains(&second.segment);
        if let Some(unit) = context.units.iter().find(has_both) {
            diagnostics.push(clash(first, second, &format!("the service unit `{}`", unit.id)));
        }
    }
}

/// Pairs of definitions with one name, each second one paired with the first.
fn clashes(definitions: &[Definition]) -> impl Iterator<Item = (&Definition, &Definition)> {
    let mut by_name: BTreeMap<_, Vec<&Definition>> = BTreeMap::new();
    for definition in definitions {
        by_name.entry((&definition.fqn, definition.version)).or_default().push(definition);
    }
    by_name.into_values().flat_map(|same| {
        let pairs = (0..same.len()).flat_map(|left| (left + 1..same.len()).map(move |right| (left, right)));
        pairs.map(|(left, right)| (same[left], same[right])).collect::<Vec<_>>()
    })
}

fn clash(first: &Definition, second: &Definition, place: &str) -> Diagnostic {
    let (code, message, help): (&'static Code, _, _) = match second.version {
        Some(version) => (
            &codes::DUPLICATE_IMPLEMENTATION,
            format!("{place} has two implementations of `{}` with version {version}", second.fqn),
            "give one of them another `version`, or another name with `as`",
        ),
        None => (
            &codes::DUPLICATE_CLASS,
            format!("{place} has two classes called `{}`", second.fqn),
            "give one of them another name with `as`",
        ),
    };
    let first = &first.place;
    second.place.error(code, message, "second one").label(&first.file, &first.text, first.range, "first one").help(help)
}

/// An import of a private procedure, and in how many of the units that have the importing module it cannot be called.
struct Crossing<'a> {
    stub: &'a Stub,
    units: usize,
    out_of_reach: Vec<&'a str>,
}

fn private_procedures_are_within_reach(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let mut crossings: BTreeMap<(&str, usize, usize), Crossing<'_>> = BTreeMap::new();
    for unit in context.units {
        for module in real_modules(context, unit) {
            for PrivateImport { import_idx, name_idx, stub, reach } in private_imports(context, module, unit) {
                let key = (module.specifier.as_str(), import_idx, name_idx);
                let crossing = crossings.entry(key).or_insert(Crossing { stub, units: 0, out_of_reach: Vec::new() });
                crossing.units += 1;
                crossing.out_of_reach.extend((reach == Reach::Remote).then_some(unit.id.as_str()));
            }
        }
    }
    for ((specifier, import_idx, name_idx), crossing) in &crossings {
        let Some(module) = context.exports.graph.modules.get(*specifier) else { continue };
        let name = &module.imports[*import_idx].names[*name_idx];
        diagnostics.extend(out_of_reach(module, name, crossing));
    }
}

fn out_of_reach(module: &Module, name: &ImportedName, crossing: &Crossing<'_>) -> Option<Diagnostic> {
    let fqn = &crossing.stub.fqn;
    let first_unit = crossing.out_of_reach.first()?;
    let diagnostic = if crossing.out_of_reach.len() == crossing.units {
        Diagnostic::error(
            &codes::PRIVATE_ACROSS_SEGMENTS,
            format!("the private procedure `{fqn}` is in another segment than its importer"),
        )
    } else {
        Diagnostic::warning(
            &codes::PRIVATE_ACROSS_SEGMENTS,
            format!("the private procedure `{fqn}` cannot be called in the service unit `{first_unit}`"),
        )
    };
    let help = "make it `protected`, or deploy both segments together";
    Some(diagnostic.label(&module.file, &module.text, name.range, "imported here").help(help))
}

/// An import of a private procedure in a unit.
struct PrivateImport<'a> {
    import_idx: usize,
    name_idx: usize,
    stub: &'a Stub,
    reach: Reach,
}

/// The imports of private procedures in a module.
fn private_imports<'a>(context: &Context<'a>, module: &'a Module, unit: &LinkedUnit) -> Vec<PrivateImport<'a>> {
    let mut found = Vec::new();
    let is_import = |(_, import): &(usize, &Import)| import.kind == ImportKind::Import;
    for (import_idx, import) in module.imports.iter().enumerate().filter(is_import) {
        for (name_idx, name) in import.names.iter().enumerate() {
            if let Some((specifier, export, stub)) = procedure_behind(context, import, name) {
                let reach = reach(context.members, specifier, export, &unit.segments);
                found.push(PrivateImport { import_idx, name_idx, stub, reach });
            }
        }
    }
    found
}

/// The private procedure that an imported name leads to, also through re-exports of modules that are in no segment.
fn procedure_behind<'a>(
    context: &Context<'a>,
    import: &'a Import,
    name: &'a ImportedName,
) -> Option<(&'a str, &'a str, &'a Stub)> {
    let Target::Module(specifier) = &import.target else { return None };
    let found = context.exports.find(context.exports.graph.modules.get(specifier)?, &name.imported)?;
    found.trace.into_iter().find_map(|(module, export)| {
        match &context.members.of(&module.specifier)?.get(export)?.kind {
            MemberKind::Procedure(stub) if stub.access == Access::Private => {
                Some((module.specifier.as_str(), export, stub))
            }
            MemberKind::Procedure(_) | MemberKind::Class => None,
        }
    })
}

fn client_modules_have_different_names(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for module in context.config.segments.iter().flat_map(|segment| &segment.modules) {
        let Some(stem) = without_extension(&module.path) else { continue };
        if !seen.insert(&module.path) {
            continue;
        }
        if let Some(other) = first.insert(stem, &module.path) {
            let message = format!("`{other}` and `{}` would be one module for the browser", module.path);
            let diagnostic = module.place.error(&codes::AMBIGUOUS_MODULE, message, "listed here");
            diagnostics.push(diagnostic.help("rename one of them; extensions do not count"));
        }
    }
}

fn several_isolates_share_no_state(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for service in &context.config.services {
        let Isolates::Several(place) = &service.isolates else { continue };
        let id = Unit::id_of(&service.segments);
        let Some(unit) = context.units.iter().find(|unit| unit.id == id) else { continue };
        for module in real_modules(context, unit).filter(|module| module.path.is_some()) {
            for declaration in module.declarations.values() {
                if !matches!(declaration.kind, DeclarationKind::Value { mutable: true }) {
                    continue;
                }
                let name = declaration.name.as_deref().unwrap_or("default");
                let message = format!("each isolate has its own variable `{name}`");
                let diagnostic = Diagnostic::warning(&codes::SHARED_MUTABLE_STATE, message)
                    .label(&module.file, &module.text, declaration.range, "can be assigned to")
                    .label(&place.file, &place.text, place.range, "several isolates");
                diagnostics.push(diagnostic.help("keep state outside the process, or set `isolates` to 1"));
            }
        }
    }
}

fn real_modules<'a>(context: &Context<'a>, unit: &'a LinkedUnit) -> impl Iterator<Item = &'a Module> {
    let graph = context.exports.graph;
    let real = unit.modules.iter().filter(|(_, module)| matches!(module, LinkedModule::Real(_)));
    real.filter_map(move |(specifier, _)| graph.modules.get(specifier))
}
