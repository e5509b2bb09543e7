//! Parameters of functions: names, which of them callers may leave out, and what texts from a query become.
//!
//! A parameter is optional when it has an initialiser, a `?`, or a type that admits `undefined`; a rest parameter always
//! is. In patterns, [`Member::key`] is the property and the name inside of [`Member::value`] is the variable, so that
//! names are unique within a function whatever the properties are called.

use jitar_engine::manifest::{Member, Parameter, QueryType};
use swc_core::common::Spanned;
use swc_core::ecma::ast::{
    ArrayPat, AssignPat, BindingIdent, Expr, Lit, ObjectPat, ObjectPatProp, Pat, PropName, RestPat, TsTypeAnn,
};

use super::super::graph::Range;
use super::types::{Type, Types};
use super::{Language, range};

/// The parameters of a function.
pub(super) struct Signature {
    pub(super) parameters: Vec<Parameter>,
    /// The first parameter that callers cannot name.
    pub(super) unnameable: Option<Range>,
}

/// The parameters of a function from its patterns.
pub(super) fn of<'p>(patterns: impl Iterator<Item = &'p Pat>, types: &Types<'_>, language: Language) -> Signature {
    let mut reader = Reader { types, language, unnameable: None };
    let parameters = patterns.map(|pattern| reader.parameter(pattern, Type::unknown())).collect();
    Signature { parameters, unnameable: reader.unnameable }
}

struct Reader<'a> {
    types: &'a Types<'a>,
    language: Language,
    unnameable: Option<Range>,
}

impl Reader<'_> {
    /// `outer` is what an enclosing pattern's type says; a pattern's own type goes first.
    fn parameter(&mut self, pattern: &Pat, outer: Type<'_>) -> Parameter {
        match pattern {
            Pat::Ident(ident) => self.named(ident, outer),
            Pat::Assign(assign) => self.with_initialiser(assign, outer),
            Pat::Rest(rest) => self.rest(rest, outer),
            Pat::Array(array) => self.array(array, outer),
            Pat::Object(object) => self.object(object, outer),
            Pat::Expr(_) | Pat::Invalid(_) => self.unnameable(pattern),
        }
    }

    fn named(&self, ident: &BindingIdent, outer: Type<'_>) -> Parameter {
        let own = own_type(ident.type_ann.as_deref(), outer);
        Parameter::Named {
            name: ident.sym.to_string(),
            optional: ident.optional || self.types.admits_undefined(own),
            rest: false,
            query: self.types.query_type(own),
        }
    }

    fn with_initialiser(&mut self, assign: &AssignPat, outer: Type<'_>) -> Parameter {
        let has_type = !outer.is_unknown() || assign.left.as_ident().is_some_and(|ident| ident.type_ann.is_some());
        let mut parameter = self.parameter(&assign.left, outer);
        match &mut parameter {
            Parameter::Named { optional, query, .. } => {
                *optional = true;
                // TypeScript infers the type from the initialiser; plain JavaScript has no types.
                if !has_type && self.language.is_typescript() {
                    *query = inferred(&assign.right);
                }
            }
            Parameter::Array { optional, .. } | Parameter::Object { optional, .. } => *optional = true,
        }
        parameter
    }

    fn rest(&mut self, rest: &RestPat, outer: Type<'_>) -> Parameter {
        let Pat::Ident(ident) = &*rest.arg else { return self.unnameable(&rest.arg) };
        let own = own_type(rest.type_ann.as_deref().or(ident.type_ann.as_deref()), outer);
        let query = self.types.query_type(self.types.element(own, 0));
        Parameter::Named { name: ident.sym.to_string(), optional: true, rest: true, query }
    }

    fn array(&mut self, array: &ArrayPat, outer: Type<'_>) -> Parameter {
        let own = own_type(array.type_ann.as_deref(), outer);
        let items = array
            .elems
            .iter()
            .enumerate()
            .map(|(idx, element)| {
                element.as_ref().map(|element| match element {
                    Pat::Rest(rest) => self.rest(rest, own),
                    other => {
                        let inner = self.types.element(own, idx);
                        self.parameter(other, inner)
                    }
                })
            })
            .collect();
        Parameter::Array { items, optional: array.optional || self.types.admits_undefined(own) }
    }

    fn object(&mut self, object: &ObjectPat, outer: Type<'_>) -> Parameter {
        let own = own_type(object.type_ann.as_deref(), outer);
        let members = object.props.iter().map(|property| self.member(property, own)).collect();
        Parameter::Object { members, optional: object.optional || self.types.admits_undefined(own) }
    }

    fn member(&mut self, property: &ObjectPatProp, object: Type<'_>) -> Member {
        match property {
            ObjectPatProp::Assign(shorthand) => {
                let key = shorthand.key.sym.to_string();
                let pattern = Pat::Ident(shorthand.key.clone());
                let value = match &shorthand.value {
                    Some(value) => {
                        let left = Box::new(pattern);
                        let assign = AssignPat { span: shorthand.span, left, right: value.clone() };
                        self.with_initialiser(&assign, self.types.member(object, &key))
                    }
                    None => self.parameter(&pattern, self.types.member(object, &key)),
                };
                Member { key, value }
            }
            ObjectPatProp::KeyValue(renamed) => {
                let key = key_of(&renamed.key).unwrap_or_else(|| {
                    self.unnameable.get_or_insert(range(renamed.key.span()));
                    String::new()
                });
                let value = self.parameter(&renamed.value, self.types.member(object, &key));
                Member { key, value }
            }
            ObjectPatProp::Rest(rest) => {
                let value = self.rest(rest, Type::unknown());
                let key = if let Parameter::Named { name, .. } = &value { name.clone() } else { String::new() };
                Member { key, value }
            }
        }
    }

    /// Remembers that callers cannot name this parameter.
    fn unnameable(&mut self, pattern: &Pat) -> Parameter {
        self.unnameable.get_or_insert(range(pattern.span()));
        Parameter::Array { items: Vec::new(), optional: true }
    }
}

fn own_type<'t>(annotation: Option<&'t TsTypeAnn>, outer: Type<'t>) -> Type<'t> {
    annotation.map_or(outer, |annotation| Type::of(&annotation.type_ann))
}

fn key_of(name: &PropName) -> Option<String> {
    match name {
        PropName::Ident(name) => Some(name.sym.to_string()),
        PropName::Str(name) => Some(name.value.to_string_lossy().into_owned()),
        PropName::Num(number) => Some(number.value.to_string()),
        PropName::BigInt(number) => Some(number.value.to_string()),
        PropName::Computed(computed) => match &*computed.expr {
            Expr::Lit(Lit::Str(name)) => Some(name.value.to_string_lossy().into_owned()),
            _ => None,
        },
    }
}

/// The type of an initialiser, as far as a literal tells it.
fn inferred(initialiser: &Expr) -> QueryType {
    match initialiser {
        Expr::Lit(Lit::Num(_)) => QueryType::Number,
        Expr::Lit(Lit::Bool(_)) => QueryType::Boolean,
        Expr::Lit(Lit::BigInt(_)) => QueryType::Bigint,
        Expr::Unary(unary) if unary.arg.is_lit() => inferred(&unary.arg),
        _ => QueryType::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::graph::DeclarationKind;
    use super::super::tests::parsed;
    use super::*;

    /// `name`, `name?` when it is optional, `name:number` for what a query becomes, `...name`, `[…]`, `{key: …}`.
    fn shown(parameter: &Parameter) -> String {
        let mark = |optional: &bool| if *optional { "?" } else { "" };
        match parameter {
            Parameter::Named { name, optional, rest, query } => {
                let query = match query {
                    QueryType::Text => "",
                    QueryType::Number => ":number",
                    QueryType::Boolean => ":boolean",
                    QueryType::Bigint => ":bigint",
                };
                format!("{}{name}{}{query}", if *rest { "..." } else { "" }, if *rest { "" } else { mark(optional) })
            }
            Parameter::Array { items, optional } => {
                let items: Vec<_> = items.iter().map(|item| item.as_ref().map_or_else(String::new, shown)).collect();
                format!("[{}]{}", items.join(" "), mark(optional))
            }
            Parameter::Object { members, optional } => {
                let members: Vec<_> =
                    members.iter().map(|Member { key, value }| format!("{key}={}", shown(value))).collect();
                format!("{{{}}}{}", members.join(" "), mark(optional))
            }
        }
    }

    fn signature(text: &str, language: Language) -> (String, bool) {
        let parsed = parsed(text, language);
        let DeclarationKind::Function(function) = &parsed.declarations["f"].kind else { panic!("{text}") };
        let parameters: Vec<_> = function.parameters.iter().map(shown).collect();
        (parameters.join(", "), function.unnameable.is_some())
    }

    #[test]
    fn forms_of_parameters() {
        let cases = [
            ("", ""),
            ("a, b = 1, ...rest", "a, b?, ...rest"),
            ("{ a, b = 1, ...others }", "{a=a b=b? others=...others}"),
            ("{ a: b, c: { d }, 'e-f': g = 2 }", "{a=b c={d=d} e-f=g?}"),
            ("{ a, b } = {}", "{a=a b=b}?"),
            ("[a, , b = 1, ...others]", "[a  b? ...others]"),
            ("[[a], { b }] = []", "[[a] {b=b}]?"),
            ("{ ['a']: b, 1: c }", "{a=b 1=c}"),
        ];
        for (parameters, expected) in cases {
            let text = format!("async function f({parameters}) {{}}");
            assert_eq!(signature(&text, Language::JavaScript), (expected.to_owned(), false), "{text}");
            let text = format!("const f = async ({parameters}) => {{}}");
            assert_eq!(signature(&text, Language::JavaScript), (expected.to_owned(), false), "{text}");
        }
    }

    #[test]
    fn types_say_what_is_optional_and_what_a_query_becomes() {
        let cases = [
            ("this: Date, a: string", "a"),
            ("a?: number, b: boolean, c: bigint", "a?:number, b:boolean, c:bigint"),
            ("a: number | undefined, b: number | null", "a?:number, b:number"),
            ("a: string | number, b: 1 | 2, c: true", "a, b:number, c:boolean"),
            ("a: any, b: unknown, c: void, d: undefined", "a, b, c?, d?"),
            ("a = 1, b = -1, c = true, d = 'x', e: string = x", "a?:number, b?:number, c?:boolean, d?, e?"),
            ("...a: number[]", "...a:number"),
            ("...a: Array<boolean>", "...a:boolean"),
            ("a: Year, b: Maybe, c: Loop", "a:number, b?, c"),
            ("{ a, b, c = 1 }: { a: number; b?: string; c: number }", "{a=a:number b=b? c=c?:number}"),
            ("{ year, month, deep: { flag } }: Query", "{year=year:number month=month? deep={flag=flag:boolean}}"),
            ("{ year }: Query & { x: 1 } = q", "{year=year:number}?"),
            ("{ year }: Query | undefined", "{year=year:number}?"),
            ("{ own, year }: Inherited", "{own=own:boolean year=year:number}"),
            ("[a, b, c]: [number, string?, (boolean | undefined)?]", "[a:number b? c?:boolean]"),
            ("[a, ...b]: readonly number[]", "[a:number ...b:number]"),
            ("{ a = 1 }", "{a=a?:number}"),
        ];
        let types = "type Year = number; type Maybe = string | undefined; type Loop = Loop | Loop2; type Loop2 = Loop;
            interface Query { year: number; month?: string; 'deep': { flag: boolean } }
            export interface Inherited extends Query { own: boolean } declare const q: any, x: any;";
        for (parameters, expected) in cases {
            let text = format!("{types}\nexport async function f({parameters}) {{}}");
            assert_eq!(signature(&text, Language::TypeScript), (expected.to_owned(), false), "{parameters}");
        }
    }

    #[test]
    fn initialisers_tell_no_type_in_javascript() {
        assert_eq!(signature("function f(a = 1) {}", Language::JavaScript).0, "a?");
    }

    #[test]
    fn parameters_that_callers_cannot_name_are_marked() {
        for parameters in ["{ [key]: value }", "...[a, b]", "a, { b: { [c]: d } }"] {
            let text = format!("let key, c; async function f({parameters}) {{}}");
            assert!(signature(&text, Language::JavaScript).1, "{text}");
        }
    }
}
