//! What of Node is here: `Buffer`, `process`, `AsyncLocalStorage`, and the modules that export them. How `Buffer` behaves is
//! compared with Node's own in `src/js/tests/buffer.test.mjs`.

use jitar_engine::permissions::{Environment, Permissions};
use serde_json::json;

use super::{check, evaluator};
use crate::support::{self, App, Worker};

#[test]
fn buffers_are_here() {
    check(&[
        ("return Buffer.from('gr\u{fc}\u{df}e').toString('base64')", "Z3LDvMOfZQ=="),
        ("return Buffer.from('\u{feff}\u{20ac}').toString() === '\u{feff}\u{20ac}'", "true"),
        ("return Buffer.concat([Buffer.from('6a69', 'hex'), Buffer.from('tar')]).toString()", "jitar"),
        ("return [Buffer.from('x') instanceof Uint8Array, Buffer.isBuffer(new Uint8Array(1))]", "[true,false]"),
        ("const b = Buffer.alloc(8); b.writeDoubleBE(1.5); return b.readDoubleBE()", "1.5"),
        ("return JSON.stringify(Buffer.from('a'))", "{\"type\":\"Buffer\",\"data\":[97]}"),
    ]);
}

#[test]
fn modules_of_node_are_the_globals() {
    let _alone = support::alone();
    let code = "import { Buffer as A } from 'node:buffer'; import buffer from 'buffer';
        import { env, nextTick } from 'node:process'; import process2 from 'process';
        import { AsyncLocalStorage as S, AsyncResource } from 'node:async_hooks';
        export async function same() {
            return [A === Buffer, buffer.Buffer === Buffer, env === process.env, process2 === process,
                nextTick === process.nextTick, S === AsyncLocalStorage, typeof AsyncResource.bind].join();
        }";
    let made = App::new().module("a.js", code).procedure("a.js", "same", &[]).make();
    assert_eq!(made.deferred, [] as [String; 0]);
    for start in [Worker::start, Worker::start_from_source] {
        let mut worker = start(&made);
        assert_eq!(worker.call("same", &json!({})), (200, "true,true,true,true,true,true,function".to_owned()));
    }
}

#[test]
fn values_follow_their_chain_of_calls() {
    check(&[
        (
            "const s = new AsyncLocalStorage(); const seen = [];
             const job = async (n) => { await null; await new Promise((r) => setTimeout(r, 5 - n)); seen.push(n === s.getStore()); };
             await Promise.all([1, 2, 3].map((n) => s.run(n, job, n))); return [...seen, s.getStore() === undefined]",
            "[true,true,true,true]",
        ),
        (
            "const s = new AsyncLocalStorage(); const inner = s.run(1, () => AsyncLocalStorage.snapshot());
             const bound = s.run(2, () => AsyncLocalStorage.bind(() => s.getStore()));
             return [inner(() => s.getStore()), bound(), s.run(3, () => s.exit(() => s.getStore() ?? 'none'))]",
            "[1,2,\"none\"]",
        ),
        (
            "const s = new AsyncLocalStorage(); s.enterWith(4); const before = s.getStore(); s.disable();
             return [before, s.getStore() ?? 'none', new AsyncLocalStorage({ defaultValue: 5 }).getStore()]",
            "[4,\"none\",5]",
        ),
        (
            "const { AsyncResource } = await import('node:async_hooks'); const s = new AsyncLocalStorage();
             const r = s.run(6, () => new AsyncResource('job'));
             return [r.runInAsyncScope((x) => [s.getStore(), x], null, 7), r.type, r.asyncId() > 0]",
            "[[6,7],\"job\",true]",
        ),
        (
            "const seen = []; process.nextTick((x) => seen.push(x), 1); await new Promise((r) => setTimeout(r)); return seen",
            "[1]",
        ),
    ]);
}

#[test]
fn the_environment_is_what_is_permitted() {
    let _alone = support::alone();
    let made = evaluator();
    let variables =
        [("APP_NAME", "shop"), ("SECRET", "hidden")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let env = Environment::new(vec!["APP_*".to_owned(), "UNSET".to_owned()], variables);
    let mut worker = Worker::start_with_permissions(&made, Permissions { env, ..Permissions::default() });
    for (code, expected) in [
        ("return process.env.APP_NAME", "shop"),
        (
            "return [typeof process.env.UNSET, typeof process.env.SECRET, 'SECRET' in process.env]",
            "[\"undefined\",\"undefined\",false]",
        ),
        ("return Object.keys(process.env)", "[\"NODE_ENV\",\"APP_NAME\"]"),
        ("return { ...process.env }", "{\"NODE_ENV\":\"production\",\"APP_NAME\":\"shop\"}"),
        (
            "process.env.OWN = 5; const own = process.env.OWN; delete process.env.OWN; return [own, 'OWN' in process.env]",
            "[\"5\",false]",
        ),
        (
            "process.env.OWN = ''; return ['OWN' in process.env, Object.keys(process.env).includes('OWN')]",
            "[true,true]",
        ),
        ("return [typeof process.env.toString, typeof process.env[Symbol.iterator]]", "[\"function\",\"undefined\"]"),
        ("return typeof process.hrtime.bigint() + process.hrtime([0, 0]).length", "bigint2"),
    ] {
        assert_eq!(worker.call("evaluate", &json!({ "code": code })), (200, expected.to_owned()), "{code}");
    }
    let logged = worker.logged();
    assert_eq!(logged.matches("process.env.SECRET is undefined").count(), 1, "{logged}");
    assert!(logged.contains("add \"SECRET\" to \"permissions\""), "{logged}");
    assert!(!logged.contains("UNSET"), "{logged}");
}

/// Nothing of the machine that builds is read, and the one variable that everybody asks for defers nobody.
#[test]
fn reading_the_environment_defers() {
    let _alone = support::alone();
    let app = App::new()
        .module("a.js", "export const dev = process.env.NODE_ENV !== 'production';")
        .module("b.js", "export const path = process.env.PATH;")
        .module(
            "c.js",
            "import { dev } from './a.js'; import { path } from './b.js';\nexport async function f() { return [dev, path].join(); }",
        )
        .procedure("c.js", "f", &[]);
    let made = app.make();
    assert!(made.is_warm("file:///app/src/a.js"), "{:?}", made.deferred);
    assert!(made.reason("file:///app/src/b.js").contains("uses the host (op_jitar_env) at app/src/b.js:1:"));
    let mut worker = Worker::start(&made);
    assert_eq!(worker.call("f", &json!({})), (200, "false,".to_owned()));
    let logged = worker.logged();
    assert!(logged.contains("process.env.PATH is undefined at app/src/b.js:1:"), "{logged}");
}
