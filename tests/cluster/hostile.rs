//! Hostile values, one row each: a row says what comes of it. The process, its one isolate and its memory survive all of
//! them; how long each took and what the process held then is written to `target/hostile.tsv`.

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use jitar_tests::programs::program;
use jitar_tests::{Project, Request, Service};
use serde_json::{Value, json};

/// What must come of a row.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    /// 200: nothing but data.
    Data,
    /// 200, and the very same value comes back.
    Same,
    /// This status.
    Status(u16),
}
use Outcome::{Data, Same, Status};

/// One row.
struct Row {
    name: String,
    request: Request,
    /// What was sent, for [`Same`].
    sent: Value,
    outcome: Outcome,
}

/// Memory that the process may have held at most, in kilobytes: the heap that is configured, the bodies, and room.
const MOST_MEMORY: u64 = 1_200_000;

const KEY: &str = "key-of-crossing";

#[test]
fn hostile_values_are_data_or_refused() {
    let service = Project::named("crossing").start("hostile", &[]);
    let rows = rows();
    assert!(rows.len() >= 300, "there are {} rows", rows.len());
    let mut problems = Vec::new();
    let mut report = String::from("row\tstatus\tmilliseconds\tkilobytes\n");
    let mut calls = count(&service);
    for row in rows {
        let begin = Instant::now();
        let answer = service.send(&row.request);
        let (took, memory) = (begin.elapsed().as_millis(), service.memory("VmRSS"));
        writeln!(report, "{}\t{}\t{took}\t{memory}", row.name, answer.status).expect("a string takes all");
        let is_right = match row.outcome {
            Data => answer.status == 200,
            Same => answer.status == 200 && serde_json::from_slice::<Value>(&answer.body).ok() == Some(row.sent),
            Status(status) => answer.status == status,
        };
        if !is_right {
            let text: String = answer.text().chars().take(200).collect();
            problems.push(format!("{}: {:?} expected, {} came: {text}", row.name, row.outcome, answer.status));
        }
        let leaked =
            ["file:///app", "/src/far", ".rs:", "node_modules"].into_iter().find(|part| answer.text().contains(part));
        problems.extend(leaked.map(|part| format!("{} tells `{part}`", row.name)));
        // A fresh isolate would count from the beginning.
        calls += 1;
        assert_eq!(count(&service), calls, "after {}: the isolate was replaced", row.name);
    }
    let most = service.memory("VmHWM");
    let folder = program("jitar-app").parent().and_then(|folder| folder.parent()).expect("a target folder").to_owned();
    fs::write(folder.join("hostile.tsv"), report).expect("written");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(most < MOST_MEMORY, "the process held {most} kB");
}

fn count(service: &Service) -> u64 {
    let answer = service.get("/rpc/far/count");
    answer.text().parse().unwrap_or_else(|_| panic!("no count: {:?}", answer.summary()))
}

/// A line of `/proc/<id>/status`, in kilobytes.
fn post(procedure: &str, body: impl AsRef<[u8]>) -> Request {
    let target = format!("/rpc/far/{procedure}");
    Request::new("POST", &target).header("content-type", "application/json").body(body)
}

fn serialized(request: Request) -> Request {
    request.header("x-jitar-data-encoding", "serialized")
}

/// A row per encoding: `value` is the text of the argument.
fn both(rows: &mut Vec<Row>, name: &str, value: &str, outcome: &Outcome) {
    plain(rows, name, value, outcome.clone());
    tagged(rows, name, value, outcome.clone());
}

fn plain(rows: &mut Vec<Row>, name: &str, value: &str, outcome: Outcome) {
    push(rows, format!("{name}, plain"), post("mirror", format!("{{\"value\":{value}}}")), value, outcome);
}

fn tagged(rows: &mut Vec<Row>, name: &str, value: &str, outcome: Outcome) {
    let request = serialized(post("mirror", format!("{{\"value\":{value}}}")));
    push(rows, format!("{name}, serialized"), request, value, outcome);
}

fn push(rows: &mut Vec<Row>, name: String, request: Request, value: &str, outcome: Outcome) {
    let sent = if outcome == Same { serde_json::from_str(value).expect("JSON") } else { Value::Null };
    rows.push(Row { name, request, sent, outcome });
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    keys(&mut rows);
    closed_lists(&mut rows);
    sizes(&mut rows);
    broken_text(&mut rows);
    odd_values(&mut rows);
    spoofed_tags(&mut rows);
    forms_of_peers(&mut rows);
    heads(&mut rows);
    rows
}

/// Names that mean something to JavaScript.
const KEYS: [&str; 20] = [
    "__proto__",
    "constructor",
    "prototype",
    "then",
    "toJSON",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "isPrototypeOf",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "length",
    "name",
    "message",
    "stack",
    "caller",
    "arguments",
    "Symbol.iterator",
    "serialized",
];

fn keys(rows: &mut Vec<Row>) {
    for key in KEYS {
        for value in ["1", "null", "[]", r#"{"admin":true}"#] {
            both(rows, &format!("member {key} {value}"), &format!("{{\"{key}\":{value}}}"), &Same);
        }
        let argument = format!("{{\"{key}\":{{\"admin\":true}}}}");
        push(rows, format!("argument {key}, plain"), post("describe", &argument), "", Status(400));
        push(rows, format!("argument {key}, serialized"), serialized(post("describe", &argument)), "", Status(400));
    }
    for key in ["*value", "*", "**value", "*__proto__", "...value", "value ", "Value", ""] {
        let argument = format!("{{\"{key}\":1}}");
        push(rows, format!("argument `{key}`"), post("describe", argument), "", Status(400));
    }
}

fn closed_lists(rows: &mut Vec<Row>) {
    const GLOBALS: [&str; 26] = [
        "Object",
        "Function",
        "Array",
        "Map",
        "Date",
        "Promise",
        "Proxy",
        "eval",
        "fetch",
        "WebSocket",
        "process",
        "Buffer",
        "globalThis",
        "ArrayBuffer",
        "SharedArrayBuffer",
        "WebAssembly",
        "Worker",
        "Request",
        "URL",
        "__proto__",
        "constructor",
        "toString",
        "then",
        "__run",
        "Deno",
        "Infinity",
    ];
    for name in GLOBALS {
        let form = json!({"serialized": true, "name": "class", "key": name, "args": {"0": "return 1"}, "fields": {}});
        tagged(rows, &format!("class {name}"), &form.to_string(), Status(400));
        let form = json!({"serialized": true, "name": "Error", "type": name, "message": "return 1"});
        tagged(rows, &format!("error type {name}"), &form.to_string(), Same);
        let form = json!({"serialized": true, "name": "TypedArray", "type": name, "bytes": [1]});
        tagged(rows, &format!("array type {name}"), &form.to_string(), Same);
    }
    for (fields, status) in [
        (r#"{"extra":1}"#, 400),
        (r#"{"constructor":1}"#, 400),
        (r#"{"__proto__":{"amount":1}}"#, 400),
        (r#"{"toText":1}"#, 400),
        (r#"{"amount":1}"#, 400),
        (r#"{"then":1}"#, 400),
        (r#"{"currency":"USD"}"#, 200),
    ] {
        let form =
            format!(r#"{{"serialized":true,"name":"class","key":"shapes/Money","args":{{"0":1}},"fields":{fields}}}"#);
        tagged(rows, &format!("fields {fields}"), &form, Status(status));
    }
}

fn sizes(rows: &mut Vec<Row>) {
    let nested = |open: &str, close: &str, levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
    for (levels, plainly, in_tags) in
        [(64, 200, 200), (65, 200, 413), (1000, 200, 413), (1025, 413, 413), (100_000, 413, 413)]
    {
        plain(rows, &format!("{levels} nested lists"), &nested("[", "]", levels), Status(plainly));
        tagged(rows, &format!("{levels} nested lists"), &nested("[", "]", levels), Status(in_tags));
        plain(rows, &format!("{levels} nested objects"), &nested("{\"a\":", "}", levels), Status(plainly));
        tagged(rows, &format!("{levels} nested objects"), &nested("{\"a\":", "}", levels), Status(in_tags));
    }
    let set = r#"{"serialized":true,"name":"Set","values":["#;
    let map = r#"{"serialized":true,"name":"Map","entries":{"keys":[1],"values":["#;
    let cause = r#"{"serialized":true,"name":"Error","type":"Error","message":"m","cause":"#;
    tagged(rows, "100 nested sets", &nested(set, "]}", 100), Status(413));
    tagged(rows, "100 nested maps", &nested(map, "]}}", 100), Status(413));
    tagged(rows, "100 nested causes", &nested(cause, "}", 100), Status(413));

    let digits = |count: usize| format!(r#"{{"serialized":true,"name":"BigInt","value":"{}"}}"#, "9".repeat(count));
    for (count, status) in [(65_536, 200), (65_537, 413), (10_000_000, 413)] {
        tagged(rows, &format!("bigint of {count} digits"), &digits(count), Status(status));
    }
    plain(rows, "number of 10,000,000 digits", &"9".repeat(10_000_000), Data);
    plain(rows, "string of 17,000,000 characters", &format!("\"{}\"", "x".repeat(17_000_000)), Data);
    tagged(rows, "string of 17,000,000 characters", &format!("\"{}\"", "x".repeat(17_000_000)), Status(413));
    plain(rows, "body over the limit", &format!("\"{}\"", "x".repeat(20_000_001)), Status(413));

    let list = |item: &str, count: usize| format!("[{}{item}]", format!("{item},").repeat(count - 1));
    plain(rows, "1,000,000 zeros", &list("0", 1_000_000), Data);
    tagged(rows, "1,000,000 zeros", &list("0", 1_000_000), Data);
    plain(rows, "1,000,000 empty lists", &list("[]", 1_000_000), Data);
    tagged(rows, "100,001 empty lists", &list("[]", 100_001), Status(413));
    tagged(rows, "100,001 empty objects", &list("{}", 100_001), Status(413));
    tagged(rows, "100,001 dates", &list(r#"{"serialized":true,"name":"Date","value":"2020"}"#, 100_001), Status(413));
    let set = format!(r#"{{"serialized":true,"name":"Set","values":{}}}"#, list("0", 1_000_000));
    tagged(rows, "set of 1,000,000 equal values", &set, Data);
    let members: Vec<String> = (0..200_000).map(|number| format!("\"k{number}\":0")).collect();
    both(rows, "200,000 members", &format!("{{{}}}", members.join(",")), &Data);
    tagged(
        rows,
        "bytes of 1,000,000 numbers",
        &format!(r#"{{"serialized":true,"name":"TypedArray","type":"Uint8Array","bytes":{}}}"#, list("255", 1_000_000)),
        Data,
    );
    tagged(
        rows,
        "bytes of 10,000,000 characters",
        &format!(r#"{{"serialized":true,"name":"Buffer","base64":"{}"}}"#, "A".repeat(10_000_000)),
        Data,
    );
    for length in ["4294967295", "-1", "1e308", "{}"] {
        both(rows, &format!("length {length}"), &format!("{{\"length\":{length}}}"), &Data);
    }
}

fn broken_text(rows: &mut Vec<Row>) {
    for text in [
        "",
        "{",
        "}",
        "[",
        "[1,",
        "{\"a\"",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "{\"value\":1,}",
        "{\"value\":NaN}",
        "nul",
        "tru",
        "{\"value\":01}",
        "{\"value\":+1}",
        "{\"value\":.5}",
        "{\"value\":\"\\x\"}",
        "{\"value\":\"\u{1}\"}",
        "{} {}",
        "\"x\"",
        "5",
        "null",
        "true",
        "{\"value\":\"\\u12\"}",
        "/**/{}",
        "\u{0}",
    ] {
        let outcome = if text.is_empty() { Data } else { Status(400) };
        push(rows, format!("body `{}`", text.escape_debug()), post("describe", text), "", outcome.clone());
        push(
            rows,
            format!("body `{}`, serialized", text.escape_debug()),
            serialized(post("describe", text)),
            "",
            outcome,
        );
    }
    for bytes in [&b"\xff"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\x80"] {
        let body = [&b"{\"value\":\""[..], bytes, b"\"}"].concat();
        push(rows, format!("invalid UTF-8 {bytes:?}"), post("mirror", &body), "", Status(400));
        push(rows, format!("invalid UTF-8 {bytes:?}, serialized"), serialized(post("mirror", &body)), "", Status(400));
    }
    for text in [r#""\ud800""#, r#""\udc00\ud800""#, r#""\u0000""#, r#""\u2028\u2029""#] {
        both(rows, &format!("text {text}"), text, &Data);
    }
    for body in [
        r#"{"value":1,"value":2}"#,
        r#"{"value":{"a":1,"a":2}}"#,
        r#"{"value":{"serialized":true,"serialized":false,"name":"Date","value":"x"}}"#,
        r#"{"value":{"__proto__":1,"__proto__":2}}"#,
    ] {
        push(rows, format!("twice {body}"), post("mirror", body), "", Data);
        push(rows, format!("twice {body}, serialized"), serialized(post("mirror", body)), "", Data);
    }
}

fn odd_values(rows: &mut Vec<Row>) {
    for date in
        ["NaN", "", "never", "Infinity", "2020-13-45", "+275760-09-13T00:00:00.001Z", "-1e9", "\\u0000", "0x10q"]
    {
        let form = format!(r#"{{"serialized":true,"name":"Date","value":"{date}"}}"#);
        tagged(rows, &format!("date `{date}`"), &form, Status(400));
    }
    for number in ["1e400", "-1e400", "1e-400", "-0", "9007199254740993", "0.1e1"] {
        both(rows, &format!("number {number}"), number, &Data);
    }
    for text in ["1.5", "x", "1n", "--1", "1e3", "0x", "∞"] {
        let form = format!(r#"{{"serialized":true,"name":"BigInt","value":"{text}"}}"#);
        tagged(rows, &format!("bigint `{text}`"), &form, Status(400));
    }
    for (source, flags) in [
        ("(a+)+$", ""),
        ("(.*)*x", "s"),
        ("(", ""),
        ("a{1,99999}{1,99999}", ""),
        ("a", "gg"),
        ("^(([a-z])+.)+[A-Z]([a-z])+$", "i"),
    ] {
        let form = json!({"serialized": true, "name": "RegExp", "source": source, "flags": flags});
        tagged(rows, &format!("pattern {source} {flags}"), &form.to_string(), Status(400));
    }
    for (url, status) in [
        ("", 400),
        ("x", 400),
        ("http://", 400),
        ("http://[::", 400),
        ("javascript:alert(1)", 200),
        ("file:///etc/passwd", 200),
    ] {
        let form = json!({"serialized": true, "name": "Url", "value": url});
        tagged(rows, &format!("url {url}"), &form.to_string(), Status(status));
    }
    for (element, bytes) in [("Float64", 1), ("Int32", 3), ("BigInt64", 9), ("Uint16", 1)] {
        let form = json!({"serialized": true, "name": "TypedArray", "type": format!("{element}Array"), "bytes": vec![0; bytes]});
        tagged(rows, &format!("{bytes} bytes of {element}"), &form.to_string(), Status(400));
    }
    for bytes in ["[300,-1,\"x\",null,{},[]]", "[\"__proto__\"]", "[1e308]"] {
        let form = format!(r#"{{"serialized":true,"name":"TypedArray","type":"Uint8Array","bytes":{bytes}}}"#);
        tagged(rows, &format!("bytes {bytes}"), &form, Data);
    }
}

fn spoofed_tags(rows: &mut Vec<Row>) {
    for form in [
        r#"{"serialized":true}"#,
        r#"{"serialized":true,"name":"Unknown","value":1}"#,
        r#"{"serialized":1,"name":"Date","value":"2020"}"#,
        r#"{"serialized":"true","name":"Map"}"#,
        r#"{"serialized":true,"name":["Date"],"value":"2020"}"#,
        r#"{"serialized":true,"name":"Date","value":5}"#,
        r#"{"serialized":true,"name":"Map","entries":{"keys":1,"values":[]}}"#,
        r#"{"serialized":true,"name":"Set","values":{"length":9}}"#,
        r#"{"serialized":true,"name":"class","key":5,"args":{},"fields":{}}"#,
        r#"{"serialized":true,"name":"class","key":"shapes/Money","args":[],"fields":{}}"#,
        r#"{"serialized":true,"name":"Error","type":"Error","message":{}}"#,
        r#"{"serialized":true,"name":"Buffer","base64":[]}"#,
        r#"{"serialized":true,"name":"BigInt","value":5}"#,
        r#"{"serialized":true,"name":"Url","value":null}"#,
        r#"{"serialized":true,"name":"RegExp","source":"a"}"#,
    ] {
        both(rows, &format!("tag {form}"), form, &Same);
    }
    // An own member like any other, so what it holds is read.
    let date = r#"{"__proto__":{"serialized":true,"name":"Date","value":"2020"}}"#;
    both(rows, "tag in __proto__", date, &Data);
}

fn forms_of_peers(rows: &mut Vec<Row>) {
    for form in [
        r#"{"serialized":true,"name":"Undefined"}"#,
        r#"{"serialized":true,"name":"Number","value":"NaN"}"#,
        r#"{"serialized":true,"name":"Plain","value":{}}"#,
        r#"{"serialized":true,"name":"Shared","id":1,"value":[]}"#,
        r#"{"serialized":true,"name":"Reference","id":1}"#,
        r#"{"serialized":true,"name":"ArrayBuffer","base64":""}"#,
    ] {
        tagged(rows, &format!("form of peers {form}"), form, Same);
        let body = format!(r#"{{"value":{form}}}"#);
        let request = serialized(post("describe", body)).header("x-jitar-forms", "extended");
        push(rows, format!("extended {form} without key"), request, "", Status(401));
    }
    let reference = r#"{"serialized":true,"name":"Reference","id":1}"#;
    let doubled = (0..60).fold("1".to_owned(), |inner, level| {
        format!(r#"[{{"serialized":true,"name":"Shared","id":{level},"value":[{inner}]}},{{"serialized":true,"name":"Reference","id":{level}}}]"#)
    });
    for (form, status) in [
        (reference.to_owned(), 400),
        (format!(r#"{{"serialized":true,"name":"Shared","id":1,"value":{{"a":{reference}}}}}"#), 200),
        (format!(r#"{{"serialized":true,"name":"Shared","id":"__proto__","value":[{reference}]}}"#), 400),
        (r#"{"serialized":true,"name":"Number","value":"__proto__"}"#.to_owned(), 200),
        (doubled, 413),
    ] {
        let request = serialized(post("describe", format!(r#"{{"value":{form}}}"#)));
        let request = request.header("x-jitar-forms", "extended").header("x-jitar-trust-key", KEY);
        let start: String = form.chars().take(80).collect();
        push(rows, format!("extended {start} with key"), request, "", Status(status));
    }
}

fn heads(rows: &mut Vec<Row>) {
    for version in ["1.2.3.4", "-1", "v1", "1e3", "0x1", "1..2", "1.", ".1", "1,2", "latest", "1.2.3-beta", "NaN"] {
        let request = post("describe", "{}").header("x-jitar-procedure-version", version);
        push(rows, format!("version {version}"), request, "", Status(400));
    }
    for (query, status) in [
        ("value=%zz", 400),
        ("value=%ff", 400),
        ("value=%", 400),
        ("value=%00", 200),
        ("__proto__=1", 400),
        ("constructor=1", 400),
        ("value=1&value=2", 200),
        ("*value=1", 400),
        ("=1", 400),
        ("&&&", 200),
    ] {
        let request = Request::get(&format!("/rpc/far/describe?{query}"));
        push(rows, format!("query {query}"), request, "", Status(status));
    }
    for (name, status) in [
        ("__proto__", 404),
        ("constructor", 404),
        ("far%2Fdescribe", 200),
        ("far/describe%00", 404),
        ("far/DESCRIBE", 404),
        ("..%2ffar%2fdescribe", 400),
        ("far/../far/describe", 400),
        ("%e2%80%ae", 404),
        ("far/hide", 404),
        ("far/keep", 401),
    ] {
        push(rows, format!("name {name}"), Request::get(&format!("/rpc/{name}")), "", Status(status));
    }
    for (name, value, status) in [
        ("x-jitar-data-encoding", "SERIALIZED", 200),
        ("x-jitar-data-encoding", "gzip", 200),
        ("x-jitar-trust-key", "null", 200),
        ("x-jitar-hops", "99999999999999999999", 200),
        ("x-jitar-hops", "255", 200),
        ("x-jitar-deadline", "0", 200),
        ("x-jitar-deadline", "-1", 200),
        ("x-jitar-run-mode", "dry", 200),
        ("content-type", "text/plain", 415),
    ] {
        let request = Request::new("POST", "/rpc/far/describe").header(name, value);
        let request = if name == "content-type" { request } else { request.header("content-type", "application/json") };
        push(rows, format!("header {name}: {value}"), request.body("{}"), "", Status(status));
    }
}
