//! A small HTTP/1.1 client for loopback: enough to call the services that this program starts.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug, Default)]
pub(crate) struct Response {
    /// The status code.
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The whole body.
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The bytes of a request with an optional JSON body.
pub(crate) fn request(method: &str, address: &str, path: &str, json: Option<&str>) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n");
    if let Some(body) = json {
        text.extend(["content-type: application/json\r\ncontent-length: ", &body.len().to_string(), "\r\n"]);
    }
    text.push_str("\r\n");
    text.push_str(json.unwrap_or_default());
    text.into_bytes()
}

/// Sends one request on a connection of its own.
pub(crate) fn send(method: &str, url: &str, path: &str, json: Option<&str>) -> io::Result<Response> {
    let address = address_of(url);
    Connection::open(address)?.exchange(&request(method, address, path, json))
}

/// `host:port` of a URL without path.
pub(crate) fn address_of(url: &str) -> &str {
    url.trim_start_matches("http://").trim_end_matches('/')
}

/// A connection that is kept alive.
#[derive(Debug)]
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects to `host:port`.
    pub(crate) fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends the bytes of a request and reads the answer.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> io::Result<Response> {
        self.0.get_mut().write_all(request)?;
        read_response(&mut self.0)
    }
}

fn read_response(reader: &mut impl BufRead) -> io::Result<Response> {
    let status = read_line(reader)?;
    let status = status.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| malformed("status line"))?;
    let mut response = Response { status, ..Response::default() };
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| malformed("header"))?;
        response.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    response.body = read_body(reader, &response)?;
    Ok(response)
}

fn read_body(reader: &mut impl BufRead, response: &Response) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if let Some(length) = response.header("content-length") {
        let length = length.parse().map_err(|_| malformed("content-length"))?;
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
    } else if response.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        read_chunks(reader, &mut body)?;
    } else if !matches!(response.status, 204 | 304) {
        reader.read_to_end(&mut body)?;
    }
    Ok(body)
}

fn read_chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let line = read_line(reader)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| malformed("chunk size"))?;
        reader.take(size).read_to_end(body)?;
        read_line(reader)?;
        if size == 0 {
            return Ok(());
        }
    }
}

fn read_line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection was closed before the answer ended"));
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("malformed {what} in the answer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_three_kinds_of_body() {
        for (text, status, body) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhirest", 200, "hi"),
            (
                "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1;x=y\r\n!\r\n0\r\n\r\nrest",
                201,
                "hi!",
            ),
            ("HTTP/1.1 400 Bad Request\r\n\r\nuntil the end", 400, "until the end"),
            ("HTTP/1.1 204 No Content\r\n\r\nrest", 204, ""),
        ] {
            let response = read_response(&mut text.as_bytes()).expect(text);
            assert_eq!((response.status, response.text().as_str()), (status, body));
        }
    }

    #[test]
    fn refuses_what_is_not_http() {
        for text in [
            "",
            "hello\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
        ] {
            assert!(read_response(&mut text.as_bytes()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn writes_requests() {
        let request = request("POST", "127.0.0.1:1", "/rpc/a", Some("{}"));
        let expected = "POST /rpc/a HTTP/1.1\r\nhost: 127.0.0.1:1\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(String::from_utf8_lossy(&request), expected);
    }
}
