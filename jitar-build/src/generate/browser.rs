//! `client/jitar.js`: the runtime for browsers, one file made of the engine's own modules. Each of them becomes a function
//! that is called once and returns its exports; what they hold besides stays inside.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jitar_engine::browser::{ENTRY, SOURCES};

use super::text::double;

/// Where the classes of the application are: FQN → path below `client/`.
pub(super) type ClassModules = BTreeMap<String, String>;

/// The text of the file.
pub(super) fn runtime(classes: &ClassModules) -> String {
    let mut text = "// Written by jitar-build.\n".to_owned();
    for (name, source) in SOURCES {
        push(&mut text, &variable(name), &Module::read(source));
    }
    // Nothing but our own variables at the top: every other name must mean what it means in the browser.
    let (entry, exported) = (variable(ENTRY.0), Module::read(ENTRY.1));
    push(&mut text, &entry, &exported);
    for (nth, Export { exported, .. }) in (1..).zip(&exported.exports) {
        writeln!(text, "const ${nth} = {entry}.{exported};\nexport {{ ${nth} as {exported} }};").ok();
    }
    let classes: Vec<String> = classes.iter().map(|(fqn, path)| format!("{}: {}", double(fqn), double(path))).collect();
    writeln!(text, "{entry}.__setClassModules({{ {} }});", classes.join(", ")).ok();
    text
}

/// Adds a module as a function that is called at once.
fn push(text: &mut String, variable: &str, module: &Module) {
    let exports: Vec<String> = module.exports.iter().map(Export::member).collect();
    write!(text, "const {variable} = (() => {{\n{}return {{ {} }};\n}})();\n", module.body, exports.join(", ")).ok();
}

/// The variable that holds the exports of a module.
fn variable(name: &str) -> String {
    format!("${}", name.trim_end_matches(".js").replace('/', "_"))
}

/// A module without its import and export statements.
#[derive(Debug, Default)]
struct Module {
    body: String,
    exports: Vec<Export>,
}

/// An exported name and the one that it has inside.
#[derive(Debug, PartialEq, Eq)]
struct Export {
    local: String,
    exported: String,
}

impl Export {
    fn member(&self) -> String {
        if self.local == self.exported { self.local.clone() } else { format!("{}: {}", self.exported, self.local) }
    }
}

impl Module {
    /// Takes a module of ours apart: statements begin at the start of a line, and comments have lines of their own.
    fn read(source: &str) -> Self {
        let mut module = Self::default();
        let mut lines = source.lines();
        while let Some(line) = lines.next() {
            let trimmed = line.trim_start();
            if trimmed.starts_with("/**") {
                let mut last = trimmed;
                while !last.ends_with("*/") {
                    let Some(next) = lines.next() else { break };
                    last = next;
                }
            } else if line.starts_with("import ") || line.starts_with("export {") || line.starts_with("export const {")
            {
                let mut statement = line.to_owned();
                while !statement.ends_with(';') {
                    let Some(next) = lines.next() else { break };
                    statement.push(' ');
                    statement.push_str(next.trim());
                }
                module.statement(&statement);
            } else if let Some(declaration) = line.strip_prefix("export ") {
                let name = declared(declaration);
                module.exports.push(Export { local: name.to_owned(), exported: name.to_owned() });
                module.line(declaration);
            } else if !trimmed.is_empty() && !trimmed.starts_with("//") {
                module.line(line);
            }
        }
        module
    }

    fn line(&mut self, line: &str) {
        self.body.push_str(line);
        self.body.push('\n');
    }

    /// `import { … } from`, `export { … } from`, `export { … }` or `export const { … } =`.
    fn statement(&mut self, statement: &str) {
        let (before, rest) = statement.split_once('{').unwrap_or((statement, ""));
        let (names, after) = rest.split_once('}').unwrap_or((rest, ""));
        let from = after.split_once("ext:jitar/").map(|(_, name)| variable(name.trim_end_matches(['"', ';'])));
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        match (before.trim(), from) {
            ("import", Some(from)) => {
                let members: Vec<String> = names.map(|name| name.replace(" as ", ": ")).collect();
                self.line(&format!("const {{ {} }} = {from};", members.join(", ")));
            }
            ("export", from) => {
                for name in names {
                    let (local, exported) = name.split_once(" as ").unwrap_or((name, name));
                    let local = match &from {
                        // Under a name of its own, because the module may import the same.
                        Some(from) => {
                            let alias = format!("$_{exported}");
                            self.line(&format!("const {alias} = {from}.{local};"));
                            alias
                        }
                        None => local.to_owned(),
                    };
                    self.exports.push(Export { local, exported: exported.to_owned() });
                }
            }
            _ => {
                for name in names {
                    let local = name.split_once(": ").map_or(name, |(_, local)| local);
                    self.exports.push(Export { local: local.to_owned(), exported: local.to_owned() });
                }
                self.line(statement.trim_start_matches("export "));
            }
        }
    }
}

/// The name that a declaration declares.
fn declared(declaration: &str) -> &str {
    const KEYWORDS: [&str; 5] = ["async ", "function ", "class ", "const ", "let "];
    let mut rest = declaration;
    while let Some(next) = KEYWORDS.iter().find_map(|keyword| rest.strip_prefix(keyword)) {
        rest = next;
    }
    let is_part = |character: char| character.is_alphanumeric() || "_$".contains(character);
    rest.split(|character| !is_part(character)).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_become_functions_that_return_their_exports() {
        let source = "// A comment.\n\nimport { a, b as c } from \"ext:jitar/x_y.js\";\nimport {\n  d,\n} from \"ext:jitar/z.js\";\n\
                      export { E, F as G } from \"ext:jitar/z.js\";\nexport const { create: make, keys } = Object;\n\
                      /**\n * Text.\n */\nexport async function run() {\n  // Inside.\n  return a;\n}\n\
                      export class H {}\nexport const I = 1;\nexport { d as J };\n";
        let module = Module::read(source);
        let expected = "const { a, b: c } = $x_y;\nconst { d } = $z;\nconst $_E = $z.E;\nconst $_G = $z.F;\n\
                        const { create: make, keys } = Object;\nasync function run() {\n  return a;\n}\nclass H {}\nconst I = 1;\n";
        assert_eq!(module.body, expected);
        let exports: Vec<String> = module.exports.iter().map(Export::member).collect();
        assert_eq!(exports, ["E: $_E", "G: $_G", "make", "keys", "run", "H", "I", "J: d"]);
    }

    /// The engine's modules are written in the form that this file understands, and nothing is left of their imports.
    #[test]
    fn the_runtime_is_one_whole_module() {
        let classes = ClassModules::from([("shop/Order".to_owned(), "./shop/Order.js".to_owned())]);
        let text = runtime(&classes);
        assert!(!text.contains("ext:jitar"), "an import is left");
        assert!(
            SOURCES.iter().all(|(_, source)| !source.contains("from \"ext:core")),
            "no part of an isolate is there"
        );
        let mut known = Vec::new();
        for (name, source) in SOURCES.into_iter().chain([ENTRY]) {
            for import in source.split("from \"ext:jitar/").skip(1) {
                let import = import.split('"').next().unwrap_or_default();
                assert!(known.contains(&import), "{name} imports {import}, which browsers do not have before it");
            }
            known.push(name);
        }
        assert!(!text.lines().any(|line| line.starts_with("import ")));
        assert!(text.ends_with("__setClassModules({ \"shop/Order\": \"./shop/Order.js\" });\n"));
        for name in ["__run", "__registerClass", "withSignal", "addMiddleware", "BadRequest", "Segment", "Request"] {
            assert!(text.contains(&format!(" as {name} }};\n")), "{name} is not exported");
        }
        crate::scan::parse::tests::assert_is_module(&text);
    }
}
