//! Tables of signatures: what is refused, what is warned of, and by which path.

use crate::testing::App;

/// The diagnostics of a procedure with these types before it, each as `error path` or `warning path`.
fn found(types: &str, signature: &str, access: &str, others: &[(&str, &str)]) -> Vec<String> {
    let module = format!("{types}\nexport async function f{signature} {{ return null as any; }}");
    let segment = format!("{{ \"./a\": {{ \"f\": {{ \"access\": \"{access}\" }} }} }}");
    let files = [("src/a.ts", module.as_str()), ("segments/s.json", segment.as_str())];
    let files: Vec<_> = files.into_iter().chain(others.iter().copied()).collect();
    let app = App::new(&files);
    let found = app.link_mistakes().into_iter().map(|mistake| {
        let (_, rest) = mistake.split_once(" `").unwrap_or_else(|| panic!("{mistake}"));
        let path = rest.split('`').next().unwrap_or_default();
        let kind = if mistake.contains("cannot leave") { "error" } else { "warning" };
        format!("{kind} {path}")
    });
    found.collect()
}

fn check(types: &str, signature: &str, expected: &[&str]) {
    assert_eq!(found(types, signature, "public", &[]), expected, "{types} {signature}");
}

#[test]
fn data_may_travel() {
    for signature in [
        "(a: string, b?: number, { c, d }: { c: Date; d: bigint | null } = {} as any, ...e: boolean[])",
        "(a: Map<string, Set<number>>, b: Record<string, URL>, c: Uint8Array, d: Error, e: RegExp, f: unknown, g: any)",
        "(): Promise<void>",
        "(): Promise<{ a: [string, number?, ...boolean[]]; readonly b: readonly string[] }>",
        "(): Promise<Promise<string>>",
        "(a: Tree<string>, b: Pick<Mixed, 'ok' | 'fine'>, c: Omit<Mixed, 'call'>, d: Unknown<string>, e: keyof Mixed)",
        "(a: Class, b: Enum, c: typeof Class, d: Response, e: Mixed['ok'], f: Loop)",
        "(this: Window, a: string): Promise<ArrayBuffer>",
    ] {
        let types =
            "interface Tree<T> { value: T; children: Tree<T>[] } type Mixed = { ok: 1; fine: 2; call: () => void };
            class Class { method() {} field = () => 1 } enum Enum { A } interface Response { status: number }
            type Loop = Loop2; type Loop2 = Loop;";
        check(types, signature, &[]);
    }
}

#[test]
fn what_cannot_travel_is_named_by_its_path() {
    let cases: [(&str, &str, &[&str]); 33] = [
        ("", "(a: () => void)", &["error a"]),
        ("", "(a: new () => Date)", &["error a"]),
        ("", "(a: { (): void })", &["error a"]),
        ("", "(a: Function, b: symbol, c: unique symbol)", &["error a", "error b", "error c"]),
        ("", "(a?: string, b: { c: { d: symbol } } = {} as any)", &["error b.c.d"]),
        ("", "({ a }: { a: () => void })", &["error parameter 1.a"]),
        ("", "(...a: (() => void)[])", &["error a[]"]),
        ("", "(a: { 'b-c': symbol; 1: symbol })", &["error a[\"b-c\"]", "error a[1]"]),
        (
            "",
            "(a: { b?: () => void; c(): void; d: (() => void) | null; e: string | symbol })",
            &["warning a.b", "warning a.c", "warning a.d", "warning a.e"],
        ),
        ("", "(a: { get b(): symbol; [key: string]: any })", &["error a.b"]),
        ("", "(a: { [key: string]: () => void })", &["warning a[key]"]),
        ("", "(a: [string, symbol, symbol?, ...symbol[]])", &["error a[1]", "warning a[2]", "error a[]"]),
        ("", "(a: Record<string, symbol>, b: Map<string, WeakMap<object, 1>>)", &["error a[key]", "error b[key]"]),
        ("", "(a: Partial<{ b: symbol }>, c: Required<{ d?: string; e: symbol }>)", &["warning a.b", "error c.e"]),
        ("", "(a: { [K in 'b']: symbol })", &["error a[key]"]),
        ("", "(a: { b: string } & { c: symbol })", &["error a.c"]),
        (
            "",
            "(a: readonly symbol[], b: ReadonlyArray<symbol>, c: Set<symbol>)",
            &["error a[]", "error b[]", "error c[]"],
        ),
        ("", "(): Promise<() => void>", &["error result"]),
        ("", "(): Promise<{ items: { callback: () => void }[] }>", &["error result.items[].callback"]),
        ("", "(): Promise<{ later: Promise<string> }>", &["error result.later"]),
        ("", "(a: Promise<string>)", &["error a"]),
        ("", "(): Promise<Response>", &["error result"]),
        ("", "(): Promise<string | ReadableStream>", &["warning result"]),
        ("", "(): Promise<AsyncGenerator<string>>", &["error result"]),
        ("", "(): Promise<Array<WeakRef<object>>>", &["error result[]"]),
        ("", "(a: Intl.NumberFormat, b: NodeJS.Timeout)", &["error a", "error b"]),
        ("type Call = () => void; type Alias = Call;", "(a: Alias)", &["error a"]),
        (
            "interface A { b: B } interface B extends C { d: string } interface C { e: symbol }",
            "(a: A)",
            &["error a.b.e"],
        ),
        ("interface A { b: string } interface A { c: symbol }", "(a: A)", &["error a.c"]),
        (
            "type Page<T> = { items: T[] }; type Row = { go: () => void };",
            "(): Promise<Page<Row>>",
            &["error result.items[].go"],
        ),
        (
            "type Box<T, U = T> = { t: T; u: U };",
            "(a: Box<symbol>, b: Box<string, symbol>)",
            &["error a.t", "error b.u"],
        ),
        (
            "type Mixed = { ok: 1; call: () => void };",
            "(a: Pick<Mixed, 'call'>, b: Omit<Mixed, 'ok'>)",
            &["error a.call", "error b.call"],
        ),
        ("type Tree = { value: symbol; children: Tree[] };", "(a: Tree)", &["error a.value"]),
    ];
    for (types, signature, expected) in cases {
        check(types, signature, expected);
    }
}

#[test]
fn types_are_followed_across_files() {
    let others = [
        (
            "src/types/index.ts",
            "export * from './rows'; export type { Renamed as Other } from './more.js'; export * as ns from './rows';",
        ),
        ("src/types/rows.ts", "import type { Deep } from './deep'; export interface Row { deep: Deep<string> }"),
        ("src/types/deep.d.ts", "export type Deep<T> = { value: T; call: () => void };"),
        (
            "src/types/more.ts",
            "type Hidden = { s: symbol }; export { Hidden as Renamed }; export default interface D { w: WeakSet<object> }",
        ),
        ("src/types/broken.ts", "export type Broken = {"),
    ];
    let types = "import { Row, type Other } from './types'; import type D from './types/more'; import type { Broken } from './types/broken';
        import type { Gone } from './types/gone'; import type { P } from 'package'; import type { Missing } from './types';";
    let signature = "(a: Row, b: Other[], c: D, d: Broken, e: Gone, f: P, g: Missing)";
    let expected = ["error a.deep.call", "error b[].s", "error c.w"];
    assert_eq!(found(types, signature, "protected", &others), expected);
    assert_eq!(found(types, signature, "private", &others), Vec::<String>::new());
}

#[test]
fn diagnostics_point_at_the_signature_the_member_and_the_segment() {
    let app = App::new(&[
        ("src/a.ts", "import type { Row } from './row';\nexport const f = async (rows: Row[]): Promise<void> => {};"),
        ("src/row.ts", "export interface Row {\n    callback: () => void;\n}"),
        ("segments/s.json", r#"{ "./a": { "f": { "access": "public" } } }"#),
    ]);
    let expected = "JITAR0058 src/a.ts:2:31 src/row.ts:2:15 segments/s.json:1:12 `rows[].callback` of the procedure `f` is a function, which cannot leave the process";
    assert_eq!(app.link_mistakes(), [expected]);
}

#[test]
fn types_that_grow_come_to_an_end() {
    let types = "type A<T> = { a: A<[T, T]>; b: B<A<T>> }; type B<T> = { c: A<B<T>>; d: T };
        type W<T> = { a: T; b: T; c: T; d: T }; type X = W<W<W<W<W<W<W<W<W<W<string>>>>>>>>>>;";
    check(types, "(a: A<symbol>, b: X)", &[]);
}

#[test]
fn a_function_with_several_names_is_reported_once() {
    let app = App::new(&[
        ("src/a.ts", "export async function f(a: symbol) { return a; }\nexport { f as g };"),
        ("segments/s.json", r#"{ "./a": { "f": { "access": "public" }, "g": { "access": "public", "as": "h" } } }"#),
    ]);
    assert_eq!(app.link_mistakes().len(), 1);
}
