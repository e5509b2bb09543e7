//! Bodies, connections, CORS and slow clients, over real sockets.

use tokio::io::AsyncReadExt;

use super::*;
use crate::config::{CorsConfig, Origins};
use crate::http::inflate::tests::gzip;

/// Sends bytes, and reads until the server closes or has sent `n` status lines.
async fn exchange(node: &Url, request: &[u8], n: usize) -> String {
    let address = node.socket_addrs(|| None).expect("an address")[0];
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request).await.expect("sent");
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    let read = async {
        while text.matches("HTTP/1.1 ").count() < n || !text.contains("\r\n\r\n") {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(length) => text.push_str(&String::from_utf8_lossy(&buffer[..length])),
            }
        }
    };
    tokio::time::timeout(SECONDS, read).await.unwrap_or_else(|_| panic!("no {n} answers to {request:?}"));
    text
}

fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST /rpc/a/f HTTP/1.1\r\nhost: h\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn bodies_come_in_many_forms() {
    let isolates = Arc::new(FakeIsolates::default());
    let node = start_worker(&isolates);
    let json = "content-type: application/json\r\n";
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let bomb = gzip(&vec![b' '; 1 << 20]);
    assert!(bomb.len() < 2000, "{}", bomb.len());
    let packed = format!("{json}content-encoding: gzip\r\n");
    let chunked = "POST /rpc/a/f HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n\
                   transfer-encoding: chunked\r\n\r\n";
    let body = gzip(b"{\"a\":1}");
    let size = format!("{:x}\r\n", body.len());
    let chunked = [chunked.as_bytes(), size.as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    let cases: Vec<(Vec<u8>, &str, &str)> = vec![
        (post(json, b"{\"a\":1}"), "200", r#"Json(b"{\"a\":1}")"#),
        (post(json, b"[1]"), "200", r#"Json(b"[1]")"#),
        (post(json, b""), "200", "None"),
        (post("", b""), "200", "None"),
        (post(form, b"a=1&b[c]=2"), "200", r#"Json(b"{\"a\":\"1\",\"b\":{\"c\":\"2\"}}")"#),
        (post(&packed, &gzip(b"{\"a\":1}")), "200", r#"Json(b"{\"a\":1}")"#),
        (chunked, "200", r#"Json(b"{\"a\":1}")"#),
        (post(&packed, &bomb[..900]), "413", ""),
        (post(&packed, &gzip(b"{}")[..12]), "400", ""),
        (post(&packed, &gzip(&[b' '; 1001])), "413", ""),
        (post(json, &[b' '; 1001]), "413", ""),
        (post(json, b"\"\xff\""), "400", ""),
        (post("content-type: application/json; charset=utf-16\r\n", b"{}"), "415", ""),
        (post("content-type: multipart/form-data; boundary=x\r\n", b"--x--"), "415", ""),
        (post("content-type: text/plain\r\n", b"{}"), "415", ""),
        (post("", b"{}"), "415", ""),
        (post(form, "a[b]".repeat(40).as_bytes()), "200", ""),
        (post(form, format!("a{}=1", "[b]".repeat(40)).as_bytes()), "400", ""),
        (post(form, b"a=1&a[b]=2"), "400", ""),
    ];
    for (request, status, arguments) in cases {
        let before = isolates.calls().len();
        let answer = exchange(&node.url, &request, 1).await;
        let shown = String::from_utf8_lossy(&request).into_owned();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{shown}\n{answer}");
        let calls = isolates.calls();
        assert_eq!(calls.len() > before, status == "200", "{shown}");
        if let (Some(call), false) = (calls.get(before), arguments.is_empty()) {
            assert_eq!(format!("{:?}", call.arguments), arguments, "{shown}");
        }
    }
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let node = start_worker(&Arc::new(FakeIsolates::default()));
    let one = post("content-type: application/json\r\n", b"{}");
    let with_body = b"GET /health/status HTTP/1.1\r\nhost: h\r\ncontent-length: 4\r\n\r\nGET ".to_vec();
    let refused = post("content-type: text/plain\r\n", b"GET /nothing HTTP/1.1\r\nhost: h\r\n\r\n");
    let pipeline = [one.clone(), with_body, one.clone(), refused, one].concat();
    let answers = exchange(&node.url, &pipeline, 5).await;
    let statuses: Vec<&str> = answers.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["200", "200", "200", "415", "200"], "{answers}");
}

#[tokio::test]
async fn slow_clients_are_left() {
    let times = HttpConfig {
        head_time: Duration::from_secs(1),
        body_time: Duration::from_millis(50),
        keep_alive: Duration::from_secs(1),
    };
    let options = HttpOptions { times, ..options(SMALL) };
    let node = start_with(worker_services(&Arc::new(FakeIsolates::default())), options);
    let json = "POST /rpc/a/f HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\n";
    let cases = [
        ("GET / HTTP/1.1\r\nhost:", "HTTP/1.1 408 "),
        (&format!("{json}content-length: 9\r\n\r\n{{"), "HTTP/1.1 408 "),
        (&format!("{json}transfer-encoding: chunked\r\n\r\n9\r\n"), "HTTP/1.1 408 "),
        ("", ""),
        ("GET /health HTTP/1.1\r\nhost: h\r\n\r\n", "HTTP/1.1 200 "),
        ("GET /health HTTP/1.1\r\nhost: h\r\n\r\nGET /health HTTP/1.1\r\nho", "HTTP/1.1 200 "),
    ];
    for (request, expected) in cases {
        // More answers than come: the server ends the connection.
        let answer = exchange(&node.url, request.as_bytes(), 9).await;
        assert!(answer.starts_with(expected), "{request:?}: {answer}");
    }
}

#[tokio::test]
async fn browsers_of_other_origins_learn_what_they_may() {
    let cors = CorsConfig {
        origins: Origins::These(vec!["https://a.example".to_owned()]),
        methods: vec!["POST".to_owned()],
        headers: vec!["content-type".to_owned()],
        exposed: vec!["x-request-id".to_owned()],
        credentials: false,
        max_age: Duration::from_secs(5),
    };
    let isolates = Arc::new(FakeIsolates::default());
    let options = HttpOptions { cors: Some(cors), ..options(SMALL) };
    let node = start_with(worker_services(&isolates), options);
    let ask = async |method: &str, headers: &str| {
        let request = format!("{method} /rpc/a/f HTTP/1.1\r\nhost: h\r\n{headers}\r\n");
        exchange(&node.url, request.as_bytes(), 1).await.to_ascii_lowercase()
    };
    let origin = "origin: https://a.example\r\n";
    let preflight = ask("OPTIONS", &format!("{origin}access-control-request-method: POST\r\n")).await;
    assert!(preflight.starts_with("http/1.1 204 ") && preflight.contains("allow-methods: post"), "{preflight}");
    assert!(preflight.contains("access-control-allow-origin: https://a.example\r\n"), "{preflight}");
    assert_eq!(isolates.calls().len(), 0, "a preflight is no call");

    let dry = ask("OPTIONS", origin).await;
    assert!(dry.starts_with("http/1.1 200 ") && dry.contains("allow-origin: https://a.example"), "{dry}");
    assert_eq!(isolates.calls().pop().expect("a call").mode, RunMode::Dry);

    for (headers, is_allowed) in [(origin, true), ("origin: https://b.example\r\n", false), ("", false)] {
        for method in ["GET", "PUT"] {
            let answer = ask(method, headers).await;
            assert_eq!(answer.contains("access-control-allow-origin: https://a.example"), is_allowed, "{answer}");
            assert!(answer.contains("vary: origin"), "{answer}");
        }
    }
}
