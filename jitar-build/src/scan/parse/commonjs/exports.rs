//! Forms by which a file says what it exports: `exports.a = …`, `module.exports = { … }`, what compilers make of
//! `export`, and copies of what another file exports.

use std::collections::BTreeMap;

use swc_core::common::{Mark, Spanned};
use swc_core::ecma::ast::{
    AssignExpr, AssignTarget, CallExpr, Callee, Expr, ExprOrSpread, Ident, Lit, MemberExpr, MemberProp, ObjectLit,
    Prop, PropName, PropOrSpread, SimpleAssignTarget,
};
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

use super::super::range;
use super::Names;

/// Collects names while a file is read.
pub(super) struct Collector {
    unresolved: Mark,
    pub(super) names: Names,
    /// What variables hold that were initialised by `require`.
    required: BTreeMap<String, String>,
}

impl Collector {
    pub(super) fn new(unresolved: Mark) -> Self {
        Self { unresolved, names: Names::default(), required: BTreeMap::new() }
    }

    pub(super) fn is_free(&self, ident: &Ident, name: &str) -> bool {
        &*ident.sym == name && ident.ctxt.has_mark(self.unresolved)
    }

    /// `var a = require("…")`, also through a helper that looks at `__esModule`.
    pub(super) fn declare(&mut self, name: &Ident, value: &Expr) {
        let inner = match value {
            Expr::Call(call) if !is_require(call) => call.args.first().map(|argument| &*argument.expr),
            other => Some(other),
        };
        if let Some(specifier) = inner.and_then(required) {
            self.required.insert(name.sym.to_string(), specifier);
        }
    }

    /// Notes what an assignment exports; `false` when it sets something else than exports.
    pub(super) fn assign(&mut self, assignment: &AssignExpr) -> bool {
        let AssignTarget::Simple(target) = &assignment.left else { return false };
        match target {
            SimpleAssignTarget::Member(member) if is_exports(&member.obj) => {
                match property(&member.prop) {
                    Some(name) => self.add(name, member),
                    None => self.names.are_open = true,
                }
                true
            }
            SimpleAssignTarget::Member(member) if is_module_exports(member) => {
                self.replace(&assignment.right);
                true
            }
            SimpleAssignTarget::Ident(name) => self.is_free(&name.id, "exports"),
            _ => false,
        }
    }

    /// Notes what a call exports; `true` when all of it is understood.
    pub(super) fn call(&mut self, call: &CallExpr) -> bool {
        let (Some(first), second) = (call.args.first(), call.args.get(1)) else { return false };
        // Babel: `Object.keys(_a).forEach(function (key) { … exports[key] = _a[key] … })`
        if let Some(source) = self.copied(call) {
            self.names.of_others.insert(source);
            return true;
        }
        let second = second.map(|argument| &*argument.expr);
        if is_exports(&first.expr) {
            return match second {
                // `Object.defineProperty(exports, "a", …)`
                Some(Expr::Lit(Lit::Str(name))) => {
                    self.add(name.value.to_string_lossy().into_owned(), &first.expr);
                    true
                }
                // `_export(exports, { a: () => a })`, `Object.assign(exports, { a })`
                Some(Expr::Object(object)) => {
                    self.take(object);
                    true
                }
                _ => false,
            };
        }
        // `__exportStar(require("./a"), exports)`, and `__export(require("./a"))` of older compilers
        let copies = second.is_some_and(is_exports) || is_export_helper(&call.callee);
        match required(&first.expr).filter(|_| copies) {
            Some(source) => {
                self.names.of_others.insert(source);
                true
            }
            None => false,
        }
    }

    /// `module.exports = …`
    fn replace(&mut self, value: &Expr) {
        match value {
            Expr::Paren(inner) => self.replace(&inner.expr),
            Expr::Assign(inner) => self.replace(&inner.right),
            Expr::Object(object) => self.take(object),
            other => match required(other) {
                Some(source) => {
                    self.names.of_others.insert(source);
                }
                None => self.names.are_open = true,
            },
        }
    }

    fn take(&mut self, object: &ObjectLit) {
        for property in &object.props {
            match property {
                PropOrSpread::Spread(spread) => match required(&spread.expr) {
                    Some(source) => {
                        self.names.of_others.insert(source);
                    }
                    None => self.names.are_open = true,
                },
                PropOrSpread::Prop(property) => match key(property) {
                    Some(name) => self.add(name, property),
                    None => self.names.are_open = true,
                },
            }
        }
    }

    fn add(&mut self, name: String, place: &impl Spanned) {
        self.names.own.entry(name).or_insert_with(|| range(place.span()));
    }

    fn copied(&self, call: &CallExpr) -> Option<String> {
        let for_each = member_of(&call.callee)?;
        let keys = for_each.obj.as_call()?;
        let is_copy = property(&for_each.prop)? == "forEach" && property(&member_of(&keys.callee)?.prop)? == "keys";
        let source = keys.args.first()?.expr.as_ident()?;
        let names_exports = mentions_exports(&call.args);
        self.required.get(&*source.sym).filter(|_| is_copy && names_exports).cloned()
    }
}

/// `exports` or `module.exports`, whatever declares them: wrappers hand them on under these names.
pub(super) fn is_exports(expression: &Expr) -> bool {
    match expression {
        Expr::Ident(ident) => &*ident.sym == "exports",
        Expr::Member(member) => is_module_exports(member),
        _ => false,
    }
}

pub(super) fn is_module_exports(member: &MemberExpr) -> bool {
    member.obj.as_ident().is_some_and(|object| &*object.sym == "module")
        && property(&member.prop).is_some_and(|name| name == "exports")
}

/// The name of a property that is not computed.
pub(super) fn property(property: &MemberProp) -> Option<String> {
    match property {
        MemberProp::Ident(ident) => Some(ident.sym.to_string()),
        MemberProp::Computed(computed) => match &*computed.expr {
            Expr::Lit(Lit::Str(literal)) => Some(literal.value.to_string_lossy().into_owned()),
            _ => None,
        },
        MemberProp::PrivateName(_) => None,
    }
}

/// The specifier of `require("…")`.
pub(super) fn required(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Call(call) if is_require(call) => match &*call.args.first()?.expr {
            Expr::Lit(Lit::Str(literal)) => Some(literal.value.to_string_lossy().into_owned()),
            _ => None,
        },
        Expr::Paren(inner) => required(&inner.expr),
        _ => None,
    }
}

fn is_require(call: &CallExpr) -> bool {
    matches!(&call.callee, Callee::Expr(callee) if callee.as_ident().is_some_and(|name| &*name.sym == "require"))
}

/// `__export`, `__exportStar`, `tslib.__exportStar`
fn is_export_helper(callee: &Callee) -> bool {
    let Callee::Expr(callee) = callee else { return false };
    let name = match &**callee {
        Expr::Ident(ident) => ident.sym.to_string(),
        Expr::Member(member) => property(&member.prop).unwrap_or_default(),
        _ => return false,
    };
    name == "__export" || name == "__exportStar"
}

fn member_of(callee: &Callee) -> Option<&MemberExpr> {
    callee.as_expr()?.as_member()
}

fn key(property: &Prop) -> Option<String> {
    let name = match property {
        Prop::Shorthand(ident) => return Some(ident.sym.to_string()),
        Prop::KeyValue(property) => &property.key,
        Prop::Getter(property) => &property.key,
        Prop::Method(property) => &property.key,
        Prop::Setter(_) | Prop::Assign(_) => return None,
    };
    match name {
        PropName::Ident(ident) => Some(ident.sym.to_string()),
        PropName::Str(literal) => Some(literal.value.to_string_lossy().into_owned()),
        PropName::Num(_) | PropName::BigInt(_) | PropName::Computed(_) => None,
    }
}

fn mentions_exports(arguments: &[ExprOrSpread]) -> bool {
    struct Mention(bool);

    impl Visit for Mention {
        noop_visit_type!();

        fn visit_ident(&mut self, ident: &Ident) {
            self.0 |= &*ident.sym == "exports";
        }
    }

    let mut mention = Mention(false);
    arguments.visit_with(&mut mention);
    mention.0
}
