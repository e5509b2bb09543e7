//! Private procedures are called within their unit only.

use std::collections::BTreeMap;

use jitar_engine::manifest::Access;

use super::{Context, real_modules};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::link::LinkedUnit;
use crate::link::members::{Definition, MemberKind, Stub};
use crate::link::split::{Reach, reach};
use crate::scan::graph::{Import, ImportKind, ImportedName, Module, Target};

/// An import of a private procedure, and in how many of the units that have the importing module it cannot be called.
struct Crossing<'a> {
    stub: &'a Stub,
    units: usize,
    out_of_reach: Vec<&'a str>,
}

pub(super) fn private_procedures_are_within_reach(context: &Context<'_>, diagnostics: &mut Diagnostics) {
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
        diagnostics.extend(out_of_reach(context, module, name, crossing));
    }
}

fn out_of_reach(
    context: &Context<'_>,
    module: &Module,
    name: &ImportedName,
    crossing: &Crossing<'_>,
) -> Option<Diagnostic> {
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
    let diagnostic = diagnostic.label(&module.file, &module.text, name.range, "imported here");
    let is_private =
        |definition: &&Definition| definition.fqn == *fqn && definition.version == Some(crossing.stub.version);
    let diagnostic = match context.definitions.iter().find(is_private) {
        Some(Definition { place, .. }) => diagnostic.label(&place.file, &place.text, place.range, "private here"),
        None => diagnostic,
    };
    Some(diagnostic.help("make it `protected`, or deploy both segments together"))
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
