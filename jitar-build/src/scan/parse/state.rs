//! Finds what a module remembers between calls: variables at its top level that functions assign to, and collections
//! and objects there that functions change.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use swc_core::common::{Mark, Span, Spanned};
use swc_core::ecma::ast::{
    ArrowExpr, AssignExpr, AssignTarget, AssignTargetPat, CallExpr, Callee, ClassProp, Constructor, Decl, Expr,
    Function, GetterProp, Id, Ident, MemberExpr, MemberProp, Module, ModuleDecl, ModuleItem, OptChainBase,
    OptChainExpr, PrivateProp, SetterProp, SimpleAssignTarget, Stmt, UnaryExpr, UnaryOp, UpdateExpr,
};
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith};

use super::super::graph::{Declaration, DeclarationKind, Range};
use super::declarations::without_types;
use super::range;

/// Methods that change a collection.
const CHANGING: [&str; 13] = [
    "add",
    "clear",
    "copyWithin",
    "delete",
    "fill",
    "pop",
    "push",
    "reverse",
    "set",
    "shift",
    "sort",
    "splice",
    "unshift",
];

/// Marks the declarations that functions change. What looks like a constant is none when it is changed.
pub(super) fn mark(module: &Module, top_level: Mark, declarations: &mut IndexMap<String, Declaration>) {
    let mut finder = Finder { top_level, collections: collections(module), depth: 0, changed: BTreeMap::new() };
    module.visit_with(&mut finder);
    for (name, place) in finder.changed {
        let Some(declaration) = declarations.get_mut(&name) else { continue };
        if matches!(declaration.kind, DeclarationKind::Function(_)) {
            continue;
        }
        declaration.changed = Some(place);
        if matches!(declaration.kind, DeclarationKind::Constant(_)) {
            declaration.kind = DeclarationKind::Value;
        }
    }
}

/// Variables at the top level that hold a list, an object or something that was made with `new` of a collection.
fn collections(module: &Module) -> Vec<Id> {
    let declarations = module.body.iter().filter_map(|item| match item {
        ModuleItem::Stmt(Stmt::Decl(Decl::Var(variables))) => Some(variables),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => export.decl.as_var(),
        _ => None,
    });
    let variables = declarations.flat_map(|variables| &variables.decls);
    variables
        .filter_map(|variable| {
            Some(variable.name.as_ident()?.to_id()).filter(|_| holds_collection(variable.init.as_deref()))
        })
        .collect()
}

fn holds_collection(value: Option<&Expr>) -> bool {
    const CLASSES: [&str; 5] = ["Array", "Map", "Set", "WeakMap", "WeakSet"];
    match value.map(without_types) {
        Some(Expr::Array(_) | Expr::Object(_)) => true,
        Some(Expr::New(new)) => new.callee.as_ident().is_some_and(|class| CLASSES.contains(&&*class.sym)),
        _ => false,
    }
}

struct Finder {
    top_level: Mark,
    collections: Vec<Id>,
    /// How many functions are around: what happens at the top level is the module's own start.
    depth: usize,
    changed: BTreeMap<String, Range>,
}

impl Finder {
    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        visit(self);
        self.depth -= 1;
    }

    fn change(&mut self, ident: &Ident, span: Span) {
        if self.depth > 0 && ident.ctxt.outer() == self.top_level {
            self.changed.entry(ident.sym.to_string()).or_insert_with(|| range(span));
        }
    }

    fn change_target(&mut self, target: &Expr, span: Span) {
        if let Some(ident) = root(target) {
            self.change(ident, span);
        }
    }

    fn call(&mut self, callee: &Expr, span: Span) {
        let member = match callee {
            Expr::OptChain(chain) => chain.base.as_member(),
            other => other.as_member(),
        };
        let Some(MemberExpr { obj, prop: MemberProp::Ident(method), .. }) = member else { return };
        if let Some(ident) = root(obj)
            && CHANGING.contains(&&*method.sym)
            && self.collections.contains(&ident.to_id())
        {
            self.change(ident, span);
        }
    }
}

/// The variable that an expression reaches into.
fn root(expression: &Expr) -> Option<&Ident> {
    match without_types(expression) {
        Expr::Ident(ident) => Some(ident),
        Expr::Member(member) => root(&member.obj),
        Expr::OptChain(chain) => root(chain.base.as_member().map(|member| &*member.obj)?),
        _ => None,
    }
}

impl Visit for Finder {
    fn visit_function(&mut self, node: &Function) {
        self.inside(|finder| node.visit_children_with(finder));
    }

    fn visit_arrow_expr(&mut self, node: &ArrowExpr) {
        self.inside(|finder| node.visit_children_with(finder));
    }

    fn visit_constructor(&mut self, node: &Constructor) {
        self.inside(|finder| node.visit_children_with(finder));
    }

    fn visit_getter_prop(&mut self, node: &GetterProp) {
        self.inside(|finder| node.visit_children_with(finder));
    }

    fn visit_setter_prop(&mut self, node: &SetterProp) {
        self.inside(|finder| node.visit_children_with(finder));
    }

    fn visit_class_prop(&mut self, node: &ClassProp) {
        if node.is_static {
            node.visit_children_with(self);
        } else {
            self.inside(|finder| node.visit_children_with(finder));
        }
    }

    fn visit_private_prop(&mut self, node: &PrivateProp) {
        if node.is_static {
            node.visit_children_with(self);
        } else {
            self.inside(|finder| node.visit_children_with(finder));
        }
    }

    fn visit_assign_expr(&mut self, node: &AssignExpr) {
        match &node.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(ident)) => self.change(&ident.id, node.span),
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => self.change_target(&member.obj, node.span),
            AssignTarget::Simple(_) => {}
            AssignTarget::Pat(pattern) => {
                let idents: Vec<Ident> = match pattern {
                    AssignTargetPat::Array(array) => find_pat_ids(array),
                    AssignTargetPat::Object(object) => find_pat_ids(object),
                    AssignTargetPat::Invalid(_) => Vec::new(),
                };
                for ident in &idents {
                    self.change(ident, node.span);
                }
            }
        }
        node.visit_children_with(self);
    }

    fn visit_update_expr(&mut self, node: &UpdateExpr) {
        self.change_target(&node.arg, node.span);
        node.visit_children_with(self);
    }

    fn visit_unary_expr(&mut self, node: &UnaryExpr) {
        if node.op == UnaryOp::Delete {
            self.change_target(&node.arg, node.span);
        }
        node.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        if let Callee::Expr(callee) = &node.callee {
            self.call(callee, node.span());
        }
        node.visit_children_with(self);
    }

    fn visit_opt_chain_expr(&mut self, node: &OptChainExpr) {
        if let OptChainBase::Call(call) = &*node.base {
            self.call(&call.callee, node.span);
        }
        node.visit_children_with(self);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Language;
    use super::super::tests::parsed;

    #[test]
    fn what_functions_change_is_state() {
        let cases = [
            ("let a = 1; function f() { a = 2; }", "a"),
            ("let a = 1; a = 2; function f() { return a; }", ""),
            ("let a = 1; const f = () => a++;", "a"),
            ("let a, b; function f() { [a, { x: b }] = g(); }", "a b"),
            ("let a = 1; function f() { let a = 2; a = 3; }", ""),
            ("let a = 1; function f(a) { a = 3; }", ""),
            ("const m = new Map(); function f() { m.set(1, 2); }", "m"),
            ("const m = new Map(); m.set(1, 2); function f() { return m.get(1); }", ""),
            ("export const l = []; class A { b() { l.push(1); } }", "l"),
            ("const o = { a: { b: 1 } }; function f() { o.a.b = 2; }", "o"),
            ("const o = { a: 1 }; const f = async () => { delete o.a; };", "o"),
            ("const o = { a: [] }; const f = () => o.a.push(1);", "o"),
            ("const o = make(); function f() { o.set(1); o.push(2); }", ""),
            ("const o = make(); function f() { o.count += 1; }", "o"),
            ("class A { static n = 0; b() { A.n++; } }", "A"),
            ("const l = []; class A { x = l.push(1); static y = l.pop(); }", "l"),
            ("const m = new Map(); function f() { m?.set(1, 2); }", "m"),
            ("function f() { f.count = 1; }", ""),
        ];
        for (text, expected) in cases {
            let declarations = parsed(text, Language::JavaScript).declarations;
            let changed = declarations.iter().filter(|(_, declaration)| declaration.changed.is_some());
            let changed: Vec<&str> = changed.map(|(name, _)| name.as_str()).collect();
            assert_eq!(changed.join(" "), expected, "{text}");
        }
        let text = "const m: Map<string, number> = new Map() as any; export async function f() { (m as any).set(1); m!.clear(); }";
        assert!(parsed(text, Language::TypeScript).declarations["m"].changed.is_some());
    }
}
