//! TypeScript's types for Rust types, which are known as they are written: by their names, and by the library's own structs and
//! enums as far as serde's derives say what becomes of them. What cannot be told is `unknown`.

use std::collections::BTreeMap;

use syn::{Attribute, GenericArgument, GenericParam, Generics, PathArguments, ReturnType, Type};

use super::names::{Declared, Meaning, Names, TypePath};
use super::serde::Way;
use super::shapes;
use super::typescript::Ts;

/// A type of the library that crosses in one way.
#[derive(Debug)]
pub(crate) struct OwnType {
    pub(super) path: TypePath,
    pub(super) way: Way,
    /// Names of its type parameters.
    pub(super) parameters: Vec<String>,
    pub(super) shape: Ts,
    pub(super) docs: Vec<String>,
}

/// Where a type stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The module.
    pub(super) module: &'a [String],
    /// What type parameters stand for.
    pub(super) arguments: &'a BTreeMap<String, Ts>,
    pub(super) way: Way,
    /// Aliases on the way here: those that lead to themselves end somewhere.
    depth: usize,
}

/// Whether a type is that of a parameter or result itself, where bytes are `Uint8Array`, or part of another value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Top,
    Inside,
}

const DEEPEST: usize = 32;

/// Translates types, and collects those of the library that they name.
pub(super) struct Types<'a> {
    names: &'a Names,
    numbers: BTreeMap<(TypePath, Way), usize>,
    pub(super) own: Vec<OwnType>,
}

impl<'a> Types<'a> {
    pub(super) fn new(names: &'a Names) -> Self {
        Self { names, numbers: BTreeMap::new(), own: Vec::new() }
    }

    /// The type of a parameter, and whether it may be left out.
    pub(super) fn parameter(&mut self, module: &[String], ty: &Type) -> (Ts, bool) {
        let scope = Scope { module, arguments: &BTreeMap::new(), way: Way::In, depth: 0 };
        match argument_of(ty, "Option") {
            Some(inner) => (self.typescript(inner, scope, At::Top), true),
            None => (self.typescript(ty, scope, At::Top), false),
        }
    }

    /// The type of a result, without the promise.
    pub(super) fn result(&mut self, module: &[String], output: &ReturnType) -> Ts {
        let ReturnType::Type(_, ty) = output else { return Ts::name("void") };
        let scope = Scope { module, arguments: &BTreeMap::new(), way: Way::Out, depth: 0 };
        let ty = argument_of(ty, "Result").unwrap_or(ty);
        match argument_of(ty, "Option") {
            Some(inner) => Ts::either([self.typescript(inner, scope, At::Top), Ts::name("undefined")]),
            None if is_unit(ty) => Ts::name("void"),
            None => self.typescript(ty, scope, At::Top),
        }
    }

    pub(super) fn typescript(&mut self, ty: &Type, scope: Scope<'_>, at: At) -> Ts {
        match ty {
            Type::Reference(reference) => self.typescript(&reference.elem, scope, at),
            Type::Paren(inner) => self.typescript(&inner.elem, scope, at),
            Type::Group(inner) => self.typescript(&inner.elem, scope, at),
            Type::Slice(slice) if at == At::Top && is_byte(&slice.elem) => Ts::name("Uint8Array"),
            Type::Slice(slice) => Ts::list(self.typescript(&slice.elem, scope, At::Inside)),
            Type::Array(array) => Ts::list(self.typescript(&array.elem, scope, At::Inside)),
            Type::Tuple(tuple) if tuple.elems.is_empty() => Ts::name("null"),
            Type::Tuple(tuple) => {
                Ts::Tuple(tuple.elems.iter().map(|ty| self.typescript(ty, scope, At::Inside)).collect())
            }
            Type::Path(path) if path.qself.is_none() => self.named(&path.path, scope, at),
            _ => Ts::unknown(),
        }
    }

    fn named(&mut self, path: &syn::Path, scope: Scope<'_>, at: At) -> Ts {
        if let Some(argument) = path.get_ident().and_then(|name| scope.arguments.get(&name.to_string())) {
            return argument.clone();
        }
        let arguments: Vec<&Type> =
            path.segments.last().map(|last| types_in(&last.arguments).collect()).unwrap_or_default();
        match self.names.meaning(scope.module, path) {
            Meaning::Own(path, declared) => self.declared(path, declared, &arguments, scope, at),
            Meaning::Foreign(name) => self.foreign(&name, &arguments, scope, at),
        }
    }

    fn declared(&mut self, path: &TypePath, declared: &Declared, arguments: &[&Type], scope: Scope<'_>, at: At) -> Ts {
        let (generics, attributes) = match declared {
            Declared::Struct(found) => (&found.generics, &found.attrs),
            Declared::Enum(found) => (&found.generics, &found.attrs),
            Declared::Alias(found) => (&found.generics, &found.attrs),
            Declared::Conditional => return Ts::unknown(),
        };
        let Some(parameters) = type_parameters(generics).filter(|found| found.len() == arguments.len()) else {
            return Ts::unknown();
        };
        let arguments: Vec<Ts> = arguments.iter().map(|ty| self.typescript(ty, scope, At::Inside)).collect();
        if let Declared::Alias(alias) = declared {
            if scope.depth == DEEPEST {
                return Ts::unknown();
            }
            let arguments = parameters.into_iter().zip(arguments).collect();
            let inner = Scope { module: &path.0, arguments: &arguments, depth: scope.depth + 1, ..scope };
            return self.typescript(&alias.ty, inner, at);
        }
        if !derives(attributes, scope.way.derive()) {
            return Ts::unknown();
        }
        let key = (path.clone(), scope.way);
        let known = self.numbers.get(&key).copied();
        let number = known.unwrap_or_else(|| {
            let number = self.own.len();
            self.numbers.insert(key, number);
            let docs = super::parse::docs(attributes);
            self.own.push(OwnType {
                path: path.clone(),
                way: scope.way,
                parameters: parameters.clone(),
                shape: Ts::unknown(),
                docs,
            });
            let own = parameters.iter().map(|name| (name.clone(), Ts::name(name))).collect();
            let inner = Scope { module: &path.0, arguments: &own, way: scope.way, depth: 0 };
            self.own[number].shape = shapes::of(declared, self, inner);
            number
        });
        Ts::Own(number, arguments)
    }

    fn foreign(&mut self, name: &str, arguments: &[&Type], scope: Scope<'_>, at: At) -> Ts {
        let mut inside = |ty: &Type| self.typescript(ty, scope, At::Inside);
        match (name, arguments) {
            (
                "String" | "str" | "char" | "Uuid" | "Url" | "PathBuf" | "IpAddr" | "Ipv4Addr" | "Ipv6Addr"
                | "SocketAddr",
                [],
            ) => Ts::name("string"),
            ("bool", []) => Ts::name("boolean"),
            ("u8" | "u16" | "u32" | "i8" | "i16" | "i32" | "f32" | "f64", []) => Ts::name("number"),
            // Beyond what a number holds exactly they come as bigint, and either is taken.
            ("u64" | "usize" | "i64" | "isize", []) => Ts::either([Ts::name("number"), Ts::name("bigint")]),
            ("Bytes" | "ByteBuf", []) => Ts::name("Uint8Array"),
            ("Vec", [element]) if at == At::Top && is_byte(element) => Ts::name("Uint8Array"),
            ("Vec" | "VecDeque" | "BTreeSet" | "HashSet" | "IndexSet", [element, ..]) => Ts::list(inside(element)),
            ("BTreeMap" | "HashMap" | "IndexMap", [key, value, ..]) => {
                let (key, value) = (inside(key), inside(value));
                self.map(key, value)
            }
            // Within other values: as everywhere in JSON.
            ("Option", [inner]) => Ts::either([inside(inner), Ts::name("null")]),
            ("Box" | "Arc" | "Rc" | "Cow", [inner]) => inside(inner),
            ("PhantomData", [_]) => Ts::name("null"),
            _ => Ts::unknown(),
        }
    }

    /// Keys are strings, or names of variants.
    fn map(&self, key: Ts, value: Ts) -> Ts {
        let is_text = |ts: &Ts| matches!(ts, Ts::Name(name) if name.starts_with('"'));
        let are_names = match &key {
            Ts::Own(number, _) => match &self.own[*number].shape {
                Ts::Union(variants) => variants.iter().all(is_text),
                other => is_text(other),
            },
            _ => false,
        };
        if key == Ts::name("string") {
            Ts::Of("Record", vec![key, value])
        } else if are_names {
            Ts::Of("Partial", vec![Ts::Of("Record", vec![key, value])])
        } else {
            Ts::unknown()
        }
    }
}

/// Names of the type parameters; `None` when there are others that matter.
fn type_parameters(generics: &Generics) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for parameter in &generics.params {
        match parameter {
            GenericParam::Type(parameter) => names.push(parameter.ident.to_string()),
            GenericParam::Lifetime(_) => {}
            GenericParam::Const(_) => return None,
        }
    }
    Some(names)
}

/// Whether a trait of serde is derived.
fn derives(attributes: &[Attribute], wanted: &str) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|attribute| {
        let mut found = false;
        let parsed = attribute.parse_nested_meta(|meta| {
            let segments = &meta.path.segments;
            let is_of_serde = segments.len() == 1 || segments.first().is_some_and(|first| first.ident == "serde");
            found |= is_of_serde && segments.last().is_some_and(|last| last.ident == wanted);
            Ok(())
        });
        parsed.is_ok() && found
    })
}

fn is_byte(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("u8"))
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// The first type argument of a type with this name.
pub(super) fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    types_in(&last.arguments).next()
}

fn types_in(arguments: &PathArguments) -> impl Iterator<Item = &Type> {
    let arguments = match arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        PathArguments::None | PathArguments::Parenthesized(_) => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(ts: &Ts) -> String {
        ts.text(&|number| format!("#{number}"))
    }

    #[test]
    fn types_as_typescript_knows_them() {
        let names = Names::default();
        let cases = [
            ("String", "string"),
            ("&'a str", "string"),
            ("std::string::String", "string"),
            ("u32", "number"),
            ("i64", "number | bigint"),
            ("i128", "unknown"),
            ("Vec<i64>", "(number | bigint)[]"),
            ("Vec<u8>", "Uint8Array"),
            ("&[u8]", "Uint8Array"),
            ("bytes::Bytes", "Uint8Array"),
            ("Vec<Vec<u8>>", "number[][]"),
            ("(Vec<u8>, Bytes)", "[number[], Uint8Array]"),
            ("[f64; 3]", "number[]"),
            ("Vec<Option<bool>>", "(boolean | null)[]"),
            ("(Option<String>, u8)", "[string | null, number]"),
            ("(String, f32)", "[string, number]"),
            ("HashMap<String, Vec<String>>", "Record<string, string[]>"),
            ("HashMap<u32, String>", "unknown"),
            ("Box<Cow<'static, str>>", "string"),
            ("Mine", "unknown"),
            ("Option<Mine>", "unknown"),
            ("serde_json::Value", "unknown"),
        ];
        for (rust, expected) in cases {
            let scope = Scope { module: &[], arguments: &BTreeMap::new(), way: Way::In, depth: 0 };
            let found = Types::new(&names).typescript(&syn::parse_str(rust).expect(rust), scope, At::Top);
            assert_eq!(text(&found), expected, "{rust}");
        }
    }

    #[test]
    fn results_lose_their_error_and_options_are_optional() {
        let names = Names::default();
        let cases = [
            ("", "void"),
            ("-> ()", "void"),
            ("-> Result<(), E>", "void"),
            ("-> anyhow::Result<Option<u8>>", "number | undefined"),
            ("-> Option<Vec<Option<u8>>>", "(number | null)[] | undefined"),
        ];
        for (rust, expected) in cases {
            let found = Types::new(&names).result(&[], &syn::parse_str(rust).expect(rust));
            assert_eq!(text(&found), expected, "{rust}");
        }
        let (found, is_optional) = Types::new(&names).parameter(&[], &syn::parse_str("Option<&str>").expect("a type"));
        assert_eq!((text(&found), is_optional), ("string".to_owned(), true));
    }
}
