//! Rust functions called from application code. Here they are written as `#[jitar::host]` writes them.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use jitar_engine::host::{
    BytesParameter as _, BytesValue as _, DescribedOutcome as _, FallibleOutcome as _, HostCall, HostError,
    HostFunction, OptionValue as _, Outcome, Parameter, PlainOutcome as _, SerdeParameter as _, SerdeValue as _,
    Settled, Value,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::{self, App, Worker};

macro_rules! plain {
    ($name:literal, ($($parameter:ident: $type:ty),*) => $body:expr) => {{
        fn body(call: &mut HostCall<'_, '_, '_>) -> Result<(), HostError> {
            let next = std::cell::Cell::new(0);
            let _: (&HostCall<'_, '_, '_>, ()) = (call, next.set(0));
            $(let $parameter = (&&Parameter::<$type>::NEW).read(call, next.replace(next.get() + 1), stringify!($parameter))?;)*
            let returned = $body;
            let value = (&&&Outcome::of(&returned)).split(returned)?;
            call.give((&&&Value::of(&value)).form(value))
        }
        HostFunction::plain("test", $name, body)
    }};
}

macro_rules! later {
    ($name:literal, ($($parameter:ident: $type:ty),*) => $body:expr) => {{
        fn body(call: &mut HostCall<'_, '_, '_>) -> Result<jitar_engine::host::HostFuture, HostError> {
            let next = std::cell::Cell::new(0);
            let _: (&HostCall<'_, '_, '_>, ()) = (call, next.set(0));
            $(let $parameter = (&&Parameter::<$type>::NEW).read(call, next.replace(next.get() + 1), stringify!($parameter))?;)*
            Ok(Box::pin(async move {
                let returned = $body.await;
                let value = (&&&Outcome::of(&returned)).split(returned)?;
                Ok(Settled::new((&&&Value::of(&value)).form(value)))
            }))
        }
        HostFunction::asynchronous("test", $name, body)
    }};
}

#[derive(Deserialize, Serialize)]
struct Point {
    x: i32,
    label: Option<String>,
}

struct Unserialisable;

impl Serialize for Unserialisable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("while it is written")
    }
}

/// Futures that were dropped before they ended.
static DROPPED: AtomicUsize = AtomicUsize::new(0);

struct NotesDrop;

impl Drop for NotesDrop {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

async fn never() {
    let _notes = NotesDrop;
    std::future::pending::<()>().await;
}

async fn soon<T>(value: T) -> T {
    tokio::task::yield_now().await;
    value
}

fn no() -> HostError {
    HostError::new("no").class("Unauthorized").code("WRONG")
}

static TABLE: &[HostFunction] = &[
    plain!("add", (a: u8, b: i64) => i64::from(a) + b),
    plain!("shift", (point: Point) => Point { x: point.x + 1, label: point.label }),
    plain!("reverse", (bytes: Vec<u8>) => bytes.into_iter().rev().collect::<Vec<u8>>()),
    plain!("shared", (bytes: Option<Bytes>) => bytes),
    plain!("greet", (name: Option<String>) => name.map(|name| format!("Hello, {name}!"))),
    plain!("nothing", () => ()),
    plain!("refuse", () => Err::<(), HostError>(no())),
    plain!("parse", (text: String) => text.parse::<f64>()),
    plain!("text", () => Err::<(), String>("only text".to_owned())),
    plain!("panic", () => std::hint::black_box(None::<()>).expect("secret")),
    plain!("unserialisable", () => Unserialisable),
    later!("laterAdd", (a: f64, b: f64) => soon(a + b)),
    later!("laterBytes", (bytes: Bytes) => soon(bytes)),
    later!("laterRefuse", () => soon(Err::<(), HostError>(no().class("Custom")))),
    later!("laterPanic", () => async { soon(None::<()>).await.expect("secret") }),
    later!("laterUnserialisable", () => soon(Unserialisable)),
    later!("laterNever", () => never()),
];

/// Runs the body of an async function in which `h` is the host module.
fn run(body: &str) -> (u16, String) {
    let code = format!("import * as h from 'host:test';\nexport async function run() {{ {body} }}");
    let made = App::new().host(TABLE).module("m.js", &code).procedure("m.js", "run", &[]).make();
    assert_eq!(made.deferred, [] as [String; 0]);
    Worker::start(&made).call("run", &json!({}))
}

#[test]
fn values_cross_in_both_directions() {
    let _alone = support::alone();
    let body = "
        const shown = [];
        const show = (value) => shown.push(value instanceof Uint8Array ? `bytes ${value}` : JSON.stringify(value) ?? 'undefined');
        show(h.add(250, -3));
        show(h.shift({ x: 1, label: 'a' }));
        show(h.shift({ x: 1 }));
        show(h.reverse(new Uint8Array([1, 2, 3]).subarray(1)));
        show(h.reverse(new Uint16Array([258]).buffer));
        show(h.shared(new DataView(new ArrayBuffer(2))));
        show(h.shared());
        show(h.greet('Ann'));
        show(h.greet(null));
        show(h.nothing());
        show(h.parse('1.5'));
        show(await h.laterAdd(1, 2.5));
        show(await h.laterBytes(new Uint8Array([7])));
        return shown.join(' | ');";
    let expected = "247 | {\"x\":2,\"label\":\"a\"} | {\"x\":2,\"label\":null} | bytes 3,2 | bytes 1,2 | bytes 0,0 | undefined | \
                    \"Hello, Ann!\" | undefined | undefined | 1.5 | 3.5 | bytes 7";
    assert_eq!(run(body), (200, expected.to_owned()));
}

/// Class, code and message of what is thrown.
#[test]
fn errors_have_class_code_and_message() {
    let _alone = support::alone();
    let cases = [
        ("h.refuse()", "Unauthorized WRONG no"),
        ("h.parse('x')", "Error undefined invalid float literal"),
        ("h.text()", "Error undefined only text"),
        ("h.panic()", "Error undefined The host function 'test.panic' panicked"),
        ("h.unserialisable()", "Error undefined The host function 'test.unserialisable' panicked"),
        (
            "h.add(256, 1)",
            "TypeError undefined test.add: the argument `a` does not fit: expected an integer from 0 to 255, found 256",
        ),
        (
            "h.add(1.5, 1)",
            "TypeError undefined test.add: the argument `a` does not fit: expected an integer from 0 to 255, found 1.5",
        ),
        (
            "h.add(1, NaN)",
            "TypeError undefined test.add: the argument `b` does not fit: expected an integer from -9007199254740991",
        ),
        ("h.add('1', 1)", "TypeError undefined test.add: the argument `a` does not fit: "),
        ("h.add(1)", "TypeError undefined test.add: the argument `b` does not fit: "),
        (
            "h.shift({ get x() { throw new Error('from the getter'); } })",
            "TypeError undefined test.shift: the argument `point` does not fit: Error: from the getter",
        ),
        (
            "h.shift({ x: { toString() { return h.add(1, 1); } } })",
            "TypeError undefined test.shift: the argument `point` does not fit: ",
        ),
        (
            "h.reverse('text')",
            "TypeError undefined test.reverse: the argument `bytes` does not fit: expected a Uint8Array, found a value of type string",
        ),
        ("await h.laterRefuse()", "Custom WRONG no"),
        ("await h.laterPanic()", "Error undefined The host function 'test.laterPanic' panicked"),
        ("await h.laterUnserialisable()", "Error undefined The result of a host function panicked"),
        ("await h.laterAdd(1, 'x')", "TypeError undefined test.laterAdd: the argument `b` does not fit: "),
    ];
    for (expression, expected) in cases {
        let body = format!(
            "try {{ {expression}; }} catch (error) {{ return `${{error.name === 'Error' ? error.constructor.name : error.name}} ${{error.code}} ${{error.message}}`; }}"
        );
        let (status, text) = run(&body);
        assert!(status == 200 && text.starts_with(expected), "{expression}\n  said     {text}\n  expected {expected}");
    }
    assert_eq!(run("h.refuse()"), (401, "no".to_owned()), "an error of the module `jitar` has its status");
}

/// It is a fault of the program even where application code catches it.
#[test]
fn panics_are_logged_with_their_request() {
    let _alone = support::alone();
    let code = "import * as h from 'host:test';
        export async function run() {
            try { h.panic(); } catch {}
            await h.laterPanic().catch(() => {});
            await h.laterUnserialisable().catch(() => {});
            try { h.refuse(); } catch {}
        }";
    let made = App::new().host(TABLE).module("m.js", code).procedure("m.js", "run", &[]).make();
    let mut worker = Worker::start(&made);
    worker.call("run", &json!({}));
    assert_eq!(
        worker.logged(),
        "The host function 'test.panic' panicked\nThe host function 'test.laterPanic' panicked\n\
         The result of a host function panicked\n"
    );
    assert_eq!(worker.requests(), vec![Some("request 0".to_owned()); 3]);
}

/// A promise that rejects, not an exception: `laterAdd(…).catch(…)` must work for wrong arguments as well.
#[test]
fn async_functions_never_throw() {
    let _alone = support::alone();
    let body = "return await h.laterAdd('x').then(() => 'resolved', (error) => error.constructor.name);";
    assert_eq!(run(body), (200, "TypeError".to_owned()));
}

#[test]
fn a_call_at_the_top_level_defers_its_module() {
    let _alone = support::alone();
    let code =
        "import { add } from 'host:test';\nconst three = add(1, 2);\nexport async function run() { return three; }";
    let made = App::new().host(TABLE).module("m.js", code).procedure("m.js", "run", &[]).make();
    assert!(
        made.reason("file:///app/src/m.js").starts_with("calls the host function 'test.add' at app/src/m.js:2:"),
        "{:?}",
        made.reason("file:///app/src/m.js")
    );
    assert!(made.is_warm("host:test"));
    assert_eq!(Worker::start(&made).call("run", &json!({})), (200, "3".to_owned()));
    assert_eq!(Worker::start_from_source(&made).call("run", &json!({})), (200, "3".to_owned()));
}

#[test]
fn a_cancelled_call_drops_its_future() {
    let _alone = support::alone();
    let code = "import { laterNever } from 'host:test';\nexport async function run() { await laterNever(); }";
    let made = App::new().host(TABLE).module("m.js", code).procedure("m.js", "run", &[]).make();
    let before = DROPPED.load(Ordering::SeqCst);
    let mut worker = Worker::start(&made);
    let (status, text) = worker.begin_and_cancel("run", &json!({}));
    assert_eq!(DROPPED.load(Ordering::SeqCst), before + 1);
    assert_eq!((status, text.as_str()), (500, "The call was cancelled"));
}
