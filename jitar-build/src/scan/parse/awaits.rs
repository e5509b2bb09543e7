//! `await` in enums and namespaces: both become plain functions, in which it cannot stand. The parser lets it pass where the
//! module or the function around them may wait.

use std::mem;

use swc_core::common::Span;
use swc_core::ecma::ast::{
    ArrowExpr, AwaitExpr, Constructor, Function, GetterProp, Module, SetterProp, TsEnumDecl, TsModuleBlock, UsingDecl,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use super::Problem;

/// A mistake for each `await` directly in an enum or a namespace.
pub(super) fn refuse_enclosed(module: &Module) -> Vec<Problem> {
    let mut awaits = EnclosedAwaits::default();
    module.visit_with(&mut awaits);
    awaits.found
}

#[derive(Default)]
struct EnclosedAwaits {
    is_enclosed: bool,
    found: Vec<Problem>,
}

impl EnclosedAwaits {
    fn visit(&mut self, is_enclosed: bool, node: &impl VisitWith<Self>) {
        let outer = mem::replace(&mut self.is_enclosed, is_enclosed);
        node.visit_children_with(self);
        self.is_enclosed = outer;
    }

    fn waits(&mut self, span: Span) {
        if self.is_enclosed {
            let problem = Problem::new(span, "`await` cannot stand in an enum or a namespace");
            let help = "await outside of it, in a constant that it uses".to_owned();
            self.found.push(Problem { help: Some(help), ..problem });
        }
    }
}

impl Visit for EnclosedAwaits {
    fn visit_ts_enum_decl(&mut self, declaration: &TsEnumDecl) {
        self.visit(true, declaration);
    }

    fn visit_ts_module_block(&mut self, block: &TsModuleBlock) {
        self.visit(true, block);
    }

    fn visit_await_expr(&mut self, expression: &AwaitExpr) {
        self.waits(expression.span);
        expression.visit_children_with(self);
    }

    fn visit_using_decl(&mut self, declaration: &UsingDecl) {
        if declaration.is_await {
            self.waits(declaration.span);
        }
        declaration.visit_children_with(self);
    }

    fn visit_function(&mut self, function: &Function) {
        self.visit(false, function);
    }

    fn visit_arrow_expr(&mut self, function: &ArrowExpr) {
        self.visit(false, function);
    }

    fn visit_constructor(&mut self, constructor: &Constructor) {
        self.visit(false, constructor);
    }

    fn visit_getter_prop(&mut self, property: &GetterProp) {
        self.visit(false, property);
    }

    fn visit_setter_prop(&mut self, property: &SetterProp) {
        self.visit(false, property);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Language;
    use super::super::tests::{parsed, refused_with_help};

    #[test]
    fn awaits_in_enums_and_namespaces_are_refused() {
        for text in [
            "enum E { A = await 1 }",
            "enum E { A = await await 1 }",
            "export enum E { A = 1, B = f(await 2) }",
            "async function f() { enum E { A = await 1 } return E; }",
            "namespace N { await f(); }",
            "namespace N { export const a = [await f()]; }",
            "namespace N.M { if (a) { await f(); } }",
            "namespace N { await using a = f(); }",
            "namespace N { export namespace M { await f(); } }",
        ] {
            let problems = refused_with_help(text, Language::TypeScript);
            let is_expected = |(said, help): &(String, String)| {
                said.contains("`await` cannot stand in an enum or a namespace") && help.contains("in a constant")
            };
            assert!(problems.iter().any(is_expected), "{text}: {problems:?}");
        }
    }

    #[test]
    fn awaits_of_functions_in_them_and_around_them_are_not() {
        for text in [
            "const a = await f(); enum E { A = a.length }",
            "namespace N { export async function f() { await g(); } }",
            "namespace N { export const f = async () => await g(); }",
            "namespace N { export class C { async m() { await g(); } } } await N;",
        ] {
            parsed(text, Language::TypeScript);
        }
    }
}
