//! Declarations of host modules for editors and `tsc`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::names::TypePath;
use super::serde::Way;
use super::types::OwnType;
use super::typescript::{Field, Ts, push_docs};
use super::{HostCatalog, HostFunction};

/// The text of `types/host.d.ts`; `None` when there is nothing to declare.
pub(crate) fn text(catalog: &HostCatalog) -> Option<String> {
    if catalog.modules.is_empty() {
        return None;
    }
    let mut text = "// Written by jitar-build: the Rust functions that application code may import.\n".to_owned();
    for (module, functions) in &catalog.modules {
        let types = ModuleTypes::of(functions, &catalog.types);
        write!(text, "\ndeclare module \"host:{module}\" {{").ok()?;
        types.push(&mut text);
        for (name, function) in functions {
            text.push('\n');
            push_docs(&mut text, INDENT, &function.docs);
            let (parameters, result) = (types.parameters(function), types.result(function));
            writeln!(text, "{INDENT}export function {name}({parameters}): {result};").ok()?;
        }
        text.push_str("}\n");
    }
    Some(text)
}

const INDENT: &str = "    ";

/// Names that the declarations use themselves.
const TAKEN: [&str; 4] = ["Partial", "Promise", "Record", "Uint8Array"];

/// Longer unions stand on several lines.
const LONGEST_UNION: usize = 100;

/// The library's types that a module's functions name, and what they are called there.
struct ModuleTypes<'a> {
    all: &'a [OwnType],
    /// By number.
    names: BTreeMap<usize, String>,
    /// Which of them are declared, by name.
    declared: BTreeMap<String, usize>,
}

impl<'a> ModuleTypes<'a> {
    fn of(functions: &BTreeMap<String, HostFunction>, all: &'a [OwnType]) -> Self {
        let used = reached(functions, all);
        let plain = plain_names(&used, all);
        let differing = differing(&used, all);
        let (mut names, mut declared) = (BTreeMap::new(), BTreeMap::new());
        for &number in &used {
            let OwnType { path, way, .. } = &all[number];
            let plain_name = plain.get(path).cloned().unwrap_or_default();
            let name = if *way == Way::In && differing.contains(path) {
                free(format!("{plain_name}Input"), |name| plain.values().any(|taken| taken == name))
            } else {
                plain_name
            };
            names.insert(number, name.clone());
            declared.insert(name, number);
        }
        Self { all, names, declared }
    }

    fn name_of(&self, number: usize) -> String {
        self.names.get(&number).cloned().unwrap_or_default()
    }

    fn text(&self, ts: &Ts) -> String {
        ts.text(&|number| self.name_of(number))
    }

    fn push(&self, text: &mut String) {
        for (name, number) in &self.declared {
            let OwnType { parameters, shape, docs, .. } = &self.all[*number];
            let parameters = if parameters.is_empty() { String::new() } else { format!("<{}>", parameters.join(", ")) };
            text.push('\n');
            push_docs(text, INDENT, docs);
            match shape {
                Ts::Object(fields) => {
                    text.extend([INDENT, "export interface ", name, &parameters, " {\n"]);
                    for field in fields {
                        self.push_field(text, field);
                    }
                    text.extend([INDENT, "}\n"]);
                }
                Ts::Union(variants) if self.text(shape).len() > LONGEST_UNION => {
                    text.extend([INDENT, "export type ", name, &parameters, " ="]);
                    for variant in variants {
                        text.extend(["\n        | ", &self.text(variant)]);
                    }
                    text.push_str(";\n");
                }
                _ => text.extend([INDENT, "export type ", name, &parameters, " = ", &self.text(shape), ";\n"]),
            }
        }
    }

    fn push_field(&self, text: &mut String, field: &Field) {
        let indent = INDENT.repeat(2);
        push_docs(text, &indent, &field.docs);
        text.extend([&indent, &field.text(&|number| self.name_of(number)), ";\n"]);
    }

    fn parameters(&self, function: &HostFunction) -> String {
        let required = function.required();
        let parameters = function.parameters.iter().enumerate().map(|(idx, parameter)| {
            let (name, ty) = (&parameter.name, &parameter.ty);
            match (parameter.is_optional, idx < required) {
                (false, _) => format!("{name}: {}", self.text(ty)),
                // TypeScript wants those that may be left out at the end.
                (true, true) => {
                    let ty = Ts::either([ty.clone(), Ts::name("undefined")]);
                    format!("{name}: {}", self.text(&ty))
                }
                (true, false) => format!("{name}?: {}", self.text(ty)),
            }
        });
        parameters.collect::<Vec<_>>().join(", ")
    }

    fn result(&self, function: &HostFunction) -> String {
        let result = self.text(&function.result);
        if function.is_async { format!("Promise<{result}>") } else { result }
    }
}

/// The types that the functions name, and those that these name.
fn reached(functions: &BTreeMap<String, HostFunction>, all: &[OwnType]) -> BTreeSet<usize> {
    let mut pending = Vec::new();
    for function in functions.values() {
        function.result.each_own(&mut |number| pending.push(number));
        function.parameters.iter().for_each(|parameter| parameter.ty.each_own(&mut |number| pending.push(number)));
    }
    let mut used = BTreeSet::new();
    while let Some(number) = pending.pop() {
        if used.insert(number) {
            all[number].shape.each_own(&mut |inner| pending.push(inner));
        }
    }
    used
}

/// What types are called: as in Rust, unless two of them have one name.
fn plain_names<'a>(used: &BTreeSet<usize>, all: &'a [OwnType]) -> BTreeMap<&'a TypePath, String> {
    let mut names: BTreeMap<&TypePath, String> = BTreeMap::new();
    let paths: BTreeSet<&TypePath> = used.iter().map(|number| &all[*number].path).collect();
    for path in paths {
        let name = free(path.1.clone(), |name| TAKEN.contains(&name) || names.values().any(|taken| taken == name));
        names.insert(path, name);
    }
    names
}

/// The name, with a number behind it when it is taken.
fn free(name: String, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2_u32..).map(|nth| format!("{name}{nth}"));
    let mut candidates = std::iter::once(name.clone()).chain(numbered);
    candidates.find(|candidate| !is_taken(candidate)).unwrap_or(name)
}

/// Types that cross in both ways and have not the same shape in both.
fn differing<'a>(used: &BTreeSet<usize>, all: &'a [OwnType]) -> BTreeSet<&'a TypePath> {
    let by_way = |way: Way| -> BTreeMap<&TypePath, &OwnType> {
        let those = used.iter().map(|number| &all[*number]).filter(|own| own.way == way);
        those.map(|own| (&own.path, own)).collect()
    };
    let outward = by_way(Way::Out);
    let inward = by_way(Way::In);
    let both = inward.iter().filter_map(|(path, own)| Some((*path, *own, *outward.get(*path)?)));
    let both: Vec<(&TypePath, &OwnType, &OwnType)> = both.collect();
    let text = |own: &OwnType| own.shape.text(&|number| format!("{:?}", all[number].path));
    let mut differing: BTreeSet<&TypePath> = BTreeSet::new();
    loop {
        let before = differing.len();
        for (path, inward, outward) in &both {
            let mut names_one = false;
            inward.shape.each_own(&mut |number| names_one |= differing.contains(&all[number].path));
            if names_one || text(inward) != text(outward) {
                differing.insert(path);
            }
        }
        if differing.len() == before {
            return differing;
        }
    }
}
