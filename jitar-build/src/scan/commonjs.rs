//! Files of packages that are written for `require`, as modules of the graph.

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};

use super::graph::{
    Body, Declaration, DeclarationKind, Export, ExportSource, Import, ImportKind, Module, Range, Target,
};
use super::parse::CommonJs;
use super::resolve::Location;
use super::{Importer, at_importer};

/// The export that stands for `module.exports`.
const DEFAULT: &str = "default";

/// Fills a module with what such a file holds. Its default export is `module.exports`, as it is for Node.
pub(super) fn fill(module: &mut Module, file: CommonJs) {
    let CommonJs { edits, requires, dynamic_imports, names, .. } = file;
    let others = requires.iter().filter(|require| names.of_others.contains(&require.specifier));
    let stars = others.map(|require| import(&require.specifier, require.range, ImportKind::ExportAll, true));
    let stars: Vec<Import> = stars.collect();
    let required = requires
        .iter()
        .map(|require| import(&require.specifier, require.range, ImportKind::Import, require.is_optional));
    module.imports = required.chain(stars).collect();
    module.dynamic_imports = dynamic_imports;
    module.is_open = names.are_open;
    module.body = Body::CommonJs(edits);
    let own = names.own.into_iter().filter(|(name, _)| name != DEFAULT);
    for (name, range) in [(DEFAULT.to_owned(), Range::default())].into_iter().chain(own) {
        add_export(module, name, range);
    }
}

/// What such a file asks for that cannot be known before it runs.
pub(super) fn check(location: &Location, importer: Option<&Importer>, text: &Arc<str>, file: &CommonJs) -> Diagnostics {
    let package = location.package.as_ref().map_or("", |package| package.name.as_str());
    let mut diagnostics = Diagnostics::default();
    for range in &file.computed {
        let message = format!("package `{package}` requires a module whose name is known only when it runs");
        let diagnostic = Diagnostic::error(&codes::COMPUTED_REQUIRE, message);
        let diagnostic = at_importer(diagnostic, importer).label(&location.file, text, *range, "is not a text");
        diagnostics.push(diagnostic.help(
            "use a release or a replacement that is published as ES modules, or bundle it into one and import that file",
        ));
    }
    diagnostics
}

/// Adds an export whose value is not known.
pub(super) fn add_export(module: &mut Module, name: String, range: Range) {
    let kind = DeclarationKind::Value;
    module.declarations.insert(name.clone(), Declaration { name: Some(name.clone()), range, kind, changed: None });
    module.exports.push(Export { source: ExportSource::Local(name.clone()), name, range });
}

fn import(specifier: &str, range: Range, kind: ImportKind, is_optional: bool) -> Import {
    let (specifier, target) = (specifier.to_owned(), Target::Unresolved);
    Import { specifier, range, target, kind, names: Vec::new(), attribute: None, is_optional }
}
