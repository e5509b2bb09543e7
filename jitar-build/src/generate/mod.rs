//! Third stage: the JavaScript of every service unit and of the browser. Pure: nothing is read or written.

mod browser;
mod client;
mod commonjs;
pub(crate) mod emit;
mod host;
mod parameters;
mod remote;
mod segment;
mod stubs;
#[cfg(test)]
mod tests;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use jitar_engine::archive::{ModuleArchive, ModuleKind, ModuleSource};
use jitar_engine::manifest::Class;

use self::emit::{Emitted, Names, Rewrites, Rewritten, SourcesContent};
use crate::link::{Exports, Linked, LinkedModule, LinkedSegment, LinkedUnit, RealModule, in_graph};
use crate::parallel;
use crate::scan::graph::Body;

/// Everything that the build makes of an application's modules.
#[derive(Debug)]
pub(crate) struct Generated {
    /// In the order of the linked units.
    pub(crate) units: Vec<GeneratedUnit>,
    /// Modules for the browser: path below `client/` and code.
    pub(crate) client: BTreeMap<String, String>,
}

/// The modules of one service unit.
#[derive(Debug)]
pub(crate) struct GeneratedUnit {
    /// Id of the unit.
    pub(crate) id: String,
    /// Its modules.
    pub(crate) archive: ModuleArchive,
}

/// Generates all modules.
pub(crate) fn generate(linked: &Linked<'_>) -> Generated {
    let printer = Printer::print_all(linked);
    let units =
        linked.units.iter().map(|unit| GeneratedUnit { id: unit.id.clone(), archive: archive(unit, linked, &printer) });
    Generated { units: units.collect(), client: client::modules(linked) }
}

fn archive<'a>(unit: &'a LinkedUnit, app: &Linked<'_>, printer: &Printer<'a>) -> ModuleArchive {
    let segments = &app.segments[..];
    let linked = unit.modules.iter().filter_map(|(specifier, module)| printer.source(specifier, module));
    let mut modules: Vec<ModuleSource> = linked.collect();
    let listed: Vec<&LinkedSegment> =
        segments.iter().filter(|linked| unit.segments.contains(&linked.segment.name)).collect();
    let mut registrations: Vec<ModuleSource> = listed.iter().map(|linked| segment::registration(linked)).collect();
    registrations.extend(segment::foreign_classes(&foreign_classes(unit, segments, &listed)));
    modules.push(segment::entry(&registrations));
    modules.extend(registrations);
    modules.extend(host::modules(&unit.host, app.host));
    modules.sort_by(|left, right| left.specifier.cmp(&right.specifier));
    ModuleArchive { entry: segment::ENTRY.to_owned(), modules }
}

/// Classes of segments that the unit does not have, as far as its modules import theirs.
fn foreign_classes<'a>(
    unit: &LinkedUnit,
    segments: &'a [LinkedSegment],
    listed: &[&'a LinkedSegment],
) -> Vec<&'a Class> {
    let mut known: BTreeSet<&str> =
        listed.iter().flat_map(|linked| &linked.segment.classes).map(|class| class.fqn.as_str()).collect();
    let reached = evaluated(unit, listed);
    let classes = segments.iter().flat_map(|linked| &linked.segment.classes);
    classes.filter(|class| reached.contains(class.module.as_str()) && known.insert(&class.fqn)).collect()
}

/// The modules that these segments evaluate: what they list, and what that imports statically.
fn evaluated<'a>(unit: &'a LinkedUnit, listed: &[&'a LinkedSegment]) -> BTreeSet<&'a str> {
    let mut pending: Vec<&str> =
        listed.iter().flat_map(|linked| &linked.listed).map(|(module, _)| module.as_str()).collect();
    let mut reached = BTreeSet::new();
    while let Some(specifier) = pending.pop() {
        if reached.insert(specifier) {
            pending.extend(unit.modules.get(specifier).map(LinkedModule::static_imports).unwrap_or_default());
        }
    }
    reached
}

/// Printed modules. One that is linked alike in several units is printed once.
struct Printer<'a> {
    exports: &'a Exports<'a>,
    printed: BTreeMap<(&'a str, &'a RealModule), Emitted>,
}

impl<'a> Printer<'a> {
    /// Prints what the units have, on all cores.
    fn print_all(linked: &'a Linked<'_>) -> Self {
        let exports = &linked.exports;
        let modules = linked.units.iter().flat_map(|unit| &unit.modules);
        let real = modules.filter_map(|(specifier, module)| match module {
            LinkedModule::Real(real) => Some((specifier.as_str(), real)),
            LinkedModule::Remote(_) | LinkedModule::Required(_) => None,
        });
        let keys: Vec<(&str, &RealModule)> = real.collect::<BTreeSet<_>>().into_iter().collect();
        let printed = parallel::map(&keys, |(specifier, real)| {
            let module = exports.graph.modules.get(in_graph(specifier))?;
            // Debuggers show the application's own files; packages would only make binaries larger.
            let is_own = !specifier.starts_with("file:///app/node_modules/");
            let content = if is_own { SourcesContent::Included } else { SourcesContent::Omitted };
            Some(match &module.body {
                Body::CommonJs(edits) => commonjs::requirable(module, edits, real, specifier, exports.graph),
                Body::JavaScript(_) | Body::Json => emit::emit(module, &rewrites(specifier, real), content),
            })
        });
        let printed = keys.into_iter().zip(printed).filter_map(|(key, emitted)| Some((key, emitted?)));
        Self { exports, printed: printed.collect() }
    }

    fn source(&self, specifier: &'a str, linked: &'a LinkedModule) -> Option<ModuleSource> {
        let imports = linked.static_imports().into_iter().filter(|target| !target.starts_with("jitar:"));
        let imports = imports.map(str::to_owned).collect();
        let specifier_of = specifier.to_owned();
        match linked {
            LinkedModule::Remote(module) => {
                let code = remote::code(specifier, module);
                Some(ModuleSource { specifier: specifier_of, kind: ModuleKind::JavaScript, code, map: None, imports })
            }
            LinkedModule::Required(required) => {
                let module = self.exports.graph.modules.get(specifier)?;
                let code = commonjs::importable(specifier, required, self.exports.names(module));
                Some(ModuleSource { specifier: specifier_of, kind: ModuleKind::JavaScript, code, map: None, imports })
            }
            LinkedModule::Real(real) => {
                let module = self.exports.graph.modules.get(in_graph(specifier))?;
                let Emitted { code, map } = self.printed.get(&(specifier, real))?.clone();
                let kind = match module.body {
                    Body::JavaScript(_) | Body::CommonJs(_) => ModuleKind::JavaScript,
                    Body::Json => ModuleKind::Json,
                };
                Some(ModuleSource { specifier: specifier_of, kind, code, map, imports })
            }
        }
    }
}

fn rewrites(specifier: &str, real: &RealModule) -> Rewrites {
    let statements = real.imports.iter().map(|redirects| {
        let statements = redirects.iter().map(|redirect| Rewritten {
            specifier: text::relative(specifier, &redirect.target),
            names: redirect.names.clone().map_or(Names::All, Names::Some),
        });
        statements.collect()
    });
    let dynamic_imports =
        real.dynamic_imports.iter().map(|target| target.as_ref().map(|target| text::relative(specifier, target)));
    Rewrites { imports: statements.collect(), dynamic_imports: dynamic_imports.collect() }
}
