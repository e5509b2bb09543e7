//! Compiled code of modules that are evaluated from source: used where it fits, refused where not.

use serde_json::json;

use crate::support::{self, App, Made, Worker};

/// An application of three modules: two that are imported, and the one that registers the procedure.
fn application() -> Made {
    App::new()
        .module("texts.js", "export const text = 'from ' + 'source';")
        .module("main.js", "import { text } from './texts.js'; export async function run() { return text; }")
        .procedure("main.js", "run", &[])
        .make()
}

const ANSWER: (u16, &str) = (200, "from source");

fn call(mut worker: Worker) {
    let (status, text) = worker.call("run", &json!({}));
    assert_eq!((status, text.as_str()), ANSWER);
}

#[test]
fn later_isolates_get_what_the_first_one_compiled() {
    let _alone = support::alone();
    let made = application();
    call(Worker::start_from_source(&made));
    assert_eq!(made.store.n_compiled(), 3);
    call(Worker::start_from_source(&made));
    assert_eq!(made.store.n_compiled(), 3, "nothing was compiled again");
}

#[test]
fn the_first_isolate_gets_what_the_build_compiled() {
    let _alone = support::alone();
    let mut made = application();
    let code = made.code_file();
    made.set_code(code).expect("fits");
    call(Worker::start_from_source(&made));
    assert_eq!(made.store.n_compiled(), 0, "V8 refused code of the build");
}

/// Scripts of the platform as well, where no blob holds them.
#[test]
fn a_platform_without_blob_is_compiled_once() {
    let _alone = support::alone();
    let made = application();
    call(Worker::try_start_from_scripts(&made).expect("starts"));
    let n_compiled = made.store.n_compiled();
    assert!(n_compiled > 40, "{n_compiled}");
    call(Worker::try_start_from_scripts(&made).expect("starts"));
    assert_eq!(made.store.n_compiled(), n_compiled);
}

#[test]
fn code_of_another_engine_is_refused() {
    let _alone = support::alone();
    let mut made = application();
    let mut code = made.code_file();
    let place = code.windows(7).rposition(|bytes| bytes == b"format ").expect("has a fingerprint");
    code[place + 7] = b'9';
    assert_eq!(
        made.set_code(code).expect_err("refused"),
        "the snapshot of `test` does not fit this program (it was made with `format 9`, this program has `format 3`); build the application again"
    );
}

/// V8 would take it for whole, and end the process.
#[test]
fn damaged_code_costs_time_only() {
    let _alone = support::alone();
    let mut made = application();
    let mut code = made.code_file();
    let text = b"file:///app/src/texts.js";
    let place = code.windows(text.len()).position(|bytes| bytes == text).expect("has the module") + text.len();
    code[place + 64..place + 128].fill(7);
    made.set_code(code).expect("fits");
    call(Worker::start_from_source(&made));
    assert_eq!(made.store.n_compiled(), 1);
}
