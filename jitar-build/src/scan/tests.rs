//! Whole applications in folders: the graph, and every mistake at once.

use super::graph::ImportKind;
use super::*;
use crate::testing::Folder;

/// Scans `app/src` with the given files as roots, or all `.ts`, `.js` and `.json` files that were written there.
fn scanned(files: &[(&str, &str)]) -> (Folder, Graph, Diagnostics, Vec<Utf8PathBuf>) {
    let folder = Folder::new(files);
    let roots: Vec<Utf8PathBuf> =
        files.iter().filter(|(path, _)| path.starts_with("app/src/")).map(|(path, _)| folder.path(path)).collect();
    let (app, source) = (folder.path("app"), folder.path("app/src"));
    let (graph, diagnostics, read) = scan(&ScanInput { app: &app, source: &source, files: &roots, sources: &roots });
    (folder, graph, diagnostics, read)
}

fn shown(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.primary().map_or_else(String::new, |label| {
                format!(
                    "{} {:?}: ",
                    label.file.file_name().unwrap_or_default(),
                    &label.text[label.range.start..label.range.end]
                )
            });
            format!("{} {place}{}", diagnostic.code.id, diagnostic.message)
        })
        .collect()
}

#[test]
fn the_graph_holds_sources_and_what_they_import() {
    let (folder, graph, diagnostics, read) = scanned(&[
        (
            "app/src/reporting/getMonthReport.ts",
            "import data from '../sales/getMonthData'; import rows from './rows.json'; import p from 'pdf'; import { BadRequest } from 'jitar'; import { h } from 'host:x'; export default async function getMonthReport(year: number) { await import('../later'); return [data, rows, p, BadRequest, h]; }",
        ),
        ("app/src/sales/getMonthData.ts", "export default async () => 1"),
        ("app/src/sales/types.d.ts", "declare const x: 1;"),
        ("app/src/later.js", "\u{feff}export const a = 1"),
        ("app/src/reporting/rows.json", "\u{feff}[1]"),
        ("app/node_modules/pdf/package.json", r#"{"name": "pdf", "version": "1.0.0", "exports": "./index.js"}"#),
        ("app/node_modules/pdf/index.js", "import './inner.js'; export default 1"),
        ("app/node_modules/pdf/inner.js", "console.log(1)"),
        ("app/node_modules/unused/index.js", "syntax error"),
    ]);
    assert_eq!(shown(&diagnostics), Vec::<String>::new());
    let specifiers: Vec<_> =
        graph.modules.values().map(|module| (module.specifier.as_str(), module.path.as_deref())).collect();
    assert_eq!(
        specifiers,
        [
            ("file:///app/src/reporting/getMonthReport.ts", Some("reporting/getMonthReport.ts")),
            ("file:///app/src/sales/getMonthData.ts", Some("sales/getMonthData.ts")),
            ("file:///app/src/later.js", Some("later.js")),
            ("file:///app/src/reporting/rows.json", Some("reporting/rows.json")),
            ("file:///app/node_modules/pdf@1.0.0/index.js", None),
            ("file:///app/node_modules/pdf@1.0.0/inner.js", None),
        ]
    );
    let report = &graph.modules["file:///app/src/reporting/getMonthReport.ts"];
    let targets: Vec<_> = report.imports.iter().map(|import| import.target.clone()).collect();
    assert_eq!(
        targets,
        [
            Target::Module("file:///app/src/sales/getMonthData.ts".to_owned()),
            Target::Module("file:///app/src/reporting/rows.json".to_owned()),
            Target::Module("file:///app/node_modules/pdf@1.0.0/index.js".to_owned()),
            Target::Runtime("jitar:runtime"),
            Target::Host("x".to_owned()),
        ]
    );
    assert_eq!(
        report.dynamic_imports[0].literal,
        Some(("../later".to_owned(), Target::Module("file:///app/src/later.js".to_owned())))
    );
    assert!(matches!(graph.modules["file:///app/src/reporting/rows.json"].body, Body::Json));
    assert_eq!(&*graph.modules["file:///app/src/later.js"].text, "export const a = 1", "without byte order mark");
    let expected =
        ["app/src/reporting/getMonthReport.ts", "app/node_modules/pdf/package.json", "app/node_modules/pdf/inner.js"];
    assert!(expected.iter().all(|path| read.contains(&folder.path(path))), "{read:?}");
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let (_folder, graph, diagnostics, _) = scanned(&[
        (
            "app/src/a.ts",
            "import './gone'; import { b } from './b'; import fs from 'node:fs'; fs(b); import './data.json'",
        ),
        ("app/src/b.ts", "const = 1"),
        ("app/src/c.js", "module.exports = require('./a')"),
        ("app/src/d.ts", "import d from 'old'; import './style.css'; export { d }"),
        ("app/src/data.json", "{\"a\": }"),
        ("app/node_modules/old/index.js", "module.exports = 1; const = 1"),
    ]);
    let expected = [
        "JITAR0001 index.js \"=\": expected yield, a name, [ or {, found `=`",
        "JITAR0002 a.ts \"'./gone'\": cannot find module `./gone`: there is no `src/gone`",
        "JITAR0003 a.ts \"'node:fs'\": `node:fs` is a module of Node, which is not there at run time",
        "JITAR0001 b.ts \"=\": expected yield, a name, [ or {, found `=`",
        "JITAR0008 c.js \"module.exports\": a module of the application is written as CommonJS",
        "JITAR0002 d.ts \"'./style.css'\": cannot find module `./style.css`: there is no `src/style.css`",
        "JITAR0009 data.json \"}\": expected a value, found `}`",
    ];
    assert_eq!(shown(&diagnostics), expected);
    let import = graph.modules["file:///app/src/a.ts"].imports.iter().find(|import| import.specifier == "./b");
    assert_eq!(import.map(|import| &import.target), Some(&Target::Unresolved), "`b.ts` is not in the graph");
    let import = &graph.modules["file:///app/src/d.ts"].imports[0];
    assert_eq!((import.kind, &import.target), (ImportKind::Import, &Target::Unresolved));
}

#[test]
fn unreadable_files_are_reported_where_they_are_imported() {
    let folder = Folder::new(&[("app/src/a.ts", "import './b'"), ("app/src/b.ts", "")]);
    let invalid = [0x66, 0xff, 0x66];
    crate::fs::write_if_changed(&folder.path("app/src/b.ts"), &invalid).expect("writes");
    let (app, source) = (folder.path("app"), folder.path("app/src"));
    let files = [folder.path("app/src/a.ts")];
    let (_, diagnostics, _) = scan(&ScanInput { app: &app, source: &source, files: &files, sources: &files });
    let messages = shown(&diagnostics);
    assert!(messages[0].starts_with("JITAR0006 a.ts \"'./b'\": cannot read `"), "{messages:?}");
}

#[test]
fn options_of_tsconfig_are_for_the_application_only() {
    let (_folder, graph, diagnostics, _) = scanned(&[
        ("app/tsconfig.json", r#"{"compilerOptions": {"jsx": "react-jsx", "jsxImportSource": "preact"}}"#),
        ("app/src/a.tsx", "import B from 'b'; export default () => <B/>"),
        ("app/node_modules/b/index.jsx", "export default () => <p/>"),
        ("app/node_modules/preact/jsx-runtime.js", "export const jsx = 1"),
        ("app/node_modules/react/jsx-runtime.js", "export const jsx = 1"),
    ]);
    assert_eq!(shown(&diagnostics), Vec::<String>::new());
    let source = |module: &str| graph.modules[module].imports[0].specifier.clone();
    assert_eq!(source("file:///app/src/a.tsx"), "preact/jsx-runtime");
    assert_eq!(source("file:///app/node_modules/b@0.0.0/index.jsx"), "react/jsx-runtime");
}

#[test]
fn many_modules_keep_their_order() {
    let files: Vec<(String, String)> =
        (0..300).map(|idx| (format!("app/src/m{idx:03}.ts"), format!("export const a{idx} = {idx}"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (_folder, graph, diagnostics, _) = scanned(&files);
    assert!(diagnostics.is_empty());
    assert!(graph.modules.values().map(|module| &module.specifier).is_sorted());
    assert_eq!(graph.modules.len(), files.len());
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let text = format!("export const a = {}1{}", "[".repeat(1900), "]".repeat(1900));
    let (_folder, graph, diagnostics, _) = scanned(&[("app/src/a.js", &text)]);
    assert!(diagnostics.is_empty());
    assert_eq!(graph.modules.len(), 1);
}

#[test]
fn imported_names_must_exist() {
    let (_folder, _, diagnostics, _) = scanned(&[
        (
            "app/src/a.ts",
            "import { totl, b, c as d, star } from './b'; import x from './b'; import * as ns from './b'; import j, { k } from './j.json'; export { nope } from './b'; f(totl, b, d, star, x, ns, j, k)",
        ),
        (
            "app/src/b.ts",
            "export const total = 1; export { c } from './c'; export { b } from './c'; export * from './c'; export * from './gone'",
        ),
        ("app/src/c.ts", "export const c = 1; export const star = 2; export type T = 1; export * from './c'"),
        ("app/src/d.ts", "import { only } from './e'; import { T } from './c'; only(); export { T }"),
        ("app/src/e.ts", "export default function only() {}"),
        ("app/src/f.js", "import { T } from './c'"),
        ("app/src/j.json", "{}"),
    ]);
    let expected = [
        "JITAR0011 a.ts \"x\": `./b` does not export `default`",
        "JITAR0011 a.ts \"k\": `./j.json` does not export `k`",
        "JITAR0011 b.ts \"b\": `./c` does not export `b`",
        "JITAR0002 b.ts \"'./gone'\": cannot find module `./gone`: there is no `src/gone`",
        "JITAR0011 d.ts \"only\": `./e` does not export `only`",
        "JITAR0011 f.js \"T\": `./c` does not export `T`",
    ];
    assert_eq!(shown(&diagnostics), expected, "names that may come from a missing module are not reported");
    let helps: Vec<_> = diagnostics.iter().filter_map(|diagnostic| diagnostic.help.as_deref()).collect();
    assert!(helps.iter().any(|help| help.contains("without braces")), "{helps:?}");
}

#[test]
fn misspelt_names_get_a_suggestion() {
    let (_folder, _, diagnostics, _) = scanned(&[
        ("app/src/a.js", "import { totl, default as x } from './b'; export { zzz } from './b'"),
        ("app/src/b.js", "export const total = 1"),
    ]);
    let helps: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.help.as_deref()).collect();
    assert_eq!(helps, [Some("did you mean `total`?"), Some("it exports `total`"), Some("it exports `total`")]);
    let labels: Vec<_> = diagnostics
        .iter()
        .flat_map(|diagnostic| &diagnostic.labels)
        .map(|label| &label.text[label.range.start..label.range.end])
        .collect();
    assert_eq!(labels, ["totl", "total", "default as x", "zzz"]);
}

#[test]
fn types_that_are_exported_again_without_saying_so_are_taken_out() {
    use crate::generate::emit::{Rewrites, SourcesContent, emit};
    let (_folder, graph, diagnostics, _) = scanned(&[
        (
            "app/src/barrel.ts",
            "export { T, value } from './types'; import { I, C } from './types'; export { I, C, I as J }; export * from './types'",
        ),
        ("app/src/types.ts", "export type T = 1; export interface I {} export class C {} export const value = 1"),
        ("app/src/user.ts", "import { T, J, C } from './barrel'; export { T, J, C }"),
        ("app/src/open.ts", "export type * from './types'"),
        ("app/src/user2.ts", "export { T } from './open'"),
    ]);
    assert_eq!(shown(&diagnostics), Vec::<String>::new());
    let code = |name: &str| {
        let module = &graph.modules[&format!("file:///app/src/{name}.ts")];
        let exports: Vec<_> = module.exports.iter().map(|export| export.name.clone()).collect();
        let code = emit(module, &Rewrites::default(), SourcesContent::Omitted).code;
        (exports.join(" "), code.replace('\n', " ").trim().to_owned())
    };
    let barrel = "export { value } from './types'; import { C } from './types'; export { C }; export * from './types';";
    assert_eq!(code("barrel"), ("value C".to_owned(), barrel.to_owned()));
    assert_eq!(code("user"), ("C".to_owned(), "import { C } from './barrel'; export { C };".to_owned()));
    assert_eq!(code("user2"), (String::new(), "export { } from './open';".to_owned()));
}
