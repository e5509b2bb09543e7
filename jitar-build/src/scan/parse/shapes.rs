//! Reads types as written into [`Shape`]s.

use std::collections::BTreeSet;

use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{
    Decl, DefaultDecl, ExportSpecifier, Expr, ImportSpecifier, Lit, Module, ModuleDecl, ModuleExportName, ModuleItem,
    Pat, Stmt, TsEntityName, TsInterfaceDecl, TsKeywordTypeKind, TsLit, TsType, TsTypeAnn, TsTypeElement,
    TsTypeOperatorOp, TsTypeParamDecl, TsUnionOrIntersectionType,
};

use super::super::shapes::{
    Shape, ShapeKind, ShapeMember, Signature, TypeDeclaration, TypeExport, TypeSource, TypeTable,
};
use super::range;

/// How a member is written that may have any key.
const ANY_KEY: &str = "[key]";

/// Types that are nested deeper are not looked at.
const MAX_DEPTH: usize = 32;

/// What a function takes and gives.
pub(super) fn signature<'p>(patterns: impl Iterator<Item = &'p Pat>, result: Option<&TsTypeAnn>) -> Signature {
    let is_value = |pattern: &&Pat| !matches!(pattern, Pat::Ident(ident) if &*ident.sym == "this");
    let parameters = patterns.filter(is_value).enumerate().filter_map(|(idx, pattern)| {
        let (annotation, name) = annotation_of(pattern)?;
        let name = name.unwrap_or_else(|| format!("parameter {}", idx + 1));
        Some((name, shape(&annotation.type_ann)))
    });
    Signature { parameters: parameters.collect(), result: result.map(|annotation| shape(&annotation.type_ann)) }
}

fn annotation_of(pattern: &Pat) -> Option<(&TsTypeAnn, Option<String>)> {
    match pattern {
        Pat::Ident(ident) => Some((ident.type_ann.as_deref()?, Some(ident.sym.to_string()))),
        Pat::Array(array) => Some((array.type_ann.as_deref()?, None)),
        Pat::Object(object) => Some((object.type_ann.as_deref()?, None)),
        Pat::Assign(assign) => annotation_of(&assign.left),
        Pat::Rest(rest) => {
            let name = rest.arg.as_ident().map(|ident| ident.sym.to_string());
            Some((rest.type_ann.as_deref().or_else(|| annotation_of(&rest.arg).map(|(own, _)| own))?, name))
        }
        Pat::Expr(_) | Pat::Invalid(_) => None,
    }
}

fn shape(written: &TsType) -> Shape {
    Reader { depth: 0 }.shape(written)
}

struct Reader {
    depth: usize,
}

impl Reader {
    fn shape(&mut self, written: &TsType) -> Shape {
        self.depth += 1;
        let kind = if self.depth > MAX_DEPTH { ShapeKind::Open } else { self.kind(written) };
        self.depth -= 1;
        Shape { range: range(written.span()), kind }
    }

    fn kind(&mut self, written: &TsType) -> ShapeKind {
        match written {
            TsType::TsKeywordType(keyword) if keyword.kind == TsKeywordTypeKind::TsSymbolKeyword => ShapeKind::Symbol,
            TsType::TsFnOrConstructorType(_) => ShapeKind::Function,
            TsType::TsTypeRef(reference) => {
                let arguments = reference.type_params.iter().flat_map(|arguments| &arguments.params);
                ShapeKind::Named(full_name(&reference.type_name), arguments.map(|part| self.shape(part)).collect())
            }
            TsType::TsTypeLit(literal) => self.members(&literal.members),
            TsType::TsArrayType(array) => ShapeKind::List(Box::new(self.shape(&array.elem_type))),
            TsType::TsTupleType(tuple) => {
                let members = tuple.elem_types.iter().enumerate().map(|(idx, element)| match &*element.ty {
                    TsType::TsOptionalType(inner) => member(format!("[{idx}]"), true, self.shape(&inner.type_ann)),
                    // The type is that of the rest as a list.
                    TsType::TsRestType(inner) => member(String::new(), false, self.shape(&inner.type_ann)),
                    other => member(format!("[{idx}]"), false, self.shape(other)),
                });
                ShapeKind::Members(members.collect())
            }
            TsType::TsUnionOrIntersectionType(TsUnionOrIntersectionType::TsUnionType(union)) => {
                let parts = union.types.iter().filter(|part| !is_nothing(part));
                ShapeKind::Union(parts.map(|part| self.shape(part)).collect())
            }
            TsType::TsUnionOrIntersectionType(TsUnionOrIntersectionType::TsIntersectionType(all)) => {
                ShapeKind::Intersection(all.types.iter().map(|part| self.shape(part)).collect())
            }
            TsType::TsParenthesizedType(inner) => self.kind(&inner.type_ann),
            TsType::TsTypeOperator(operator) => match operator.op {
                TsTypeOperatorOp::ReadOnly => self.kind(&operator.type_ann),
                TsTypeOperatorOp::Unique => ShapeKind::Symbol,
                TsTypeOperatorOp::KeyOf => ShapeKind::Open,
            },
            TsType::TsMappedType(mapped) => match &mapped.type_ann {
                Some(value) => {
                    let value = self.shape(value);
                    ShapeKind::Members(vec![member(ANY_KEY, mapped.optional.is_some(), value)])
                }
                None => ShapeKind::Open,
            },
            TsType::TsLitType(literal) => match &literal.lit {
                TsLit::Str(text) => ShapeKind::Literal(text.value.to_string_lossy().into_owned()),
                _ => ShapeKind::Open,
            },
            _ => ShapeKind::Open,
        }
    }

    fn members(&mut self, elements: &[TsTypeElement]) -> ShapeKind {
        let can_be_called = |element: &TsTypeElement| {
            matches!(element, TsTypeElement::TsCallSignatureDecl(_) | TsTypeElement::TsConstructSignatureDecl(_))
        };
        if elements.iter().any(can_be_called) {
            return ShapeKind::Function;
        }
        ShapeKind::Members(elements.iter().filter_map(|element| self.member(element)).collect())
    }

    fn member(&mut self, element: &TsTypeElement) -> Option<ShapeMember> {
        match element {
            TsTypeElement::TsPropertySignature(property) => {
                let shape = self.shape(&property.type_ann.as_ref()?.type_ann);
                Some(member(step(&property.key, property.computed)?, property.optional, shape))
            }
            TsTypeElement::TsGetterSignature(getter) => {
                let shape = self.shape(&getter.type_ann.as_ref()?.type_ann);
                Some(member(step(&getter.key, getter.computed)?, false, shape))
            }
            TsTypeElement::TsMethodSignature(method) => {
                let shape = Shape { range: range(method.key.span()), kind: ShapeKind::Function };
                Some(member(step(&method.key, method.computed)?, true, shape))
            }
            TsTypeElement::TsIndexSignature(index) => {
                Some(member(ANY_KEY, true, self.shape(&index.type_ann.as_ref()?.type_ann)))
            }
            TsTypeElement::TsCallSignatureDecl(_)
            | TsTypeElement::TsConstructSignatureDecl(_)
            | TsTypeElement::TsSetterSignature(_) => None,
        }
    }
}

fn member(step: impl Into<String>, optional: bool, shape: Shape) -> ShapeMember {
    ShapeMember { step: step.into(), optional, shape }
}

fn step(key: &Expr, computed: bool) -> Option<String> {
    match key {
        Expr::Ident(name) if !computed => Some(format!(".{}", name.sym)),
        Expr::Lit(Lit::Str(name)) => Some(format!("[\"{}\"]", name.value.to_string_lossy().escape_debug())),
        Expr::Lit(Lit::Num(number)) => Some(format!("[{}]", number.value)),
        // Members whose key is a symbol do not travel, and nobody expects them to.
        _ => None,
    }
}

fn is_nothing(part: &TsType) -> bool {
    use TsKeywordTypeKind::{TsNeverKeyword, TsNullKeyword, TsUndefinedKeyword, TsVoidKeyword};
    let nothing = [TsUndefinedKeyword, TsNullKeyword, TsVoidKeyword, TsNeverKeyword];
    part.as_ts_keyword_type().is_some_and(|keyword| nothing.contains(&keyword.kind))
}

fn full_name(name: &TsEntityName) -> String {
    match name {
        TsEntityName::Ident(ident) => ident.sym.to_string(),
        TsEntityName::TsQualifiedName(qualified) => format!("{}.{}", full_name(&qualified.left), qualified.right.sym),
    }
}

/// The types that a file declares, imports and exports. `used` names what the signatures of its functions use.
pub(super) fn table<'s>(module: &Module, used: impl Iterator<Item = &'s Signature>) -> TypeTable {
    let mut table = TypeTable::default();
    for item in &module.body {
        match item {
            ModuleItem::Stmt(Stmt::Decl(declaration)) => declare(&mut table, declaration),
            ModuleItem::ModuleDecl(declaration) => read_declaration(&mut table, declaration),
            ModuleItem::Stmt(_) => {}
        }
    }
    let mut names = BTreeSet::new();
    for signature in used {
        let shapes = signature.parameters.iter().map(|(_, shape)| shape).chain(&signature.result);
        shapes.for_each(|shape| collect_names(shape, &mut names));
    }
    for declaration in table.declared.values() {
        collect_names(&declaration.shape, &mut names);
    }
    let exported: BTreeSet<&str> = table.exports.values().filter_map(local_name).collect();
    table.imports.retain(|name, _| names.contains(name.as_str()) || exported.contains(name.as_str()));
    table
}

fn local_name(export: &TypeExport) -> Option<&str> {
    match export {
        TypeExport::Local(name) => Some(name),
        TypeExport::From(_) => None,
    }
}

fn collect_names(shape: &Shape, names: &mut BTreeSet<String>) {
    match &shape.kind {
        ShapeKind::Named(name, arguments) => {
            names.insert(name.clone());
            for argument in arguments {
                collect_names(argument, names);
            }
        }
        ShapeKind::Members(members) => members.iter().for_each(|member| collect_names(&member.shape, names)),
        ShapeKind::List(item) => collect_names(item, names),
        ShapeKind::Union(parts) | ShapeKind::Intersection(parts) => {
            for part in parts {
                collect_names(part, names);
            }
        }
        ShapeKind::Open | ShapeKind::Function | ShapeKind::Symbol | ShapeKind::Literal(_) => {}
    }
}

fn read_declaration(table: &mut TypeTable, declaration: &ModuleDecl) {
    match declaration {
        ModuleDecl::Import(import) => {
            let specifier = import.src.value.to_string_lossy();
            for member in &import.specifiers {
                let (local, name) = match member {
                    ImportSpecifier::Named(named) => {
                        let name = named.imported.as_ref().map_or(named.local.sym.to_string(), name_of);
                        (&named.local, name)
                    }
                    ImportSpecifier::Default(default) => (&default.local, "default".to_owned()),
                    ImportSpecifier::Namespace(namespace) => (&namespace.local, "*".to_owned()),
                };
                table.imports.insert(local.sym.to_string(), TypeSource::new(specifier.as_ref(), name));
            }
        }
        ModuleDecl::ExportDecl(export) => declare(table, &export.decl),
        ModuleDecl::ExportNamed(export) => {
            let source = export.src.as_ref().map(|source| source.value.to_string_lossy());
            for specifier in &export.specifiers {
                let ExportSpecifier::Named(named) = specifier else { continue };
                let name = name_of(&named.orig);
                let exported = named.exported.as_ref().map_or_else(|| name.clone(), name_of);
                let stands_for = match &source {
                    Some(source) => TypeExport::From(TypeSource::new(source.as_ref(), name)),
                    None => TypeExport::Local(name),
                };
                table.exports.insert(exported, stands_for);
            }
        }
        ModuleDecl::ExportAll(export) => {
            table.stars.push(TypeSource::new(export.src.value.to_string_lossy(), "*"));
        }
        ModuleDecl::ExportDefaultDecl(export) => match &export.decl {
            DefaultDecl::TsInterfaceDecl(interface) => {
                add_interface(table, interface);
                table.exports.insert("default".to_owned(), TypeExport::Local(interface.id.sym.to_string()));
            }
            DefaultDecl::Class(class) => {
                if let Some(ident) = &class.ident {
                    add_opaque(table, &ident.sym, ident.span);
                }
            }
            DefaultDecl::Fn(_) => {}
        },
        ModuleDecl::ExportDefaultExpr(export) => {
            if let Expr::Ident(ident) = &*export.expr {
                table.exports.insert("default".to_owned(), TypeExport::Local(ident.sym.to_string()));
            }
        }
        _ => {}
    }
}

fn name_of(name: &ModuleExportName) -> String {
    name.atom().to_string()
}

fn declare(table: &mut TypeTable, declaration: &Decl) {
    match declaration {
        Decl::TsTypeAlias(alias) => {
            let parameters = parameters(alias.type_params.as_deref());
            let shape = shape(&alias.type_ann);
            table.declared.insert(alias.id.sym.to_string(), TypeDeclaration { parameters, shape });
        }
        Decl::TsInterface(interface) => add_interface(table, interface),
        // Instances of classes travel, and so do members of enums.
        Decl::Class(class) => add_opaque(table, &class.ident.sym, class.ident.span),
        Decl::TsEnum(declaration) => add_opaque(table, &declaration.id.sym, declaration.id.span),
        Decl::TsModule(namespace) => {
            if let Some(ident) = namespace.id.as_ident() {
                add_opaque(table, &ident.sym, ident.span);
            }
        }
        Decl::Fn(_) | Decl::Var(_) | Decl::Using(_) => {}
    }
}

fn add_opaque(table: &mut TypeTable, name: &str, span: Span) {
    let shape = Shape { range: range(span), kind: ShapeKind::Open };
    table.declared.entry(name.to_owned()).or_insert(TypeDeclaration { parameters: Vec::new(), shape });
}

/// An interface is what it extends and its own members; several of one name are merged.
fn add_interface(table: &mut TypeTable, interface: &TsInterfaceDecl) {
    let mut reader = Reader { depth: 0 };
    let span = range(interface.id.span);
    let mut parts: Vec<Shape> = interface
        .extends
        .iter()
        .filter_map(|parent| {
            let name = parent.expr.as_ident()?.sym.to_string();
            let arguments = parent.type_args.iter().flat_map(|arguments| &arguments.params);
            let arguments = arguments.map(|argument| reader.shape(argument)).collect();
            Some(Shape { range: range(parent.span), kind: ShapeKind::Named(name, arguments) })
        })
        .collect();
    parts.push(Shape { range: span, kind: reader.members(&interface.body.body) });
    let name = interface.id.sym.to_string();
    match table.declared.get_mut(&name) {
        // A class that is merged with an interface stays a class.
        Some(TypeDeclaration { shape: Shape { kind: ShapeKind::Intersection(known), .. }, .. }) => known.extend(parts),
        Some(_) => {}
        None => {
            let parameters = parameters(interface.type_params.as_deref());
            let shape = Shape { range: span, kind: ShapeKind::Intersection(parts) };
            table.declared.insert(name, TypeDeclaration { parameters, shape });
        }
    }
}

fn parameters(written: Option<&TsTypeParamDecl>) -> Vec<(String, Option<Shape>)> {
    let written = written.into_iter().flat_map(|parameters| &parameters.params);
    written.map(|parameter| (parameter.name.sym.to_string(), parameter.default.as_deref().map(shape))).collect()
}
