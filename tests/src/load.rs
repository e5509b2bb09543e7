//! Load: threads that call again and again on kept connections, and note what comes back.

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

/// One call and what came of it.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// When it was sent.
    pub start: Instant,
    /// How long it took.
    pub time: Duration,
    /// The status of the answer. None when there was no answer.
    pub status: Option<u16>,
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
    /// All of them, each caller's in order.
    pub calls: Vec<Call>,
}

/// When callers call.
#[derive(Debug, Clone, Copy)]
enum Pace {
    /// As soon as the answer to the call before is there.
    Closed,
    /// At these intervals from a moment on, unless the answer to the call before is late.
    Open { from: Instant, interval: Duration },
}

impl Load {
    /// Starts to call, on as many connections as there are callers.
    pub fn start(url: &str, request: &Request, n_callers: usize) -> Self {
        Self::with(url, request, (0..n_callers).map(|_| Pace::Closed).collect())
    }

    /// Starts to call so many times a second, whatever becomes of the calls, on as many connections as there are callers.
    pub fn at_rate(url: &str, request: &Request, n_callers: u32, per_second: f64) -> Self {
        let (start, between) = (Instant::now(), Duration::from_secs_f64(1.0 / per_second));
        let pace = |caller| Pace::Open { from: start + between * caller, interval: between * n_callers };
        Self::with(url, request, (0..n_callers).map(pace).collect())
    }

    fn with(url: &str, request: &Request, paces: Vec<Pace>) -> Self {
        let shared = Arc::<Shared>::default();
        let caller = |pace| {
            let (url, request, shared) = (url.to_owned(), request.clone(), Arc::clone(&shared));
            thread::spawn(move || call(&url, &request, pace, &shared))
        };
        Self { callers: paces.into_iter().map(caller).collect(), shared }
    }

    /// Calls that were answered with 200 so far.
    pub fn n_answered(&self) -> usize {
        self.shared.n_answered.load(Ordering::Relaxed)
    }

    /// Waits until so many more calls were answered.
    ///
    /// # Panics
    /// When that does not happen.
    #[track_caller]
    pub fn more(&self, n_calls: usize) {
        let n_wanted = self.n_answered() + n_calls;
        let is_reached = || (self.n_answered() >= n_wanted).then_some(());
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
            sum.calls.extend(outcome.calls);
            sum
        })
    }
}

fn call(url: &str, request: &Request, mut pace: Pace, shared: &Shared) -> Outcome {
    let mut outcome = Outcome::default();
    let mut connection = None;
    while !shared.is_over.load(Ordering::Relaxed) {
        pace.wait();
        let start = Instant::now();
        let mut status = None;
        let open = match connection.take() {
            Some(open) => Ok(open),
            None => Connection::open(url),
        };
        match open.and_then(|mut open| open.send(request).map(|answer| (open, answer))) {
            Ok((open, answer)) => {
                status = Some(answer.status);
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
        outcome.calls.push(Call { start, time: start.elapsed(), status });
    }
    outcome
}

impl Pace {
    /// Waits for the next moment. Those that passed meanwhile are left out.
    fn wait(&mut self) {
        let Self::Open { from, interval } = self else { return };
        let now = Instant::now();
        while *from < now {
            *from += *interval;
        }
        wait::pause(*from - now);
    }
}
