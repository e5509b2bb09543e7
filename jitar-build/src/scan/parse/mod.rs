//! From the text of a file to a module without types and JSX, and to what the graph must know of it.
//!
//! Declarations, exports and parameters are taken from the tree as written, because types say which parameters are
//! optional and decorators rewrite classes; imports are taken from the compiled tree, because imports of types are gone
//! there and JSX has brought its own.

mod awaits;
mod commonjs;
mod declarations;
mod environment;
mod exports;
mod host_calls;
mod imports;
mod mistakes;
mod namespaces;
mod parameters;
mod shapes;
mod state;
mod transform;
mod types;

use std::fmt;

use camino::Utf8Path;
use indexmap::IndexMap;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::{FileName, GLOBALS, Globals, Mark, SourceMap, Span, sync::Lrc};
use swc_core::ecma::ast::{EsVersion, Module, ModuleItem, Program};
use swc_core::ecma::parser::{EsSyntax, Syntax as ParserSyntax, TsSyntax, parse_file_as_module, parse_file_as_program};
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::visit::VisitMutWith;

use super::graph::{Declaration, DeclarationKind, DynamicImport, Export, HostCall, Import, Range};
use super::shapes::TypeTable;

pub(super) use commonjs::CommonJs;
pub(crate) use commonjs::Edit;
pub(super) use exports::TypeNames;
pub(crate) use imports::source_of;
pub(super) use transform::{Jsx, Options};

/// A compiled module: no types, no JSX, no decorators; names are unique and parentheses are where they must be.
///
/// Positions in it are positions in the file's text, from 1.
pub(crate) struct Syntax {
    pub(crate) module: Module,
}

impl Syntax {
    /// Takes members out of the import with that index, and out of `export { … }` as well.
    pub(super) fn forget(&mut self, import: usize, members: &[usize]) {
        imports::forget(&mut self.module, import, members);
    }
}

impl fmt::Debug for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Syntax").field("items", &self.module.body.len()).finish()
    }
}

/// Languages by extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// `.ts`, `.mts`
    TypeScript,
    /// `.tsx`
    TypeScriptJsx,
    /// `.js`, `.jsx`, `.mjs`, all with JSX
    JavaScript,
    /// `.cjs`, in packages only
    CommonJs,
    /// `.json`
    Json,
}

impl Language {
    /// The language of a file; `None` when it cannot be a module.
    pub(super) fn of(file: &Utf8Path) -> Option<Self> {
        match file.extension()? {
            "ts" | "mts" => Some(Self::TypeScript),
            "tsx" => Some(Self::TypeScriptJsx),
            "js" | "jsx" | "mjs" => Some(Self::JavaScript),
            "cjs" => Some(Self::CommonJs),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    pub(super) fn is_typescript(self) -> bool {
        matches!(self, Self::TypeScript | Self::TypeScriptJsx)
    }

    fn has_jsx(self) -> bool {
        !matches!(self, Self::TypeScript | Self::CommonJs)
    }

    fn syntax(self) -> ParserSyntax {
        if self.is_typescript() {
            return ParserSyntax::Typescript(TsSyntax { tsx: self.has_jsx(), decorators: true, ..TsSyntax::default() });
        }
        ParserSyntax::Es(EsSyntax {
            jsx: self.has_jsx(),
            decorators: true,
            decorators_before_export: true,
            auto_accessors: true,
            import_attributes: true,
            explicit_resource_management: true,
            ..EsSyntax::default()
        })
    }
}

/// A mistake in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// Where it is.
    pub(super) range: Range,
    /// What it is: lower case, no final period.
    pub(super) message: String,
    /// The way out, where it is known.
    pub(super) help: Option<String>,
}

impl Problem {
    fn new(span: Span, message: impl Into<String>) -> Self {
        Self::at(range(span), message)
    }

    /// A mistake at this place.
    pub(super) fn at(range: Range, message: impl Into<String>) -> Self {
        Self { range, message: message.into(), help: None }
    }

    /// Takes over a message of the parser or of a pass, in our form.
    fn quoted(span: Span, message: &str) -> Self {
        let message = message.strip_suffix('.').unwrap_or(message).replace('\n', " ");
        let mut characters = message.chars();
        let first = characters.next();
        let is_word = characters.clone().next().is_none_or(|second| !second.is_uppercase());
        match first {
            Some(first) if is_word => Self::new(span, format!("{}{}", first.to_lowercase(), characters.as_str())),
            _ => Self::new(span, message),
        }
    }
}

/// Which module systems a file may be written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `import` and `export` only.
    Module,
    /// Either; a file without any `import` and `export` is written for `require` when it uses something of that.
    ModuleUnlessMarked,
    /// Either; every file without any `import` and `export` is written for `require`.
    CommonJsUnlessModule,
    /// `require` only.
    CommonJs,
}

/// A file as one of the two module systems has it.
#[derive(Debug)]
pub(super) enum File {
    /// An ES module.
    Module(Box<Parsed>),
    /// Written for `require`.
    CommonJs(CommonJs),
}

/// What a module holds. Targets of imports are not resolved yet.
#[derive(Debug)]
pub(super) struct Parsed {
    /// For the printer.
    pub(super) syntax: Syntax,
    /// As in [`super::graph::Module::imports`].
    pub(super) imports: Vec<Import>,
    /// As in [`super::graph::Module::dynamic_imports`].
    pub(super) dynamic_imports: Vec<DynamicImport>,
    /// As in [`super::graph::Module::exports`].
    pub(super) exports: Vec<Export>,
    /// Exported types.
    pub(super) types: TypeNames,
    /// What it says about types; nothing for JavaScript.
    pub(super) type_table: TypeTable,
    /// As in [`super::graph::Module::declarations`].
    pub(super) declarations: IndexMap<String, Declaration>,
    /// As in [`super::graph::Module::has_top_level_await`].
    pub(super) has_top_level_await: bool,
    /// As in [`super::graph::Module::host_calls`].
    pub(super) host_calls: Vec<HostCall>,
    /// The first place that only `CommonJS` knows, in a file without any `import` or `export`.
    pub(super) commonjs: Option<Range>,
}

/// Parses and compiles a file.
///
/// # Errors
/// All mistakes that the parser and the passes find, in order.
pub(super) fn parse(text: &str, language: Language, options: &Options, form: Form) -> Result<File, Vec<Problem>> {
    if form == Form::CommonJs {
        return commonjs::parse(text, language).map(File::CommonJs);
    }
    match parse_module(text, language, options, form) {
        // Sloppy mode allows what modules do not; a text that is wrong in both is told what is wrong in a module.
        Err(problems) if form == Form::CommonJsUnlessModule && !has_module_syntax(text, language) => {
            commonjs::parse(text, language).map(File::CommonJs).map_err(|_| problems)
        }
        parsed => parsed,
    }
}

fn parse_module(text: &str, language: Language, options: &Options, form: Form) -> Result<File, Vec<Problem>> {
    let sources: Lrc<SourceMap> = Lrc::default();
    let file = sources.new_source_file(Lrc::new(FileName::Anon), text.to_owned());
    let comments = SingleThreadedComments::default();
    let mut errors = Vec::new();
    let parsed = parse_file_as_module(&file, language.syntax(), EsVersion::latest(), Some(&comments), &mut errors);
    let module = match parsed {
        Ok(module) if errors.is_empty() => module,
        Ok(_) => return Err(mistakes::explain(&errors, text, language)),
        Err(error) => {
            errors.push(error);
            return Err(mistakes::explain(&errors, text, language));
        }
    };
    GLOBALS.set(&Globals::new(), || {
        let marks = Marks { unresolved: Mark::new(), top_level: Mark::new() };
        let input = transform::Input { sources, comments, language, options, marks, text };
        analyse(module, input, form)
    })
}

/// Whether a text that cannot be parsed as a module contains `import` or `export` all the same.
fn has_module_syntax(text: &str, language: Language) -> bool {
    let sources: Lrc<SourceMap> = Lrc::default();
    let file = sources.new_source_file(Lrc::new(FileName::Anon), text.to_owned());
    let parsed = parse_file_as_program(&file, language.syntax(), EsVersion::latest(), None, &mut Vec::new());
    parsed.is_ok_and(|program| program.is_module())
}

/// The marks that tell free names and names of the module apart.
#[derive(Debug, Clone, Copy)]
struct Marks {
    unresolved: Mark,
    top_level: Mark,
}

fn analyse(mut module: Module, input: transform::Input<'_>, form: Form) -> Result<File, Vec<Problem>> {
    module.shebang = None;
    let marks = input.marks;
    module.visit_mut_with(&mut resolver(marks.unresolved, marks.top_level, input.language.is_typescript()));
    let commonjs = commonjs::find_marker(&module, marks.unresolved);
    if is_commonjs(&module, commonjs, form) {
        return Ok(File::CommonJs(commonjs::of_module(module, marks.unresolved)));
    }

    let mut mistakes = imports::refuse_phases(&module);
    if input.language.is_typescript() && input.text.contains("await") {
        mistakes.extend(awaits::refuse_enclosed(&module));
    }
    let mut declarations = declarations::collect(&module, input.language);
    state::mark(&module, marks.top_level, &mut declarations);
    let type_table =
        if input.language.is_typescript() { type_table(&module, &declarations) } else { TypeTable::default() };
    let written = exports::collect(&module);
    let exports_unknown_types = exports::exports_unknown_types(&module);
    let jsx = imports::first_jsx(&module);
    if input.language.is_typescript() && input.text.contains("namespace") {
        namespaces::complete(&mut module, marks.unresolved);
    }

    let mut program = Program::Module(module);
    mistakes.extend(transform::compile(&mut program, input));
    let Program::Module(compiled) = &program else { unreachable!("invariant: a module stays a module") };

    let imports = imports::collect(compiled, jsx);
    let dynamic_imports = imports::collect_dynamic(compiled);
    let exports::Linked { exports, mut types } =
        exports::link(written, compiled, &imports, &mut declarations, marks.unresolved, &mut mistakes);
    types.is_open = exports_unknown_types;
    let has_top_level_await = imports::has_top_level_await(compiled);
    let host_calls = host_calls::collect(compiled);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let syntax = Syntax { module: transform::tidy(program) };
    Ok(File::Module(Box::new(Parsed {
        syntax,
        imports,
        dynamic_imports,
        exports,
        types,
        type_table,
        declarations,
        has_top_level_await,
        host_calls,
        commonjs,
    })))
}

fn is_commonjs(module: &Module, marker: Option<Range>, form: Form) -> bool {
    let has_module_syntax = || module.body.iter().any(is_module_syntax) || imports::has_top_level_await(module);
    match form {
        Form::Module | Form::CommonJs => false,
        Form::ModuleUnlessMarked => marker.is_some(),
        Form::CommonJsUnlessModule => !has_module_syntax(),
    }
}

fn type_table(module: &Module, declarations: &IndexMap<String, Declaration>) -> TypeTable {
    let signatures = declarations.values().filter_map(|declaration| match &declaration.kind {
        DeclarationKind::Function(function) => Some(&function.signature),
        _ => None,
    });
    shapes::table(module, signatures)
}

/// What a TypeScript file says about types, when it can be parsed: for files that are no modules of the graph.
pub(super) fn types_of(text: &str, language: Language) -> Option<TypeTable> {
    let sources: Lrc<SourceMap> = Lrc::default();
    let file = sources.new_source_file(Lrc::new(FileName::Anon), text.to_owned());
    let mut errors = Vec::new();
    let module = parse_file_as_module(&file, language.syntax(), EsVersion::latest(), None, &mut errors).ok()?;
    Some(shapes::table(&module, std::iter::empty()))
}

/// Bytes of the file's text; nothing for generated code.
pub(crate) fn range(span: Span) -> Range {
    if span.is_dummy() || span.is_pure() {
        return Range::default();
    }
    let offset = |position: swc_core::common::BytePos| position.0.saturating_sub(1) as usize;
    Range { start: offset(span.lo), end: offset(span.hi) }
}

/// Whether an item makes a file a module.
fn is_module_syntax(item: &ModuleItem) -> bool {
    matches!(item, ModuleItem::ModuleDecl(_))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Parses with the default options a text that has no mistakes.
    pub(in super::super) fn parsed(text: &str, language: Language) -> Parsed {
        match parse(text, language, &Options::default(), Form::Module) {
            Ok(File::Module(parsed)) => *parsed,
            other => panic!("{text}: {other:?}"),
        }
    }

    /// Fails when a text is no JavaScript module.
    pub(crate) fn assert_is_module(text: &str) {
        parsed(text, Language::JavaScript);
    }

    /// The mistakes in a text, each with the part that it points at.
    pub(in super::super) fn refused(text: &str, language: Language) -> Vec<String> {
        let problems = parse(text, language, &Options::default(), Form::Module).expect_err(text);
        let show = |Problem { range, message, .. }: Problem| format!("{}: {message}", &text[range.start..range.end]);
        problems.into_iter().map(show).collect()
    }

    /// The mistakes in a text, each with its way out.
    pub(super) fn refused_with_help(text: &str, language: Language) -> Vec<(String, String)> {
        let problems = parse(text, language, &Options::default(), Form::Module).expect_err(text);
        problems.into_iter().map(|problem| (problem.message, problem.help.unwrap_or_default())).collect()
    }

    #[test]
    fn mistakes_carry_their_place() {
        let cases: [(&str, Language, &[&str]); 7] = [
            ("const a = ;", Language::JavaScript, &[";: expected an expression"]),
            ("'é'; const a;", Language::JavaScript, &["a: a constant has no value"]),
            ("let a: string", Language::JavaScript, &[":: expected `;` or a new line"]),
            ("import fs = require('fs'); fs", Language::TypeScript, &["import fs = require('fs');: import assignment"]),
            ("export = 1", Language::TypeScript, &["export = 1: export assignment cannot be used"]),
            (
                "import defer * as a from './a'",
                Language::JavaScript,
                &["import defer * as a from './a': `import source`"],
            ),
            ("delete a; 08", Language::JavaScript, &["a: a variable cannot be deleted", "08: a number begins"]),
        ];
        for (text, language, expected) in cases {
            let problems = refused(text, language);
            let matches = problems.iter().zip(expected).all(|(problem, expected)| problem.starts_with(expected));
            assert!(problems.len() == expected.len() && matches, "{text}: {problems:?}");
            assert!(problems.iter().all(|problem| !problem.ends_with('.')), "{problems:?}");
        }
    }

    #[test]
    fn languages_by_extension() {
        let cases = [
            ("a.ts", Some(Language::TypeScript)),
            ("a.mts", Some(Language::TypeScript)),
            ("a.tsx", Some(Language::TypeScriptJsx)),
            ("a.jsx", Some(Language::JavaScript)),
            ("a.mjs", Some(Language::JavaScript)),
            ("a.b.js", Some(Language::JavaScript)),
            ("a.json", Some(Language::Json)),
            ("a.cjs", Some(Language::CommonJs)),
            ("a", None),
        ];
        for (file, expected) in cases {
            assert_eq!(Language::of(Utf8Path::new(file)), expected, "{file}");
        }
    }
}
