//! Host functions: Rust functions of the package's library that application code imports from `host:<module>`.
//!
//! The library is read as text, before rustc sees it: what `#[jitar::host]` marks is collected with its parameters and
//! types as written. What is wrong with such a function itself the attribute says, with rustc's own places.

mod declarations;
mod library;
mod names;
mod parse;
mod serde;
mod shapes;
#[cfg(test)]
mod tests;
mod types;
mod typescript;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) use declarations::text as declarations;
pub(crate) use types::OwnType;
pub(crate) use typescript::Ts;

use crate::config::Place;
use crate::diagnostics::{Diagnostic, Diagnostics};

/// What a package offers to application code.
#[derive(Debug, Default)]
pub(crate) struct HostCatalog {
    /// Whose functions they are.
    pub(crate) origin: Origin,
    /// By module and name.
    pub(crate) modules: BTreeMap<String, BTreeMap<String, HostFunction>>,
    /// The library's types that they name, by number.
    pub(crate) types: Vec<OwnType>,
    /// Why the library could not be read as a whole; of interest when something is imported from it.
    pub(crate) failure: Option<Diagnostic>,
}

/// Where host functions could come from.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The application is built without a package, by its folder.
    #[default]
    NoPackage,
    /// The package has no library.
    NoLibrary,
    /// The package's library.
    Library,
}

/// A Rust function that application code may import.
#[derive(Debug)]
pub(crate) struct HostFunction {
    /// Path of the constant that `#[jitar::host]` writes, such as `::example::passwords::__jitar_host_verify`.
    pub(crate) constant: String,
    /// Whether it gives a promise.
    pub(crate) is_async: bool,
    /// In order.
    pub(crate) parameters: Vec<HostParameter>,
    /// TypeScript type of the result.
    pub(crate) result: Ts,
    /// Lines of its documentation.
    pub(crate) docs: Vec<String>,
    /// Its name in the library.
    pub(crate) place: Place,
    /// The private thing on the way to it, if there is one: then binaries cannot name it.
    pub(crate) hidden_by: Option<String>,
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct HostParameter {
    /// Its name.
    pub(crate) name: String,
    /// Its TypeScript type.
    pub(crate) ty: Ts,
    /// Whether `undefined` will do.
    pub(crate) is_optional: bool,
}

impl HostFunction {
    /// How many arguments it needs at least.
    pub(crate) fn required(&self) -> usize {
        self.parameters.iter().rposition(|parameter| !parameter.is_optional).map_or(0, |last| last + 1)
    }
}

impl HostCatalog {
    /// The functions of a module.
    pub(crate) fn module(&self, name: &str) -> Option<&BTreeMap<String, HostFunction>> {
        self.modules.get(name)
    }

    /// A function by module and name.
    pub(crate) fn function(&self, module: &str, name: &str) -> Option<&HostFunction> {
        self.module(module)?.get(name)
    }
}

/// Reads the library of the package in this folder. Also gives the files that were read.
pub(crate) fn read(package: Option<&Utf8Path>) -> (HostCatalog, Diagnostics, BTreeSet<Utf8PathBuf>) {
    let mut diagnostics = Diagnostics::default();
    let Some(package) = package else {
        return (HostCatalog::default(), diagnostics, BTreeSet::new());
    };
    let mut inputs = BTreeSet::from([package.join(library::MANIFEST)]);
    let Some(library) = library::find(package) else {
        // Cargo watches an absent file through the folder above; the package's own folder changes with every build.
        if package.join("src").is_dir() {
            inputs.insert(package.join("src/lib.rs"));
        }
        let catalog = HostCatalog { origin: Origin::NoLibrary, ..HostCatalog::default() };
        return (catalog, diagnostics, inputs);
    };
    let parsed = parse::library(&library, &mut diagnostics);
    inputs.extend(parsed.files);
    let catalog =
        HostCatalog { origin: Origin::Library, modules: parsed.modules, types: parsed.types, failure: parsed.failure };
    (catalog, diagnostics, inputs)
}
