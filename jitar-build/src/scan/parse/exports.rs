//! What a module exports, and what each name stands for.

use std::collections::HashSet;

use indexmap::IndexMap;
use swc_core::common::{Mark, Span, Spanned};
use swc_core::ecma::ast::{
    Decl, DefaultDecl, ExportSpecifier, Expr, Ident, Module, ModuleDecl, ModuleExportName, ModuleItem, NamedExport, Pat,
};
use swc_core::ecma::utils::find_pat_ids;

use super::super::graph::{Declaration, DeclarationKind, Export, ExportSource, Import, ImportKind};
use super::declarations::{DEFAULT, without_types};
use super::{Problem, range};

/// An export as it is written, types included.
pub(super) struct Written {
    name: String,
    span: Span,
    /// The local name that is exported; `None` for `export … from`.
    local: Option<Local>,
}

enum Local {
    /// A name that is in scope.
    Name(Ident),
    /// An anonymous default export.
    Anonymous,
}

/// All exports in order, except `export *`.
pub(super) fn collect(module: &Module) -> Vec<Written> {
    let mut exports = Vec::new();
    for declaration in module.body.iter().filter_map(ModuleItem::as_module_decl) {
        match declaration {
            ModuleDecl::ExportDecl(export) => exports.extend(declared(&export.decl).into_iter().map(same_name)),
            ModuleDecl::ExportNamed(export) => exports.extend(listed(export)),
            ModuleDecl::ExportDefaultDecl(export) => exports.extend(default_declaration(&export.decl, export.span)),
            ModuleDecl::ExportDefaultExpr(export) => exports.push(default_expression(&export.expr, export.span)),
            ModuleDecl::TsImportEquals(import) if import.is_export => exports.push(same_name(import.id.clone())),
            _ => {}
        }
    }
    exports
}

fn same_name(ident: Ident) -> Written {
    Written { name: ident.sym.to_string(), span: ident.span, local: Some(Local::Name(ident)) }
}

/// The names that a declaration declares, types included.
pub(super) fn declared(declaration: &Decl) -> Vec<Ident> {
    match declaration {
        Decl::Class(class) => vec![class.ident.clone()],
        Decl::Fn(function) => vec![function.ident.clone()],
        Decl::Var(variables) => variables.decls.iter().flat_map(|variable| names_of(&variable.name)).collect(),
        Decl::Using(variables) => variables.decls.iter().flat_map(|variable| names_of(&variable.name)).collect(),
        Decl::TsEnum(declaration) => vec![declaration.id.clone()],
        Decl::TsModule(namespace) => namespace.id.as_ident().cloned().into_iter().collect(),
        Decl::TsInterface(interface) => vec![interface.id.clone()],
        Decl::TsTypeAlias(alias) => vec![alias.id.clone()],
    }
}

/// The names that a pattern binds.
pub(super) fn names_of(pattern: &Pat) -> Vec<Ident> {
    find_pat_ids(pattern)
}

fn listed(export: &NamedExport) -> Vec<Written> {
    let is_reexport = export.src.is_some();
    export
        .specifiers
        .iter()
        .filter_map(|specifier| match specifier {
            ExportSpecifier::Named(named) => {
                let exported = named.exported.as_ref().unwrap_or(&named.orig);
                let local = match &named.orig {
                    ModuleExportName::Ident(ident) if !is_reexport => Some(Local::Name(ident.clone())),
                    _ => None,
                };
                Some(Written { name: exported.atom().to_string(), span: exported.span(), local })
            }
            ExportSpecifier::Namespace(namespace) => {
                Some(Written { name: namespace.name.atom().to_string(), span: namespace.name.span(), local: None })
            }
            ExportSpecifier::Default(_) => None,
        })
        .collect()
}

fn default_declaration(declaration: &DefaultDecl, span: Span) -> Option<Written> {
    let ident = match declaration {
        DefaultDecl::Class(class) => class.ident.clone(),
        DefaultDecl::Fn(function) if function.function.body.is_none() => return None,
        DefaultDecl::Fn(function) => function.ident.clone(),
        DefaultDecl::TsInterfaceDecl(interface) => Some(interface.id.clone()),
    };
    let local = ident.map_or(Local::Anonymous, Local::Name);
    Some(Written { name: DEFAULT.to_owned(), span: keyword(span), local: Some(local) })
}

fn default_expression(expression: &Expr, span: Span) -> Written {
    let local = match without_types(expression) {
        Expr::Ident(ident) => Local::Name(ident.clone()),
        _ => Local::Anonymous,
    };
    Written { name: DEFAULT.to_owned(), span: keyword(span), local: Some(local) }
}

/// The words `export default` at the start of a statement.
fn keyword(statement: Span) -> Span {
    let length = u32::try_from("export default".len()).unwrap_or_default();
    statement.with_hi(swc_core::common::BytePos(statement.lo.0 + length).min(statement.hi))
}

/// What a module exports.
pub(super) struct Linked {
    pub(super) exports: Vec<Export>,
    pub(super) types: TypeNames,
}

/// Names that a module exports for the type checker only.
#[derive(Debug, Default)]
pub(in super::super) struct TypeNames {
    pub(in super::super) names: HashSet<String>,
    /// It has `export type * from`, so that any name may be among them.
    pub(in super::super) is_open: bool,
}

/// Finds out what each export stands for. Those that are not in the compiled module are types.
pub(super) fn link(
    written: Vec<Written>,
    compiled: &Module,
    imports: &[Import],
    declarations: &mut IndexMap<String, Declaration>,
    unresolved: Mark,
    mistakes: &mut Vec<Problem>,
) -> Linked {
    let values: HashSet<String> = collect(compiled).into_iter().map(|export| export.name).collect();
    let mut exports: Vec<Export> = Vec::new();
    let mut types = TypeNames::default();
    for Written { name, span, local } in written {
        if !values.contains(&name) {
            types.names.insert(name);
            continue;
        }
        // Overloads and merged declarations name one export several times.
        if exports.iter().any(|export| export.name == name) {
            continue;
        }
        let source = match local {
            None => imported(imports, ImportKind::ExportNamed, &name),
            Some(Local::Anonymous) => Some(ExportSource::Local(DEFAULT.to_owned())),
            Some(Local::Name(ident)) => imported(imports, ImportKind::Import, &ident.sym).or_else(|| {
                declare_missing(&ident, declarations, unresolved)
                    .inspect_err(|problem| mistakes.push(problem.clone()))
                    .ok()
            }),
        };
        exports.extend(source.map(|source| Export { name, range: range(span), source }));
    }
    Linked { exports, types }
}

/// Whether a module has `export type * from`.
pub(super) fn exports_unknown_types(module: &Module) -> bool {
    let mut declarations = module.body.iter().filter_map(ModuleItem::as_module_decl);
    declarations.any(|declaration| declaration.as_export_all().is_some_and(|export| export.type_only))
}

fn imported(imports: &[Import], kind: ImportKind, local: &str) -> Option<ExportSource> {
    imports.iter().enumerate().filter(|(_, import)| import.kind == kind).find_map(|(idx, import)| {
        let name = import.names.iter().find(|name| name.local == local)?;
        Some(ExportSource::Import(idx, name.imported.clone()))
    })
}

/// The declaration behind an exported name. Variables that are declared inside of blocks (`for (var i …)`) belong to
/// the module too and are found here.
fn declare_missing(
    ident: &Ident,
    declarations: &mut IndexMap<String, Declaration>,
    unresolved: Mark,
) -> Result<ExportSource, Problem> {
    let name = ident.sym.to_string();
    if !declarations.contains_key(&name) {
        if ident.ctxt.has_mark(unresolved) {
            return Err(Problem::new(ident.span, format!("`{name}` is exported but not declared")));
        }
        let kind = DeclarationKind::Value;
        let range = range(ident.span);
        declarations.insert(name.clone(), Declaration { name: Some(name.clone()), range, kind, changed: None });
    }
    Ok(ExportSource::Local(name))
}

#[cfg(test)]
mod tests {
    use super::super::Language;
    use super::super::tests::{parsed, refused};
    use super::*;

    /// `name=local` or `name=import.imported`, where `import` is a number.
    fn shown(text: &str, language: Language) -> String {
        let exports = parsed(text, language).exports;
        let shown: Vec<_> = exports
            .iter()
            .map(|export| match &export.source {
                ExportSource::Local(local) => format!("{}={local}", export.name),
                ExportSource::Import(idx, imported) => format!("{}={idx}.{imported}", export.name),
            })
            .collect();
        shown.join(" ")
    }

    #[test]
    fn forms_of_exports() {
        let cases = [
            ("", ""),
            ("export {}", ""),
            ("const a = 1, b = 2; export { a, b as c, a as default, b as 'd-e' }", "a=a c=b default=a d-e=b"),
            ("export const a = 1, b = 2", "a=a b=b"),
            ("export const { a, b: [c], ...d } = o", "a=a c=c d=d"),
            ("export let [a, , b = 1] = o", "a=a b=b"),
            ("export function f() {} export async function g() {} export async function* h() {}", "f=f g=g h=h"),
            ("export class A {}", "A=A"),
            ("export default function f() {}", "default=f"),
            ("export default async function () {}", "default=default"),
            ("export default class A {}", "default=A"),
            ("export default class {}", "default=default"),
            ("export default async () => {}", "default=default"),
            ("export default { a: 1 }", "default=default"),
            ("export default a + b", "default=default"),
            ("export default name()", "default=default"),
            ("async function f() {} export default f", "default=f"),
            ("async function f() {} export default (f)", "default=f"),
            ("import f from './f'; export default f", "default=0.default"),
            ("import { a as x } from './a'; export { x as b }", "b=0.a"),
            ("import * as ns from './a'; export { ns }", "ns=0.*"),
            ("import './b'; export { a, default as d } from './a'", "a=1.a d=1.default"),
            ("export * as ns from './a'; export * from './b'", "ns=0.*"),
            ("for (var i = 0; ;) {} export { i }", "i=i"),
            ("export { f }; function f() {}", "f=f"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text, Language::JavaScript), expected, "{text}");
        }
    }

    #[test]
    fn types_are_not_exported() {
        let cases = [
            ("export type T = 1; export interface I {} export declare const x: 1; export abstract class A {}", "A=A"),
            ("type T = 1; class A {} export { T, A }", "A=A"),
            ("class A {} export type { A }", ""),
            ("import { type T, a } from './a'; export { type T, a }", "a=0.a"),
            ("export enum E { A } export const enum F { A } export declare enum G { A }", "E=E F=F"),
            ("export namespace N { export const a = 1 } export namespace O { export type T = 1 }", "N=N"),
            ("export function f(a: 1): void; export function f(a: 2): void; export function f(a: any) {}", "f=f"),
            ("export default function f(a: 1): void; export default function f(a: any) {}", "default=f"),
            ("export default interface I {}", ""),
            ("export default (async () => {}) satisfies unknown", "default=default"),
            ("async function f() {} export default f as any", "default=f"),
            ("namespace N { export const a = 1 } export import A = N.a", "A=A"),
            ("const dec: any = 1; @dec export class A {} @dec class B {} export { B as C }", "A=A C=B"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text, Language::TypeScript), expected, "{text}");
        }
    }

    #[test]
    fn exported_types_are_known_by_name() {
        let text = "export interface I {} export type { T } from './t'; class A {} type U = 1; export { A, U as V };
            export default interface D {}";
        let types = parsed(text, Language::TypeScript).types;
        let mut names: Vec<_> = types.names.iter().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!((names, types.is_open), (vec!["I", "T", "V", "default"], false));
        assert!(parsed("export type * from './t'", Language::TypeScript).types.is_open);
    }

    #[test]
    fn names_that_do_not_exist_are_refused() {
        assert_eq!(refused("export { a }", Language::JavaScript), ["a: `a` is exported but not declared"]);
    }
}
