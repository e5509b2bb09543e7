//! Imports from host modules: which functions a unit needs.

use std::collections::BTreeSet;

use super::LinkedUnit;
use super::split::LinkedModule;
use crate::diagnostics::Range;
use crate::host::HostCatalog;
use crate::scan::graph::{Graph, ImportKind, Module, Target};

/// A host function that is imported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HostImport {
    /// Its module.
    pub(crate) module: String,
    /// Its name there.
    pub(crate) function: String,
}

/// The host functions that the modules of a unit import; all of a module when it is imported as a whole.
pub(super) fn imported(unit: &LinkedUnit, graph: &Graph, catalog: &HostCatalog) -> BTreeSet<HostImport> {
    let real = unit.modules.iter().filter(|(_, module)| matches!(module, LinkedModule::Real(_)));
    let modules = real.filter_map(|(specifier, _)| graph.modules.get(specifier));
    let mut found = BTreeSet::new();
    for mention in modules.flat_map(mentions) {
        let names: Vec<&String> = match mention.name {
            Some(name) => catalog
                .module(mention.module)
                .and_then(|known| known.get_key_value(name))
                .map(|known| known.0)
                .into_iter()
                .collect(),
            None if mention.is_whole => {
                catalog.module(mention.module).into_iter().flat_map(|known| known.keys()).collect()
            }
            None => Vec::new(),
        };
        let imports =
            names.into_iter().map(|name| HostImport { module: mention.module.to_owned(), function: name.clone() });
        found.extend(imports);
    }
    found
}

/// A place that names a host module, and perhaps a function of it.
pub(super) struct Mention<'a> {
    pub(super) module: &'a str,
    /// Whether everything of the module is meant.
    pub(super) is_whole: bool,
    pub(super) name: Option<&'a str>,
    pub(super) range: Range,
}

/// Every place of a module that names one.
pub(super) fn mentions(module: &Module) -> Vec<Mention<'_>> {
    let mut found = Vec::new();
    for import in &module.imports {
        let Target::Host(host) = &import.target else { continue };
        let named = import.names.iter().filter(|name| name.imported != "*");
        found.extend(named.map(|name| Mention {
            module: host,
            is_whole: false,
            name: Some(&name.imported),
            range: name.range,
        }));
        let is_whole = import.kind == ImportKind::ExportAll || import.names.iter().any(|name| name.imported == "*");
        found.push(Mention { module: host, is_whole, name: None, range: import.range });
    }
    for import in &module.dynamic_imports {
        if let Some((_, Target::Host(host))) = &import.literal {
            found.push(Mention { module: host, is_whole: true, name: None, range: import.range });
        }
    }
    found
}
