//! Namespaces that are declared in several parts: each part may name what another one exports as if it were its own. The
//! passes compile part by part and know nothing of the others, so such names are completed before (`a` becomes `N.a`).

use std::collections::{BTreeMap, BTreeSet};

use swc_core::common::Mark;
use swc_core::ecma::ast::{
    AssignTarget, Decl, Expr, Ident, IdentName, KeyValueProp, MemberExpr, MemberProp, Module, ModuleDecl, ModuleItem,
    Prop, PropName, SimpleAssignTarget, Stmt, TsModuleDecl, TsNamespaceBody,
};
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

use super::exports::declared;

/// Completes names in all namespaces of a module that have several parts. Free names carry that mark.
pub(super) fn complete(module: &mut Module, unresolved: Mark) {
    complete_parts(&mut module.body, unresolved);
}

fn complete_parts(items: &mut [ModuleItem], unresolved: Mark) {
    let mut parts: BTreeMap<String, (usize, BTreeSet<String>)> = BTreeMap::new();
    for namespace in items.iter().filter_map(namespace_of) {
        let Some(name) = namespace.id.as_ident() else { continue };
        let (count, exported) = parts.entry(name.sym.to_string()).or_default();
        *count += 1;
        exported.extend(body_of(namespace).into_iter().flatten().flat_map(exported_by));
    }
    for namespace in items.iter_mut().filter_map(namespace_of_mut) {
        let Some(name) = namespace.id.as_ident().cloned() else { continue };
        let Some(TsNamespaceBody::TsModuleBlock(block)) = &mut namespace.body else { continue };
        if let Some((2.., exported)) = parts.get(&*name.sym) {
            block.body.visit_mut_with(&mut Complete { namespace: &name, exported, unresolved });
        }
        complete_parts(&mut block.body, unresolved);
    }
}

fn namespace_of(item: &ModuleItem) -> Option<&TsModuleDecl> {
    match item {
        ModuleItem::Stmt(Stmt::Decl(Decl::TsModule(namespace))) => Some(namespace),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => {
            export.decl.as_ts_module().map(|namespace| &**namespace)
        }
        _ => None,
    }
}

fn namespace_of_mut(item: &mut ModuleItem) -> Option<&mut TsModuleDecl> {
    match item {
        ModuleItem::Stmt(Stmt::Decl(Decl::TsModule(namespace))) => Some(namespace),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => match &mut export.decl {
            Decl::TsModule(namespace) => Some(namespace),
            _ => None,
        },
        _ => None,
    }
}

fn body_of(namespace: &TsModuleDecl) -> Option<&[ModuleItem]> {
    match namespace.body.as_ref()? {
        TsNamespaceBody::TsModuleBlock(block) => Some(&block.body),
        TsNamespaceBody::TsNamespaceDecl(_) => None,
    }
}

fn exported_by(item: &ModuleItem) -> Vec<String> {
    let ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) = item else { return Vec::new() };
    declared(&export.decl).into_iter().map(|name| name.sym.to_string()).collect()
}

struct Complete<'a> {
    namespace: &'a Ident,
    exported: &'a BTreeSet<String>,
    unresolved: Mark,
}

impl Complete<'_> {
    fn member(&self, ident: &Ident) -> Option<MemberExpr> {
        let is_theirs = ident.ctxt.has_mark(self.unresolved) && self.exported.contains(&*ident.sym);
        is_theirs.then(|| MemberExpr {
            span: ident.span,
            obj: Box::new(Expr::Ident(self.namespace.clone())),
            prop: MemberProp::Ident(IdentName::new(ident.sym.clone(), ident.span)),
        })
    }
}

impl VisitMut for Complete<'_> {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        match expression.as_ident().and_then(|ident| self.member(ident)) {
            Some(member) => *expression = Expr::Member(member),
            None => expression.visit_mut_children_with(self),
        }
    }

    fn visit_mut_assign_target(&mut self, target: &mut AssignTarget) {
        let ident = target.as_simple().and_then(SimpleAssignTarget::as_ident);
        match ident.and_then(|ident| self.member(&ident.id)) {
            Some(member) => *target = AssignTarget::Simple(SimpleAssignTarget::Member(member)),
            None => target.visit_mut_children_with(self),
        }
    }

    fn visit_mut_prop(&mut self, property: &mut Prop) {
        let member = property.as_shorthand().and_then(|ident| Some((ident.clone(), self.member(ident)?)));
        match member {
            Some((ident, member)) => {
                let key = PropName::Ident(IdentName::new(ident.sym, ident.span));
                *property = Prop::KeyValue(KeyValueProp { key, value: Box::new(Expr::Member(member)) });
            }
            None => property.visit_mut_children_with(self),
        }
    }
}
