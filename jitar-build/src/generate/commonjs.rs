//! Modules that are written for `require`, as pairs of ES modules: one that holds the text and runs it when it is
//! required first, and one that runs it when it is imported and exports what it gives.
//!
//! Both are needed: importing evaluates everything below an import at once and in order, requiring happens where and when
//! the code says so.

use indexmap::IndexSet;

use super::emit::Emitted;
use super::text::{double, export_name, relative};
use crate::link::{RealModule, in_graph};
use crate::scan::graph::{Body, Graph, Import, ImportKind, Module};
use crate::scan::parse::Edit;

/// Where the generated modules find what they have in common.
const RUNTIME: &str = "jitar:commonjs";

/// The module for those who import: its default export is `module.exports`.
pub(super) fn importable(specifier: &str, required: &str, names: IndexSet<&str>) -> String {
    let from = double(&relative(specifier, required));
    let names: Vec<&str> = names.into_iter().filter(|name| *name != "default").collect();
    if names.is_empty() {
        return format!("import {{ load }} from {from};\nexport default load();\n");
    }
    let locals: Vec<String> = (1..=names.len()).map(|id| format!("${id}")).collect();
    let list = names.iter().map(|name| double(name)).collect::<Vec<_>>().join(", ");
    let exports = names.iter().zip(&locals).map(|(name, local)| format!("{local} as {}", export_name(name)));
    format!(
        "import {{ read }} from {};\nimport {{ load }} from {from};\nconst $exports = load();\nconst [{}] = read($exports, [{list}]);\nexport {{ $exports as default, {} }};\n",
        double(RUNTIME),
        locals.join(", "),
        exports.collect::<Vec<_>>().join(", "),
    )
}

/// The module for those who require: `load` runs the text once and gives `module.exports`. It is a function declaration
/// and keeps its state in a `var`, so that it is there before the module is evaluated, which cycles need.
pub(super) fn requirable(
    module: &Module,
    edits: &[Edit],
    real: &RealModule,
    specifier: &str,
    graph: &Graph,
) -> Emitted {
    let mut imports = format!("import {{ define }} from {};\n", double(RUNTIME));
    let mut requires = String::new();
    let wanted = module.imports.iter().zip(&real.imports).filter(|(import, _)| import.kind == ImportKind::Import);
    for (id, (Import { specifier: written, .. }, redirects)) in (1..).zip(wanted) {
        let Some(redirect) = redirects.first() else { continue };
        let local = format!("${id}");
        let from = double(&relative(specifier, &redirect.target));
        let is_required = redirect.target != in_graph(&redirect.target);
        let is_json = graph.modules.get(&redirect.target).is_some_and(|found| matches!(found.body, Body::Json));
        let is_ours = !redirect.target.starts_with("file:");
        let (statement, value) = if is_required {
            (format!("import {{ load as {local} }} from {from};\n"), local)
        } else if is_json {
            (format!("import {local} from {from} with {{ type: \"json\" }};\n"), format!("() => {local}"))
        } else {
            let value = if is_ours { format!("{local}.default ?? {local}") } else { local.clone() };
            (format!("import * as {local} from {from};\n"), format!("() => {value}"))
        };
        imports += &statement;
        requires.extend(["    ", &double(written), ": ", &value, ",\n"]);
    }
    let dynamic = module.dynamic_imports.iter().zip(&real.dynamic_imports);
    let dynamic: String = dynamic
        .filter_map(|(import, target)| {
            let (written, _) = import.literal.as_ref()?;
            let from = double(&relative(specifier, target.as_ref()?));
            Some(format!("    {}: () => import({from}),\n", double(written)))
        })
        .collect();
    let code = format!(
        "{imports}var $load;\nexport function load() {{\n  $load ??= define({}, {}, {}, `{}`);\n  return $load();\n}}\n",
        double(&module.specifier),
        table(&requires),
        table(&dynamic),
        template(&edited(&module.text, edits)),
    );
    Emitted { code, map: None }
}

fn table(entries: &str) -> String {
    if entries.is_empty() { "{}".to_owned() } else { format!("{{\n    __proto__: null,\n{entries}  }}") }
}

/// The text with its edits. A first line for a shell becomes a comment.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut end = 0;
    if text.starts_with("#!") {
        result.push_str("//");
        end = 2;
    }
    for Edit { range, text: instead } in edits {
        result.push_str(&text[end..range.start]);
        result.push_str(instead);
        end = range.end;
    }
    result.push_str(&text[end..]);
    result
}

/// What stands between backticks for this text.
fn template(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + text.len() / 16);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_special = matches!(character, '\\' | '`') || character == '$' && characters.peek() == Some(&'{');
        if is_special {
            literal.push('\\');
        }
        if character == '\r' {
            // A line end would lose it.
            literal.push_str("\\r");
        } else {
            literal.push(character);
        }
    }
    literal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::graph::Range;

    #[test]
    fn texts_survive_as_templates() {
        let cases = [
            ("a", "a"),
            ("`${b}` $c \\n", "\\`\\${b}\\` $c \\\\n"),
            ("a\r\nb", "a\\r\nb"),
            ("é \u{2028}", "é \u{2028}"),
        ];
        for (text, expected) in cases {
            assert_eq!(template(text), expected);
        }
    }

    #[test]
    fn edits_keep_everything_else() {
        let edit = |start, end, text: &str| Edit { range: Range { start, end }, text: text.to_owned() };
        assert_eq!(edited("#!x\nabc", &[edit(4, 5, "A"), edit(6, 7, "C")]), "//x\nAbC");
        assert_eq!(edited("", &[]), "");
    }

    #[test]
    fn importers_get_names_and_the_whole() {
        let names = IndexSet::from(["default", "a", "b-c"]);
        assert_eq!(
            importable("file:///app/x/i.js", "file:///app/x/i.js?commonjs", names),
            "import { read } from \"jitar:commonjs\";\n\
             import { load } from \"./i.js?commonjs\";\n\
             const $exports = load();\n\
             const [$1, $2] = read($exports, [\"a\", \"b-c\"]);\n\
             export { $exports as default, $1 as a, $2 as \"b-c\" };\n"
        );
    }
}
