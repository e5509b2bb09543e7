//! Registration modules: what a segment offers, for the runtime (spec 2.8), and the entry that hands over all of a unit.

use std::collections::BTreeMap;

use jitar_engine::archive::{ModuleKind, ModuleSource};
use jitar_engine::manifest::{Class, Implementation, Procedure};

use super::parameters;
use super::text::{double, export_name};
use crate::link::LinkedSegment;

/// Specifier of the module that registers all segments of a unit.
pub(super) const ENTRY: &str = "jitar:unit";

/// Specifier of the module that registers classes of other segments.
const CLASSES: &str = "jitar:classes";

/// The names that registration uses.
const RUNTIME: &str = "import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, \
                       ObjectParameter } from \"jitar:runtime\";\n";

/// Ids of the registered exports: `$1`, `$2`, … in the order in which the segment file lists them.
type Ids<'a> = BTreeMap<(&'a str, &'a str), usize>;

/// The registration module of a segment.
pub(super) fn registration(linked: &LinkedSegment) -> ModuleSource {
    let listed = linked.listed.iter();
    let exports = listed.flat_map(|(module, exports)| exports.iter().map(|export| (module.as_str(), export.as_str())));
    let ids: Ids<'_> = exports.zip(1..).collect();
    let segment = &linked.segment;
    let imports = linked.listed.iter().map(|(module, exports)| import(module, exports, &ids));
    let start = format!("export default new Segment({})", double(&segment.name));
    let classes = segment.classes.iter().map(|class| {
        format!("\n  .addClass(new Class({}, {}))", double(&class.fqn), id(&ids, &class.module, &class.export))
    });
    let procedures = segment.procedures.iter().map(|procedure| registered(procedure, &ids));
    let parts = [RUNTIME.to_owned()].into_iter().chain(imports).chain([start]).chain(classes).chain(procedures);
    let code = parts.chain([";\n".to_owned()]).collect();
    module(specifier(&segment.name), code, linked.listed.iter().map(|(module, _)| module.clone()).collect())
}

/// Registers classes of segments that the unit does not have but whose modules it imports, so that their instances cross
/// (spec 12: a class is always importable). `None` when there are none.
pub(super) fn foreign_classes(classes: &[&Class]) -> Option<ModuleSource> {
    if classes.is_empty() {
        return None;
    }
    let ids: Ids<'_> = classes.iter().map(|class| (class.module.as_str(), class.export.as_str())).zip(1..).collect();
    let imports = classes.iter().map(|class| import(&class.module, std::slice::from_ref(&class.export), &ids));
    let added = classes.iter().map(|class| {
        format!("\n  .addClass(new Class({}, {}))", double(&class.fqn), id(&ids, &class.module, &class.export))
    });
    let start = "import { Segment, Class } from \"jitar:runtime\";\n".to_owned();
    let middle = "export default new Segment(\"\")".to_owned();
    let code = [start].into_iter().chain(imports).chain([middle]).chain(added).chain([";\n".to_owned()]).collect();
    let imports = classes.iter().map(|class| class.module.clone()).collect();
    Some(module(CLASSES.to_owned(), code, imports))
}

/// The entry of a unit: imports these registration modules and hands over what they export.
pub(super) fn entry(registrations: &[ModuleSource]) -> ModuleSource {
    let specifiers: Vec<String> = registrations.iter().map(|module| module.specifier.clone()).collect();
    let start = "import { registerSegments } from \"jitar:remote\";\n".to_owned();
    let imports =
        specifiers.iter().zip(1..).map(|(specifier, id)| format!("import ${id} from {};\n", double(specifier)));
    let ids: Vec<String> = (1..=specifiers.len()).map(|id| format!("${id}")).collect();
    let end = format!("registerSegments([{}]);\n", ids.join(", "));
    let code = [start].into_iter().chain(imports).chain([end]).collect();
    module(ENTRY.to_owned(), code, specifiers)
}

fn specifier(segment: &str) -> String {
    format!("jitar:segment/{segment}")
}

fn module(specifier: String, code: String, imports: Vec<String>) -> ModuleSource {
    ModuleSource { specifier, kind: ModuleKind::JavaScript, code, map: None, imports }
}

fn import(module: &str, exports: &[String], ids: &Ids<'_>) -> String {
    let default = exports.iter().filter(|export| *export == "default").map(|export| id(ids, module, export));
    let named = exports.iter().filter(|export| *export != "default");
    let named: Vec<String> =
        named.map(|export| format!("{} as {}", export_name(export), id(ids, module, export))).collect();
    let members: Vec<String> =
        default.chain((!named.is_empty()).then(|| format!("{{ {} }}", named.join(", ")))).collect();
    let from = double(module);
    if members.is_empty() {
        format!("import {from};\n")
    } else {
        format!("import {} from {from};\n", members.join(", "))
    }
}

fn registered(procedure: &Procedure, ids: &Ids<'_>) -> String {
    let implementations = procedure.implementations.iter().map(|implementation| {
        let Implementation { version, access, parameters, module, export, .. } = implementation;
        format!(
            "\n    .addImplementation(new Implementation(new Version({}, {}, {}), \"{access}\",\n      {}, {}))",
            version.major,
            version.minor,
            version.patch,
            parameters::metadata(parameters),
            id(ids, module, export),
        )
    });
    format!("\n  .addProcedure(new Procedure({}){})", double(&procedure.fqn), implementations.collect::<String>())
}

fn id(ids: &Ids<'_>, module: &str, export: &str) -> String {
    let id = ids.get(&(module, export)).expect("invariant: every registered export is listed");
    format!("${id}")
}
