//! What a module imports: statements, `import()` expressions, and whether it awaits at the top level.

use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{
    AwaitExpr, BinaryOp, CallExpr, Callee, Constructor, ExportSpecifier, Expr, ForOfStmt, Function, GetterProp,
    ImportPhase, ImportSpecifier, JSXElement, JSXFragment, Lit, Module, ModuleDecl, ModuleExportName, ModuleItem,
    ObjectLit, Prop, PropName, PropOrSpread, SetterProp, Str, TplElement, UsingDecl,
};
use swc_core::ecma::visit::{Visit, VisitWith, noop_visit_type};

use super::super::graph::{DynamicImport, Import, ImportKind, ImportedName, Range, Target};
use super::{Problem, range};

/// The specifier of an `import … from` or `export … from`. The n-th item that has one is the n-th import of the module.
pub(crate) fn source_of(item: &ModuleItem) -> Option<&Str> {
    match item.as_module_decl()? {
        ModuleDecl::Import(import) => Some(&import.src),
        ModuleDecl::ExportNamed(export) => export.src.as_deref(),
        ModuleDecl::ExportAll(export) => Some(&export.src),
        _ => None,
    }
}

/// All imports and re-exports in order. `jsx` is where the first JSX element stands.
pub(super) fn collect(module: &Module, jsx: Option<Range>) -> Vec<Import> {
    module.body.iter().filter_map(|item| import(item, jsx)).collect()
}

fn import(item: &ModuleItem, jsx: Option<Range>) -> Option<Import> {
    let source = source_of(item)?;
    let (kind, names, attributes) = match item.as_module_decl()? {
        ModuleDecl::Import(import) => (ImportKind::Import, import_names(&import.specifiers), &import.with),
        ModuleDecl::ExportNamed(export) => (ImportKind::ExportNamed, export_names(&export.specifiers), &export.with),
        ModuleDecl::ExportAll(export) => (ImportKind::ExportAll, Vec::new(), &export.with),
        _ => return None,
    };
    Some(Import {
        specifier: text_of(source),
        range: if source.span.is_dummy() { jsx.unwrap_or_default() } else { range(source.span) },
        target: Target::Unresolved,
        kind,
        names,
        attribute: attributes.as_deref().and_then(type_attribute),
        is_optional: false,
    })
}

fn import_names(specifiers: &[ImportSpecifier]) -> Vec<ImportedName> {
    specifiers
        .iter()
        .map(|specifier| {
            let local = specifier.local().sym.to_string();
            let imported = match specifier {
                ImportSpecifier::Named(named) => {
                    named.imported.as_ref().map_or_else(|| local.clone(), |name| name.atom().to_string())
                }
                ImportSpecifier::Default(_) => "default".to_owned(),
                ImportSpecifier::Namespace(_) => "*".to_owned(),
            };
            ImportedName { imported, local, range: range(specifier.span()) }
        })
        .collect()
}

fn export_names(specifiers: &[ExportSpecifier]) -> Vec<ImportedName> {
    specifiers
        .iter()
        .map(|specifier| {
            let (imported, local) = match specifier {
                ExportSpecifier::Named(named) => {
                    let exported = named.exported.as_ref().unwrap_or(&named.orig);
                    (named.orig.atom().to_string(), exported.atom().to_string())
                }
                ExportSpecifier::Namespace(namespace) => ("*".to_owned(), namespace.name.atom().to_string()),
                ExportSpecifier::Default(default) => ("default".to_owned(), default.exported.sym.to_string()),
            };
            ImportedName { imported, local, range: range(specifier.span()) }
        })
        .collect()
}

fn type_attribute(attributes: &ObjectLit) -> Option<String> {
    attributes.props.iter().find_map(|attribute| {
        let PropOrSpread::Prop(attribute) = attribute else { return None };
        let Prop::KeyValue(attribute) = &**attribute else { return None };
        let is_type = match &attribute.key {
            PropName::Ident(name) => &*name.sym == "type",
            PropName::Str(name) => name.value == *"type",
            _ => false,
        };
        match &*attribute.value {
            Expr::Lit(Lit::Str(value)) if is_type => Some(text_of(value)),
            _ => None,
        }
    })
}

fn text_of(literal: &Str) -> String {
    literal.value.to_string_lossy().into_owned()
}

/// Takes members out of an import or re-export, and what was imported out of `export { … }`.
pub(super) fn forget(module: &mut Module, import: usize, members: &[usize]) {
    let forgotten = |idx: &mut usize| {
        *idx += 1;
        members.contains(&(*idx - 1))
    };
    let mut locals = Vec::new();
    let statement = module.body.iter_mut().filter(|item| source_of(item).is_some()).nth(import);
    match statement.and_then(ModuleItem::as_mut_module_decl) {
        Some(ModuleDecl::Import(import)) => {
            let mut idx = 0;
            let removed = import.specifiers.extract_if(.., |_| forgotten(&mut idx));
            locals.extend(removed.map(|specifier| specifier.local().to_id()));
        }
        Some(ModuleDecl::ExportNamed(export)) => {
            let mut idx = 0;
            export.specifiers.retain(|_| !forgotten(&mut idx));
        }
        _ => {}
    }
    let exports = module.body.iter_mut().filter_map(ModuleItem::as_mut_module_decl);
    for export in exports.filter_map(ModuleDecl::as_mut_export_named).filter(|export| export.src.is_none()) {
        export.specifiers.retain(|specifier| {
            let ExportSpecifier::Named(named) = specifier else { return true };
            let ModuleExportName::Ident(local) = &named.orig else { return true };
            !locals.contains(&local.to_id())
        });
    }
}

/// All `import()` expressions in order.
pub(super) fn collect_dynamic(module: &Module) -> Vec<DynamicImport> {
    let mut found = DynamicImports(Vec::new());
    module.visit_with(&mut found);
    found.0
}

struct DynamicImports(Vec<DynamicImport>);

impl Visit for DynamicImports {
    noop_visit_type!();

    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let (Callee::Import(_), Some(argument)) = (&call.callee, call.args.first()) {
            self.0.push(dynamic_import(&argument.expr));
        }
        call.visit_children_with(self);
    }
}

/// The `import()` of a specifier.
pub(super) fn dynamic_import(specifier: &Expr) -> DynamicImport {
    let literal = literal_of(specifier).map(|specifier| (specifier, Target::Unresolved));
    let ends = Some(ends_of(specifier)).filter(|_| literal.is_none());
    let ends = ends.filter(|(start, _)| start.starts_with("./") || start.starts_with("../"));
    DynamicImport { range: range(specifier.span()), literal, ends, reachable: Vec::new() }
}

/// How a text begins and ends that is put together from parts; nothing where an end is not known.
fn ends_of(expression: &Expr) -> (String, String) {
    let text = |part: Option<&TplElement>| {
        part.and_then(|part| part.cooked.as_ref()).map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
    };
    match expression {
        Expr::Paren(inner) => ends_of(&inner.expr),
        Expr::Lit(Lit::Str(literal)) => (text_of(literal), text_of(literal)),
        Expr::Tpl(template) => (text(template.quasis.first()), text(template.quasis.last())),
        Expr::Bin(sum) if sum.op == BinaryOp::Add => (ends_of(&sum.left).0, ends_of(&sum.right).1),
        _ => (String::new(), String::new()),
    }
}

/// The text of a string literal or of a template without expressions.
fn literal_of(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(Lit::Str(literal)) => Some(text_of(literal)),
        Expr::Tpl(template) if template.exprs.is_empty() => {
            let text = template.quasis.first()?.cooked.as_ref()?;
            Some(text.to_string_lossy().into_owned())
        }
        _ => None,
    }
}

/// Refuses `import source` and `import defer`.
pub(super) fn refuse_phases(module: &Module) -> Vec<Problem> {
    let items = module.body.iter().filter_map(ModuleItem::as_module_decl).filter_map(ModuleDecl::as_import);
    let phased = items.filter(|import| import.phase != ImportPhase::Evaluation);
    phased.map(|import| Problem::new(import.span, "`import source` and `import defer` are not supported")).collect()
}

/// Where the first JSX element or fragment stands.
pub(super) fn first_jsx(module: &Module) -> Option<Range> {
    let mut first = FirstJsx(None);
    module.visit_with(&mut first);
    first.0
}

struct FirstJsx(Option<Range>);

impl FirstJsx {
    fn found(&mut self, span: Span) {
        self.0.get_or_insert_with(|| range(span));
    }
}

impl Visit for FirstJsx {
    noop_visit_type!();

    fn visit_jsx_element(&mut self, element: &JSXElement) {
        self.found(element.opening.span);
    }

    fn visit_jsx_fragment(&mut self, fragment: &JSXFragment) {
        self.found(fragment.opening.span);
    }
}

/// Whether the module awaits outside of functions.
pub(super) fn has_top_level_await(module: &Module) -> bool {
    let mut awaits = TopLevelAwait(false);
    module.visit_with(&mut awaits);
    awaits.0
}

struct TopLevelAwait(bool);

impl Visit for TopLevelAwait {
    noop_visit_type!();

    fn visit_await_expr(&mut self, _: &AwaitExpr) {
        self.0 = true;
    }

    fn visit_for_of_stmt(&mut self, statement: &ForOfStmt) {
        self.0 |= statement.is_await;
        statement.visit_children_with(self);
    }

    fn visit_using_decl(&mut self, declaration: &UsingDecl) {
        self.0 |= declaration.is_await;
        declaration.visit_children_with(self);
    }

    fn visit_function(&mut self, _: &Function) {}

    fn visit_arrow_expr(&mut self, _: &swc_core::ecma::ast::ArrowExpr) {}

    fn visit_constructor(&mut self, _: &Constructor) {}

    fn visit_getter_prop(&mut self, property: &GetterProp) {
        property.key.visit_with(self);
    }

    fn visit_setter_prop(&mut self, property: &SetterProp) {
        property.key.visit_with(self);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Language;
    use super::super::tests::parsed;
    use super::*;

    /// `kind specifier [imported>local …] attribute`
    fn shown(import: &Import) -> String {
        let names: Vec<_> = import.names.iter().map(|name| format!("{}>{}", name.imported, name.local)).collect();
        let kind = match import.kind {
            ImportKind::Import => "import",
            ImportKind::ExportNamed => "export",
            ImportKind::ExportAll => "export*",
        };
        let attribute = import.attribute.as_ref().map_or_else(String::new, |value| format!(" {value}"));
        format!("{kind} {} [{}]{attribute}", import.specifier, names.join(" "))
    }

    #[test]
    fn forms_of_imports() {
        let cases = [
            ("import './x'", "import ./x []"),
            ("import {} from './x'", "import ./x []"),
            ("import a from './x'; a", "import ./x [default>a]"),
            ("import { a, b as c, default as d, 'e-f' as g } from './x'", "import ./x [a>a b>c default>d e-f>g]"),
            ("import * as ns from './x'", "import ./x [*>ns]"),
            ("import d, * as ns from './x'", "import ./x [default>d *>ns]"),
            ("import d, { a } from './x'", "import ./x [default>d a>a]"),
            ("import j from './x.json' with { type: 'json' }", "import ./x.json [default>j] json"),
            ("import j from './x.json' with { 'type': 'json' }", "import ./x.json [default>j] json"),
            (
                "export { a, b as c, default, default as d } from './x'",
                "export ./x [a>a b>c default>default default>d]",
            ),
            ("export * from './x'", "export* ./x []"),
            ("export * as ns from './x'", "export ./x [*>ns]"),
        ];
        for (text, expected) in cases {
            let imports = parsed(text, Language::JavaScript).imports;
            assert_eq!(imports.iter().map(shown).collect::<Vec<_>>(), [expected], "{text}");
            let Range { start, end } = imports[0].range;
            assert_eq!(text[start..end].trim_matches('\''), imports[0].specifier, "{text}");
        }
    }

    #[test]
    fn imports_of_types_are_gone() {
        let cases: [(&str, &[&str]); 6] = [
            ("import type { T } from './t'; export type { U } from './u'; import { type V } from './v'", &[]),
            ("import { T } from './t'; let x: T", &[]),
            ("import { T, v } from './t'; let x: T = v", &["import ./t [v>v]"]),
            ("import { v } from './t'; export { v }", &["import ./t [v>v]"]),
            ("export { type T, v } from './t'", &["export ./t [v>v]"]),
            ("import './t'", &["import ./t []"]),
        ];
        for (text, expected) in cases {
            let imports = parsed(text, Language::TypeScript).imports;
            assert_eq!(imports.iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
        }
        let kept = parsed("import { unused } from './x'", Language::JavaScript).imports;
        assert_eq!(kept.len(), 1, "JavaScript has no types");
    }

    #[test]
    fn jsx_brings_an_import_with_the_place_of_the_first_element() {
        let text = "export const a = 1, b = <p>{a}</p>";
        let imports = parsed(text, Language::TypeScriptJsx).imports;
        assert_eq!(shown(&imports[0]), "import react/jsx-runtime [jsx>_jsx]");
        assert_eq!(&text[imports[0].range.start..imports[0].range.end], "<p>");
    }

    #[test]
    fn dynamic_imports() {
        let text = "const a = import('./a'); async () => { await import(`./b`); import(x + 'c', {}) }; import.meta.url";
        let found = parsed(text, Language::JavaScript).dynamic_imports;
        let shown: Vec<_> = found
            .iter()
            .map(|import| {
                (
                    import.literal.as_ref().map(|(specifier, _)| specifier.as_str()),
                    &text[import.range.start..import.range.end],
                )
            })
            .collect();
        assert_eq!(shown, [(Some("./a"), "'./a'"), (Some("./b"), "`./b`"), (None, "x + 'c'")]);
    }

    #[test]
    fn computed_specifiers_have_two_ends() {
        let cases = [
            ("`./pages/${a}.ts`", Some(("./pages/", ".ts"))),
            ("`./${a}/${b}`", Some(("./", ""))),
            ("'../' + a", Some(("../", ""))),
            ("'./x-' + a + '.js'", Some(("./x-", ".js"))),
            ("('./' + (a + `/${b}.json`))", Some(("./", ".json"))),
            ("`package/${a}`", None),
            ("a + './b'", None),
            ("a", None),
            ("'./a'", None),
        ];
        for (specifier, expected) in cases {
            let found = parsed(&format!("import({specifier})"), Language::JavaScript).dynamic_imports.remove(0).ends;
            let found = found.as_ref().map(|(start, end)| (start.as_str(), end.as_str()));
            assert_eq!(found, expected, "{specifier}");
        }
    }

    #[test]
    fn top_level_await() {
        let cases = [
            ("await x", true),
            ("for await (const a of b);", true),
            ("await using a = b", true),
            ("class A { [await x]() {} }", true),
            ("if (a) { const b = { c: [await d] } }", true),
            ("async function f() { await x }", false),
            ("const f = async () => { for await (const a of b); }", false),
            ("class A { async m() { await x } static async n() { await x } }", false),
            ("const o = { get a() { return async () => await 1 } }", false),
            ("using a = b", false),
        ];
        for (text, expected) in cases {
            assert_eq!(parsed(text, Language::JavaScript).has_top_level_await, expected, "{text}");
        }
    }
}
