//! A service in a process of its own.

use std::fs;
use std::process::Command;
use std::thread::{self, JoinHandle};

use crate::http::{Request, Response};
use crate::process::{End, Process};
use crate::wait;

/// A service that has started.
#[derive(Debug)]
pub struct Service {
    /// Its address.
    pub url: String,
    /// Its process.
    pub process: Process,
}

impl Service {
    /// Starts a service, and waits until it says its address.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    pub fn start(command: &mut Command, environment: &[(&str, &str)]) -> Self {
        let process = Process::start(command, environment);
        let rest = process.line("Server started at ");
        // In a log of JSON the line goes on.
        let url = rest.split('"').next().unwrap_or_default().to_owned();
        Self { url, process }
    }

    /// Sends a request.
    ///
    /// # Panics
    /// When no answer comes.
    #[track_caller]
    pub fn send(&self, request: &Request) -> Response {
        request.send(&self.url).unwrap_or_else(|error| panic!("{request:?}: {error}\n{}", self.process.printed()))
    }

    /// The answer to a GET.
    ///
    /// # Panics
    /// When no answer comes.
    #[track_caller]
    pub fn get(&self, target: &str) -> Response {
        self.send(&Request::get(target))
    }

    /// The answer to a POST with JSON.
    ///
    /// # Panics
    /// When no answer comes.
    #[track_caller]
    pub fn post(&self, target: &str, json: &str) -> Response {
        self.send(&Request::post(target, json))
    }

    /// Sends a GET whose answer is waited for later.
    ///
    /// # Panics
    /// When no answer comes; not before somebody waits for it.
    pub fn get_in_background(&self, target: &str) -> JoinHandle<Response> {
        let (url, request) = (self.url.clone(), Request::get(target));
        thread::spawn(move || request.send(&url).expect("an answer"))
    }

    /// Asks until the answer is as wanted.
    ///
    /// # Panics
    /// When that does not happen.
    #[track_caller]
    pub fn until(&self, what: &str, request: &Request, is_wanted: impl Fn(&Response) -> bool) -> Response {
        let mut last = String::new();
        let ask = || match request.send(&self.url) {
            Ok(response) if is_wanted(&response) => Some(response),
            other => {
                last = format!("{other:?}");
                None
            }
        };
        let answer = wait::until(ask);
        answer.unwrap_or_else(|| panic!("no {what}; the last answer was {last}\n{}", self.process.printed()))
    }

    /// Memory of the process in kB: `VmRSS`, `RssFile` and whatever else the system's status of a process names.
    ///
    /// # Panics
    /// When the process has ended.
    pub fn memory(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("the process runs");
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).expect("a number")
    }

    /// Asks it to stop, and waits for its end.
    ///
    /// # Panics
    /// When it does not end.
    #[track_caller]
    pub fn stop(self) -> End {
        self.process.signal("TERM");
        self.process.end()
    }

    /// Ends it as a crash would: without a word to anybody.
    ///
    /// # Panics
    /// When it does not end.
    #[track_caller]
    pub fn kill(self) {
        self.process.signal("KILL");
        let end = self.process.end();
        assert_eq!(end.status, None, "SIGKILL leaves no exit status");
    }
}
