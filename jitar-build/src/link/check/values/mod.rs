//! What exposed procedures take and give must be able to leave the process, as far as their types tell.

mod known;
#[cfg(test)]
mod tests;
mod walker;

use std::collections::BTreeMap;

use jitar_engine::manifest::Access;

use self::walker::{Finding, Root, Walker};
use super::Context;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::link::members::Definition;
use crate::scan::graph::{DeclarationKind, Function, Module};
use crate::scan::shapes::Shape;

pub(super) fn values_can_travel(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    // A function may be listed several times; what it takes is said once.
    let mut exposed: BTreeMap<_, &Definition> = BTreeMap::new();
    for definition in context.definitions.iter().filter(|definition| definition.access != Access::Private) {
        exposed.entry(&definition.origin).or_insert(definition);
    }
    for ((specifier, place), definition) in exposed {
        let Some(module) = context.exports.graph.modules.get(specifier) else { continue };
        let declaration = module.declarations.values().find(|declaration| declaration.range == *place);
        if let Some(DeclarationKind::Function(function)) = declaration.map(|declaration| &declaration.kind) {
            let procedure = Procedure { context, module, definition };
            procedure.check(function, diagnostics);
        }
    }
}

struct Procedure<'a> {
    context: &'a Context<'a>,
    module: &'a Module,
    definition: &'a Definition,
}

impl Procedure<'_> {
    fn check(&self, function: &Function, diagnostics: &mut Diagnostics) {
        let signature = &function.signature;
        for (name, shape) in &signature.parameters {
            for finding in self.walk(shape, name, Root::Parameter) {
                diagnostics.push(self.report(shape, &finding, Root::Parameter));
            }
        }
        if let Some(shape) = &signature.result {
            for finding in self.walk(shape, "result", Root::Result) {
                diagnostics.push(self.report(shape, &finding, Root::Result));
            }
        }
    }

    fn walk<'s>(&'s self, shape: &'s Shape, name: &str, root: Root) -> Vec<Finding<'s>> {
        let types = &self.context.exports.graph.types;
        types.get(&self.module.file).map(|file| Walker::new(types).walk(file, shape, name, root)).unwrap_or_default()
    }

    fn report(&self, shape: &Shape, finding: &Finding<'_>, root: Root) -> Diagnostic {
        let Finding { path, name, reason, certain, file, range } = finding;
        let (code, whole) = match root {
            Root::Parameter => (&codes::UNSENDABLE_PARAMETER, "this parameter"),
            Root::Result => (&codes::UNSENDABLE_RESULT, "this result"),
        };
        let what = reason.what(name);
        let can = if *certain { "cannot leave" } else { "may not be able to leave" };
        let message = format!("`{path}` of the procedure `{}` is {what}, which {can} the process", self.definition.fqn);
        let diagnostic = if *certain { Diagnostic::error(code, message) } else { Diagnostic::warning(code, message) };
        let is_inside =
            file.file == self.module.file && shape.range.start <= range.start && range.end <= shape.range.end;
        let diagnostic = if is_inside {
            diagnostic
        } else {
            diagnostic.label(&self.module.file, &self.module.text, shape.range, whole)
        };
        let diagnostic = diagnostic.label(&file.file, &file.text, *range, what);
        let listed = &self.definition.place;
        diagnostic.label(&listed.file, &listed.text, listed.range, "listed here").help(reason.help())
    }
}
