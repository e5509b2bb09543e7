//! The generated text, over small applications.

use crate::testing::App;

/// The code of a module in a unit.
fn code(files: &[(&str, &str)], unit: &str, specifier: &str) -> String {
    let app = App::new(files);
    let generated = super::generate(&app.link());
    let unit = generated.units.iter().find(|generated| generated.id == unit).expect("is a unit");
    let modules = unit.archive.by_specifier();
    modules.get(specifier).unwrap_or_else(|| panic!("{specifier} is in {:?}", modules.keys())).code.clone()
}

/// The stubs for `src/b.ts`, of which the segment `b` lists something.
fn stubs(module: &str, listed: &str) -> String {
    let segment = format!("{{ \"./b\": {listed} }}");
    let files = [
        ("src/main.ts", "import * as b from './b'; console.log(b);"),
        ("src/b.ts", module),
        ("src/c.ts", "export class Far {}"),
        ("segments/b.json", segment.as_str()),
        ("segments/main.json", r#"{ "./main": {} }"#),
    ];
    code(&files, "main", "file:///app/src/b.ts?remote")
}

#[test]
fn remote_modules_have_every_export() {
    let run = "import { __run } from \"jitar:remote\";\n";
    let public = r#"{ "default": { "access": "public" } }"#;
    let named = r#"{ "f": { "access": "protected", "version": "1.2" } }"#;
    let cases = [
        (
            "export default async function getMonthData(year: number, month = KEY) {} const KEY = 1;",
            public,
            format!("{run}export default async function getMonthData(year, month) {{\n  return __run('getMonthData', '0.0.0', {{ 'year': year, 'month': month }}, this);\n}}\n"),
        ),
        (
            "export default async (...names) => names;",
            public,
            format!("{run}export default async function b(...names) {{\n  return __run('b', '0.0.0', {{ '...names': names }}, this);\n}}\n"),
        ),
        (
            "export const f = async ({ a, b: { c } = {}, ...rest } = {}) => [a, c, rest];",
            named,
            format!("{run}export async function f({{ a, b: {{ c }} = {{}}, ...rest }} = {{}}) {{\n  return __run('f', '1.2.0', {{ 'a': a, 'c': c, '...rest': rest }}, this);\n}}\n"),
        ),
        (
            "export async function f() {}",
            r#"{ "f": {} }"#,
            "import { ProcedureNotAccessible } from \"jitar:remote\";\nexport async function f() {\n  throw new ProcedureNotAccessible('f', '0.0.0');\n}\n".to_owned(),
        ),
        (
            "async function g() {} export { g as f, g as 'a-b', g as delete };",
            r#"{ "a-b": { "access": "public" }, "delete": { "access": "public" }, "f": { "access": "public" } }"#,
            format!(
                "{run}export async function f() {{\n  return __run('f', '0.0.0', {{}}, this);\n}}\n\
                 async function $1() {{\n  return __run('a-b', '0.0.0', {{}}, this);\n}}\nexport {{ $1 as \"a-b\" }};\n\
                 async function $2() {{\n  return __run('delete', '0.0.0', {{}}, this);\n}}\nexport {{ $2 as delete }};\n"
            ),
        ),
        (
            "export async function f() {} export class Near {} export { Far as Other } from './c'; export const LIST = [1, 'a'];",
            named,
            format!(
                "{run}export async function f() {{\n  return __run('f', '1.2.0', {{}}, this);\n}}\n\
                 export {{ Near }} from \"./b.ts\";\nexport {{ Far as Other }} from \"./c.ts\";\nexport const LIST = [1, 'a'];\n"
            ),
        ),
    ];
    for (module, listed, expected) in cases {
        assert_eq!(stubs(module, listed), expected, "{module}");
    }
}

#[test]
fn what_cannot_be_had_says_why() {
    let text = stubs("export async function f() {} export function helper() {}", r#"{ "f": { "access": "public" } }"#);
    assert!(text.contains("export const helper = $unavailable(\"'helper' of 'src/b.ts' is in no segment"), "{text}");
    assert!(text.contains("const $unavailable = "), "{text}");
}

#[test]
fn a_module_of_which_the_unit_has_a_part_mixes_both() {
    let files = [
        ("src/main.ts", "import * as b from './b'; console.log(b);"),
        ("src/b.ts", "export async function near() {} export async function far() {} export function helper() {}"),
        ("segments/b.json", r#"{ "./b": { "far": { "access": "public" } } }"#),
        ("segments/main.json", r#"{ "./main": {}, "./b": { "near": {} } }"#),
    ];
    let expected = "import { __run } from \"jitar:remote\";\nexport { near } from \"./b.ts\";\n\
                    export async function far() {\n  return __run('far', '0.0.0', {}, this);\n}\n\
                    export { helper } from \"./b.ts\";\n";
    assert_eq!(code(&files, "main", "file:///app/src/b.ts?remote"), expected);
}

#[test]
fn imports_are_printed_with_their_targets() {
    let files = [
        (
            "src/a/main.ts",
            "import { f, K } from '../b';\nimport { BadRequest } from 'jitar';\nexport async function run() { return [await f(), K, BadRequest, await import('../b')]; }",
        ),
        ("src/b.ts", "export async function f() {} export const K = 1;"),
        ("segments/b.json", r#"{ "./b": { "f": { "access": "public" } } }"#),
        ("segments/main.json", r#"{ "./a/main": { "run": {} } }"#),
    ];
    let text = code(&files, "main", "file:///app/src/a/main.ts");
    for part in [
        "import { K } from \"../b.ts\";",
        "import { f } from \"../b.ts?remote\";",
        "import { BadRequest } from \"jitar:runtime\";",
        "import(\"../b.ts?remote\")",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn registration_modules_describe_segments() {
    let files = [
        (
            "src/reporting/getMonthReport.ts",
            "export default async function getMonthReport(year, month = 'May') {} export async function v2({ year }) {}",
        ),
        ("src/reporting/side.ts", "export {};"),
        ("src/person/Person.ts", "export class Person {}"),
        (
            "segments/reporting.json",
            r#"{ "./reporting/getMonthReport": { "default": { "access": "public" }, "v2": { "as": "getMonthReport", "version": "2" } },
                 "./reporting/side": {}, "./person/Person": { "Person": {} } }"#,
        ),
    ];
    let expected = r#"import { Segment, Class, Procedure, Implementation, Version, NamedParameter, ArrayParameter, ObjectParameter } from "jitar:runtime";
import $1, { v2 as $2 } from "file:///app/src/reporting/getMonthReport.ts";
import "file:///app/src/reporting/side.ts";
import { Person as $3 } from "file:///app/src/person/Person.ts";
export default new Segment("reporting")
  .addClass(new Class("person/Person", $3))
  .addProcedure(new Procedure("reporting/getMonthReport")
    .addImplementation(new Implementation(new Version(0, 0, 0), "public",
      [new NamedParameter("year", false), new NamedParameter("month", true)], $1))
    .addImplementation(new Implementation(new Version(2, 0, 0), "private",
      [new ObjectParameter([new NamedParameter("year", false)])], $2)));
"#;
    assert_eq!(code(&files, "reporting", "jitar:segment/reporting"), expected);
    let entry = "import { registerSegments } from \"jitar:remote\";\nimport $1 from \"jitar:segment/reporting\";\nregisterSegments([$1]);\n";
    assert_eq!(code(&files, "reporting", "jitar:unit"), entry);
}

#[test]
fn archives_are_sorted_and_name_their_imports() {
    let app = App::new(&[
        (
            "src/a.ts",
            "import { K } from './k'; import t from './t.json'; import { Request } from 'jitar'; export async function a() { return [K, t, Request]; }",
        ),
        ("src/k.ts", "export const K = 1;"),
        ("src/t.json", "[1]"),
        ("src/late.ts", "export {};"),
        ("segments/s.json", r#"{ "./a": { "a": {} } }"#),
    ]);
    let generated = super::generate(&app.link());
    let archive = &generated.units[0].archive;
    assert_eq!(archive.entry, "jitar:unit");
    let modules: Vec<_> =
        archive.modules.iter().map(|module| (module.specifier.as_str(), &module.imports[..])).collect();
    let text = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        modules,
        [
            ("file:///app/src/a.ts", &text(&["file:///app/src/k.ts", "file:///app/src/t.json"])[..]),
            ("file:///app/src/k.ts", &[]),
            ("file:///app/src/t.json", &[]),
            ("jitar:segment/s", &text(&["file:///app/src/a.ts"])[..]),
            ("jitar:unit", &text(&["jitar:segment/s"])[..]),
        ]
    );
}

/// Modules for the browser.
fn client(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let client = super::generate(&App::new(files).link()).client;
    // The runtime has tests of its own.
    client.into_iter().filter(|(path, _)| path != "jitar.js").collect()
}

#[test]
fn browsers_get_public_procedures_and_data() {
    let files = [
        (
            "src/a/get.ts",
            "import { Person } from './Person'; export async function get(id) { return new Person(id, SECRET); }\nexport async function hidden() {}\nexport const SECRET = 'x';\nexport { Person } from './Person';",
        ),
        (
            "src/a/Person.ts",
            "import { Base } from '../Base'; import { NotFound } from 'jitar'; export class Person extends Base { fail() { throw new NotFound(); } }",
        ),
        ("src/Base.ts", "export class Base {}"),
        (
            "segments/s.json",
            r#"{ "./a/get": { "get": { "access": "public" }, "hidden": { "access": "protected" } }, "./a/Person": { "Person": {} } }"#,
        ),
    ];
    let modules = client(&files);
    let paths: Vec<_> = modules.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["Base.js", "a/Person.js", "a/get.js"]);
    let person = &modules[1].1;
    assert!(person.contains("from \"../Base.js\"") && person.contains("from \"/jitar/client/jitar.js\""), "{person}");
    let get = &modules[2].1;
    for part in [
        "import { __run } from \"/jitar/client/jitar.js\";",
        "return __run('a/get', '0.0.0', { 'id': id }, this);",
        "export { Person } from \"./Person.js\";",
        "export const hidden = $unavailable(",
        "export const SECRET = $unavailable(",
    ] {
        assert!(get.contains(part), "{part} is missing in\n{get}");
    }
    assert!(!get.contains("'x'"), "server code leaks:\n{get}");
}

#[test]
fn classes_beside_server_code_stay_on_the_server() {
    let cases = [
        "export class C {} export function helper() {}",
        "import { pool } from './db'; export class C { x = pool; }",
        "export class C {} let state = globalThis.x; export { state };",
        "export class C { load() { return import('./db'); } }",
    ];
    for module in cases {
        let files = [
            ("src/c.ts", module),
            ("src/db.ts", "export const pool = globalThis.connect('secret');"),
            ("segments/s.json", r#"{ "./c": { "C": {} } }"#),
        ];
        let modules = client(&files);
        assert_eq!(modules.len(), 1, "{module}");
        assert!(modules[0].1.contains("export const C = $unavailable("), "{}", modules[0].1);
        assert!(!modules[0].1.contains("secret"));
    }
}

/// What browsers may have of an application: names and parameters of its procedures, and classes that are data.
#[test]
fn browsers_get_nothing_of_the_server() {
    let app = App::new(&[
        (
            "src/shop/order.ts",
            "/* PLANTED comment */ import { secret } from './secret'; import { Order } from './Order';
             const KEY = 'PLANTED constant'; export const PRICE = 'PLANTED exported constant';
             export let state = 'PLANTED state'; class Hidden { field = 'PLANTED class'; }
             export class Mixed { field = 'PLANTED exported class' }
             export async function order(id: string, amount = 'PLANTED default'): Promise<Order> {
                 if (id === secret) throw new Error('PLANTED error'); new Hidden(); return new Order(KEY + amount);
             }
             export async function audit(PLANTED_parameter: string) { return 'PLANTED private'; }
             export async function settle() { return 'PLANTED protected'; }",
        ),
        (
            "src/shop/secret.ts",
            "export const secret = 'PLANTED shared'; export default { a: 'PLANTED default export' };",
        ),
        ("src/shop/Order.ts", "export class Order { constructor(readonly id: string) {} }"),
        ("src/shop/store.ts", "export const store = { password: 'PLANTED resource' };"),
        ("src/shop/data.json", r#"{ "key": "PLANTED data" }"#),
        ("src/shop/table.ts", "import data from './data.json'; export default async function table() { return data; }"),
        (
            "segments/shop.json",
            r#"{ "./shop/order": { "order": { "access": "public" }, "audit": { "access": "private" },
                                   "settle": { "access": "protected" }, "Mixed": {} },
                 "./shop/Order": { "Order": {} }, "./shop/table": { "default": { "access": "public" } } }"#,
        ),
        ("resources/store.json", r#"["./shop/store"]"#),
    ]);
    let client = super::generate(&app.link()).client;
    let paths: Vec<&str> = client.keys().map(String::as_str).collect();
    assert_eq!(paths, ["jitar.js", "shop/Order.js", "shop/order.js", "shop/table.js"]);
    for (path, code) in &client {
        assert!(!code.contains("PLANTED"), "{path}:\n{code}");
    }
    assert!(client["shop/order.js"].contains("async function order(id, amount)"), "{}", client["shop/order.js"]);
    let registers = "import { __registerClass as $register } from \"/jitar/client/jitar.js\";\nimport * as $self from \
                     \"./Order.js\";\n$register(\"shop/Order\", $self[\"Order\"]);\n";
    assert!(client["shop/Order.js"].ends_with(registers), "{}", client["shop/Order.js"]);
    assert!(client["jitar.js"].ends_with("__setClassModules({ \"shop/Order\": \"./shop/Order.js\" });\n"));
}
