//! The globals of applications, by behaviour: snippets that must evaluate to a value, in an isolate that started from the
//! unit's blob and in one that evaluated everything from source.

mod build_time;
mod fetch;
mod globals;
mod listed;
mod node;
mod server;

use serde_json::json;

use crate::support::{self, App, Made, Worker};

/// An application that runs whatever it is given.
fn evaluator() -> Made {
    let code = "const AsyncFunction = (async () => {}).constructor;
        export async function evaluate(code) { return await new AsyncFunction(code).call(this); }";
    App::new().module("evaluate.js", code).procedure("evaluate.js", "evaluate", &["code"]).make()
}

/// Runs snippets, bodies of async functions, and compares what they return as text.
fn check(rows: &[(&str, &str)]) {
    let _alone = support::alone();
    let made = evaluator();
    assert_eq!(made.deferred, [] as [String; 0]);
    // One after the other: isolates of different blobs cannot live side by side.
    for start in [Worker::start, Worker::start_from_source] {
        let mut worker = start(&made);
        for (code, expected) in rows {
            let (status, body) = worker.call("evaluate", &json!({ "code": code }));
            assert!(status == 200 && body == *expected, "{code}\n  gave     {status} {body}\n  expected {expected}");
        }
    }
}
