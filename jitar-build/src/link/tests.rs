//! Tables over small applications: names, splits, units and every rule.

use super::{LinkedModule, LinkedUnit};
use crate::testing::App;

/// Path and text of files.
type Files<'a> = &'a [(&'a str, &'a str)];

const ASYNC: &str = "export default async function run() {}";

/// The FQNs and versions of a segment, and its classes with `class` before them.
fn names(files: Files<'_>, segment: &str) -> Vec<String> {
    let mut files = files.to_vec();
    files.push(("segments/s.json", segment));
    let app = App::new(&files);
    let linked = app.link();
    let segment = &linked.segments[0].segment;
    let procedures = segment.procedures.iter().flat_map(|procedure| {
        procedure.implementations.iter().map(|implementation| format!("{} {}", procedure.fqn, implementation.version))
    });
    procedures.chain(segment.classes.iter().map(|class| format!("class {}", class.fqn))).collect()
}

#[test]
fn segment_entries_get_the_names_of_the_specification() {
    let secret = ("src/game/checkSecret.ts", "export default async function checkSecret() {}");
    let cases: [(Files<'_>, &str, &[&str]); 11] = [
        (
            &[("src/sayHello.js", "export default async function sayHello() {}")],
            r#"{ "./sayHello": { "default": {} } }"#,
            &["sayHello 0.0.0"],
        ),
        (
            &[("src/domain/a.ts", "export async function sayHello() {}")],
            r#"{ "./domain/a": { "sayHello": {} } }"#,
            &["domain/sayHello 0.0.0"],
        ),
        (
            &[secret, ("src/game/index.ts", "export { default as check } from './checkSecret';")],
            r#"{ "./game": { "check": {} } }"#,
            &["game/check 0.0.0"],
        ),
        (
            &[secret, ("src/game/index.ts", "export * from './checkSecret'; export { default } from './checkSecret';")],
            r#"{ "./game": { "default": {} } }"#,
            &["game 0.0.0"],
        ),
        (
            &[secret, ("src/game/all.ts", "import check from './checkSecret.js'; export { check };")],
            r#"{ "./game/all": { "check": { "as": "x" } } }"#,
            &["game/x 0.0.0"],
        ),
        (
            &[("src/e.ts", "export async function e() {} export async function eV2() {}")],
            r#"{ "./e": { "e": {}, "eV2": { "as": "e", "version": "2" } } }"#,
            &["e 0.0.0", "e 2.0.0"],
        ),
        (&[("src/foo/myindex.ts", ASYNC)], r#"{ "./foo/myindex": { "default": {} } }"#, &["foo/run 0.0.0"]),
        (&[("src/a/b.ts", "export default async () => {};")], r#"{ "./a/b": { "default": {} } }"#, &["a/b 0.0.0"]),
        (
            &[("src/a/b.ts", "export const f = async () => {}; const g = async function () {}; export { g as h };")],
            r#"{ "./a/b": { "f": {}, "h": {} } }"#,
            &["a/f 0.0.0", "a/h 0.0.0"],
        ),
        (
            &[("src/p/Person.ts", "export default class Person {}")],
            r#"{ "./p/Person": { "default": { "access": "public" } } }"#,
            &["class p/Person"],
        ),
        (&[("src/p/side.ts", "globalThis.x = 1;")], r#"{ "./p/side": {} }"#, &[]),
    ];
    for (files, segment, expected) in cases {
        assert_eq!(names(files, segment), expected, "{segment}");
    }
}

#[test]
fn modules_on_the_way_belong_to_the_segment() {
    let app = App::new(&[
        ("src/game/index.ts", "export { check } from './check'; export const other = 1;"),
        ("src/game/check.ts", "export { inner as check } from './inner';"),
        ("src/game/inner.ts", "export async function inner() {}"),
        ("segments/s.json", r#"{ "./game": { "check": { "access": "public" } } }"#),
    ]);
    let linked = app.link();
    let modules = &linked.segments[0].segment.modules;
    let expected = ["check.ts", "index.ts", "inner.ts"].map(|file| format!("file:///app/src/game/{file}"));
    assert_eq!(*modules, expected);
    assert_eq!(linked.segments[0].listed.len(), 1, "only the listed module is registered");
    let inner = linked.members.of("file:///app/src/game/inner.ts").expect("is segmented");
    assert_eq!(inner.keys().collect::<Vec<_>>(), ["inner"]);
}

/// Where the imports of `src/main.ts` lead in the unit of the segment `main`.
fn imports_of_main(main: &str, others: Files<'_>) -> Vec<Vec<String>> {
    let mut files = vec![("src/main.ts", main), ("segments/main.json", r#"{ "./main": {} }"#)];
    files.extend(others);
    let app = App::new(&files);
    let linked = app.link();
    let unit = linked.units.iter().find(|unit| unit.id == "main").expect("is a unit");
    let Some(LinkedModule::Real(module)) = unit.modules.get("file:///app/src/main.ts") else {
        panic!("is in the unit")
    };
    let statements = module.imports.iter().map(|redirects| {
        let text = redirects.iter().map(|redirect| {
            let target = redirect.target.trim_start_matches("file:///app/src/");
            redirect.names.as_ref().map_or(target.to_owned(), |names| format!("{target} {names:?}"))
        });
        text.collect::<Vec<_>>()
    });
    let dynamic = module.dynamic_imports.iter().flatten().map(|target| vec![target.clone()]);
    statements.chain(dynamic).collect()
}

#[test]
fn imports_are_split_by_what_the_unit_has() {
    let others = [
        (
            "src/b.ts",
            "export async function far() {} export async function near() {} export class C {} export const K = 1;",
        ),
        ("src/shared.ts", "export { far } from './b'; export const s = 1;"),
        ("src/all.ts", "export async function only() {}"),
        ("src/db.ts", "export async function query() {}"),
        (
            "segments/other.json",
            r#"{ "./b": { "far": { "access": "protected" }, "C": {} }, "./all": { "only": { "access": "public" } } }"#,
        ),
        ("segments/main2.json", "{}"),
        ("resources/r.json", r#"["./db"]"#),
    ];
    let near = ("segments/main.json", r#"{ "./main": {}, "./b": { "near": {} } }"#);
    let cases: [(&str, &[&[&str]]); 12] = [
        ("import { far } from './b'; far();", &[&["b.ts?remote"]]),
        ("import { C, K } from './b'; [C, K];", &[&["b.ts"]]),
        ("import { far, C, K as k, far as f } from './b'; [far, C, k, f];", &[&["b.ts [1, 2]", "b.ts?remote [0, 3]"]]),
        ("import * as b from './b'; b;", &[&["b.ts?remote"]]),
        ("export * from './b';", &[&["b.ts?remote"]]),
        ("export { far as default, C } from './b';", &[&["b.ts [1]", "b.ts?remote [0]"]]),
        ("import './b';", &[&["b.ts"]]),
        ("import { far } from './shared'; far();", &[&["shared.ts"]]),
        ("import { query } from './db'; query();", &[&["db.ts"]]),
        ("import { BadRequest } from 'jitar'; BadRequest;", &[&["jitar:runtime"]]),
        ("await import('./b');", &[&["file:///app/src/b.ts?remote"]]),
        ("await import('./db');", &[&["file:///app/src/db.ts"]]),
    ];
    for (main, expected) in cases {
        assert_eq!(imports_of_main(main, &others), expected, "{main}");
    }
    let with_near: Vec<_> = others.into_iter().chain([near]).collect();
    let both = imports_of_main("import { far, near } from './b'; far(near);", &with_near);
    assert_eq!(both, [["b.ts [1]", "b.ts?remote [0]"]]);
}

#[test]
fn a_unit_with_both_segments_has_plain_imports() {
    let app = App::new(&[
        ("src/a.ts", "import b from './b'; export default async function a() { return b(); }"),
        ("src/b.ts", "export default async function b() {}"),
        ("segments/a.json", r#"{ "./a": { "default": {} } }"#),
        ("segments/b.json", r#"{ "./b": { "default": { "access": "protected" } } }"#),
        ("services/all.json", r#"{ "standalone": { "segments": ["b", "a"] } }"#),
    ]);
    let linked = app.link();
    let modules: Vec<(&str, Vec<&str>)> = linked.units.iter().map(described).collect();
    let expected = [("a", vec!["a.ts", "b.ts?remote"]), ("a+b", vec!["a.ts", "b.ts"]), ("b", vec!["b.ts"])];
    assert_eq!(modules, expected);
}

fn described(unit: &LinkedUnit) -> (&str, Vec<&str>) {
    let modules = unit.modules.keys().map(|specifier| specifier.trim_start_matches("file:///app/src/"));
    (&unit.id, modules.collect())
}

#[test]
fn units_come_from_segments_services_and_the_build_script() {
    let app = App::new(&[
        ("src/a.ts", ASYNC),
        ("src/set.ts", "import './used'; export {};"),
        ("src/used.ts", "export {};"),
        ("src/health.ts", "export default {};"),
        ("segments/a.json", r#"{ "./a": { "default": {} } }"#),
        ("segments/b.json", "{}"),
        ("segments/c.json", "{}"),
        ("services/gateway.json", r#"{ "gateway": {}, "healthChecks": ["./health"] }"#),
        ("services/w.json", r#"{ "worker": { "segments": ["a"] }, "setUp": ["./set"] }"#),
        ("services/x.json", r#"{ "worker": { "segments": ["a"] }, "tearDown": ["./health.js"] }"#),
    ]);
    let extra = [vec!["c".to_owned(), "b".to_owned(), "c".to_owned()]];
    let (linked, diagnostics) = super::link(&app.config, &app.graph, &app.host, &extra);
    assert!(diagnostics.is_empty());
    let units: Vec<_> = linked.units.iter().map(described).collect();
    let expected = [
        ("a", vec!["a.ts", "health.ts", "set.ts", "used.ts"]),
        ("b", vec![]),
        ("b+c", vec![]),
        ("c", vec![]),
        ("none", vec!["health.ts"]),
    ];
    assert_eq!(units, expected);
    assert_eq!(linked.units[0].scripts, ["file:///app/src/health.ts", "file:///app/src/set.ts"]);

    let (_, diagnostics) = super::link(&app.config, &app.graph, &app.host, &[vec!["a".to_owned(), "zz".to_owned()]]);
    let messages: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(messages, ["the build script asks for a unit with the segment `zz`, which does not exist"]);
}

fn check_mistake(files: Files<'_>, expected: &[&str]) {
    assert_eq!(App::new(files).link_mistakes(), expected, "{files:?}");
}

#[test]
fn listed_exports_must_be_procedures_or_classes() {
    let cases: [(&str, &[&str]); 9] = [
        ("export async function g() {}", &["JITAR0045 segments/s.json:1:12 the module `./a` does not export `f`"]),
        ("async function f() {}\nexport {};", &["JITAR0045 segments/s.json:1:12 the module `./a` does not export `f`"]),
        (
            "export const f = 1;",
            &["JITAR0046 segments/s.json:1:12 src/a.ts:1:14 the export `f` of `./a` is neither a function nor a class"],
        ),
        (
            "export let f = globalThis.x;",
            &["JITAR0046 segments/s.json:1:12 src/a.ts:1:12 the export `f` of `./a` is neither a function nor a class"],
        ),
        (
            "export * as f from './b';",
            &["JITAR0046 segments/s.json:1:12 the export `f` of `./a` is neither a function nor a class"],
        ),
        ("\nexport function f() {}", &["JITAR0047 src/a.ts:2:17 segments/s.json:1:12 the procedure `f` is not async"]),
        ("export const f = () => 1;", &["JITAR0047 src/a.ts:1:14 segments/s.json:1:12 the procedure `f` is not async"]),
        (
            "export async function* f() {}",
            &["JITAR0048 src/a.ts:1:24 segments/s.json:1:12 the procedure `f` is a generator"],
        ),
        (
            "export async function f({ [globalThis.k]: v }) { v; }",
            &[
                "JITAR0054 src/a.ts:1:27 segments/s.json:1:12 the procedure `f` has a parameter that callers cannot name",
            ],
        ),
    ];
    for (module, expected) in cases {
        let files =
            [("src/a.ts", module), ("src/b.ts", "export {};"), ("segments/s.json", r#"{ "./a": { "f": {} } }"#)];
        check_mistake(&files, expected);
    }
}

#[test]
fn a_file_that_cannot_be_parsed_hides_no_mistake_elsewhere() {
    let app = App::new(&[
        ("src/a.ts", "export async function f( {"),
        ("src/b.ts", "export function g() {}"),
        ("segments/s.json", r#"{ "./a": { "f": {} }, "./b": { "g": {} } }"#),
    ]);
    let codes: Vec<String> = app.link_mistakes().into_iter().map(|mistake| mistake[..9].to_owned()).collect();
    assert_eq!(codes, ["JITAR0001", "JITAR0047"]);
}

#[test]
fn resources_are_in_no_segment() {
    let files = [
        ("src/db.ts", ASYNC),
        ("segments/s.json", r#"{ "./db": { "default": {} } }"#),
        ("resources/r.json", r#"["./db"]"#),
    ];
    check_mistake(
        &files,
        &["JITAR0060 segments/s.json:1:3 resources/r.json:1:2 the resource `./db` is part of a segment"],
    );
}

#[test]
fn names_are_unique_in_a_segment_and_in_a_unit() {
    let functions =
        ("src/a.ts", "export async function f() {} export async function g() {} export class C {} export class D {}");
    let other = ("src/b.ts", "export async function f() {} export class C {}");
    let both = ("services/w.json", r#"{ "worker": { "segments": ["s", "t"] } }"#);
    let listed = |text| ("segments/s.json", text);
    let also = |text| ("segments/t.json", text);
    let cases: [(Files<'_>, &[&str]); 8] = [
        (
            &[functions, listed(r#"{ "./a": { "f": {}, "g": { "as": "f" } } }"#)],
            &[
                "JITAR0049 segments/s.json:1:21 segments/s.json:1:12 the segment `s` has two implementations of `f` with version 0.0.0",
            ],
        ),
        (&[functions, listed(r#"{ "./a": { "f": {}, "g": { "as": "f", "version": "1" } } }"#)], &[]),
        (
            &[functions, listed(r#"{ "./a": { "C": {}, "D": { "as": "C" } } }"#)],
            &["JITAR0050 segments/s.json:1:21 segments/s.json:1:12 the segment `s` has two classes called `C`"],
        ),
        (
            &[functions, other, both, listed(r#"{ "./a": { "f": {} } }"#), also(r#"{ "./b": { "f": {} } }"#)],
            &[
                "JITAR0049 segments/t.json:1:12 segments/s.json:1:12 the service unit `s+t` has two implementations of `f` with version 0.0.0",
            ],
        ),
        (
            &[functions, other, both, listed(r#"{ "./a": { "C": {} } }"#), also(r#"{ "./b": { "C": {} } }"#)],
            &["JITAR0050 segments/t.json:1:12 segments/s.json:1:12 the service unit `s+t` has two classes called `C`"],
        ),
        (
            &[functions, other, listed(r#"{ "./a": { "f": {} } }"#), also(r#"{ "./b": { "f": {} } }"#)],
            &[
                "JITAR0057 segments/t.json:1:12 segments/s.json:1:12 the segments `s` and `t` have different procedures called `f`",
            ],
        ),
        (
            &[functions, other, listed(r#"{ "./a": { "C": {} } }"#), also(r#"{ "./b": { "C": {} } }"#)],
            &[
                "JITAR0057 segments/t.json:1:12 segments/s.json:1:12 the segments `s` and `t` have different classes called `C`",
            ],
        ),
        (&[functions, both, listed(r#"{ "./a": { "f": {} } }"#), also(r#"{ "./a": { "f": {} } }"#)], &[]),
    ];
    for (files, expected) in cases {
        check_mistake(files, expected);
    }
}

#[test]
fn private_procedures_are_called_within_their_unit_only() {
    let importer = ("src/a.ts", "import { f } from './b';\nexport async function a() { return f(); }");
    let through = ("src/a.ts", "import { f } from './shared'; export async function a() { return f(); }");
    let shared = ("src/shared.ts", "export { f } from './b';");
    let private = ("src/b.ts", "export async function f() {}");
    let segments = [("segments/a.json", r#"{ "./a": { "a": {} } }"#), ("segments/b.json", r#"{ "./b": { "f": {} } }"#)];
    let both = ("services/w.json", r#"{ "worker": { "segments": ["a", "b"] } }"#);
    let never = "the private procedure `f` is in another segment than its importer";
    let sometimes = "the private procedure `f` cannot be called in the service unit `a`";
    let cases: [(Files<'_>, String); 3] = [
        (&[importer], format!("JITAR0051 src/a.ts:1:10 segments/b.json:1:12 {never}")),
        (&[importer, both], format!("JITAR0051 src/a.ts:1:10 segments/b.json:1:12 {sometimes}")),
        (&[through, shared], format!("JITAR0051 src/a.ts:1:10 segments/b.json:1:12 {never}")),
    ];
    for (files, expected) in cases {
        let files: Vec<_> = files.iter().copied().chain([private]).chain(segments).collect();
        check_mistake(&files, &[&expected]);
    }
}

#[test]
fn client_modules_have_different_names() {
    let files = [
        ("src/a.ts", "export async function f() {}"),
        ("src/a.js", "export async function g() {}"),
        ("segments/s.json", r#"{ "./a.ts": { "f": {} }, "./a.js": { "g": {} } }"#),
    ];
    check_mistake(&files, &["JITAR0055 segments/s.json:1:26 `a.ts` and `a.js` would be one module for the browser"]);
}

#[test]
fn several_isolates_share_no_state() {
    let module =
        ("src/a.ts", "let count = 0;\nconst limit = 1;\nexport async function f() { return count++ + limit; }");
    let segment = ("segments/s.json", r#"{ "./a": { "f": {} } }"#);
    let service = |text| ("services/w.json", text);
    let expected =
        "JITAR0076 src/a.ts:1:5 src/a.ts:3:36 services/w.json:1:53 each isolate has its own variable `count`";
    let cases: [(&str, &[&str]); 3] = [
        (r#"{ "worker": { "segments": ["s"] },      "isolates": 2 }"#, &[expected]),
        (r#"{ "worker": { "segments": ["s"] },      "isolates": "auto" }"#, &[expected]),
        (r#"{ "worker": { "segments": ["s"] },      "isolates": 1 }"#, &[]),
    ];
    for (text, expected) in cases {
        check_mistake(&[module, segment, service(text)], expected);
    }
}
