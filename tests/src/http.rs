//! HTTP by hand: what goes over the wire is exactly what a test says, also when it is wrong.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::wait;

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    /// How long the answer may take.
    patience: Duration,
}

/// An answer.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A connection that stays open.
#[derive(Debug)]
pub struct Connection {
    host: String,
    stream: BufReader<TcpStream>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: &str, target: &str) -> Self {
        let (method, target) = (method.to_owned(), target.to_owned());
        Self { method, target, headers: Vec::new(), body: None, patience: wait::DEADLINE }
    }

    /// A GET.
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A POST with JSON.
    pub fn post(target: &str, json: &str) -> Self {
        Self::new("POST", target).header("content-type", "application/json").body(json)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a body.
    #[must_use]
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = Some(body.as_ref().to_vec());
        self
    }

    /// Gives the answer less time than usual.
    #[must_use]
    pub fn within(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sends it over a connection of its own.
    ///
    /// # Errors
    /// When no whole answer comes in time.
    pub fn send(&self, url: &str) -> io::Result<Response> {
        Connection::open(url)?.send(self)
    }

    fn head(&self, host: &str) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: {host}\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if let Some(body) = &self.body {
            head.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
        }
        head + "\r\n"
    }
}

impl Connection {
    /// Connects to the address of a service.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn open(url: &str) -> io::Result<Self> {
        let host = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let stream = TcpStream::connect(&host)?;
        // A body after its head would wait until the head is acknowledged.
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(wait::DEADLINE))?;
        // Head and body are written one after the other; the system would hold the second one back.
        stream.set_nodelay(true)?;
        Ok(Self { host, stream: BufReader::new(stream) })
    }

    /// Sends a request and reads the answer. The connection can be used again.
    ///
    /// # Errors
    /// When no whole answer comes in time.
    pub fn send(&mut self, request: &Request) -> io::Result<Response> {
        self.write(request.head(&self.host).as_bytes())?;
        if let Some(body) = &request.body {
            // A service may answer before it has read all; then the answer says why.
            drop(self.write(body));
        }
        self.stream.get_ref().set_read_timeout(Some(request.patience))?;
        self.read(request.method == "HEAD")
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// When the connection is broken.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Says that nothing more comes.
    ///
    /// # Errors
    /// When the connection is broken.
    pub fn finish(&self) -> io::Result<()> {
        self.stream.get_ref().set_read_timeout(Some(wait::DEADLINE))?;
        self.stream.get_ref().shutdown(Shutdown::Write)
    }

    /// Reads an answer; those to a HEAD and those that only announce another one have no body.
    ///
    /// # Errors
    /// When no whole answer comes in time.
    pub fn read(&mut self, is_head: bool) -> io::Result<Response> {
        let status_line = self.line()?;
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| invalid(&format!("`{status_line}` is no status line")))?;
        let mut response = Response { status, headers: Vec::new(), body: Vec::new() };
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| invalid(&format!("`{line}` is no header")))?;
            response.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        if !(is_head || status == 304 || status < 200) {
            let length = response.header("content-length").and_then(|length| length.parse().ok());
            response.body = vec![0; length.ok_or_else(|| invalid("an answer without its length"))?];
            self.stream.read_exact(&mut response.body)?;
        }
        Ok(response)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let line = line.strip_suffix("\r\n").ok_or_else(|| invalid("the connection ended before the answer"))?;
        Ok(line.to_owned())
    }
}

impl Response {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    /// How many workers take calls, in an answer to `GET /workers`.
    ///
    /// # Panics
    /// When it is something else.
    #[track_caller]
    pub fn n_available(&self) -> usize {
        let workers = self.json();
        let states = workers.as_array().expect("a list").iter().map(|worker| &worker["state"]);
        states.filter(|state| **state == "available").count()
    }

    /// Status and text, to be compared with what is expected.
    pub fn summary(&self) -> (u16, String) {
        (self.status, self.text())
    }
}

fn invalid(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}
