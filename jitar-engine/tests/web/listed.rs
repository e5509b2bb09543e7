//! `docs/globals.md` and the global object say the same.

use std::collections::BTreeSet;

use serde_json::json;

use super::evaluator;
use crate::support::{self, Worker};

const PAGE: &str = include_str!("../../../docs/globals.md");

/// The objects of ECMAScript (ECMA-262 19, ECMA-402 8), which the page does not list.
const ECMASCRIPT: &[&str] = &[
    "AggregateError",
    "Array",
    "ArrayBuffer",
    "AsyncDisposableStack",
    "Atomics",
    "BigInt",
    "BigInt64Array",
    "BigUint64Array",
    "Boolean",
    "DataView",
    "Date",
    "DisposableStack",
    "Error",
    "EvalError",
    "FinalizationRegistry",
    "Float16Array",
    "Float32Array",
    "Float64Array",
    "Function",
    "Infinity",
    "Int16Array",
    "Int32Array",
    "Int8Array",
    "Intl",
    "Iterator",
    "JSON",
    "Map",
    "Math",
    "NaN",
    "Number",
    "Object",
    "Promise",
    "Proxy",
    "RangeError",
    "ReferenceError",
    "Reflect",
    "RegExp",
    "Set",
    "SharedArrayBuffer",
    "String",
    "SuppressedError",
    "Symbol",
    "SyntaxError",
    "TypeError",
    "URIError",
    "Uint16Array",
    "Uint32Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "WeakMap",
    "WeakRef",
    "WeakSet",
    "decodeURI",
    "decodeURIComponent",
    "encodeURI",
    "encodeURIComponent",
    "escape",
    "eval",
    "globalThis",
    "isFinite",
    "isNaN",
    "parseFloat",
    "parseInt",
    "undefined",
    "unescape",
];

/// Names of the page's table whose second column is one of `answers`.
fn listed(answers: &[&str]) -> BTreeSet<String> {
    let rows = PAGE.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        let name = cells.next()?.strip_suffix('`')?;
        answers.contains(&cells.next()?.trim()).then(|| name.to_owned())
    });
    rows.collect()
}

#[test]
fn the_page_lists_every_global() {
    let _alone = support::alone();
    let made = evaluator();
    let there = listed(&["yes", "partly"]);
    let absent = listed(&["no"]);
    assert!(there.len() > 50 && absent.len() > 5, "the table was not found");
    for start in [Worker::start, Worker::start_from_source] {
        let code = "return Object.getOwnPropertyNames(globalThis)";
        let (_, body) = start(&made).call("evaluate", &json!({ "code": code }));
        let found: BTreeSet<String> = serde_json::from_str(&body).expect("a list");
        let found: BTreeSet<String> = found.into_iter().filter(|name| !ECMASCRIPT.contains(&name.as_str())).collect();
        let unlisted: Vec<_> = found.difference(&there).collect();
        let missing: Vec<_> = there.difference(&found).collect();
        let wrong: Vec<_> = absent.intersection(&found).collect();
        assert!(
            unlisted.is_empty() && missing.is_empty() && wrong.is_empty(),
            "not on the page: {unlisted:?}; on the page only: {missing:?}; there in spite of `no`: {wrong:?}"
        );
    }
}
