//! Keeps servers and those who call them on processors of their own, so that a measurement is about the server.

use std::process::{Command, Stdio, id};
use std::thread::available_parallelism;

/// Holds what the main thread starts to one processor, until it is dropped. Threads and processes keep the place that they
/// were started with. Does nothing where there is one processor only, or no `taskset`.
#[derive(Debug)]
pub struct Held(());

impl Held {
    /// To the first processor.
    pub fn to_first() -> Self {
        Self::to("0")
    }

    /// To the second one.
    pub fn to_second() -> Self {
        Self::to("1")
    }

    fn to(core: &str) -> Self {
        if n_cores() > 1 {
            place(core);
        }
        Self(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        place("0-1023");
    }
}

/// How many there are for a thread that is not held.
fn n_cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

fn place(list: &str) {
    // A process has the number of its main thread.
    let arguments = ["--pid", "--cpu-list", list, &id().to_string()];
    drop(Command::new("taskset").args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status());
}
