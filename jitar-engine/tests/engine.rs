//! The engine as its users see it: a blob made in a process of its own, an isolate started from it, calls.

mod code;
mod host;
mod meaning;
mod seed;
mod support;
mod web;

use serde_json::json;
use support::{App, Worker};

/// Not a test by itself: the child process in which blobs are made (V8's flags differ, and are set once per process).
#[test]
fn make_blob() {
    support::serve_blob_request();
}

#[test]
fn calls_a_warm_procedure() {
    let _alone = support::alone();
    let app = App::new().module("a.js", "export async function add(a, b = 1) { return a + b; }").procedure(
        "a.js",
        "add",
        &["a", "b?"],
    );
    let made = app.make();
    assert_eq!(made.deferred, [] as [String; 0]);
    let mut worker = Worker::start(&made);
    assert_eq!(worker.call("add", &json!({"a": 1, "b": 2})), (200, "3".to_owned()));
    assert_eq!(worker.call("add", &json!({"a": 1})), (200, "2".to_owned()));
    assert_eq!(worker.call("add", &json!({})), (400, "Missing value for parameter 'a'".to_owned()));
    assert_eq!(worker.call("add", &json!({"a": 1, "c": 2})), (400, "Unknown parameter c".to_owned()));
}

/// What must not be evaluated at build time, and what the report says of it.
#[test]
fn defers_what_would_mean_something_else() {
    let _alone = support::alone();
    let cases = [
        ("const t = Date.now();", "reads the clock (Date.now) at app/src/m.js:1:"),
        ("const n = Date.now; const t = n();", "reads the clock (Date.now) at"),
        ("const d = new Date();", "reads the clock or the time zone (Date) at"),
        ("const d = new Date(2020, 1, 1);", "reads the clock or the time zone (Date) at"),
        ("const d = new Date('2020-01-01 10:00');", "reads the clock or the time zone (Date) at"),
        ("const h = new Date(0).getHours();", "reads the time zone (Date.prototype.getHours) at"),
        ("const r = Math.random();", "uses chance (Math.random) at"),
        ("const f = new Intl.NumberFormat('en');", "uses the locale (Intl.NumberFormat) at"),
        ("const s = (1).toLocaleString();", "uses the locale (toLocaleString) at"),
        ("console.log('hi');", "writes to the console (log) at"),
        ("const p = performance.now();", "uses the host (op_now) at"),
        ("new WeakRef({});", "makes a native object (WeakRef) at"),
        ("setTimeout(() => {}, 1);", "starts a timer (setTimeout) at"),
        ("throw new Error('no');", "throws `Error: no`"),
        ("await new Promise(() => {});", "waits for something at the top level"),
        ("const m = new WebAssembly.Memory({ initial: 1 });", "uses WebAssembly at"),
    ];
    for (code, expected) in cases {
        let app = App::new()
            .module("m.js", &format!("{code}\nexport async function run() {{ return 'ran'; }}"))
            .procedure("m.js", "run", &[]);
        let made = app.make();
        let reason = made.reason("file:///app/src/m.js");
        assert!(reason.contains(expected), "{code}\n  said     {reason}\n  expected {expected}");
    }
}

/// What may be evaluated at build time stays warm.
#[test]
fn keeps_warm_what_is_pure() {
    let _alone = support::alone();
    let cases = [
        "const { now } = Date; export const later = () => now();",
        "const d = new Date(0); d.toISOString();",
        "const d = new Date('2020-01-01T00:00:00Z');",
        "const d = new Date('2020-01-01');",
        "class MyDate extends Date {}; const d = new MyDate(5); if (!(d instanceof MyDate) || d.getTime() !== 5) throw 1;",
        "const m = new Map([[1, { a: /x/g }]]); const s = Symbol.for('x'); const w = new WeakMap();",
        "const u = new URL('https://example.com/a?b=c'); if (u.searchParams.get('b') !== 'c') throw 1;",
        "const b = new TextEncoder().encode('ü'); if (b.length !== 2) throw 1;",
        "await Promise.resolve(1); const t = await (async () => 5)(); if (t !== 5) throw 1;",
        "let n = 0; queueMicrotask(() => n++); await null; if (n !== 1) throw 1;",
        "function* g() { yield 1; yield 2; } const i = g(); i.next();",
        "Object.freeze(Array.prototype.at); const big = 2n ** 64n; const f = new Float64Array([1, NaN]);",
        "globalThis.registry ??= []; globalThis.registry.push('m');",
    ];
    for code in cases {
        let app = App::new()
            .module("m.js", &format!("{code}\nexport async function run() {{ return 'ran'; }}"))
            .procedure("m.js", "run", &[]);
        let made = app.make();
        assert_eq!(made.deferred, [] as [String; 0], "{code}: {}", made.reason("file:///app/src/m.js"));
        assert_eq!(Worker::start(&made).call("run", &json!({})), (200, "ran".to_owned()), "{code}");
    }
}

/// A module that does not come to its end is left for the start, with all that might notice it.
#[test]
fn a_module_that_never_ends_is_deferred() {
    let _alone = support::alone();
    let cases = [
        ("for (;;);", "file:///app/src/m.js", "app/src/m.js:1:"),
        ("for (;;) await null;", "file:///app/src/m.js", "app/src/m.js:1:"),
        ("import { spin } from './spin.js'; spin();", "file:///app/src/m.js", "app/src/spin.js:1:"),
        ("/(a+)+b/.test('a'.repeat(40));", "file:///app/src/m.js", "app/src/m.js:1:"),
        ("const spin = () => Promise.resolve().then(spin); spin();", "file:///app/src/m.js", "app/src/m.js:1:"),
    ];
    for (code, module, place) in cases {
        let app = App::new()
            .module("before.js", "export const before = [];")
            .module("spin.js", "export function spin() { for (;;); }")
            .module("m.js", code)
            .module("user.js", "import './m.js';")
            .module("pure.js", "export const pure = new Map([[1, 2]]);")
            .module("effect.js", "globalThis.seen = 1;")
            .module("main.js", "import './before.js'; import './spin.js'; import './user.js'; import './pure.js'; import './effect.js';\nexport async function run() {}")
            .procedure("main.js", "run", &[]);
        let made = app.make();
        let reason = made.reason(module);
        let found =
            reason.strip_prefix("takes more than 2 s of processor time").unwrap_or_else(|| panic!("{code}: {reason}"));
        // Between two microtasks there is no place.
        let is_between = found.is_empty() && (code.contains("await") || code.contains("then"));
        assert!(is_between || found.starts_with(&format!(" at {place}")), "{code}: {reason}");
        for warm in ["before", "spin"] {
            assert!(made.is_warm(&format!("file:///app/src/{warm}.js")), "{code}: {:?}", made.deferred);
        }
        // What it would have done nobody knows.
        for late in ["user", "pure", "effect", "main"] {
            assert!(!made.is_warm(&format!("file:///app/src/{late}.js")), "{code}: {:?}", made.deferred);
        }
    }
}

/// Deferred or not, modules run once, in the order of the program.
#[test]
fn order_of_evaluation_is_kept() {
    let _alone = support::alone();
    let app = App::new()
        .module("log.js", "export const log = [];")
        .module("a.js", "import { log } from './log.js'; log.push('a');")
        .module("b.js", "import { log } from './log.js'; log.push('b' + typeof Date.now());")
        .module("c.js", "import { log } from './log.js'; log.push('c');")
        .module("pure.js", "export const pure = [1, 2, 3];")
        .module("main.js", "import './a.js'; import './b.js'; import './c.js'; import { pure } from './pure.js';\nimport { log } from './log.js';\nexport async function order() { return [...log, ...pure].join(); }")
        .procedure("main.js", "order", &[]);
    let made = app.make();
    assert!(made.is_warm("file:///app/src/a.js") && made.is_warm("file:///app/src/pure.js"), "{:?}", made.deferred);
    assert!(!made.is_warm("file:///app/src/b.js") && !made.is_warm("file:///app/src/c.js"), "{:?}", made.deferred);
    assert_eq!(Worker::start(&made).call("order", &json!({})), (200, "a,bnumber,c,1,2,3".to_owned()));
    assert_eq!(Worker::start_from_source(&made).call("order", &json!({})), (200, "a,bnumber,c,1,2,3".to_owned()));
}

#[test]
fn errors_have_their_status_and_stack() {
    let _alone = support::alone();
    let code = "import { NotFound } from 'jitar:runtime';\nexport async function missing() { throw new NotFound('nf'); }\nexport async function broken() { null.x; }";
    let app = App::new().module("e.js", code).procedure("e.js", "missing", &[]).procedure("e.js", "broken", &[]);
    let mut worker = Worker::start(&app.make());
    assert_eq!(worker.call("missing", &json!({})), (404, "nf".to_owned()));
    assert_eq!(worker.call("broken", &json!({})).0, 500);
    let logged = worker.logged();
    assert!(logged.contains("src/e.js:3:"), "{logged}");
}

/// A call that never ends by itself is ended, and known by its number.
#[test]
fn a_loop_is_ended_and_its_call_is_known() {
    let _alone = support::alone();
    let cases = [
        ("await null; for (;;);", "limits.wall"),
        ("for (;;);", "limits.wall"),
        ("/(a+)+b/.test('a'.repeat(40));", "limits.wall"),
        ("const a = []; for (;;) a.push([a.length, {}, {}]);", "limits.heap"),
        ("const a = []; for (;;) a.push(new Array(1000).fill(a.length));", "limits.heap"),
        ("let s = 'x'; const a = []; for (;;) { a.push(s); s = s.slice(1) + s.length + 'xyz'; }", "limits.heap"),
    ];
    for (code, setting) in cases {
        let code = format!("export async function run() {{ {code} }}");
        let made = App::new().module("l.js", &code).procedure("l.js", "run", &[]).make();
        assert_eq!(Worker::start(&made).end_while_running("run"), (Some(setting), true), "{code}");
    }
}

#[test]
fn a_foreign_blob_is_refused() {
    let _alone = support::alone();
    let made = App::new().module("a.js", "export async function f() {}").procedure("a.js", "f", &[]).make();
    let mut file = made.blob_file();
    let place = file.windows(7).rposition(|bytes| bytes == b"format ").expect("has a fingerprint");
    file[place + 7] = b'9';
    let error = jitar_engine::snapshot::Blob::open("a", Box::leak(file.into_boxed_slice())).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "the snapshot of `a` does not fit this program (it was made with `format 9`, this program has `format 3`); build the application again"
    );
}
