//! What a module declares at its top level.

use indexmap::IndexMap;
use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{
    ArrowExpr, Decl, DefaultDecl, Expr, Function as FunctionNode, Ident, Lit, Module, ModuleDecl, ModuleItem, Pat,
    Prop, PropName, PropOrSpread, Stmt, TsModuleRef, TsTypeAnn, UnaryOp, VarDecl, VarDeclKind, VarDeclarator,
};

use super::super::graph::{Declaration, DeclarationKind, Function};
use super::exports::names_of;
use super::parameters::{self, Signature};
use super::types::Types;
use super::{Language, range, shapes};

/// The key of an anonymous default export.
pub(super) const DEFAULT: &str = "default";

/// All top-level declarations by name; the first one wins when declarations are merged.
pub(super) fn collect(module: &Module, language: Language) -> IndexMap<String, Declaration> {
    let mut collector = Collector { types: Types::collect(module), language, found: IndexMap::new() };
    for item in &module.body {
        match item {
            ModuleItem::Stmt(Stmt::Decl(declaration)) => collector.declare(declaration),
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => collector.declare(&export.decl),
            ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => {
                collector.declare_default(&export.decl, export.span);
            }
            ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultExpr(export)) => {
                collector.declare_expression(&export.expr);
            }
            ModuleItem::ModuleDecl(ModuleDecl::TsImportEquals(import))
                if !import.is_type_only && matches!(import.module_ref, TsModuleRef::TsEntityName(_)) =>
            {
                collector.add(&import.id, DeclarationKind::Value);
            }
            _ => {}
        }
    }
    collector.found
}

struct Collector<'a> {
    types: Types<'a>,
    language: Language,
    found: IndexMap<String, Declaration>,
}

impl Collector<'_> {
    fn add(&mut self, ident: &Ident, kind: DeclarationKind) {
        let name = ident.sym.to_string();
        let declaration = Declaration { name: Some(name.clone()), range: range(ident.span), kind, changed: None };
        self.found.entry(name).or_insert(declaration);
    }

    fn add_anonymous(&mut self, span: Span, kind: DeclarationKind) {
        self.found.insert(DEFAULT.to_owned(), Declaration { name: None, range: range(span), kind, changed: None });
    }

    fn declare(&mut self, declaration: &Decl) {
        match declaration {
            Decl::Class(class) if !class.declare => self.add(&class.ident, DeclarationKind::Class),
            Decl::Fn(function) if !function.declare && function.function.body.is_some() => {
                let kind = self.function(&function.function);
                self.add(&function.ident, kind);
            }
            Decl::Var(variables) if !variables.declare => {
                variables.decls.iter().for_each(|variable| self.declare_variable(variables, variable));
            }
            Decl::Using(variables) => {
                let names = variables.decls.iter().flat_map(|variable| names_of(&variable.name));
                names.for_each(|name| self.add(&name, DeclarationKind::Value));
            }
            Decl::TsEnum(declaration) if !declaration.declare => {
                self.add(&declaration.id, DeclarationKind::Value);
            }
            Decl::TsModule(namespace) if !namespace.declare => {
                if let Some(ident) = namespace.id.as_ident() {
                    self.add(ident, DeclarationKind::Value);
                }
            }
            _ => {}
        }
    }

    fn declare_variable(&mut self, variables: &VarDecl, variable: &VarDeclarator) {
        let mutable = variables.kind != VarDeclKind::Const;
        match (&variable.name, &variable.init) {
            (Pat::Ident(name), Some(value)) if !mutable => {
                let kind = self.value(value);
                self.add(&name.id, kind);
            }
            (pattern, _) => {
                for name in names_of(pattern) {
                    self.add(&name, DeclarationKind::Value);
                }
            }
        }
    }

    fn declare_default(&mut self, declaration: &DefaultDecl, span: Span) {
        let (ident, kind) = match declaration {
            DefaultDecl::Class(class) => (class.ident.as_ref(), DeclarationKind::Class),
            DefaultDecl::Fn(function) if function.function.body.is_some() => {
                (function.ident.as_ref(), self.function(&function.function))
            }
            _ => return,
        };
        match ident {
            Some(ident) => self.add(ident, kind),
            None => self.add_anonymous(span, kind),
        }
    }

    fn declare_expression(&mut self, expression: &Expr) {
        if !without_types(expression).is_ident() {
            let kind = self.value(expression);
            self.add_anonymous(expression.span(), kind);
        }
    }

    /// What a value that never changes is.
    fn value(&self, value: &Expr) -> DeclarationKind {
        match without_types(value) {
            Expr::Arrow(arrow) => self.arrow(arrow),
            Expr::Fn(function) => self.function(&function.function),
            Expr::Class(_) => DeclarationKind::Class,
            literal if is_constant(literal) => DeclarationKind::Constant(range(literal.span())),
            _ => DeclarationKind::Value,
        }
    }

    fn function(&self, function: &FunctionNode) -> DeclarationKind {
        let patterns = function.params.iter().map(|parameter| &parameter.pat);
        self.function_kind(function.is_async, function.is_generator, patterns, function.return_type.as_deref())
    }

    fn arrow(&self, arrow: &ArrowExpr) -> DeclarationKind {
        self.function_kind(arrow.is_async, arrow.is_generator, arrow.params.iter(), arrow.return_type.as_deref())
    }

    fn function_kind<'p>(
        &self,
        is_async: bool,
        is_generator: bool,
        patterns: impl Iterator<Item = &'p Pat> + Clone,
        result: Option<&TsTypeAnn>,
    ) -> DeclarationKind {
        let signature = shapes::signature(patterns.clone(), result);
        let Signature { parameters, unnameable } = parameters::of(patterns, &self.types, self.language);
        DeclarationKind::Function(Function { is_async, is_generator, parameters, unnameable, signature })
    }
}

/// An expression without parentheses and without what only TypeScript knows.
pub(super) fn without_types(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(inner) => without_types(&inner.expr),
        Expr::TsAs(inner) => without_types(&inner.expr),
        Expr::TsSatisfies(inner) => without_types(&inner.expr),
        Expr::TsConstAssertion(inner) => without_types(&inner.expr),
        Expr::TsNonNull(inner) => without_types(&inner.expr),
        Expr::TsTypeAssertion(inner) => without_types(&inner.expr),
        Expr::TsInstantiation(inner) => without_types(&inner.expr),
        other => other,
    }
}

/// Whether an expression is a literal, or a template, array or object of literals, without any types inside.
fn is_constant(expression: &Expr) -> bool {
    match expression {
        Expr::Lit(literal) => {
            matches!(literal, Lit::Str(_) | Lit::Bool(_) | Lit::Null(_) | Lit::Num(_) | Lit::BigInt(_))
        }
        Expr::Paren(inner) => is_constant(&inner.expr),
        Expr::Tpl(template) => template.exprs.iter().all(|part| is_constant(part)),
        Expr::Unary(unary) => {
            matches!(unary.op, UnaryOp::Minus | UnaryOp::Plus)
                && matches!(&*unary.arg, Expr::Lit(Lit::Num(_) | Lit::BigInt(_)))
        }
        Expr::Array(array) => {
            array.elems.iter().flatten().all(|element| element.spread.is_none() && is_constant(&element.expr))
        }
        Expr::Object(object) => object.props.iter().all(is_constant_property),
        _ => false,
    }
}

fn is_constant_property(property: &PropOrSpread) -> bool {
    let PropOrSpread::Prop(property) = property else { return false };
    let Prop::KeyValue(property) = &**property else { return false };
    let is_plain_key = match &property.key {
        PropName::Ident(name) => &*name.sym != "__proto__",
        PropName::Str(name) => name.value != *"__proto__",
        PropName::Num(_) | PropName::BigInt(_) => true,
        PropName::Computed(_) => false,
    };
    is_plain_key && is_constant(&property.value)
}

#[cfg(test)]
mod tests {
    use super::super::tests::parsed;
    use super::*;

    fn shown(text: &str, language: Language) -> String {
        let declarations = parsed(text, language).declarations;
        let shown: Vec<_> = declarations
            .iter()
            .map(|(key, declaration)| {
                assert_eq!(declaration.name.as_deref(), (key != DEFAULT).then_some(key.as_str()), "{text}");
                let kind = match &declaration.kind {
                    DeclarationKind::Function(Function { is_async, is_generator, .. }) => {
                        format!(
                            "{}function{}",
                            if *is_async { "async " } else { "" },
                            if *is_generator { "*" } else { "" }
                        )
                    }
                    DeclarationKind::Class => "class".to_owned(),
                    DeclarationKind::Constant(range) => text[range.start..range.end].to_owned(),
                    DeclarationKind::Value => "value".to_owned(),
                };
                format!("{key}: {kind}")
            })
            .collect();
        shown.join(", ")
    }

    #[test]
    fn forms_of_declarations() {
        let cases = [
            (
                "async function f() {} function g() {} async function* h() {}",
                "f: async function, g: function, h: async function*",
            ),
            (
                "const f = async () => 1, g = async function () {}, h = function* () {}",
                "f: async function, g: async function, h: function*",
            ),
            ("const f = (async x => x)", "f: async function"),
            ("let f = async () => 1", "f: value"),
            ("const f = wrap(async () => 1)", "f: value"),
            ("class A {} const B = class {}, C = class D {}", "A: class, B: class, C: class"),
            ("let a; var b = 1; const { c, d: [e] } = o", "a: value, b: value, c: value, e: value"),
            ("using a = b", "a: value"),
            ("const a = 1, b = 'x', c = -1n, d = null, e = true", "a: 1, b: 'x', c: -1n, d: null, e: true"),
            ("const a = [1, , { b: ['c'], 'd': `e` }]", "a: [1, , { b: ['c'], 'd': `e` }]"),
            (
                "const a = [x], b = { c() {} }, d = { ...e }, f = /g/, h = `${i}`, j = { __proto__: null }",
                "a: value, b: value, d: value, f: value, h: value, j: value",
            ),
            ("const a = `${1}`", "a: `${1}`"),
            ("export default async function () {}", "default: async function"),
            ("export default async function f() {}", "f: async function"),
            ("export default async () => {}", "default: async function"),
            ("export default class {}", "default: class"),
            ("export default { a: 1 }", "default: { a: 1 }"),
            ("export default a + b", "default: value"),
            ("function f() { var inner } { let block }", "f: function"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text, Language::JavaScript), expected, "{text}");
        }
    }

    #[test]
    fn types_are_looked_through() {
        let cases = [
            (
                "const a = ['x'] as const, b = { c: 1 } satisfies object, d = <any>2, e = 3!",
                "a: ['x'], b: { c: 1 }, d: 2, e: 3",
            ),
            ("const a = [1 as number]", "a: value"),
            ("const f = (async () => {}) as Handler; type Handler = any", "f: async function"),
            (
                "enum E { A } namespace N { export const a = 1 } import A = N.a; export { A }",
                "E: value, N: value, A: value",
            ),
            ("interface I {} type T = 1; declare const a: 1; declare function f(): void; declare class C {}", ""),
            ("function f(): void; function f() {}", "f: function"),
            ("function f() {} namespace f { export const a = 1 }", "f: function"),
            ("abstract class A<T> {}", "A: class"),
            ("const dec: any = f(); @dec class A {}", "dec: value, A: class"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text, Language::TypeScript), expected, "{text}");
        }
    }
}
