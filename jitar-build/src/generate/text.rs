//! Pieces of JavaScript text: names, strings and relative specifiers.

/// Words that are no names in a module.
const RESERVED: [&str; 49] = [
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Whether the text can be the name of a variable in a module.
pub(super) fn is_name(text: &str) -> bool {
    is_identifier(text) && !RESERVED.contains(&text)
}

/// Whether the text can stand without quotes where any identifier can.
pub(super) fn is_identifier(text: &str) -> bool {
    let starts = |character: char| character.is_alphabetic() || "_$".contains(character);
    let continues = |character: char| character.is_alphanumeric() || "_$".contains(character);
    text.starts_with(starts) && text.chars().all(continues)
}

/// A string literal in single quotes.
pub(super) fn single(text: &str) -> String {
    let double = double(text);
    format!("'{}'", double[1..double.len() - 1].replace("\\\"", "\"").replace('\'', "\\'"))
}

/// A string literal in double quotes.
pub(super) fn double(text: &str) -> String {
    // JSON strings are JavaScript strings.
    serde_json::Value::from(text).to_string()
}

/// A name in an import or export list: strings are possible there.
pub(super) fn export_name(name: &str) -> String {
    if is_identifier(name) { name.to_owned() } else { double(name) }
}

/// The specifier by which one module imports another: relative between files, as it is for everything else.
pub(super) fn relative(from: &str, to: &str) -> String {
    const FILES: &str = "file:///";
    match (from.strip_prefix(FILES), to.strip_prefix(FILES)) {
        (Some(from), Some(to)) => relative_path(from, to),
        _ => to.to_owned(),
    }
}

/// The way from the folder of one path to another path, beginning with `./` or `../`.
pub(super) fn relative_path(from: &str, to: &str) -> String {
    let mut from: Vec<&str> = from.split('/').collect();
    from.pop();
    let to: Vec<&str> = to.split('/').collect();
    let common = from.iter().zip(&to[..to.len() - 1]).take_while(|(left, right)| left == right).count();
    let up = from.len() - common;
    let start = if up == 0 { "./".to_owned() } else { "../".repeat(up) };
    start + &to[common..].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_specifiers_keep_extension_and_query() {
        let cases = [
            ("file:///app/src/a.ts", "file:///app/src/b.ts", "./b.ts"),
            ("file:///app/src/r/a.ts", "file:///app/src/s/b.ts?remote", "../s/b.ts?remote"),
            ("file:///app/src/a.ts", "file:///app/node_modules/x@1.0.0/i.js", "../node_modules/x@1.0.0/i.js"),
            ("file:///app/src/x/y/a.ts", "file:///app/src/a.ts", "../../a.ts"),
            ("file:///app/src/a.ts", "jitar:runtime", "jitar:runtime"),
        ];
        for (from, to, expected) in cases {
            assert_eq!(relative(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn strings_are_escaped() {
        let cases = [("a", "'a'", "\"a\""), ("it's \"x\"\n", "'it\\'s \"x\"\\n'", "\"it's \\\"x\\\"\\n\"")];
        for (text, in_single, in_double) in cases {
            assert_eq!((single(text).as_str(), double(text).as_str()), (in_single, in_double));
        }
    }

    #[test]
    fn knows_names() {
        let cases =
            [("a", true, true), ("$1", true, true), ("é", true, true), ("delete", false, true), ("a-b", false, false)];
        for (text, name, identifier) in cases.into_iter().chain([("", false, false), ("1a", false, false)]) {
            assert_eq!((is_name(text), is_identifier(text)), (name, identifier), "{text}");
        }
        assert!(RESERVED.is_sorted());
    }
}
