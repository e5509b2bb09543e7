//! Prints a module. Only the statements `import … from` and `export … from` and literal `import()` specifiers can be
//! replaced; everything else stays what the application wrote.

use std::borrow::Cow;
use std::io;

use swc_core::common::source_map::SourceMapGenConfig;
use swc_core::common::{BytePos, DUMMY_SP, FileName, LineCol, SourceMap, Span, Spanned, sync::Lrc};
use swc_core::ecma::ast::{
    CallExpr, Callee, Expr, ExprOrSpread, IdentName, ImportDecl, KeyValueProp, Lit, Module as Tree, ModuleDecl,
    ModuleItem, ObjectLit, Prop, PropName, PropOrSpread, Str,
};
use swc_core::ecma::codegen::text_writer::{JsWriter, WriteJs};
use swc_core::ecma::codegen::{Config, Emitter, Node};
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

use crate::scan::graph::{Body, Module};
use crate::scan::parse::{range, source_of};

/// What takes the place of a module's imports. The default changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rewrites {
    /// By index in [`Module::imports`]: the statements that take the place of that one, in order. None removes it; an
    /// import beyond the end of the list stays as it is.
    pub imports: Vec<Vec<Rewritten>>,
    /// By index in [`Module::dynamic_imports`]: the new specifier. `None`, or nothing, leaves it as it is.
    pub dynamic_imports: Vec<Option<String>>,
}

/// One statement instead of an import or re-export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rewritten {
    /// The specifier that is printed.
    pub specifier: String,
    /// Which members it keeps.
    pub names: Names,
}

/// Members of an import statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Names {
    /// The statement keeps its form, also that of `import "x"` and `export * from "x"`.
    All,
    /// Those with these indices in [`crate::scan::graph::Import::names`].
    Some(Vec<usize>),
}

/// Whether a source map carries the text of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourcesContent {
    /// It names the file only.
    Omitted,
    /// It carries the text.
    Included,
}

/// A printed module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Emitted {
    /// JavaScript, or the text of a JSON module.
    pub code: String,
    /// Source map (JSON) back to the file, `None` for JSON modules. Its one source is the path below the application
    /// folder, such as `src/reporting/getMonthReport.ts`.
    pub map: Option<String>,
}

/// Prints a module with its imports rewritten. Imports of `.json` modules get `with { type: "json" }`.
pub(crate) fn emit(module: &Module, rewrites: &Rewrites, content: SourcesContent) -> Emitted {
    match &module.body {
        // What is written for `require` is kept as text and never printed; `generate/commonjs` wraps it.
        Body::Json | Body::CommonJs(_) => Emitted { code: module.text.to_string(), map: None },
        Body::JavaScript(syntax) => {
            let body = rewrite(&syntax.module, module, rewrites);
            print(syntax.module.span, &body, module, content)
        }
    }
}

/// The statements that are printed. Only those that differ from what the application wrote are copied.
fn rewrite<'a>(tree: &'a Tree, module: &Module, rewrites: &Rewrites) -> Vec<Cow<'a, ModuleItem>> {
    let mut imports = 0..;
    let mut body = Vec::with_capacity(tree.body.len());
    for item in &tree.body {
        let replacement = source_of(item).and_then(|_| rewrites.imports.get(imports.next()?));
        match replacement {
            Some(statements) => {
                body.extend(statements.iter().map(|statement| Cow::Owned(replace(item.clone(), statement))));
            }
            None => body.push(Cow::Borrowed(item)),
        }
    }
    for item in &mut body {
        if source_of(item).is_some_and(|source| is_json(&source.value.to_string_lossy())) {
            mark_json(item.to_mut());
        }
        if !module.dynamic_imports.is_empty() {
            item.to_mut().visit_mut_with(&mut DynamicImports { module, rewrites });
        }
    }
    body
}

/// One statement with another specifier and some of its members.
fn replace(mut item: ModuleItem, statement: &Rewritten) -> ModuleItem {
    let keeps = |idx: usize| match &statement.names {
        Names::All => true,
        Names::Some(kept) => kept.contains(&idx),
    };
    match &mut item {
        ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => {
            retain(&mut import.specifiers, keeps);
            set_source(&mut import.src, &statement.specifier);
        }
        ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)) => {
            retain(&mut export.specifiers, keeps);
            export.src.iter_mut().for_each(|source| set_source(source, &statement.specifier));
        }
        ModuleItem::ModuleDecl(ModuleDecl::ExportAll(export)) => set_source(&mut export.src, &statement.specifier),
        _ => {}
    }
    item
}

fn retain<T>(members: &mut Vec<T>, keeps: impl Fn(usize) -> bool) {
    let mut indices = 0..;
    members.retain(|_| indices.next().is_some_and(&keeps));
}

fn set_source(source: &mut Str, specifier: &str) {
    source.value = specifier.into();
    source.raw = None;
}

/// Gives an import of a JSON module the attribute that the standard asks for.
fn mark_json(item: &mut ModuleItem) {
    let ModuleItem::ModuleDecl(declaration) = item else { return };
    let attributes = match declaration {
        ModuleDecl::Import(ImportDecl { with, .. }) => with,
        ModuleDecl::ExportNamed(export) => &mut export.with,
        ModuleDecl::ExportAll(export) => &mut export.with,
        _ => return,
    };
    attributes.get_or_insert_with(|| Box::new(object("type", string("json"))));
}

fn is_json(specifier: &str) -> bool {
    specifier.rsplit('.').next() == Some("json") && specifier.contains('.')
}

/// Replaces the specifiers of `import("…")`, which are recognised by their place in the file.
struct DynamicImports<'a> {
    module: &'a Module,
    rewrites: &'a Rewrites,
}

impl VisitMut for DynamicImports<'_> {
    noop_visit_mut_type!();

    fn visit_mut_call_expr(&mut self, call: &mut CallExpr) {
        call.visit_mut_children_with(self);
        let (Callee::Import(_), Some(argument)) = (&call.callee, call.args.first_mut()) else { return };
        let place = range(argument.expr.span());
        let Some(idx) = self.module.dynamic_imports.iter().position(|import| import.range == place) else { return };
        let Some((written, _)) = &self.module.dynamic_imports[idx].literal else { return };
        let specifier = self.rewrites.dynamic_imports.get(idx).and_then(Option::as_ref).unwrap_or(written);
        *argument.expr = Expr::Lit(Lit::Str(Str { span: argument.expr.span(), ..string(specifier) }));
        if is_json(specifier) && call.args.len() == 1 {
            let attributes = Expr::Object(object("type", string("json")));
            call.args.push(argument_of(Expr::Object(object("with", attributes))));
        }
    }
}

fn object(key: &str, value: impl Into<Box<Expr>>) -> ObjectLit {
    let key = PropName::Ident(IdentName::new(key.into(), DUMMY_SP));
    let property = Prop::KeyValue(KeyValueProp { key, value: value.into() });
    ObjectLit { span: DUMMY_SP, props: vec![PropOrSpread::Prop(Box::new(property))] }
}

fn string(text: &str) -> Str {
    Str { span: DUMMY_SP, value: text.into(), raw: None }
}

fn argument_of(expression: Expr) -> ExprOrSpread {
    ExprOrSpread { spread: None, expr: Box::new(expression) }
}

fn print(span: Span, body: &[Cow<'_, ModuleItem>], module: &Module, content: SourcesContent) -> Emitted {
    let sources: Lrc<SourceMap> = Lrc::default();
    let name = source_name(&module.specifier);
    sources.new_source_file(Lrc::new(FileName::Custom(name.to_owned())), module.text.to_string());
    let mut code = Vec::new();
    let mut mappings = Vec::new();
    write(span, body, &sources, &mut code, &mut mappings).expect("invariant: writing to memory does not fail");
    let map = sources.build_source_map(&mappings, None, Naming { content });
    let mut json = Vec::new();
    map.to_writer(&mut json).expect("invariant: a source map is plain data");
    Emitted {
        code: String::from_utf8(code).expect("invariant: the printer writes UTF-8"),
        map: Some(String::from_utf8(json).expect("invariant: JSON is UTF-8")),
    }
}

fn write(
    span: Span,
    body: &[Cow<'_, ModuleItem>],
    sources: &Lrc<SourceMap>,
    code: &mut Vec<u8>,
    mappings: &mut Vec<(BytePos, LineCol)>,
) -> io::Result<()> {
    let config = Config::default();
    let writer = JsWriter::new(Lrc::clone(sources), "\n", code, Some(mappings));
    let mut emitter = Emitter { cfg: config, cm: Lrc::clone(sources), comments: None, wr: writer };
    if body.is_empty() {
        return emitter.emit_module(&Tree { span, body: Vec::new(), shebang: None });
    }
    body.iter().try_for_each(|item| item.emit_with(&mut emitter))?;
    emitter.wr.commit_pending_semi()
}

/// The path below the application folder.
fn source_name(specifier: &str) -> &str {
    specifier.strip_prefix("file:///app/").unwrap_or(specifier)
}

/// How sources appear in the source map.
struct Naming {
    content: SourcesContent,
}

impl SourceMapGenConfig for Naming {
    fn file_name_to_source(&self, name: &FileName) -> String {
        name.to_string()
    }

    fn inline_sources_content(&self, _: &FileName) -> bool {
        self.content == SourcesContent::Included
    }
}

#[cfg(test)]
mod tests;
