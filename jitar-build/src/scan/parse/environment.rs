//! `process.env.NODE_ENV` in packages: a constant, so that conditions on it have an outcome at build time.

use swc_core::ecma::ast::{BinaryOp, Expr, Lit, MemberExpr, MemberProp, Str, UnaryOp};
use swc_core::ecma::visit::{VisitMut, VisitMutWith, noop_visit_mut_type};

/// What `process.env.NODE_ENV` is in packages. They are built to be deployed.
pub(super) const ENVIRONMENT: &str = "production";

/// Whether an expression is `process.env.NODE_ENV`. Whoever declares a `process` of its own does so for this purpose too.
pub(super) fn is_environment(member: &MemberExpr) -> bool {
    is_named(&member.prop, "NODE_ENV")
        && member.obj.as_member().is_some_and(|env| {
            is_named(&env.prop, "env") && env.obj.as_ident().is_some_and(|process| &*process.sym == "process")
        })
}

/// Whether a condition holds, where that is known.
pub(super) fn outcome(condition: &Expr) -> Option<bool> {
    match condition {
        Expr::Paren(inner) => outcome(&inner.expr),
        Expr::Unary(unary) if unary.op == UnaryOp::Bang => outcome(&unary.arg).map(|holds| !holds),
        Expr::Bin(binary) => match binary.op {
            BinaryOp::EqEq | BinaryOp::EqEqEq => Some(text(&binary.left)? == text(&binary.right)?),
            BinaryOp::NotEq | BinaryOp::NotEqEq => Some(text(&binary.left)? != text(&binary.right)?),
            BinaryOp::LogicalAnd => match (outcome(&binary.left), outcome(&binary.right)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            BinaryOp::LogicalOr => match (outcome(&binary.left), outcome(&binary.right)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// Puts the constant where a module reads the variable.
pub(super) struct Replace;

impl VisitMut for Replace {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Member(member) if is_environment(member) => {
                *expression = Expr::Lit(Lit::Str(Str { span: member.span, value: ENVIRONMENT.into(), raw: None }));
            }
            other => other.visit_mut_children_with(self),
        }
    }
}

fn text(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Paren(inner) => text(&inner.expr),
        Expr::Lit(Lit::Str(literal)) => literal.value.as_str(),
        Expr::Member(member) if is_environment(member) => Some(ENVIRONMENT),
        _ => None,
    }
}

fn is_named(property: &MemberProp, name: &str) -> bool {
    match property {
        MemberProp::Ident(ident) => &*ident.sym == name,
        MemberProp::Computed(computed) => {
            matches!(&*computed.expr, Expr::Lit(Lit::Str(literal)) if literal.value == *name)
        }
        MemberProp::PrivateName(_) => false,
    }
}
