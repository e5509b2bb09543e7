//! As much of TypeScript's types as parameters need: may a value be `undefined`, is it a number, what are its members.
//!
//! Interfaces and type aliases of the same module are followed; anything else is unknown, which means "required text".

use std::collections::HashMap;

use jitar_engine::manifest::QueryType;
use swc_core::ecma::ast::{
    Decl, Expr, Lit, Module, ModuleDecl, ModuleItem, Stmt, TsEntityName, TsInterfaceDecl, TsKeywordTypeKind, TsLit,
    TsPropertySignature, TsType, TsTypeElement, TsTypeParamInstantiation, TsUnionOrIntersectionType,
};

/// Types that name each other are followed this far.
const MAX_DEPTH: usize = 16;

/// A type, or what stands for one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type<'a> {
    written: Option<&'a TsType>,
    /// Declared with `?`.
    is_optional: bool,
}

impl<'a> Type<'a> {
    /// No type is known.
    pub(super) fn unknown() -> Self {
        Self { written: None, is_optional: false }
    }

    /// A type as written.
    pub(super) fn of(written: &'a TsType) -> Self {
        Self { written: Some(written), is_optional: false }
    }

    pub(super) fn is_unknown(self) -> bool {
        self.written.is_none()
    }
}

/// The types that a module declares.
pub(super) struct Types<'a> {
    aliases: HashMap<&'a str, &'a TsType>,
    interfaces: HashMap<&'a str, &'a TsInterfaceDecl>,
}

impl<'a> Types<'a> {
    /// The top-level types of a module. Generic ones are left out.
    pub(super) fn collect(module: &'a Module) -> Self {
        let mut types = Self { aliases: HashMap::new(), interfaces: HashMap::new() };
        for item in &module.body {
            let declaration = match item {
                ModuleItem::Stmt(Stmt::Decl(declaration)) => declaration,
                ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => &export.decl,
                _ => continue,
            };
            match declaration {
                Decl::TsTypeAlias(alias) if alias.type_params.is_none() => {
                    types.aliases.insert(&alias.id.sym, &alias.type_ann);
                }
                Decl::TsInterface(interface) if interface.type_params.is_none() => {
                    types.interfaces.insert(&interface.id.sym, interface);
                }
                _ => {}
            }
        }
        types
    }

    /// Whether a value of the type may be left out. `any` and `unknown` may not: TypeScript wants an argument there.
    pub(super) fn admits_undefined(&self, of: Type<'_>) -> bool {
        of.is_optional || of.written.is_some_and(|written| self.is_undefined(written, MAX_DEPTH))
    }

    fn is_undefined(&self, written: &TsType, depth: usize) -> bool {
        use TsKeywordTypeKind::{TsUndefinedKeyword, TsVoidKeyword};
        let Some(depth) = depth.checked_sub(1) else { return false };
        match self.resolve(written) {
            TsType::TsKeywordType(keyword) => matches!(keyword.kind, TsUndefinedKeyword | TsVoidKeyword),
            TsType::TsParenthesizedType(inner) => self.is_undefined(&inner.type_ann, depth),
            TsType::TsOptionalType(_) => true,
            TsType::TsUnionOrIntersectionType(TsUnionOrIntersectionType::TsUnionType(union)) => {
                union.types.iter().any(|part| self.is_undefined(part, depth))
            }
            _ => false,
        }
    }

    /// What a text from a query becomes: all parts of a union must agree, `undefined` and `null` aside.
    pub(super) fn query_type(&self, of: Type<'_>) -> QueryType {
        of.written.and_then(|written| self.query(written, MAX_DEPTH)).unwrap_or_default()
    }

    /// `None` for types that say nothing, such as `undefined`.
    fn query(&self, written: &TsType, depth: usize) -> Option<QueryType> {
        use TsKeywordTypeKind::{
            TsBigIntKeyword, TsBooleanKeyword, TsNullKeyword, TsNumberKeyword, TsUndefinedKeyword, TsVoidKeyword,
        };
        let Some(depth) = depth.checked_sub(1) else { return Some(QueryType::Text) };
        match self.resolve(written) {
            TsType::TsKeywordType(keyword) => match keyword.kind {
                TsNumberKeyword => Some(QueryType::Number),
                TsBooleanKeyword => Some(QueryType::Boolean),
                TsBigIntKeyword => Some(QueryType::Bigint),
                TsUndefinedKeyword | TsNullKeyword | TsVoidKeyword => None,
                _ => Some(QueryType::Text),
            },
            TsType::TsLitType(literal) => Some(match literal.lit {
                TsLit::Number(_) => QueryType::Number,
                TsLit::Bool(_) => QueryType::Boolean,
                TsLit::BigInt(_) => QueryType::Bigint,
                TsLit::Str(_) | TsLit::Tpl(_) => QueryType::Text,
            }),
            TsType::TsParenthesizedType(inner) => self.query(&inner.type_ann, depth),
            TsType::TsOptionalType(inner) => self.query(&inner.type_ann, depth),
            TsType::TsUnionOrIntersectionType(TsUnionOrIntersectionType::TsUnionType(union)) => {
                let mut parts = union.types.iter().filter_map(|part| self.query(part, depth));
                let first = parts.next()?;
                Some(if parts.all(|part| part == first) { first } else { QueryType::Text })
            }
            _ => Some(QueryType::Text),
        }
    }

    /// The type of a property.
    pub(super) fn member<'t>(&'t self, of: Type<'t>, key: &str) -> Type<'t> {
        let signature = of.written.and_then(|written| self.property(written, key, MAX_DEPTH));
        signature.map_or_else(Type::unknown, |signature| Type {
            written: signature.type_ann.as_ref().map(|annotation| &*annotation.type_ann),
            is_optional: signature.optional,
        })
    }

    fn property<'t>(&'t self, written: &'t TsType, key: &str, depth: usize) -> Option<&'t TsPropertySignature> {
        let depth = depth.checked_sub(1)?;
        if let Some(interface) = self.interface(written) {
            return self.inherited(interface, key, depth);
        }
        match self.resolve(written) {
            TsType::TsTypeLit(literal) => declared(&literal.members, key),
            TsType::TsParenthesizedType(inner) => self.property(&inner.type_ann, key, depth),
            TsType::TsUnionOrIntersectionType(TsUnionOrIntersectionType::TsIntersectionType(parts)) => {
                parts.types.iter().find_map(|part| self.property(part, key, depth))
            }
            // `{ … } | undefined`
            TsType::TsUnionOrIntersectionType(TsUnionOrIntersectionType::TsUnionType(parts)) => {
                let mut objects = parts.types.iter().filter(|part| self.query(part, depth).is_some());
                let only = objects.next()?;
                if objects.next().is_some() { None } else { self.property(only, key, depth) }
            }
            _ => None,
        }
    }

    fn inherited<'t>(
        &'t self,
        interface: &'t TsInterfaceDecl,
        key: &str,
        depth: usize,
    ) -> Option<&'t TsPropertySignature> {
        let depth = depth.checked_sub(1)?;
        declared(&interface.body.body, key).or_else(|| {
            interface.extends.iter().find_map(|parent| {
                let parent = self.interfaces.get(&*parent.expr.as_ident()?.sym)?;
                self.inherited(parent, key, depth)
            })
        })
    }

    /// The type of an element: of a tuple by position, of an array at any.
    pub(super) fn element<'t>(&'t self, of: Type<'t>, idx: usize) -> Type<'t> {
        let Some(written) = of.written else { return Type::unknown() };
        match self.resolve(written) {
            TsType::TsArrayType(array) => Type::of(&array.elem_type),
            TsType::TsTupleType(tuple) => match tuple.elem_types.get(idx).map(|element| &*element.ty) {
                Some(TsType::TsRestType(_)) | None => Type::unknown(),
                Some(element) => Type::of(element),
            },
            TsType::TsTypeRef(reference)
                if matches!(name_of(&reference.type_name), Some("Array" | "ReadonlyArray")) =>
            {
                first_argument(reference.type_params.as_deref()).map_or_else(Type::unknown, Type::of)
            }
            TsType::TsTypeOperator(operator) => self.element(Type::of(&operator.type_ann), idx),
            _ => Type::unknown(),
        }
    }

    /// Follows names of this module.
    fn resolve<'t>(&'t self, written: &'t TsType) -> &'t TsType {
        let mut current = written;
        for _ in 0..MAX_DEPTH {
            let TsType::TsTypeRef(reference) = current else { break };
            let Some(alias) = name_of(&reference.type_name).and_then(|name| self.aliases.get(name)) else { break };
            current = alias;
        }
        current
    }

    fn interface<'t>(&'t self, written: &'t TsType) -> Option<&'t TsInterfaceDecl> {
        let TsType::TsTypeRef(reference) = self.resolve(written) else { return None };
        self.interfaces.get(name_of(&reference.type_name)?).copied()
    }
}

fn declared<'t>(members: &'t [TsTypeElement], key: &str) -> Option<&'t TsPropertySignature> {
    members.iter().filter_map(TsTypeElement::as_ts_property_signature).find(|signature| match &*signature.key {
        Expr::Ident(name) => !signature.computed && &*name.sym == key,
        Expr::Lit(Lit::Str(name)) => name.value == *key,
        _ => false,
    })
}

fn name_of(name: &TsEntityName) -> Option<&str> {
    name.as_ident().map(|ident| &*ident.sym)
}

fn first_argument(arguments: Option<&TsTypeParamInstantiation>) -> Option<&TsType> {
    arguments?.params.first().map(|argument| &**argument)
}
