//! Workers that are threads of the test: they count what they get, and cost next to nothing.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use serde_json::json;

use crate::http::Request;
use crate::service::Service;

/// Some workers behind one port; each has a path of its own.
#[derive(Debug)]
pub struct FakeWorkers {
    url: String,
}

impl FakeWorkers {
    /// Starts to listen. The threads end with the test.
    ///
    /// # Panics
    /// When there is no port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                thread::spawn(move || serve(stream));
            }
        });
        Self { url }
    }

    /// Registers a worker for these procedures, and reports that it is well.
    ///
    /// # Panics
    /// When the gateway refuses.
    #[track_caller]
    pub fn register(&self, gateway: &Service, name: &str, procedure_names: &[String]) {
        let body = json!({ "url": format!("{}/{name}", self.url), "procedureNames": procedure_names });
        let answer = gateway.post("/workers", &body.to_string());
        assert_eq!(answer.status, 200, "{}", answer.text());
        let id = answer.json()["id"].as_str().expect("an id").to_owned();
        let report = gateway.send(&Request::post(&format!("/workers/{id}/report"), r#"{"state":"available"}"#));
        assert_eq!(report.status, 200, "{}", report.text());
    }
}

/// Answers calls with the number of bytes that they brought, until the connection ends.
fn serve(stream: TcpStream) {
    let mut reader = BufReader::new(stream);
    while let Ok(Some((target, n_bytes))) = read_request(&mut reader) {
        let text = if target.ends_with("/health/status") { "true".to_owned() } else { n_bytes.to_string() };
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nx-jitar-content-type: text/plain\r\ncontent-length:";
        // In one piece: the system holds a second one back until the first is acknowledged, which takes it 40 ms.
        let answer = format!("{head} {}\r\n\r\n{text}", text.len());
        if reader.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// The target of a request and the length of its body, which is read and forgotten.
fn read_request(reader: &mut BufReader<TcpStream>) -> io::Result<Option<(String, u64)>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let target = lines.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let header = |name: &str| {
        lines.iter().find_map(|line| line.split_once(':').filter(|(known, _)| known.eq_ignore_ascii_case(name)))
    };
    let n_bytes = if let Some((_, length)) = header("content-length") {
        skip(reader, length.trim().parse().unwrap_or_default())?
    } else if header("transfer-encoding").is_some() {
        skip_chunks(reader)?
    } else {
        0
    };
    Ok(Some((target, n_bytes)))
}

fn skip(reader: &mut impl Read, n_bytes: u64) -> io::Result<u64> {
    io::copy(&mut reader.take(n_bytes), &mut io::sink())
}

fn skip_chunks(reader: &mut BufReader<TcpStream>) -> io::Result<u64> {
    let mut n_bytes = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let size =
            u64::from_str_radix(line.trim(), 16).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        n_bytes += skip(reader, size)?;
        reader.read_line(&mut line)?;
        if size == 0 {
            return Ok(n_bytes);
        }
    }
}
