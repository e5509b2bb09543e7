//! Modules that Rust offers cannot be imported yet.

use super::Context;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::scan::graph::Target;

pub(super) fn host_modules_are_not_imported(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for module in context.exports.graph.modules.values() {
        for import in &module.imports {
            let Target::Host(name) = &import.target else { continue };
            let diagnostic = Diagnostic::error(&codes::HOST_MODULE, format!("there is no host module `{name}`"));
            let diagnostic = diagnostic.label(&module.file, &module.text, import.range, "imported here");
            diagnostics.push(diagnostic.help("host functions are not supported yet"));
        }
    }
}
