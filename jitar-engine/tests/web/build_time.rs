//! What the web API does while a blob is made: what is pure stays warm, what is native-backed or depends on the machine defers.

use serde_json::json;

use crate::support::{self, App, Worker};

fn app(code: &str) -> App {
    let code = format!("{code}\nexport async function run() {{ return await result(); }}");
    App::new().module("m.js", &code).procedure("m.js", "run", &[])
}

#[test]
fn what_is_pure_stays_warm() {
    let _alone = support::alone();
    for (code, expected) in [
        ("const u = new URL('https://a.org/b'); const result = () => u.pathname;", "/b"),
        ("const h = new Headers({ a: 'b' }); const result = () => h.get('a');", "b"),
        ("class Mine extends Response {} const result = () => new Mine('x').text();", "x"),
        ("const r = new Request('https://a.org/', { method: 'PUT' }); const result = () => r.method;", "PUT"),
        ("const r = Response.json([1]); const result = () => r.text();", "[1]"),
        ("const t = new TransformStream(); const result = () => typeof t.readable;", "object"),
        ("const f = fetch; const result = async () => (await f('data:,hi')).text();", "hi"),
        ("const c = new AbortController(); const result = () => { c.abort(); return c.signal.aborted; };", "true"),
        (
            "const p = new URLPattern({ pathname: '/:a' }); const result = () => p.exec({ pathname: '/x' }).pathname.groups.a;",
            "x",
        ),
        ("const s = new AsyncLocalStorage(); const result = () => s.run('in', () => s.getStore());", "in"),
        ("const b = Buffer.from('warm'); const result = () => b.toString('hex');", "7761726d"),
        (
            "import { Buffer as B } from 'node:buffer'; const b = B; const result = () => b === Buffer && b === B;",
            "true",
        ),
        ("const result = async () => (await import('node:buffer')).Buffer === Buffer;", "true"),
        ("const p = performance; const result = () => Math.abs(p.timeOrigin + p.now() - Date.now()) < 60_000;", "true"),
        ("const result = () => Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 60_000;", "true"),
        ("const e = new TextEncoder(); const result = () => e.encode('abc').length;", "3"),
        ("globalThis.Request = class Mine {}; const result = () => Request.name;", "Mine"),
        ("const c = structuredClone({ a: [1] }); const result = () => c.a.length;", "1"),
    ] {
        let made = app(code).make();
        assert_eq!(made.deferred, [] as [String; 0], "{code}");
        for (how, start) in
            [("from the blob", Worker::start as fn(&_) -> _), ("from source", Worker::start_from_source)]
        {
            assert_eq!(start(&made).call("run", &json!({})), (200, expected.to_owned()), "{code} {how}");
        }
    }
}

#[test]
fn what_is_native_or_of_the_machine_defers() {
    let _alone = support::alone();
    for (code, reason, expected) in [
        ("const id = crypto.randomUUID(); const result = () => id.length;", "uses the host (crypto) at", "36"),
        (
            "const d = await crypto.subtle.digest('SHA-1', new Uint8Array()); const result = () => d.byteLength;",
            "uses the host (crypto) at",
            "20",
        ),
        ("const n = SubtleCrypto.name; const result = () => n;", "uses the host (SubtleCrypto) at", "SubtleCrypto"),
        ("const r = await fetch('data:,hi'); const result = () => r.text();", "uses the host (op_fetch) at", "hi"),
        ("const b = new Blob(['x']); const result = () => b.text();", "uses the host (op_blob_create_part) at", "x"),
        (
            "const { port1 } = new MessageChannel(); const result = () => { port1.close(); return 'closed'; };",
            "uses the host (op_message_port_create_entangled) at",
            "closed",
        ),
        (
            "const c = new CompressionStream('gzip'); const result = () => typeof c.readable;",
            "uses the host (op_compression_new) at",
            "object",
        ),
        ("const c = process.cwd(); const result = () => typeof c;", "uses the host (op_jitar_cwd) at", "string"),
        (
            "let seen = 0; process.nextTick(() => { seen += 1; }); const result = () => seen;",
            "schedules a tick (process.nextTick) at",
            "1",
        ),
        (
            "const s = AbortSignal.timeout(1); const result = () => s instanceof AbortSignal;",
            "starts a timer (AbortSignal.timeout) at",
            "true",
        ),
        (
            "const t = performance.timeOrigin > 0; const result = () => t;",
            "reads the clock (performance.timeOrigin) at",
            "true",
        ),
    ] {
        let made = app(code).make();
        let found = made.reason("file:///app/src/m.js");
        assert!(found.contains(reason), "{code}\n  said     {found}\n  expected {reason}");
        assert!(found.contains("app/src/m.js:1:"), "{code}: {found}");
        for (how, start) in
            [("from the blob", Worker::start as fn(&_) -> _), ("from source", Worker::start_from_source)]
        {
            assert_eq!(start(&made).call("run", &json!({})), (200, expected.to_owned()), "{code} {how}");
        }
    }
}
