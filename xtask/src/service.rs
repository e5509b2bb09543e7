//! A service as a process of its own: started, read until it says its address, watched, ended.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::term::{self, Tone};
use crate::{http, signals};

/// The words of the line that carries the address.
const STARTED: &str = "Server started at ";
const START_TIMEOUT: Duration = Duration::from_mins(1);
/// A little more than the time that a service gives running calls.
const STOP_TIMEOUT: Duration = Duration::from_secs(35);
const POLL: Duration = Duration::from_millis(20);

/// What happens with what a service prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// Shown as it comes, with the service's name before each line.
    Shown,
    /// Kept, and shown only when something fails.
    Kept,
}

/// A running service. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Service {
    /// Name for people.
    pub(crate) name: String,
    /// The address that it printed.
    pub(crate) url: String,
    child: Child,
    log: Log,
}

/// The lines that a process printed so far.
type Log = Arc<Mutex<Vec<String>>>;

impl Service {
    /// Starts the program and waits until it prints its address.
    pub(crate) fn start(name: &str, program: &Path, arguments: &[String], output: Output) -> Result<Self> {
        let (mut service, lines) = Self::spawn(name, Command::new(program).args(arguments), output)?;
        service.url = service.address(&lines)?;
        Ok(service)
    }

    /// Starts a server that need not be ours, or that prints nothing, at a known address, and waits until it listens.
    pub(crate) fn start_foreign(name: &str, command: &mut Command, url: &str) -> Result<Self> {
        let (mut service, _) = Self::spawn(name, command, Output::Kept)?;
        url.clone_into(&mut service.url);
        service.wait_until("listening", || http::Connection::open(http::address_of(url)).is_ok())?;
        Ok(service)
    }

    fn spawn(name: &str, command: &mut Command, output: Output) -> Result<(Self, Receiver<String>)> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own: else Ctrl-C reaches it twice, once from the terminal and once from us.
        command.process_group(0);
        let program = command.get_program().display().to_string();
        let mut child = command.spawn().with_context(|| format!("cannot start `{program}`"))?;
        let log = Log::default();
        let (sender, lines) = mpsc::channel();
        let streams = [child.stdout.take().map(boxed), child.stderr.take().map(boxed)];
        for stream in streams.into_iter().flatten() {
            follow(name.to_owned(), stream, Arc::clone(&log), sender.clone(), output);
        }
        Ok((Self { name: name.to_owned(), url: String::new(), child, log }, lines))
    }

    fn address(&mut self, lines: &Receiver<String>) -> Result<String> {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some((_, url)) = line.split_once(STARTED) {
                        return Ok(url.trim().trim_end_matches('/').to_owned());
                    }
                }
                Err(RecvTimeoutError::Timeout) => bail!("`{}` does not say its address{}", self.name, self.printed()),
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.child.wait().context("cannot wait for the process")?;
                    bail!("`{}` ended while starting ({status}){}", self.name, self.printed());
                }
            }
        }
    }

    /// Waits until the service says that it is healthy.
    pub(crate) fn wait_until_healthy(&mut self) -> Result<()> {
        let url = self.url.clone();
        self.wait_until("healthy", || http::send("GET", &url, "/health/status", None).is_ok_and(|it| it.status == 200))
    }

    /// Waits for a condition. Fails when the process ends before, or when it takes too long.
    pub(crate) fn wait_until(&mut self, what: &str, condition: impl Fn() -> bool) -> Result<()> {
        let deadline = Instant::now() + START_TIMEOUT;
        while !condition() {
            self.ensure_running()?;
            if Instant::now() > deadline {
                bail!("`{}` is not {what} after {} s{}", self.name, START_TIMEOUT.as_secs(), self.printed());
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Fails when the process has ended.
    pub(crate) fn ensure_running(&mut self) -> Result<()> {
        match self.child.try_wait().context("cannot look at the process")? {
            Some(status) => bail!("`{}` ended by itself ({status}){}", self.name, self.printed()),
            None => Ok(()),
        }
    }

    /// The process's id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks the service to end, waits for it, and fails when that was not clean.
    pub(crate) fn stop(mut self) -> Result<()> {
        signals::send(self.pid(), "TERM")?;
        let status = self.wait(STOP_TIMEOUT)?;
        match status {
            Some(status) if status.success() => Ok(()),
            Some(status) => bail!("`{}` did not end cleanly ({status}){}", self.name, self.printed()),
            None => bail!("`{}` does not end{}", self.name, self.printed()),
        }
    }

    fn wait(&mut self, timeout: Duration) -> Result<Option<ExitStatus>> {
        let deadline = Instant::now() + timeout;
        loop {
            let status = self.child.try_wait().context("cannot look at the process")?;
            if status.is_some() || Instant::now() > deadline {
                return Ok(status);
            }
            thread::sleep(POLL);
        }
    }

    /// What it printed, to be appended to a message.
    pub(crate) fn printed(&self) -> String {
        let lines = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.is_empty() {
            "; it printed nothing".to_owned()
        } else {
            format!("; it printed:\n  {}", lines.join("\n  "))
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Reached with a living process after a failure, and for servers of others, which may have started more processes:
        // nothing of the group may stay behind.
        let is_alive = !matches!(self.child.try_wait(), Ok(Some(_)));
        let mut end = || signals::end_group(self.child.id()) && self.child.wait().is_ok();
        if is_alive && !end() {
            term::status("Warning", format_args!("cannot end `{}`, process {}", self.name, self.child.id()));
        }
    }
}

fn boxed(stream: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    Box::new(stream)
}

/// Reads a stream on a thread of its own until it ends.
fn follow(name: String, stream: Box<dyn Read + Send>, log: Log, sender: Sender<String>, output: Output) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if output == Output::Shown {
                println!("{} {line}", term::style(Tone::Faint, format!("{name:>10} |")));
            }
            log.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
            // Nobody listens once the address is known.
            sender.send(line).unwrap_or_default();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<Service> {
        Service::start("shell", Path::new("sh"), &["-c".to_owned(), script.to_owned()], Output::Kept)
    }

    #[test]
    fn reads_the_address_and_ends_cleanly() {
        let script = "trap 'kill $!; exit 0' TERM; echo '[INFO] Server started at http://127.0.0.1:9/'; tail -f /dev/null & wait";
        let mut service = shell(script).expect("it starts");
        assert_eq!(service.url, "http://127.0.0.1:9");
        assert!(service.ensure_running().is_ok());
        service.stop().expect("it ends cleanly");
    }

    #[test]
    fn a_failed_start_shows_what_was_printed() {
        let error = shell("echo no key >&2; exit 78").expect_err("it ends at once").to_string();
        assert!(error.contains("ended while starting") && error.contains("78") && error.contains("no key"), "{error}");
    }

    #[test]
    fn an_end_that_is_not_clean_is_an_error() {
        let service = shell("echo Server started at http://127.0.0.1:9; exec tail -f /dev/null").expect("it starts");
        let error = service.stop().expect_err("a signal ended it").to_string();
        assert!(error.contains("did not end cleanly"), "{error}");
    }
}
