//! What isolates and calls cost, without HTTP; `cargo xtask bench engine` runs it and shows the figures. Prints a line of JSON
//! for each quantity: name, unit, samples.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::Poll;
use std::time::{Duration, Instant};

use serde_json::json;
use support::{App, Made, Worker};

/// Calls of one round.
const CALLS: u32 = 50_000;
const ROUNDS: usize = 5;
const STARTS: usize = 50;
/// Isolates that are alive beside the first one, to see what one of them needs.
const ISOLATES: u32 = 16;
/// Isolates that are made and dropped one after the other.
const REPLACEMENTS: u32 = 2000;

fn main() {
    if support::serve_blob_request() {
        return;
    }
    let code = "export async function echo(order) { return { ...order, seen: true }; }";
    let made = App::new().module("echo.js", code).procedure("echo.js", "echo", &["order"]).make();
    jitar_engine::platform::init_run(jitar_engine::platform::ProcessLimits::default());
    // On a thread of its own, as in a service.
    std::thread::scope(|scope| scope.spawn(|| starts(&made)).join()).expect("measures");
    calls(&made);
    memory(&made);
    replacements(&made);
    drop(made);
    large_application();
}

fn report(name: &str, unit: &str, samples: &[f64]) {
    println!("{}", json!({ "name": name, "unit": unit, "samples": samples }));
}

/// From nothing to an isolate that takes calls, while another one is alive.
fn starts(made: &Made) {
    let _first = Worker::start(made);
    let time = || {
        let start = Instant::now();
        let worker = Worker::start(made);
        let elapsed = start.elapsed();
        drop(worker);
        millis(elapsed)
    };
    report("isolate from its snapshot", "ms", &(0..STARTS).map(|_| time()).collect::<Vec<_>>());
}

/// A small JSON object in and out: one call after the other, and with many under way.
fn calls(made: &Made) {
    for (name, in_flight) in [("call, one at a time", 1), ("call, 64 under way", 64)] {
        let rounds: Vec<Duration> = (0..ROUNDS).map(|_| round(made, in_flight)).collect();
        let each = |round: &Duration| round.as_secs_f64() * 1e6 / f64::from(CALLS);
        report(name, "µs", &rounds.iter().map(each).collect::<Vec<_>>());
        let rate = |round: &Duration| f64::from(CALLS) / round.as_secs_f64();
        report(&format!("{name}, on one core"), "calls/s", &rounds.iter().map(rate).collect::<Vec<_>>());
    }
}

fn round(made: &Made, in_flight: u32) -> Duration {
    let settled = Rc::new(RefCell::new(0));
    let counter = Rc::clone(&settled);
    let mut worker = Worker::with_replies(made, move |_, _| *counter.borrow_mut() += 1);
    let start = Instant::now();
    let mut started = 0;
    worker.drive(|isolate, cx| {
        while started < CALLS && started.saturating_sub(*settled.borrow()) < in_flight {
            support::worker::start(isolate, started, "echo", r#"{"order":{"id":7,"name":"Ann","lines":[1,2,3]}}"#);
            started += 1;
        }
        isolate.poll(cx).expect("runs");
        if *settled.borrow() == CALLS {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    });
    start.elapsed()
}

/// Resident memory of one more isolate on a thread of its own, after a call.
fn memory(made: &Made) {
    let _first = Worker::start(made);
    let before = resident();
    std::thread::scope(|scope| {
        let (ready, is_ready) = mpsc::channel();
        let mut ends = Vec::new();
        for _ in 0..ISOLATES {
            let (end, is_over) = mpsc::channel::<()>();
            let ready = ready.clone();
            scope.spawn(move || {
                let mut worker = Worker::start(made);
                worker.call("echo", &json!({ "order": {} }));
                ready.send(()).expect("somebody waits");
                is_over.recv().expect_err("nothing is sent; it ends when the other side is dropped");
            });
            ends.push(end);
        }
        (0..ISOLATES).for_each(|_| is_ready.recv().expect("an isolate starts"));
        report("memory of one more isolate", "MB", &[(resident() - before) / f64::from(ISOLATES)]);
        drop(ends);
    });
}

/// What is left behind by each isolate of the second half of many.
fn replacements(made: &Made) {
    let _first = Worker::start(made);
    let replace = |times: u32| (0..times).for_each(|_| drop(Worker::start(made)));
    replace(REPLACEMENTS / 2);
    let before = resident();
    replace(REPLACEMENTS / 2);
    report("drift per replaced isolate", "kB", &[(resident() - before) * 1000.0 / f64::from(REPLACEMENTS / 2)]);
    report("resident after 2,000 isolates", "MB", &[resident()]);
}

/// What a snapshot saves: starts of an application with about 1 MB of source that is evaluated at its top level.
fn large_application() {
    let modules: Vec<(String, String)> =
        (0..LARGE_MODULES).map(|idx| (format!("part{idx}.js"), large_module(idx))).collect();
    let imports: Vec<String> =
        (0..LARGE_MODULES).map(|idx| format!("import {{ table as t{idx} }} from './part{idx}.js';")).collect();
    let imports = imports.join("\n");
    let tables: Vec<String> = (0..LARGE_MODULES).map(|idx| format!("t{idx}.size")).collect();
    let main =
        format!("{imports}\nconst total = {};\nexport async function run() {{ return total; }}", tables.join(" + "));
    let app = modules.iter().fold(App::new(), |app, (name, code)| app.module(name, code));
    let mut made = app.module("main.js", &main).procedure("main.js", "run", &[]).make();
    assert!(made.deferred.is_empty(), "{:?}", made.deferred);
    let snapshot = large_starts("from its snapshot", &mut made, |made| Worker::start(made));
    let code = made.code_file();
    let source = large_starts("without snapshot", &mut made, |made| {
        made.forget_code();
        Worker::start_from_source(made)
    });
    made.set_code(code).expect("fits");
    large_starts("without snapshot, compiled by the build", &mut made, |made| Worker::start_from_source(made));
    report("1 MB of source, without snapshot to with it", "×", &[source / snapshot]);
}

/// Reports the times of starts, and gives their median.
fn large_starts(what: &str, made: &mut Made, start: impl Fn(&mut Made) -> Worker) -> f64 {
    let mut time = || {
        let before = Instant::now();
        let mut worker = start(made);
        let elapsed = before.elapsed();
        assert_eq!(worker.call("run", &json!({})), (200, (LARGE_MODULES * LARGE_ITEMS).to_string()));
        millis(elapsed)
    };
    let mut times: Vec<f64> = (0..LARGE_STARTS).map(|_| time()).collect();
    report(&format!("start with 1 MB of source, {what}"), "ms", &times);
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

const LARGE_MODULES: usize = 40;
const LARGE_ITEMS: usize = 60;
const LARGE_STARTS: usize = 15;

/// 25 kB in the manner of packages: classes, functions, tables of what they are for.
fn large_module(module: usize) -> String {
    let item = |item: usize| {
        format!(
            "class Item{item} extends Array {{ static names = ['first{item}', 'second{item}'].map((name) => name.toUpperCase());\n\
             constructor(value) {{ super(); this.value = value ?? {module}; }}\n\
             describe(how = 'short') {{ return how === 'short' ? `item ${{this.value}}` : Item{item}.names.join(', '); }}\n\
             get double() {{ const {{ value }} = this; return value * 2; }} }}\n\
             export function make{item}(options = {{}}) {{ const {{ strict = true, ...rest }} = options; return Object.freeze({{ strict, rest, item: new Item{item}(rest.value) }}); }}\n\
             table.set('item{item}', {{ make: make{item}, pattern: /^item-?{item}$/i, example: make{item}({{ value: {item} }}), type: Item{item} }});\n"
        )
    };
    let items: Vec<String> = (0..LARGE_ITEMS).map(item).collect();
    format!("export const table = new Map();\n{}", items.concat())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Resident memory of this process, in megabytes.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("has a size");
    line.trim().trim_end_matches("kB").trim().parse::<f64>().expect("a number") * 1024.0 / 1e6
}
