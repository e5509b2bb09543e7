//! Waiting for a condition, within a time. The only place that sleeps.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take: far longer than it does, because machines that test are busy.
pub const DEADLINE: Duration = Duration::from_secs(30);

const POLL: Duration = Duration::from_millis(10);

/// Lets time pass: for the pace of a load and the length of a measurement, never in the place of a condition.
pub fn pause(time: Duration) {
    thread::sleep(time);
}

/// Asks again and again until there is an answer; gives up at the deadline.
pub fn until<T>(mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let answer = probe();
        if answer.is_some() || Instant::now() > deadline {
            return answer;
        }
        thread::sleep(POLL);
    }
}
