//! Host modules: functions that call Rust by their place in the unit's table.

use std::collections::BTreeMap;

use jitar_engine::archive::{ModuleKind, ModuleSource};

use super::text::{double, export_name, is_name};
use crate::host::HostCatalog;
use crate::link::HostImport;

/// The modules of a unit that imports these functions; the n-th of them is the n-th of the unit's table.
pub(super) fn modules<'a>(
    imports: impl IntoIterator<Item = &'a HostImport>,
    catalog: &HostCatalog,
) -> Vec<ModuleSource> {
    let mut bodies: BTreeMap<&str, String> = BTreeMap::new();
    for (idx, import) in imports.into_iter().enumerate() {
        let Some(function) = catalog.function(&import.module, &import.function) else { continue };
        let body = bodies.entry(&import.module).or_default();
        let parameters: Vec<String> = (1..=function.parameters.len()).map(|nth| format!("${nth}")).collect();
        let parameters = parameters.join(", ");
        let call = if function.is_async { "callHostAsync" } else { "callHost" };
        let name = double(&format!("{}.{}", import.module, import.function));
        let call = format!("{call}({idx}, {name}, [{parameters}])");
        if is_name(&import.function) && !HELPERS.contains(&import.function.as_str()) {
            body.extend(["export function ", &import.function, "(", &parameters, ") {\n  return ", &call, ";\n}\n"]);
        } else {
            let export = export_name(&import.function);
            let name = format!("${idx}");
            body.extend(["function ", &name, "(", &parameters, ") {\n  return ", &call, ";\n}\n"]);
            body.extend(["export { ", &name, " as ", &export, " };\n"]);
        }
    }
    bodies.into_iter().map(|(module, body)| source(module, &body)).collect()
}

/// What the modules import.
const HELPERS: [&str; 2] = ["callHost", "callHostAsync"];

fn source(module: &str, body: &str) -> ModuleSource {
    ModuleSource {
        specifier: format!("host:{module}"),
        kind: ModuleKind::JavaScript,
        code: format!("import {{ {} }} from \"jitar:host\";\n{body}", HELPERS.join(", ")),
        map: None,
        imports: Vec::new(),
    }
}
