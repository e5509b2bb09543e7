//! TypeScript's name for a Rust type, as it is written: what cannot be told from its name is `unknown`.

use syn::{GenericArgument, PathArguments, ReturnType, Type, TypePath};

/// The type of a parameter, and whether it may be left out.
pub(super) fn parameter(ty: &Type) -> (String, bool) {
    match argument_of(ty, "Option") {
        Some(inner) => (typescript(inner), true),
        None => (typescript(ty), false),
    }
}

/// The type of a result, without the promise.
pub(super) fn result(output: &ReturnType) -> String {
    let ReturnType::Type(_, ty) = output else { return "void".to_owned() };
    let ty = argument_of(ty, "Result").unwrap_or(ty);
    match argument_of(ty, "Option") {
        Some(inner) => format!("{} | undefined", typescript(inner)),
        None if is_unit(ty) => "void".to_owned(),
        None => typescript(ty),
    }
}

fn typescript(ty: &Type) -> String {
    match ty {
        Type::Reference(reference) => typescript(&reference.elem),
        Type::Paren(inner) => typescript(&inner.elem),
        Type::Group(inner) => typescript(&inner.elem),
        Type::Slice(slice) if is_byte(&slice.elem) => "Uint8Array".to_owned(),
        Type::Slice(slice) => list_of(&slice.elem),
        Type::Array(array) => list_of(&array.elem),
        Type::Tuple(tuple) if tuple.elems.is_empty() => "null".to_owned(),
        Type::Tuple(tuple) => {
            let elements: Vec<String> = tuple.elems.iter().map(typescript).collect();
            format!("[{}]", elements.join(", "))
        }
        Type::Path(path) => named(path),
        _ => UNKNOWN.to_owned(),
    }
}

const UNKNOWN: &str = "unknown";

fn named(path: &TypePath) -> String {
    let Some(last) = path.path.segments.last() else { return UNKNOWN.to_owned() };
    let arguments: Vec<&Type> = types_in(&last.arguments).collect();
    match (last.ident.to_string().as_str(), &arguments[..]) {
        ("String" | "str" | "char" | "Uuid" | "Url" | "PathBuf", []) => "string".to_owned(),
        ("bool", []) => "boolean".to_owned(),
        ("u8" | "u16" | "u32" | "i8" | "i16" | "i32" | "f32" | "f64", []) => "number".to_owned(),
        // Beyond what a number holds exactly they come as bigint, and either is taken.
        ("u64" | "u128" | "usize" | "i64" | "i128" | "isize", []) => "number | bigint".to_owned(),
        ("Bytes", []) => "Uint8Array".to_owned(),
        ("Vec", [element]) if is_byte(element) => "Uint8Array".to_owned(),
        ("Vec" | "VecDeque" | "BTreeSet" | "HashSet" | "IndexSet", [element, ..]) => list_of(element),
        ("BTreeMap" | "HashMap" | "IndexMap", [_, value, ..]) => format!("Record<string, {}>", typescript(value)),
        // Within other values: as everywhere in JSON.
        ("Option", [inner]) => format!("{} | null", typescript(inner)),
        ("Box" | "Arc" | "Rc" | "Cow", [inner]) => typescript(inner),
        _ => UNKNOWN.to_owned(),
    }
}

fn list_of(element: &Type) -> String {
    let element = typescript(element);
    if element.contains(' ') { format!("({element})[]") } else { format!("{element}[]") }
}

fn is_byte(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("u8"))
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// The first type argument of a type with this name.
fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
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

    #[test]
    fn types_as_typescript_knows_them() {
        let cases = [
            ("String", "string"),
            ("&'a str", "string"),
            ("std::string::String", "string"),
            ("u32", "number"),
            ("i64", "number | bigint"),
            ("Vec<i64>", "(number | bigint)[]"),
            ("Vec<u8>", "Uint8Array"),
            ("&[u8]", "Uint8Array"),
            ("bytes::Bytes", "Uint8Array"),
            ("[f64; 3]", "number[]"),
            ("Vec<Option<bool>>", "(boolean | null)[]"),
            ("(Option<String>, u8)", "[string | null, number]"),
            ("(String, f32)", "[string, number]"),
            ("HashMap<String, Vec<String>>", "Record<string, string[]>"),
            ("Box<Cow<'static, str>>", "string"),
            ("Mine", "unknown"),
            ("serde_json::Value", "unknown"),
        ];
        for (rust, expected) in cases {
            assert_eq!(typescript(&syn::parse_str(rust).expect(rust)), expected, "{rust}");
        }
    }

    #[test]
    fn results_lose_their_error_and_options_are_optional() {
        let cases = [
            ("", "void"),
            ("-> ()", "void"),
            ("-> Result<(), E>", "void"),
            ("-> anyhow::Result<Option<u8>>", "number | undefined"),
            ("-> Option<Vec<Option<u8>>>", "(number | null)[] | undefined"),
        ];
        for (rust, expected) in cases {
            assert_eq!(result(&syn::parse_str(rust).expect(rust)), expected, "{rust}");
        }
        assert_eq!(parameter(&syn::parse_str("Option<&str>").expect("a type")), ("string".to_owned(), true));
    }
}
