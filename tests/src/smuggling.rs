//! Requests that two servers could understand differently, and what is to become of them.
//!
//! In front of a service there may be any proxy. When the two disagree where a request ends, a client can hide one
//! request in another, or answer somebody else's. So what is unclear is refused, or handled as nginx handles it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

use crate::wait;

/// What a server does with the bytes of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It answers with an error, or not at all, and executes nothing that comes behind it: all that may follow are
    /// answers 400.
    Refused,
    /// It answers with these statuses, one after the other.
    Answered(Vec<u16>),
}

/// Some bytes, and what is to become of them.
#[derive(Debug)]
pub struct Case {
    /// What is odd about them.
    pub name: &'static str,
    /// What is sent.
    pub bytes: Vec<u8>,
    /// What a service does.
    pub expected: Outcome,
}

/// The path of a procedure that answers the body with 200.
pub const PATH: &str = "/rpc/reporting/getMonthTable";

/// Its arguments, 29 bytes.
pub const BODY: &str = r#"{"year":2025,"month":"April"}"#;

/// A request that hides in others. A server that answers it with its 404 was fooled.
const HIDDEN: &str = "GET /hidden.js HTTP/1.1\r\nhost: x\r\n\r\n";

/// The last request of each case; its answer is 200.
const LAST: &str = "GET /index.html HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

/// The first request alone, and the last one.
fn both() -> Outcome {
    Outcome::Answered(vec![200, 200])
}

/// A POST with these header lines and body.
fn post(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!("POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{headers}\r\n");
    [head.as_bytes(), body.as_ref()].concat()
}

/// A GET with this request line and these header lines.
fn get(line: &str, headers: &str) -> Vec<u8> {
    format!("{line}\r\n{headers}\r\n").into_bytes()
}

/// The body as one chunk, with something behind its size and before its end.
fn chunks(after_size: &str, end: &str) -> String {
    format!("1d{after_size}\r\n{BODY}\r\n{end}")
}

/// All cases.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, bytes, expected) in
        lengths().into_iter().chain(codings()).chain(chunked()).chain(heads()).chain(targets())
    {
        let bytes = [&bytes[..], LAST.as_bytes()].concat();
        cases.push(Case { name, bytes, expected });
    }
    cases
}

type Rows = Vec<(&'static str, Vec<u8>, Outcome)>;

/// `content-length` in all its forms.
fn lengths() -> Rows {
    let refused: [(&str, &str); 16] = [
        ("two equal lengths", "content-length: 29\r\ncontent-length: 29\r\n"),
        ("two different lengths", "content-length: 29\r\ncontent-length: 0\r\n"),
        ("a list of lengths", "content-length: 29, 29\r\n"),
        ("a length with plus", "content-length: +29\r\n"),
        ("a negative length", "content-length: -29\r\n"),
        ("a hexadecimal length", "content-length: 0x1d\r\n"),
        ("two numbers as length", "content-length: 29 0\r\n"),
        ("no number as length", "content-length: \r\n"),
        ("letters behind the length", "content-length: 29a\r\n"),
        ("a fraction as length", "content-length: 29.0\r\n"),
        ("an endless length", "content-length: 99999999999999999999999\r\n"),
        ("a length in other digits", "content-length: \u{ff12}\u{ff19}\r\n"),
        ("a folded length", "content-length:\r\n 29\r\n"),
        ("a length with a blank before the colon", "content-length : 29\r\n"),
        ("a length and a length with a blank", "content-length: 29\r\ncontent-length : 0\r\n"),
        ("a length behind a vertical tab", "content-length: \u{b}29\r\n"),
    ];
    let handled = [
        ("a length", "content-length: 29\r\n"),
        ("a length between blanks", "content-length:   29  \r\n"),
        ("a length with a zero in front", "content-length: 029\r\n"),
        ("a length without a blank", "Content-Length:29\r\n"),
        ("a length that the connection names", "connection: content-length\r\ncontent-length: 29\r\n"),
        ("an underscore for the dash beside a length", "content_length: 0\r\ncontent-length: 29\r\n"),
        ("an underscore for the dash of a coding", "transfer_encoding: chunked\r\ncontent-length: 29\r\n"),
    ];
    let refused = refused.map(|(name, headers)| (name, post(headers, BODY), Outcome::Refused));
    let handled = handled.map(|(name, headers)| (name, post(headers, BODY), both()));
    refused.into_iter().chain(handled).collect()
}

/// `transfer-encoding` in all its forms, with a body in chunks that hides a request.
fn codings() -> Rows {
    let refused: [(&str, &str); 27] = [
        ("a length and chunks", "content-length: 29\r\ntransfer-encoding: chunked\r\n"),
        ("chunks and a length", "transfer-encoding: chunked\r\ncontent-length: 29\r\n"),
        ("chunks and a length of nothing", "transfer-encoding: chunked\r\ncontent-length: 0\r\n"),
        ("an unknown coding", "transfer-encoding: xchunked\r\n"),
        ("an unknown coding and a length", "transfer-encoding: xchunked\r\ncontent-length: 5\r\n"),
        ("chunks and identity", "transfer-encoding: chunked, identity\r\n"),
        ("identity and chunks", "transfer-encoding: identity, chunked\r\n"),
        ("identity", "transfer-encoding: identity\r\n"),
        ("identity and a length", "transfer-encoding: identity\r\ncontent-length: 29\r\n"),
        ("chunks twice in a list", "transfer-encoding: chunked, chunked\r\n"),
        ("chunks in two lines", "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n"),
        ("chunks and something in two lines", "transfer-encoding: chunked\r\ntransfer-encoding: x\r\n"),
        ("something and chunks in two lines", "transfer-encoding: x\r\ntransfer-encoding: chunked\r\n"),
        ("compressed chunks", "transfer-encoding: gzip, chunked\r\n"),
        ("no coding", "transfer-encoding: \r\n"),
        ("a quoted coding", "transfer-encoding: \"chunked\"\r\n"),
        ("a coding with a weight", "transfer-encoding: chunked;q=1\r\n"),
        ("a coding with a comma", "transfer-encoding: ,chunked\r\n"),
        ("a blank before the colon", "transfer-encoding : chunked\r\n"),
        ("a tab before the colon", "transfer-encoding\t: chunked\r\n"),
        ("a folded coding", "transfer-encoding:\r\n chunked\r\n"),
        ("a coding in a folded line", "x: y\r\n transfer-encoding: chunked\r\n"),
        ("a zero byte in the coding", "transfer-encoding: chun\0ked\r\n"),
        ("a zero byte behind the coding", "transfer-encoding: chunked\0\r\n"),
        ("a coding behind a bare carriage return", "x: y\rtransfer-encoding: chunked\r\n"),
        ("a coding behind a vertical tab", "transfer-encoding: \u{b}chunked\r\n"),
        (
            "a coding behind a bare line feed, and a length",
            "x: y\ntransfer-encoding: chunked\r\ncontent-length: 29\r\n",
        ),
    ];
    let handled = [
        ("chunks", "transfer-encoding: chunked\r\n"),
        ("chunks in capitals", "TRANSFER-ENCODING: CHUNKED\r\n"),
        ("chunks between blanks", "transfer-encoding:   chunked  \r\n"),
    ];
    let body = chunks("", "0\r\n\r\n");
    let hiding = format!("{body}{HIDDEN}");
    let refused = refused.map(|(name, headers)| (name, post(headers, &hiding), Outcome::Refused));
    let handled = handled.map(|(name, headers)| (name, post(headers, &body), both()));
    let old = post("transfer-encoding: chunked\r\n", &hiding);
    let old = String::from_utf8_lossy(&old).replacen("HTTP/1.1", "HTTP/1.0", 1).into_bytes();
    let old = ("chunks in HTTP/1.0", old, Outcome::Refused);
    refused.into_iter().chain(handled).chain([old]).collect()
}

/// Chunks themselves.
fn chunked() -> Rows {
    let end = "0\r\n\r\n";
    let whole = |size: &str| format!("{size}\r\n{BODY}\r\n{end}");
    let refused = [
        ("a chunk size behind a blank", whole(" 1d")),
        ("a chunk size with 0x", whole("0x1d")),
        ("a chunk size with plus", whole("+1d")),
        ("a negative chunk size", whole("-1d")),
        ("an endless chunk size", whole("fffffffffffffffff")),
        ("a chunk size without digits", whole("")),
        ("a chunk size that is a word", whole("twenty")),
        ("a chunk size of two numbers", whole("1d 1d")),
        ("a chunk that is longer than its size", format!("1c\r\n{BODY}\r\n{end}")),
        ("a chunk that is shorter than its size", format!("1e\r\n{BODY}\r\n{end}")),
        ("a chunk that ends in other bytes", format!("1d\r\n{BODY}xx{end}")),
        ("a chunk without an end", format!("1d\r\n{BODY}{end}")),
        ("a control character behind the chunk size", whole("1d;\u{1}")),
        ("a bare carriage return behind the chunk size", format!("1d\r{BODY}\r\n{end}")),
    ];
    let handled = [
        ("a blank behind the chunk size", whole("1d ")),
        ("zeros before the chunk size", whole("0000001d")),
        ("capitals in the chunk size", whole("1D")),
        ("an extension of a chunk", chunks(";a=b", end)),
        ("a trailer", chunks("", "0\r\nx: y\r\n\r\n")),
        ("a coding as trailer", chunks("", "0\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n")),
        ("a request as trailer", chunks("", &format!("0\r\n{HIDDEN}"))),
    ];
    let te = "transfer-encoding: chunked\r\n";
    let refused = refused.map(|(name, body)| (name, post(te, format!("{body}{HIDDEN}")), Outcome::Refused));
    let handled = handled.map(|(name, body)| (name, post(te, body), both()));
    refused.into_iter().chain(handled).collect()
}

/// Header lines.
fn heads() -> Rows {
    let line = "GET /index.html HTTP/1.1";
    let refused = [
        ("no host", ""),
        ("two hosts", "host: x\r\nhost: y\r\n"),
        ("an empty host", "host: \r\n"),
        ("a host with a blank", "host: x y\r\n"),
        ("a host with a path", "host: x/y\r\n"),
        ("a host with a user", "host: u@x\r\n"),
        ("a folded first line", " host: x\r\n"),
        ("a header without a name", "host: x\r\n: y\r\n"),
        ("a header with a blank in its name", "host: x\r\nx y: z\r\n"),
        ("a header with other letters in its name", "host: x\r\n\u{e9}: z\r\n"),
        ("a zero byte in a value", "host: x\r\nx: y\0z\r\n"),
        ("a bare carriage return in a value", "host: x\r\nx: y\rz\r\n"),
        ("a web socket with a length", "host: x\r\nupgrade: websocket\r\nconnection: upgrade\r\ncontent-length: 5\r\n"),
    ];
    let handled = [
        ("bare line feeds", "host: x\nx: y\n"),
        ("a value that is empty", "host: x\r\nx:\r\n"),
        ("a length of nothing", "host: x\r\ncontent-length: 0\r\n"),
    ];
    let with_body = format!("host: x\r\ncontent-length: {}\r\n\r\n{HIDDEN}", HIDDEN.len());
    let body = format!("{line}\r\n{with_body}").into_bytes();
    let refused = refused.map(|(name, headers)| (name, get(line, headers), Outcome::Refused));
    let handled = handled.map(|(name, headers)| (name, get(line, headers), both()));
    refused.into_iter().chain(handled).chain([("a request as body of a GET", body, both())]).collect()
}

/// Request lines.
fn targets() -> Rows {
    let refused = [
        ("a target that is no path", "GET index.html HTTP/1.1"),
        ("a star as target", "GET * HTTP/1.1"),
        ("a host as target", "GET x:80 HTTP/1.1"),
        ("a tunnel", "CONNECT x:80 HTTP/1.1"),
        ("another protocol", "GET /index.html HTTPS/1.1"),
        ("a protocol in small letters", "GET /index.html http/1.1"),
        ("a later version", "GET /index.html HTTP/2.0"),
        ("a version with three digits", "GET /index.html HTTP/1.10"),
        ("no version", "GET /index.html"),
        ("a blank in the target", "GET /index .html HTTP/1.1"),
        ("a control character in the target", "GET /index\u{1}.html HTTP/1.1"),
        ("a tab for a blank", "GET\t/index.html\tHTTP/1.1"),
        ("a method in small letters", "get /index.html HTTP/1.1"),
        ("a method with a colon", "GET: /index.html HTTP/1.1"),
        ("a trace", "TRACE /index.html HTTP/1.1"),
    ];
    let handled = [
        ("a target with a host", "GET http://other/index.html HTTP/1.1"),
        ("an empty line before", "\r\nGET /index.html HTTP/1.1"),
    ];
    let refused = refused.map(|(name, line)| (name, get(line, "host: x\r\n"), Outcome::Refused));
    let handled = handled.map(|(name, line)| (name, get(line, "host: x\r\n"), both()));
    refused.into_iter().chain(handled).collect()
}

/// What the server at `address` does with some bytes.
///
/// # Errors
/// When nobody listens there, or the server does not close the connection in time.
pub fn outcome(address: &str, bytes: &[u8]) -> io::Result<Outcome> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(wait::DEADLINE))?;
    // Whoever refuses does not read the rest.
    drop(stream.write_all(bytes));
    let mut answers = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => answers.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => break,
            Err(error) => return Err(error),
        }
    }
    drop(stream.shutdown(Shutdown::Both));
    let text = String::from_utf8_lossy(&answers).into_owned();
    let statuses: Vec<u16> = text.split("HTTP/1.").skip(1).filter_map(|rest| rest.get(2..5)?.parse().ok()).collect();
    match statuses[..] {
        [] => Ok(Outcome::Refused),
        [first, ref rest @ ..] if first >= 400 && rest.iter().all(|status| *status == 400) => Ok(Outcome::Refused),
        _ => Ok(Outcome::Answered(statuses)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_enough_and_each_has_a_name() {
        let cases = cases();
        let mut names: Vec<&str> = cases.iter().map(|case| case.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), cases.len());
        assert!(cases.len() >= 80, "{}", cases.len());
        assert_eq!(BODY.len(), 0x1d);
    }
}
