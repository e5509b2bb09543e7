//! A process that is read while it runs, and that never outlives the test which started it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::wait;

/// A process under test.
#[derive(Debug)]
pub struct Process {
    child: Child,
    printed: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

/// How a process ended.
#[derive(Debug)]
pub struct End {
    /// The exit status; none when a signal ended it.
    pub status: Option<i32>,
    /// All that it printed.
    pub printed: String,
}

impl Process {
    /// Starts a program. It gets the variables that the command names, and no others of the test's environment.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(command: &mut Command, environment: &[(&str, &str)]) -> Self {
        command.env_clear().envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let printed = Arc::<Mutex<String>>::default();
        let streams = [child.stdout.take().map(boxed), child.stderr.take().map(boxed)];
        let readers = streams.into_iter().flatten().map(|stream| read(stream, Arc::clone(&printed))).collect();
        Self { child, printed, readers }
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it printed so far, both streams.
    pub fn printed(&self) -> String {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for a line with this text, and gives what follows the text.
    ///
    /// # Panics
    /// When no such line comes.
    #[track_caller]
    pub fn line(&self, text: &str) -> String {
        let rest = |line: &str| line.split_once(text).map(|(_, rest)| rest.to_owned());
        let find = || {
            // Looked at first: what is printed just before the end must not be missed.
            let has_ended = self.readers.iter().all(JoinHandle::is_finished);
            let printed = self.printed();
            let found = printed.lines().find_map(rest);
            assert!(found.is_some() || !has_ended, "the process ended without `{text}`; it printed:\n{printed}");
            found
        };
        wait::until(find).unwrap_or_else(|| panic!("no line with `{text}`; it printed:\n{}", self.printed()))
    }

    /// Sends a signal, such as `TERM`.
    ///
    /// # Panics
    /// When there is no such process any more.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(status.expect("`kill` starts").success(), "cannot send SIG{name}; it printed:\n{}", self.printed());
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not come.
    #[track_caller]
    pub fn end(mut self) -> End {
        let status = wait::until(|| self.child.try_wait().expect("the state of a child process"));
        let status = status.unwrap_or_else(|| panic!("the process does not end; it printed:\n{}", self.printed()));
        // Then nothing holds its output open.
        let is_read = || self.readers.iter().all(JoinHandle::is_finished).then_some(());
        wait::until(is_read).expect("the end of the output");
        End { status: status.code(), printed: self.printed() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn boxed(stream: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    Box::new(stream)
}

fn read(stream: Box<dyn Read + Send>, printed: Arc<Mutex<String>>) -> JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let mut printed = printed.lock().unwrap_or_else(PoisonError::into_inner);
            printed.push_str(&String::from_utf8_lossy(&line));
            printed.push('\n');
        }
    })
}
