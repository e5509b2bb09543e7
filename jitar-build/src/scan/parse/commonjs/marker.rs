//! Recognises files that are not ES modules by what they use.

use swc_core::common::Mark;
use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{CallExpr, Callee, Expr, Ident, MemberExpr, Module};
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

use super::super::super::graph::Range;
use super::super::{is_module_syntax, range};

/// The first use of `require`, `module.exports` or `exports` in a file without any `import` or `export`.
pub(in super::super) fn find(module: &Module, unresolved: Mark) -> Option<Range> {
    if module.body.iter().any(is_module_syntax) {
        return None;
    }
    let mut marker = Marker { unresolved, found: None };
    module.visit_with(&mut marker);
    marker.found.map(range)
}

struct Marker {
    unresolved: Mark,
    found: Option<Span>,
}

impl Marker {
    fn is_free(&self, ident: &Ident, name: &str) -> bool {
        &*ident.sym == name && ident.ctxt.has_mark(self.unresolved)
    }

    fn is_exports(&self, member: &MemberExpr) -> bool {
        member.obj.as_ident().is_some_and(|object| {
            self.is_free(object, "exports")
                || self.is_free(object, "module") && member.prop.as_ident().is_some_and(|name| &*name.sym == "exports")
        })
    }
}

impl Visit for Marker {
    noop_visit_type!();

    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let Callee::Expr(callee) = &call.callee
            && let Expr::Ident(callee) = &**callee
            && self.is_free(callee, "require")
        {
            self.found.get_or_insert(call.span);
        }
        call.visit_children_with(self);
    }

    fn visit_member_expr(&mut self, member: &MemberExpr) {
        if self.is_exports(member) {
            self.found.get_or_insert(member.span());
        }
        member.visit_children_with(self);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Language;
    use super::super::super::tests::parsed;

    #[test]
    fn only_files_without_module_syntax_can_be_commonjs() {
        let cases = [
            ("const a = require('a')", Some("require('a')")),
            ("module.exports = 1", Some("module.exports")),
            ("'use strict'; exports.a = 1", Some("exports.a")),
            ("if (typeof module === 'object') module.exports.a = 1", Some("module.exports")),
            ("console.log(1)", None),
            ("const require = x => x; require(1)", None),
            ("function f(module) { module.exports = 1 }", None),
            ("export {}; if (typeof require !== 'undefined') require('a')", None),
            ("import './a'; module.exports = 1", None),
        ];
        for (text, expected) in cases {
            let found = parsed(text, Language::JavaScript).commonjs.map(|range| &text[range.start..range.end]);
            assert_eq!(found, expected, "{text}");
        }
    }
}
