//! Wrong requests get clear answers, one after the other from the same processes, and nothing is lost.

use jitar_tests::{Connection, Example, Request};

use super::in_both_forms;

const TABLE: &str = "/rpc/reporting/getMonthTable";
const APRIL: &str = r#"{"year": 2025, "month": "April"}"#;
/// The same, compressed with gzip.
const PACKED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xaa\x4c\x4d\x2c\x52\xb2\x52\x30\x32\x30\x32\
    \xd5\x51\x50\xca\xcd\xcf\x2b\xc9\x00\x72\x95\x1c\x0b\x8a\x32\x73\x94\x6a\x01\xa8\x67\x3e\x9b\
    \x20\x00\x00\x00";

in_both_forms!(
    says_what_is_wrong,
    survives_what_is_no_http,
    keeps_the_connection,
    takes_chunks,
    takes_compressed_and_announced_bodies,
);

fn says_what_is_wrong(example: &Example) {
    let post = |body: &str| Request::post(TABLE, body);
    let get = |target: &str| Request::get(target);
    let large = format!(r#"{{"year": 2025, "month": "{}"}}"#, "x".repeat(204_800));
    let deep = format!(r#"{{"deep": {}{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
    let object_needed = "the request body must be a JSON object with the arguments by name, or an array";
    let cases: Vec<(&str, Request, u16, &str)> = vec![
        (
            "broken JSON",
            post(r#"{"year": "#),
            400,
            "the request body is not valid JSON: EOF while parsing a value at line 1 column 9",
        ),
        (
            "two values",
            post("{} {}"),
            400,
            "the request body is not valid JSON: trailing characters at line 1 column 4",
        ),
        ("a number", post("5"), 400, object_needed),
        ("null", post("null"), 400, object_needed),
        ("a string", post("\"x\""), 400, object_needed),
        ("too large", post(&large), 413, "the request body is larger than 204800 bytes"),
        ("no body", Request::new("POST", TABLE), 400, "Missing value for parameter 'year'"),
        ("an empty body", post(""), 400, "Missing value for parameter 'year'"),
        ("no arguments", post("{}"), 400, "Missing value for parameter 'year'"),
        ("one argument", post(r#"{"year": 2025}"#), 400, "Missing value for parameter 'month'"),
        ("an unknown argument", post(r#"{"year": 2025, "month": "April", "day": 1}"#), 400, "Unknown parameter day"),
        ("an array", post("[2025, \"April\"]"), 400, "Missing value for parameter 'year'"),
        (
            "__proto__",
            post(r#"{"__proto__": {"year": 2025}, "month": "April"}"#),
            400,
            "Missing value for parameter 'year'",
        ),
        (
            "__proto__ beside the others",
            post(r#"{"year": 2025, "month": "April", "__proto__": {"polluted": true}}"#),
            400,
            "Unknown parameter __proto__",
        ),
        ("an injected name", post(r#"{"year": 2025, "month": "April", "*year": 1}"#), 400, "Unknown parameter *year"),
        ("deep nesting", post(&deep), 413, "the request body is nested deeper than 1024 levels"),
        (
            "a type that fits not",
            get(&format!("{TABLE}?year=soon&month=April")),
            400,
            "Invalid value for parameter 'year'",
        ),
        (
            "text as body",
            Request::new("POST", TABLE).header("content-type", "text/plain").body(APRIL),
            415,
            "send `application/json` in UTF-8",
        ),
        (
            "an unknown procedure",
            Request::post("/rpc/reporting/nothing", "{}"),
            404,
            "Procedure 'reporting/nothing' not found",
        ),
        ("a name of Object", Request::post("/rpc/__proto__", "{}"), 404, "Procedure '__proto__' not found"),
        ("no name", Request::post("/rpc/%20", "{}"), 400, "Missing procedure name"),
        ("no name at all", Request::post("/rpc/", "{}"), 405, "method not allowed; use GET, HEAD"),
        ("dots", Request::post("/rpc/a/../b", "{}"), 400, "Invalid procedure name"),
        ("a broken escape in the path", get("/rpc/reporting/%zz"), 400, "malformed percent-encoding in the path"),
        ("no UTF-8 in the path", get("/rpc/reporting/%ff"), 400, "malformed percent-encoding in the path"),
        ("a broken escape in a file", get("/%zz"), 400, "malformed percent-encoding in the path"),
        ("a broken escape in the query", get(&format!("{TABLE}?year=%zz")), 400, "malformed percent-encoding in `%zz`"),
        (
            "a broken version",
            post(APRIL).header("x-jitar-procedure-version", "one"),
            400,
            "Invalid version number 'one'",
        ),
        ("compressed", post(APRIL).header("content-encoding", "gzip"), 400, "the request body is not valid gzip"),
        ("another method", Request::new("PUT", TABLE), 405, "method not allowed; use GET, HEAD, POST, OPTIONS"),
        ("a post to a file", Request::post("/index.html", "{}"), 405, "method not allowed; use GET, HEAD"),
    ];
    for (name, request, status, text) in cases {
        let answer = example.entry().send(&request);
        assert!(answer.status == status && answer.text().contains(text), "{name}: {:?}", answer.summary());
        assert!(!answer.text().contains("file:///") && !answer.text().contains(".rs"), "{name}: {}", answer.text());
    }
    assert_works(example);
}

fn survives_what_is_no_http(example: &Example) {
    let huge_header = format!("GET / HTTP/1.1\r\nhost: x\r\nx-large: {}\r\n\r\n", "x".repeat(1 << 20));
    let many_headers = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-a: b\r\n".repeat(1000));
    let cases: [(&str, &[u8]); 7] = [
        ("a huge header", huge_header.as_bytes()),
        ("many headers", many_headers.as_bytes()),
        ("no HTTP", b"hello\r\n\r\n"),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        ("zeros", &[0; 4096]),
        ("two lengths", b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"),
        (
            "length and chunks",
            b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
    ];
    for (name, bytes) in cases {
        let mut connection = Connection::open(&example.entry().url).expect("a connection");
        // The service may hang up at any time, but it may not take this for a request that works.
        if connection.write(bytes).and_then(|()| connection.finish()).is_ok()
            && let Ok(answer) = connection.read(false)
        {
            assert!((400..500).contains(&answer.status), "{name}: {:?}", answer.summary());
        }
    }
    assert_works(example);
}

/// A client with one connection can go on after a mistake.
fn keeps_the_connection(example: &Example) {
    let mut connection = Connection::open(&example.entry().url).expect("a connection");
    for (request, status) in [
        (Request::post(TABLE, r#"{"year": "#), 400),
        (Request::post(TABLE, APRIL), 200),
        (Request::post("/rpc/nothing", "{}"), 404),
        (Request::get("/missing"), 404),
        (Request::post(TABLE, APRIL), 200),
    ] {
        let answer = connection.send(&request).expect("an answer on the same connection");
        assert_eq!(answer.status, status, "{request:?}: {}", answer.text());
    }
}

/// Bodies without a length have the same limit.
fn takes_chunks(example: &Example) {
    let head =
        format!("POST {TABLE} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked");
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    let large = chunk(&" ".repeat(1 << 16)).repeat(4);
    for (start, status) in [("", 200), (large.as_str(), 413)] {
        let mut connection = Connection::open(&example.entry().url).expect("a connection");
        let (first, second) = APRIL.split_at(10);
        let request = format!("{head}\r\n\r\n{start}{}{}{}", chunk(first), chunk(second), chunk(""));
        // The service may answer before it has read all.
        drop(connection.write(request.as_bytes()));
        let answer = connection.read(false).expect("an answer");
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    assert_works(example);
}

/// Neither how a body is packed nor a client that asks first makes a difference, with a gateway between or without.
fn takes_compressed_and_announced_bodies(example: &Example) {
    let mut connection = Connection::open(&example.entry().url).expect("a connection");
    let packed = Request::post(TABLE, "").header("content-encoding", "gzip").body(PACKED);
    let head = format!("POST {TABLE} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n");
    let chunk = |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    let chunked = format!("{head}content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n");
    let chunked = [chunked.as_bytes(), &chunk(&PACKED[..20]), &chunk(&PACKED[20..]), &chunk(b"")].concat();
    assert_eq!(connection.send(&packed).expect("an answer").json()["title"], "Sales report April 2025");
    connection.write(&chunked).expect("sent");
    assert_eq!(connection.read(false).expect("an answer").json()["title"], "Sales report April 2025");

    let announced = format!("{head}content-length: {}\r\nexpect: 100-continue\r\n\r\n", APRIL.len());
    connection.write(announced.as_bytes()).expect("sent");
    assert_eq!(connection.read(false).expect("an answer").status, 100);
    connection.write(APRIL.as_bytes()).expect("sent");
    assert_eq!(connection.read(false).expect("an answer").json()["title"], "Sales report April 2025");
}

#[track_caller]
fn assert_works(example: &Example) {
    let answer = example.entry().post(TABLE, APRIL);
    assert_eq!((answer.status, &answer.json()["title"]), (200, &"Sales report April 2025".into()));
}
