//! wrk as the client of all contestants: one thread that holds many connections, in closed loop.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::process::Cores;
use crate::tools::{self, Tool};

const TOOLS: [Tool; 2] = [Tool { program: "wrk", package: "wrk" }, Tool { program: "taskset", package: "util-linux" }];
/// Calls that are under way at the same time.
pub(super) const N_CONNECTIONS: usize = 64;

/// What is sent over and over.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Path and query.
    pub(super) target: String,
    /// Sent by POST as JSON; GET without one.
    pub(super) body: Option<String>,
    /// Further headers.
    pub(super) headers: Vec<(&'static str, &'static str)>,
}

impl Call {
    /// A GET.
    pub(super) fn get(target: &str) -> Self {
        Self { target: target.to_owned(), body: None, headers: Vec::new() }
    }

    /// A POST with JSON.
    pub(super) fn post(target: &str, body: impl Into<String>) -> Self {
        Self { target: target.to_owned(), body: Some(body.into()), headers: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub(super) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Its bytes for an address.
    pub(super) fn bytes(&self, address: &str) -> Vec<u8> {
        let method = if self.body.is_some() { "POST" } else { "GET" };
        let mut text = format!("{method} {} HTTP/1.1\r\nhost: {address}\r\n", self.target);
        for (name, value) in &self.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        if let Some(body) = &self.body {
            text.extend(["content-type: application/json\r\ncontent-length: ", &body.len().to_string(), "\r\n"]);
        }
        text.push_str("\r\n");
        text.push_str(self.body.as_deref().unwrap_or_default());
        text.into_bytes()
    }
}

/// What a run of load gave.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    /// Answered calls.
    pub(super) n_calls: f64,
    /// Calls per second.
    pub(super) rate: f64,
    /// Time of the call in the middle, in microseconds.
    pub(super) p50: f64,
    /// Time that one of a hundred calls exceeds, in microseconds.
    pub(super) p99: f64,
}

/// The client.
#[derive(Debug)]
pub(super) struct Client {
    folder: PathBuf,
    cores: Cores,
}

impl Client {
    /// A client on these processors, which keeps its scripts in a folder.
    pub(super) fn new(folder: PathBuf, cores: Cores) -> Result<Self> {
        tools::ensure(&TOOLS)?;
        fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        Ok(Self { folder, cores })
    }

    /// Calls for some seconds. Every answer must be a success.
    pub(super) fn run(&self, address: &str, call: &Call, seconds: u64) -> Result<Load> {
        let script = self.folder.join("call.lua");
        fs::write(&script, self.script(call)?).with_context(|| format!("cannot write `{}`", script.display()))?;
        let mut command = Command::new("wrk");
        command.args(["--threads=1", "--latency", "--timeout=30s"]);
        command.args([
            format!("--connections={N_CONNECTIONS}"),
            format!("--duration={seconds}s"),
            "--script".to_owned(),
        ]);
        command.arg(&script).arg(format!("http://{address}{}", call.target));
        let output = tools::output_of(self.cores.pin(&command).stdin(Stdio::null()))?;
        parse(&String::from_utf8_lossy(&output)).with_context(|| format!("{address}{}", call.target))
    }

    fn script(&self, call: &Call) -> Result<String> {
        let mut script = String::new();
        for (name, value) in &call.headers {
            script.extend(["wrk.headers['", name, "'] = '", value, "'\n"]);
        }
        if let Some(body) = &call.body {
            let file = self.folder.join("body");
            fs::write(&file, body).with_context(|| format!("cannot write `{}`", file.display()))?;
            script.push_str("wrk.method = \"POST\"\nwrk.headers[\"content-type\"] = \"application/json\"\n");
            script.extend(["wrk.body = io.open('", &file.display().to_string(), "', 'rb'):read('*a')\n"]);
        }
        script.push_str(
            "function done(summary, latency)\n\
             local errors = summary.errors\n\
             local broken = errors.connect + errors.read + errors.write + errors.timeout\n\
             io.write(string.format('{\"calls\":%d,\"micros\":%d,\"p50\":%d,\"p99\":%d,\"broken\":%d,\"refused\":%d}\\n',\n\
             summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), broken, errors.status))\n\
             end\n",
        );
        Ok(script)
    }
}

fn parse(output: &str) -> Result<Load> {
    let line = output.lines().find(|line| line.starts_with("{\"calls\"")).context("wrk printed no summary")?;
    let summary: Value = serde_json::from_str(line).context("wrk printed something else than a summary")?;
    let number = |name: &str| summary[name].as_f64().with_context(|| format!("wrk printed no `{name}`"));
    let (broken, refused) = (number("broken")?, number("refused")?);
    ensure!(broken == 0.0 && refused == 0.0, "{broken} calls broke and {refused} were refused under load");
    let n_calls = number("calls")?;
    ensure!(n_calls > 0.0, "no call was answered under load");
    Ok(Load { n_calls, rate: n_calls * 1e6 / number("micros")?, p50: number("p50")?, p99: number("p99")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_become_bytes() {
        let get = Call::get("/a?b=c").header("d", "e");
        assert_eq!(String::from_utf8_lossy(&get.bytes("h:1")), "GET /a?b=c HTTP/1.1\r\nhost: h:1\r\nd: e\r\n\r\n");
        let expected = "POST /a HTTP/1.1\r\nhost: h:1\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(String::from_utf8_lossy(&Call::post("/a", "{}").bytes("h:1")), expected);
    }

    #[test]
    fn summaries_without_failures_are_results() {
        let line = |broken, refused| {
            format!(
                "Running\n{{\"calls\":10,\"micros\":2000000,\"p50\":5,\"p99\":9,\"broken\":{broken},\"refused\":{refused}}}\n"
            )
        };
        let load = parse(&line(0, 0)).expect("nothing failed");
        assert_eq!((load.n_calls, load.rate, load.p50, load.p99), (10.0, 5.0, 5.0, 9.0));
        for text in [line(1, 0), line(0, 1), "nothing".to_owned()] {
            assert!(parse(&text).is_err(), "{text}");
        }
    }
}
