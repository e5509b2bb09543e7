//! What is printed, and where its positions lead.

use camino::Utf8PathBuf;

use super::*;
use crate::scan::graph::Graph;
use crate::scan::{ScanInput, scan};
use crate::testing::Folder;

/// Scans an application of one module, with some others that it can import.
fn module(file: &str, text: &str) -> Module {
    let folder = Folder::new(&[
        (&format!("app/src/{file}"), text),
        ("app/src/x.ts", "export default 1; export let a: any, b: any, c: any"),
        ("app/src/data.json", "{}"),
        ("app/node_modules/react/package.json", r#"{"name": "react", "version": "1.0.0"}"#),
        ("app/node_modules/react/jsx-runtime.js", "export const jsx = 1, jsxs = 1, Fragment = 1"),
    ]);
    let files: [Utf8PathBuf; 1] = [folder.path(&format!("app/src/{file}"))];
    let (app, source) = (folder.path("app"), folder.path("app/src"));
    let input = ScanInput { app: &app, source: &source, files: &files, sources: &files };
    let (Graph { mut modules, .. }, diagnostics, _) = scan(&input);
    assert!(diagnostics.is_empty(), "{text}: {diagnostics:?}");
    modules.swap_remove(&format!("file:///app/src/{file}")).expect("the module is in the graph")
}

fn printed(file: &str, text: &str) -> String {
    emit(&module(file, text), &Rewrites::default(), SourcesContent::Omitted).code
}

/// Text with runs of white space as one space.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the known implementation's printer destroys (spec 2.11) keeps its meaning.
#[test]
fn ordinary_javascript_survives() {
    let cases = [
        ("a instanceof B; typeof a; delete o.p; void 0", "a instanceof B; typeof a; delete o.p; void 0;"),
        ("a >>> 0; a - -1; a + +b; - -a", "a >>> 0; a - -1; a + +b; - -a;"),
        ("import * as ns from './x'", "import * as ns from './x';"),
        ("import d, * as ns from './x'", "import d, * as ns from './x';"),
        ("import './x'", "import './x';"),
        ("export * from './x'", "export * from './x';"),
        ("export * as ns from './x'", "export * as ns from './x';"),
        ("export default async function() {}", "export default async function() {}"),
        ("export default class {}", "export default class { }"),
        ("export default { a: 1 }", "export default { a: 1 };"),
        ("export default [1]", "export default [ 1 ];"),
        ("export default a + b", "export default a + b;"),
        ("export default a.b", "export default a.b;"),
        ("export default name()", "export default name();"),
        ("export default async () => 1", "export default (async ()=>1);"),
        ("export const a = 1, b = 2; let c = 1, d = 2", "export const a = 1, b = 2; let c = 1, d = 2;"),
        (
            "export const { a, b } = o; export async function* g() {}",
            "export const { a, b } = o; export async function* g() {}",
        ),
        ("const m = await import('./x')", "const m = await import(\"./x\");"),
        ("import.meta.url", "import.meta.url;"),
        ("import d from './data.json' with { type: 'json' }", "import d from './data.json' with { type: 'json' };"),
        ("`a ${`b  ${c} // d`} e`", "`a ${`b ${c} // d`} e`;"),
        ("const r = /[/]/", "const r = /[/]/;"),
        ("foo()\nbar()\nlet x = 1\nlet y = 2", "foo(); bar(); let x = 1; let y = 2;"),
        ("x = function () {}; new class {}", "x = function() {}; new class { };"),
        ("++a; ~a; const b = ~a, c = +a", "++a; ~a; const b = ~a, c = +a;"),
        ("[a, , b] = c", "[a, , b] = c;"),
        (
            "class A extends mixin(B) { static { f() } get = 1; ['x']() {} } class C extends ns.B {}",
            "class A extends mixin(B) { static{ f(); } get = 1; ['x']() {} } class C extends ns.B { }",
        ),
        ("#!/usr/bin/env node\nf()", "f();"),
        ("const { a: b, c: { d } } = o", "const { a: b, c: { d } } = o;"),
        ("import { a, a as b } from './x'", "import { a, a as b } from './x';"),
        (
            "(function () {})(); ({}).a; (a, b); (a ?? b) || c; (-1) ** 2",
            "(function() {})(); ({}).a; a, b; (a ?? b) || c; (-1) ** 2;",
        ),
        ("const s = 'a\\u{1F600}\\n', big = 12_345n", "const s = 'a\\u{1F600}\\n', big = 12_345n;"),
        ("-12-10; 12_345_678.90; 0x124_a4Bc; 0b11_0110", "-12 - 10; 12_345_678.90; 0x124_a4Bc; 0b11_0110;"),
        ("f([/a'/g], /b/.test(c)); const o = { r: /`/ }", "f([ /a'/g ], /b/.test(c)); const o = { r: /`/ };"),
        (
            "const async = 1, of = 2, get = 3, from = 4, as = 5; ({ async, of, get, from })",
            "const async = 1, of = 2, get = 3, from = 4, as = 5; ({ async, of, get, from });",
        ),
        (
            "class A { static #a = 1; static async b() {} *c() {} async *d() {} get e() { return this.#f } set e(v) {} #f = 2; #g() {} static get h() { return #f in o } }",
            "class A { static #a = 1; static async b() {} *c() {} async *d() {} get e() { return this.#f; } set e(v) {} #f = 2; #g() {} static get h() { return #f in o; } }",
        ),
        (
            "function f(){if(a)return/x/;else throw b}try{f()}catch{}finally{}",
            "function f() { if (a) return /x/; else throw b; } try { f(); } catch {} finally{}",
        ),
        (
            "a?.b?.[c]?.(d) ?? e; a ||= b; a **= 2; x = y ? z : w",
            "a?.b?.[c]?.(d) ?? e; a ||= b; a **= 2; x = y ? z : w;",
        ),
        ("await using a = b; for await (const c of d);", "await using a = b; for await (const c of d);"),
        (
            "const a = 1; function f() { const a = 2; { let a = 3; return a } }",
            "const a = 1; function f() { const a = 2; { let a = 3; return a; } }",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(flat(&printed("m.js", text)), expected, "{text}");
    }
}

#[test]
fn types_jsx_and_decorators_are_compiled() {
    let cases = [
        ("let a: string = <any>b satisfies X; type X = any; declare const b: any", "let a = b;"),
        (
            "export enum E { A, B = 'b' }",
            "export var E = /*#__PURE__*/ function(E) { E[E[\"A\"] = 0] = \"A\"; E[\"B\"] = \"b\"; return E; }({});",
        ),
        (
            "class A { constructor(private a: number, readonly b = 1) {} declare c: 1; d?: 2 }",
            "class A { a; b; constructor(a, b = 1){ this.a = a; this.b = b; } d; }",
        ),
        ("import type { a } from './x'; import { b, type c } from './x'; b", "import { b } from './x'; b;"),
        (
            "export const v = <p class=\"q\">{1}</p>",
            "import { jsx as _jsx } from \"react/jsx-runtime\"; export const v = _jsx(\"p\", { class: \"q\", children: 1 });",
        ),
    ];
    for (text, expected) in cases {
        let file = if text.contains("</") { "m.tsx" } else { "m.ts" };
        assert_eq!(flat(&printed(file, text)), expected, "{text}");
    }
    let parts = flat(&printed(
        "m.ts",
        "namespace N { export let a = 1, c = 2; } export namespace N { a = c; f({ a }); const d = (a: any) => [a, g.a, free]; }",
    ));
    let second = parts.rsplit_once("(function(N)").expect("two parts").1.trim_start();
    assert!(second.starts_with("{ N.a = N.c; f({ a: N.a }); const d = (a)=>[ a, g.a, free ];"), "{second}");
    let decorated = printed("m.ts", "declare const dec: any; @dec export class A { @dec m() {} @dec accessor n = 1 }");
    assert!(!decorated.contains("@dec") && !decorated.contains("accessor n"), "{decorated}");
    assert!(!decorated.contains("@swc/helpers"), "helpers are part of the module: {decorated}");
}

fn to(specifier: &str, names: Names) -> Rewritten {
    Rewritten { specifier: specifier.to_owned(), names }
}

#[test]
fn imports_are_replaced() {
    let cases = [
        (
            "import { a, b as c } from './x'; f(a, c)",
            vec![to("./x.ts", Names::All)],
            "import { a, b as c } from \"./x.ts\"; f(a, c);",
        ),
        (
            "import d, { a, b as c } from './x'; f()",
            vec![to("./x.ts", Names::Some(vec![1])), to("./x.ts?remote", Names::Some(vec![0, 2]))],
            "import { a } from \"./x.ts\"; import d, { b as c } from \"./x.ts?remote\"; f();",
        ),
        (
            "import d, * as ns from './x'",
            vec![to("./x.ts?remote", Names::Some(vec![0])), to("./x.ts", Names::Some(vec![1]))],
            "import d from \"./x.ts?remote\"; import * as ns from \"./x.ts\";",
        ),
        (
            "export { a, b as c, default } from './x'",
            vec![to("./x.ts", Names::Some(vec![0, 2])), to("./x.ts?remote", Names::Some(vec![1]))],
            "export { a, default } from \"./x.ts\"; export { b as c } from \"./x.ts?remote\";",
        ),
        ("export * from './x'", vec![to("./x.ts", Names::All)], "export * from \"./x.ts\";"),
        ("export * as ns from './x'", vec![to("../y.ts", Names::All)], "export * as ns from \"../y.ts\";"),
        ("import './x'", vec![to("./x.ts", Names::All)], "import \"./x.ts\";"),
        ("import { a } from './x'", vec![to("./x.ts", Names::Some(vec![]))], "import \"./x.ts\";"),
        ("import './x'; f()", vec![], "f();"),
        (
            "import d from './data.json'",
            vec![to("./data.json", Names::All)],
            "import d from \"./data.json\" with { type: \"json\" };",
        ),
        (
            "import d from './data.json' with { type: 'json' }",
            vec![to("../data.json", Names::All)],
            "import d from \"../data.json\" with { type: 'json' };",
        ),
        (
            "export { default } from './data.json'",
            vec![to("./data.json", Names::All)],
            "export { default } from \"./data.json\" with { type: \"json\" };",
        ),
    ];
    for (text, statements, expected) in cases {
        let rewrites = Rewrites { imports: vec![statements], ..Rewrites::default() };
        let code = emit(&module("m.js", text), &rewrites, SourcesContent::Omitted).code;
        assert_eq!(flat(&code), expected, "{text}");
    }
}

#[test]
fn each_import_has_its_own_replacement() {
    let text = "import './x'; export const v = 1; export * from './x'; import d from './x'; f(d)";
    let rewrites = Rewrites {
        imports: vec![vec![to("1", Names::All)], vec![to("2", Names::All)], vec![to("3", Names::All)]],
        ..Rewrites::default()
    };
    let code = emit(&module("m.js", text), &rewrites, SourcesContent::Omitted).code;
    assert_eq!(flat(&code), "import \"1\"; export const v = 1; export * from \"2\"; import d from \"3\"; f(d);");
}

#[test]
fn dynamic_imports_are_replaced() {
    let text = "import('./x'); import(y); f(async () => import(`./x`)); import('./data.json')";
    let rewrites = Rewrites {
        dynamic_imports: vec![
            Some("./x.ts".to_owned()),
            Some("never".to_owned()),
            Some("./x.ts?remote".to_owned()),
            None,
        ],
        ..Rewrites::default()
    };
    let code = emit(&module("m.js", text), &rewrites, SourcesContent::Omitted).code;
    let expected = "import(\"./x.ts\"); import(y); f(async ()=>import(\"./x.ts?remote\")); \
        import(\"./data.json\", { with: { type: \"json\" } });";
    assert_eq!(flat(&code), expected);
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let text = format!("export const a = {}1{}", "[".repeat(800), "]".repeat(800));
    assert_eq!(printed("m.js", &text).matches('[').count(), 800);
}

#[test]
fn json_modules_are_printed_as_they_are() {
    let json = module("d.json", "{ \"a\": [1]}\n");
    let emitted = emit(&json, &Rewrites::default(), SourcesContent::Omitted);
    assert_eq!(emitted, Emitted { code: "{ \"a\": [1]}\n".to_owned(), map: None });
}

#[test]
fn positions_lead_back_to_the_source() {
    let text = "#!/usr/bin/env x\nimport type { T } from './x';\nimport { a } from './x';\n\ninterface Long {\n  member: string;\n}\n\n\
        export async function f<T>(value: T, é: Long = a): Promise<void> {\n  const text: string = 'ü😀'; if (é as any) { throw new Error(text) }\n}\n";
    let module = module("deep/m.ts", &text.replace("./x", "../x"));
    let rewrites =
        Rewrites { imports: vec![vec![to("./1", Names::Some(vec![])), to("./2", Names::All)]], ..Rewrites::default() };
    let emitted = emit(&module, &rewrites, SourcesContent::Omitted);
    let map = Map::read(emitted.map.as_deref().expect("there is a map"));
    assert_eq!(map.sources, ["src/deep/m.ts"]);
    assert!(!map.has_content);
    for part in ["async function", "value", "throw", "new Error", "text)"] {
        let generated = position(&emitted.code, part);
        assert_eq!(map.original(generated), Some(position(&module.text, part)), "{part} in {}", emitted.code);
    }
    let with_text = emit(&module, &rewrites, SourcesContent::Included).map.expect("there is a map");
    assert!(Map::read(&with_text).has_content);
}

/// Line and column (in UTF-16 units, as source maps count) of a text, from 0.
fn position(text: &str, part: &str) -> (u32, u32) {
    let before = &text[..text.find(part).unwrap_or_else(|| panic!("{part:?} is in {text}"))];
    let line = before.rsplit('\n').next().unwrap_or_default();
    let count = |number: usize| u32::try_from(number).expect("small");
    (count(before.matches('\n').count()), count(line.encode_utf16().count()))
}

/// Just enough of a source map reader.
struct Map {
    sources: Vec<String>,
    has_content: bool,
    /// Generated position, then original position.
    segments: Vec<((u32, u32), (u32, u32))>,
}

impl Map {
    fn read(json: &str) -> Self {
        let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
        assert_eq!(json["version"], 3);
        let sources = json["sources"].as_array().expect("a list");
        let mappings = json["mappings"].as_str().expect("a text");
        let (mut line, mut column) = (0, 0);
        let mut segments = Vec::new();
        for (generated_line, text) in (0..).zip(mappings.split(';')) {
            let mut generated_column = 0;
            for fields in text.split(',').filter(|text| !text.is_empty()).map(decode) {
                generated_column += fields[0];
                if let [_, _, lines, columns, ..] = fields[..] {
                    line += lines;
                    column += columns;
                    let unsigned = |number: i64| u32::try_from(number).expect("not negative");
                    segments.push(((generated_line, unsigned(generated_column)), (unsigned(line), unsigned(column))));
                }
            }
        }
        Self {
            sources: sources.iter().map(|source| source.as_str().expect("a text").to_owned()).collect(),
            has_content: json["sourcesContent"]
                .as_array()
                .is_some_and(|texts| texts.iter().any(|text| !text.is_null())),
            segments,
        }
    }

    /// The original position of exactly this generated position.
    fn original(&self, generated: (u32, u32)) -> Option<(u32, u32)> {
        self.segments.iter().find(|(from, _)| *from == generated).map(|(_, original)| *original)
    }
}

/// The numbers of one segment.
fn decode(text: &str) -> Vec<i64> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut numbers, mut number, mut shift) = (Vec::new(), 0_i64, 0);
    for digit in text.chars().map(|character| DIGITS.find(character).expect("base 64")) {
        number |= i64::try_from(digit & 31).expect("small") << shift;
        shift += 5;
        if digit & 32 == 0 {
            numbers.push(if number & 1 == 1 { -(number >> 1) } else { number >> 1 });
            (number, shift) = (0, 0);
        }
    }
    numbers
}
