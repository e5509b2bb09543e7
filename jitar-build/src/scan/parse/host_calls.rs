//! Calls of host functions, as far as they can be seen: `f(…)` for an imported name, `ns.f(…)` for an imported namespace.

use std::collections::HashMap;

use swc_core::ecma::ast::{CallExpr, Callee, Expr, Id, ImportSpecifier, MemberProp, Module, ModuleDecl, ModuleItem};
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

use super::super::graph::HostCall;
use super::range;

/// All calls in order. Names of the module must be unique already.
pub(super) fn collect(module: &Module) -> Vec<HostCall> {
    let declarations = module.body.iter().filter_map(ModuleItem::as_module_decl).filter_map(ModuleDecl::as_import);
    let mut imported = HashMap::new();
    for import in declarations {
        let source = import.src.value.to_string_lossy();
        let Some(host) = source.strip_prefix("host:") else { continue };
        for specifier in &import.specifiers {
            let function = match specifier {
                ImportSpecifier::Named(named) => {
                    let name = named
                        .imported
                        .as_ref()
                        .map_or_else(|| named.local.sym.to_string(), |name| name.atom().to_string());
                    Some(name)
                }
                ImportSpecifier::Namespace(_) => None,
                ImportSpecifier::Default(_) => continue,
            };
            imported.insert(specifier.local().to_id(), (host.to_owned(), function));
        }
    }
    if imported.is_empty() {
        return Vec::new();
    }
    let mut calls = HostCalls { imported, found: Vec::new() };
    module.visit_with(&mut calls);
    calls.found
}

struct HostCalls {
    /// Module and function behind a name; no function for a namespace.
    imported: HashMap<Id, (String, Option<String>)>,
    found: Vec<HostCall>,
}

impl HostCalls {
    fn callee(&self, callee: &Callee) -> Option<(String, String)> {
        match &**callee.as_expr()? {
            Expr::Ident(name) => match self.imported.get(&name.to_id())? {
                (module, Some(function)) => Some((module.clone(), function.clone())),
                (_, None) => None,
            },
            Expr::Member(member) => {
                let (module, None) = self.imported.get(&member.obj.as_ident()?.to_id())? else { return None };
                let MemberProp::Ident(function) = &member.prop else { return None };
                Some((module.clone(), function.sym.to_string()))
            }
            _ => None,
        }
    }
}

impl Visit for HostCalls {
    noop_visit_type!();

    fn visit_call_expr(&mut self, call: &CallExpr) {
        if call.args.iter().all(|argument| argument.spread.is_none())
            && let Some((module, function)) = self.callee(&call.callee)
        {
            self.found.push(HostCall { module, function, range: range(call.span), arguments: call.args.len() });
        }
        call.visit_children_with(self);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Language;
    use super::super::tests::parsed;

    #[test]
    fn calls_are_seen_where_the_name_is_the_imported_one() {
        let imports =
            "import { a, b as c, 'd-e' as d } from 'host:m'; import * as ns from 'host:n/o'; import { f } from './f';";
        let cases: [(&str, &[&str]); 8] = [
            ("a(1, 2); c(); d(x)", &["m.a 2", "m.b 0", "m.d-e 1"]),
            ("ns.g(1); ns['h'](1); ns()", &["n/o.g 1"]),
            ("f(1); b()", &[]),
            ("a(...list); a(1, ...list)", &[]),
            ("a(c(1))", &["m.a 1", "m.b 1"]),
            ("function x(a) { a(1) } { const c = 1; c() }", &[]),
            ("const x = async () => { await a!(1 as any) }", &["m.a 1"]),
            ("const later = a; later(1); a.call(null, 1)", &[]),
        ];
        for (text, expected) in cases {
            let text = format!("{imports} {text}; export {{ a, c, d, ns, f }}");
            let calls = parsed(&text, Language::TypeScript).host_calls;
            let shown: Vec<String> =
                calls.iter().map(|call| format!("{}.{} {}", call.module, call.function, call.arguments)).collect();
            assert_eq!(shown, expected, "{text}");
        }
    }
}
