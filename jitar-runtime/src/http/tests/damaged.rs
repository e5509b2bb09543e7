//! Whatever comes over a connection, the services go on: damaged requests through the whole way from the socket to the
//! call of an isolate, in a worker and through a gateway.
//!
//! `JITAR_FUZZ_SECONDS=900 cargo test --workspace --lib damaged_requests -- --nocapture` does it for a quarter of an hour.

use std::io::Write as _;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tokio::io::AsyncReadExt;

use super::*;

/// Requests to begin with.
const REQUESTS: [&str; 12] = [
    "GET /rpc/a/f?x=1&y=%C3%BC&x=2 HTTP/1.1\r\nhost: h\r\nx-jitar-procedure-version: 1.2.3\r\n\r\n",
    "POST /rpc/a/f HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 13\r\n\r\n{\"a\":[1,{}]} ",
    "POST /rpc/a/f HTTP/1.1\r\nhost: h\r\ncontent-type: application/json; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n2;x=y\r\n1}\r\n0\r\n\r\n",
    "POST /rpc/a/f HTTP/1.1\r\nhost: h\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 17\r\n\r\na=1&b[c][]=2&b=%2",
    "OPTIONS /rpc/a/f HTTP/1.1\r\nhost: h\r\norigin: http://o\r\naccess-control-request-method: POST\r\n\r\n",
    "POST /rpc/a/p HTTP/1.1\r\nhost: h\r\nx-jitar-trust-key: key\r\nx-jitar-data-encoding: serialized\r\nx-jitar-forms: extended\r\nx-jitar-peer: 1\r\nx-jitar-hops: 3\r\nx-jitar-deadline: 50\r\nx-jitar-run-mode: dry\r\nx-jitar-caller: stranger\r\nx-jitar-arguments: {\"*u\":1}\r\ncontent-length: 0\r\n\r\n",
    "POST /workers?peer=1 HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 97\r\n\r\n{\"url\":\"http://127.0.0.1:1/\",\"procedureNames\":[\"x\"],\"trustKey\":\"key\",\"format\":1,\"versions\":{\"x\":1}}",
    "POST /workers/0a1b/report HTTP/1.1\r\nhost: h\r\ncontent-length: 21\r\n\r\n{\"state\":\"available\"}\n",
    "GET /a%20b%3F%23%25.txt HTTP/1.1\r\nhost: h\r\nrange: bytes=0-1,-1\r\nif-none-match: W/\"x\", \"y\"\r\naccept-encoding: br;q=0.5, gzip\r\n\r\n",
    "HEAD /index.html HTTP/1.1\r\nhost: h\r\nconnection: keep-alive, x-a\r\nx-a: b\r\n\r\nGET /health HTTP/1.1\r\nhost: h\r\n\r\n",
    "POST /rpc/a/f HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x08{}",
    "DELETE /workers/%00 HTTP/1.1\r\nhost: h\r\naccept: application/problem+json\r\nx-request-id: a\r\ntraceparent: 00-1-2-3\r\nidempotency-key: k\r\n\r\n",
];

/// Pieces that are put into them.
const TOKENS: [&str; 36] = [
    "\r\n",
    "\r",
    "\n",
    "\0",
    " ",
    "\t",
    ":",
    ";",
    ",",
    "=",
    "&",
    "?",
    "#",
    "%",
    "%2f",
    "%ff",
    "%C3",
    "..",
    "//",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "\\",
    "*",
    "__proto__",
    "ü",
    "\u{7f}",
    "chunked",
    "0\r\n\r\n",
    "-1",
    "99999999999999999999",
    "0x1d",
    "HTTP/1.1",
    "host: h\r\n",
];

/// A change of a request.
#[derive(Debug, Clone)]
enum Damage {
    Insert(prop::sample::Index, usize, usize),
    Byte(prop::sample::Index, u8),
    Delete(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Join(usize),
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let part = |bytes: &[u8], index: &prop::sample::Index, length: usize| {
            let start = index.index(bytes.len() + 1);
            start..(start + length).min(bytes.len())
        };
        match self {
            Self::Insert(index, token, times) => {
                let at = index.index(bytes.len() + 1);
                let inserted = TOKENS[token % TOKENS.len()].repeat(*times);
                drop(bytes.splice(at..at, inserted.into_bytes()));
            }
            Self::Byte(index, byte) if !bytes.is_empty() => {
                let at = index.index(bytes.len());
                bytes[at] = *byte;
            }
            Self::Byte(..) => {}
            Self::Delete(index, length) => drop(bytes.drain(part(bytes, index, *length))),
            Self::Repeat(index, length) => {
                let range = part(bytes, index, *length);
                let (end, copy) = (range.end, bytes[range].to_vec());
                drop(bytes.splice(end..end, copy));
            }
            Self::Join(other) => bytes.extend_from_slice(REQUESTS[other % REQUESTS.len()].as_bytes()),
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        4 => (index(), any::<usize>(), 1..3_usize).prop_map(|(index, token, times)| Damage::Insert(index, token, times)),
        1 => (index(), any::<usize>(), 3..400_usize).prop_map(|(index, token, times)| Damage::Insert(index, token, times)),
        3 => (index(), any::<u8>()).prop_map(|(index, byte)| Damage::Byte(index, byte)),
        2 => (index(), 1..60_usize).prop_map(|(index, length)| Damage::Delete(index, length)),
        1 => (index(), 1..60_usize).prop_map(|(index, length)| Damage::Repeat(index, length)),
        1 => any::<usize>().prop_map(Damage::Join),
    ]
}

fn request_bytes() -> impl Strategy<Value = Vec<u8>> {
    (0..REQUESTS.len(), prop::collection::vec(damage(), 0..6)).prop_map(|(idx, damages)| {
        let mut bytes = REQUESTS[idx].as_bytes().to_vec();
        for damage in &damages {
            damage.apply(&mut bytes);
        }
        bytes
    })
}

/// Panics in our own code, and in the library that calls it.
static N_PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let file = info.location().map_or("", |location| location.file());
            let is_served = file.contains("actix") || file.contains("/src/http/") || file.contains("/src/services/");
            if is_served && !file.contains("tests") {
                N_PANICS.fetch_add(1, Ordering::Relaxed);
            }
            before(info);
        }));
    });
}

/// Sends bytes, and reads all answers.
async fn send(node: &Url, bytes: &[u8]) -> String {
    let address = node.socket_addrs(|| None).expect("an address")[0];
    let mut stream = TcpStream::connect(address).await.expect("the service listens");
    // It may have hung up already.
    drop(stream.write_all(bytes).await);
    drop(stream.shutdown().await);
    let mut answers = Vec::new();
    let read = stream.read_to_end(&mut answers);
    // A reset ends it, too.
    drop(tokio::time::timeout(SECONDS, read).await.unwrap_or_else(|_| panic!("no end of the answer to {bytes:?}")));
    String::from_utf8_lossy(&answers).into_owned()
}

/// Requests of one round.
const CASES: usize = 60;

/// One round, or as many as there is time for.
#[tokio::test]
async fn damaged_requests_do_no_harm() {
    count_panics();
    let seconds = std::env::var("JITAR_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let (start, duration) = (Instant::now(), Duration::from_secs(seconds.unwrap_or(0)));
    let isolates = Arc::new(FakeIsolates::default());
    let (worker, gateway) = (start_worker(&isolates), start_gateway());
    let registration =
        Registration::new(worker.url.clone(), vec!["a/f".to_owned(), "a/p".to_owned()], Some(PresentedKey::new("key")));
    remote().register(&gateway.url, &registration, GatewayKind::Known).await.expect("registered");
    let mut runner = TestRunner::default();
    let mut n_cases = 0;
    while n_cases == 0 || start.elapsed() < duration {
        for _ in 0..CASES {
            let bytes = request_bytes().new_tree(&mut runner).expect("a request").current();
            for node in [&worker.url, &gateway.url] {
                let answers = send(node, &bytes).await;
                let is_http = answers.is_empty() || answers.starts_with("HTTP/1.");
                assert!(is_http, "{answers:?} to {:?}", String::from_utf8_lossy(&bytes));
                assert!(!answers.contains("/src/") && !answers.contains("panicked"), "{answers:?}");
            }
            n_cases += 1;
        }
        assert_eq!(N_PANICS.load(Ordering::Relaxed), 0);
        for node in [&worker.url, &gateway.url] {
            let reply = remote().run(node, &request("a/f"), SECONDS).await.expect("an answer");
            assert_eq!(reply.status, 200, "{node} after {n_cases} requests");
        }
    }
    if seconds.is_some() {
        let elapsed = start.elapsed().as_secs();
        // Said where the figures of a long run are looked for.
        std::io::stderr().write_all(format!("{n_cases} damaged requests in {elapsed} s\n").as_bytes()).expect("writes");
    }
}
