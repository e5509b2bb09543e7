//! Load: threads that call again and again on kept connections, and count what comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::http::{Connection, Request};
use crate::wait;

/// A call that takes longer than this is slow.
const SLOW: Duration = Duration::from_secs(1);

/// Load on a service.
#[derive(Debug)]
pub struct Load {
    shared: Arc<Shared>,
    callers: Vec<JoinHandle<Outcome>>,
}

#[derive(Debug, Default)]
struct Shared {
    is_over: AtomicBool,
    n_answered: AtomicUsize,
}

/// What came of a load.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Calls that were answered with 200.
    pub n_answered: usize,
    /// Those of them that took longer than a second.
    pub n_slow: usize,
    /// What else was answered, and what was not.
    pub failures: Vec<String>,
}

impl Load {
    /// Starts to call, on as many connections as there are callers.
    pub fn start(url: &str, request: &Request, n_callers: usize) -> Self {
        let shared = Arc::<Shared>::default();
        let caller = |_| {
            let (url, request, shared) = (url.to_owned(), request.clone(), Arc::clone(&shared));
            thread::spawn(move || call(&url, &request, &shared))
        };
        Self { callers: (0..n_callers).map(caller).collect(), shared }
    }

    /// Waits until so many more calls were answered.
    ///
    /// # Panics
    /// When that does not happen.
    #[track_caller]
    pub fn more(&self, n_calls: usize) {
        let n_wanted = self.shared.n_answered.load(Ordering::Relaxed) + n_calls;
        let is_reached = || (self.shared.n_answered.load(Ordering::Relaxed) >= n_wanted).then_some(());
        assert!(wait::until(is_reached).is_some(), "no {n_calls} more calls are answered");
    }

    /// Ends it.
    ///
    /// # Panics
    /// When a caller did.
    pub fn stop(self) -> Outcome {
        self.shared.is_over.store(true, Ordering::Relaxed);
        self.callers.into_iter().fold(Outcome::default(), |mut sum, caller| {
            let outcome = caller.join().expect("callers do not panic");
            sum.n_answered += outcome.n_answered;
            sum.n_slow += outcome.n_slow;
            sum.failures.extend(outcome.failures);
            sum
        })
    }
}

fn call(url: &str, request: &Request, shared: &Shared) -> Outcome {
    let mut outcome = Outcome::default();
    let mut connection = None;
    while !shared.is_over.load(Ordering::Relaxed) {
        let start = Instant::now();
        let open = match connection.take() {
            Some(open) => Ok(open),
            None => Connection::open(url),
        };
        match open.and_then(|mut open| open.send(request).map(|answer| (open, answer))) {
            Ok((open, answer)) => {
                if answer.status == 200 {
                    outcome.n_answered += 1;
                    outcome.n_slow += usize::from(start.elapsed() > SLOW);
                    shared.n_answered.fetch_add(1, Ordering::Relaxed);
                } else {
                    outcome.failures.push(format!("{} {}", answer.status, answer.text()));
                }
                connection = (answer.header("connection") != Some("close")).then_some(open);
            }
            Err(error) => {
                outcome.failures.push(error.to_string());
                // Nobody listens; asking faster than a person can blink tells nothing more.
                thread::yield_now();
            }
        }
    }
    outcome
}
