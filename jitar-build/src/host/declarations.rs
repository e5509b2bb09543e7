//! Declarations of host modules for editors and `tsc`.

use std::fmt::Write as _;

use super::{HostCatalog, HostFunction};

/// The text of `types/host.d.ts`; `None` when there is nothing to declare.
pub(crate) fn text(catalog: &HostCatalog) -> Option<String> {
    if catalog.modules.is_empty() {
        return None;
    }
    let mut text = "// Written by jitar-build: the Rust functions that application code may import.\n".to_owned();
    for (module, functions) in &catalog.modules {
        write!(text, "\ndeclare module \"host:{module}\" {{").ok()?;
        for (name, function) in functions {
            text.push('\n');
            push_docs(&mut text, &function.docs);
            writeln!(text, "    export function {name}({}): {};", parameters(function), result(function)).ok()?;
        }
        text.push_str("}\n");
    }
    Some(text)
}

fn push_docs(text: &mut String, docs: &[String]) {
    if docs.is_empty() {
        return;
    }
    text.push_str("    /**\n");
    for line in docs {
        let line = format!("     * {}", line.replace("*/", "* /"));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str("     */\n");
}

fn parameters(function: &HostFunction) -> String {
    let required = function.required();
    let parameters = function.parameters.iter().enumerate().map(|(idx, parameter)| {
        let (name, ty) = (&parameter.name, &parameter.ty);
        match (parameter.is_optional, idx < required) {
            (false, _) => format!("{name}: {ty}"),
            // TypeScript wants those that may be left out at the end.
            (true, true) => format!("{name}: {ty} | undefined"),
            (true, false) => format!("{name}?: {ty}"),
        }
    });
    parameters.collect::<Vec<_>>().join(", ")
}

fn result(function: &HostFunction) -> String {
    if function.is_async { format!("Promise<{}>", function.result) } else { function.result.clone() }
}
