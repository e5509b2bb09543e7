//! Packages that are written for `require`: what they need, what they export, and which places of their text change.
//!
//! The text itself is kept as it is, because it was written for sloppy mode and is run in it; nothing is compiled. Names
//! are found as Node finds them for `import { name }`: by the form of assignments, without evaluating anything.

mod exports;
mod marker;
mod reader;

use std::collections::BTreeSet;

use swc_core::common::{GLOBALS, Globals, Mark, SourceMap, sync::Lrc};
use swc_core::ecma::ast::{EsVersion, Module, ModuleItem, Program, Script, Stmt};
use swc_core::ecma::parser::parse_file_as_commonjs;
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::visit::VisitMutWith;

use super::super::graph::{DynamicImport, Range};
use super::{Language, Problem};

pub(super) use marker::find as find_marker;

/// A file that is written for `require`.
#[derive(Debug, Default)]
pub(in super::super) struct CommonJs {
    /// What takes the place of parts of the text, in order.
    pub(in super::super) edits: Vec<Edit>,
    /// `require("…")`, each specifier once.
    pub(in super::super) requires: Vec<Require>,
    /// Where `require` is called with something else than a text and nothing catches the error that this would be.
    pub(in super::super) computed: Vec<Range>,
    /// `import("…")`
    pub(in super::super) dynamic_imports: Vec<DynamicImport>,
    /// What importers can name.
    pub(in super::super) names: Names,
}

/// A part of a file's text that is replaced by something of the same length, so that positions stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// Where.
    pub(crate) range: Range,
    /// What stands there instead.
    pub(crate) text: String,
}

/// A call of `require` with a literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Require {
    /// As written.
    pub(in super::super) specifier: String,
    /// Where the literal stands.
    pub(in super::super) range: Range,
    /// Whether every call of it stands in a `try`, so that the file can do without.
    pub(in super::super) is_optional: bool,
}

/// The names of what a file gives to those who require it.
#[derive(Debug, Default)]
pub(in super::super) struct Names {
    /// Each with the place where it is first set.
    pub(in super::super) own: indexmap::IndexMap<String, Range>,
    /// Specifiers of files whose names are its own as well.
    pub(in super::super) of_others: BTreeSet<String>,
    /// There may be more, which only running it would tell.
    pub(in super::super) are_open: bool,
}

/// Analyses a file that turned out to be no ES module.
pub(super) fn of_module(module: Module, unresolved: Mark) -> CommonJs {
    let statements: Vec<Stmt> = module.body.into_iter().filter_map(ModuleItem::stmt).collect();
    reader::read(&Script { span: module.span, body: statements, shebang: None }, unresolved)
}

/// Parses and analyses a file whose text is no ES module, by the rules of sloppy mode.
pub(super) fn parse(text: &str, language: Language) -> Result<CommonJs, Vec<Problem>> {
    let sources: Lrc<SourceMap> = Lrc::default();
    let file = sources.new_source_file(Lrc::new(swc_core::common::FileName::Anon), text.to_owned());
    let mut errors = Vec::new();
    let parsed = parse_file_as_commonjs(&file, language.syntax(), EsVersion::latest(), None, &mut errors);
    let script = match parsed {
        Ok(script) if errors.is_empty() => script,
        Ok(_) => return Err(super::mistakes::explain(&errors, text, language)),
        Err(error) => {
            errors.push(error);
            return Err(super::mistakes::explain(&errors, text, language));
        }
    };
    GLOBALS.set(&Globals::new(), || {
        let (unresolved, top_level) = (Mark::new(), Mark::new());
        let mut program = Program::Script(script);
        program.visit_mut_with(&mut resolver(unresolved, top_level, false));
        let Program::Script(script) = &program else { unreachable!("invariant: a script stays a script") };
        Ok(reader::read(script, unresolved))
    })
}

#[cfg(test)]
mod tests;
