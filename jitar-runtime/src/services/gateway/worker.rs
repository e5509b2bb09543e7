//! A worker as a gateway knows it: what it announced, what it reports, and what its calls show.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use url::Url;
use uuid::Uuid;

use super::balancer::Candidate;
use super::breaker::Breaker;
use super::load::Load;
use super::random::Random;
use super::registration::Registration;
use super::throttle::Throttle;
use crate::config::Ejection;
use crate::services::WorkerState;
use crate::services::remote::shown;

/// The least part of its share that a new worker gets.
const FLOOR: f64 = 0.1;

/// A worker of a gateway.
#[derive(Debug)]
pub(crate) struct RegisteredWorker {
    id: String,
    registration: Registration,
    /// Where calls go.
    node: Url,
    seed: u64,
    /// What the worker's times count from: when it was registered.
    epoch: Instant,
    slow_start: Duration,
    state: AtomicU8,
    /// Milliseconds from the epoch to the last report.
    seen: AtomicU64,
    /// Whether the gateway itself got an answer since the registration or the last lost connection.
    is_reachable: AtomicBool,
    /// Whether somebody is asking it for an answer.
    is_probed: AtomicBool,
    load: Load,
    breaker: Breaker,
    throttle: Throttle,
}

/// A worker as `GET /workers` shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkerSummary {
    /// The first digits of the id; the whole id lets its holder report and remove.
    pub(crate) id: String,
    /// Its state, as the gateway sees it.
    pub(crate) state: &'static str,
    /// Milliseconds since its last report.
    pub(crate) age: u64,
    /// Calls under way.
    pub(crate) in_flight: u32,
    /// Milliseconds that its calls take (peak EWMA), to a hundredth.
    pub(crate) latency: f64,
    /// Whether its calls failed so often that it gets none for a while.
    pub(crate) is_ejected: bool,
    /// What it said about itself.
    #[serde(flatten)]
    pub(crate) announcement: serde_json::Value,
}

impl RegisteredWorker {
    /// A worker that nobody has seen yet.
    pub(super) fn new(registration: Registration, slow_start: Duration, now: Instant) -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            node: registration.node(),
            seed: Random::hash(registration.url.as_str().as_bytes()),
            registration,
            epoch: now,
            slow_start,
            state: AtomicU8::new(WorkerState::Starting as u8),
            seen: AtomicU64::new(0),
            is_reachable: AtomicBool::new(false),
            is_probed: AtomicBool::new(false),
            load: Load::new(now),
            breaker: Breaker::default(),
            throttle: Throttle::new(now),
        }
    }

    /// Its id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Its address for people, and for finding an older registration of the same worker.
    pub(super) fn url(&self) -> &Url {
        &self.registration.url
    }

    /// Where calls go.
    pub(super) fn node(&self) -> &Url {
        &self.node
    }

    /// What it announced.
    pub(super) fn registration(&self) -> &Registration {
        &self.registration
    }

    /// The state that the gateway sees: what it reported, as long as it can be reached.
    pub(super) fn seen_state(&self) -> WorkerState {
        let reported = self.state();
        if reported == WorkerState::Available && !self.is_reachable() { WorkerState::Unavailable } else { reported }
    }

    /// The state that it reported.
    pub(super) fn state(&self) -> WorkerState {
        WorkerState::from_code(self.state.load(Ordering::Relaxed))
    }

    /// Takes a report.
    pub(super) fn report(&self, state: WorkerState, now: Instant) {
        self.seen.store(self.millis(now), Ordering::Relaxed);
        self.state.store(state as u8, Ordering::Relaxed);
    }

    /// It is silent for too long.
    pub(super) fn silent(&self) {
        self.state.store(WorkerState::Unavailable as u8, Ordering::Relaxed);
    }

    /// It answered the gateway. The state counts only before the first report.
    pub(super) fn reached(&self, state: WorkerState, now: Instant) {
        let (starting, state) = (WorkerState::Starting as u8, state as u8);
        if self.state.compare_exchange(starting, state, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.seen.store(self.millis(now), Ordering::Relaxed);
        }
        self.is_reachable.store(true, Ordering::Relaxed);
    }

    /// It takes the place of an older registration of the same worker. Where that was confirmed and this one claims no more,
    /// it takes calls at once.
    pub(super) fn succeed(&self, older: &Self) {
        let (new, old) = (&self.registration, &older.registration);
        let known: HashSet<&String> = old.procedure_names.iter().collect();
        let is_known = |name: &String| known.contains(name);
        let is_same = self.node == older.node && new.extras.is_some() == old.extras.is_some();
        if is_same && older.is_available() && new.procedure_names.iter().all(is_known) {
            self.reached(WorkerState::Available, Instant::now());
        }
    }

    /// A connection to it failed: no calls until it answers.
    pub(super) fn lost(&self) {
        self.is_reachable.store(false, Ordering::Relaxed);
    }

    /// Whether it answered since the registration or the last lost connection.
    pub(super) fn is_reachable(&self) -> bool {
        self.is_reachable.load(Ordering::Relaxed)
    }

    /// Whether the caller is the one who asks it for an answer, until [`Self::probe_ended`].
    pub(super) fn start_probe(&self) -> bool {
        !self.is_probed.swap(true, Ordering::AcqRel)
    }

    /// Nobody asks it any more.
    pub(super) fn probe_ended(&self) {
        self.is_probed.store(false, Ordering::Release);
    }

    /// Whether it takes calls.
    pub(super) fn is_available(&self) -> bool {
        self.is_reachable() && self.state() == WorkerState::Available
    }

    /// Whether it takes calls, and they are not known to fail.
    pub(super) fn is_well(&self, now: Instant) -> bool {
        self.is_available() && self.breaker.allows(self.millis(now))
    }

    /// Whether it takes its calls, as far as that is known; a caller needs luck, from 0 to 1, when it does not.
    pub(super) fn welcomes(&self, luck: f64, now: Instant) -> bool {
        self.throttle.allows(luck, now)
    }

    /// Starts a call on it.
    pub(super) fn start_call(self: &Arc<Self>, now: Instant) -> Ticket {
        self.load.started(now);
        Ticket { worker: Arc::clone(self), started: now, is_trial: self.breaker.started() }
    }

    /// Milliseconds since its last report.
    pub(super) fn age(&self, now: Instant) -> u64 {
        self.millis(now).saturating_sub(self.seen.load(Ordering::Relaxed))
    }

    /// What `GET /workers` shows.
    pub(super) fn summary(&self, now: Instant) -> WorkerSummary {
        WorkerSummary {
            id: shortened(&self.id).to_owned(),
            state: self.seen_state().as_str(),
            age: self.age(now),
            in_flight: self.load.in_flight(),
            latency: (self.load.millis(now) * 100.0).round() / 100.0,
            is_ejected: self.breaker.is_open(),
            announcement: self.registration.announcement(),
        }
    }

    /// Its address without user and password.
    pub(super) fn shown(&self) -> String {
        shown(self.url())
    }

    fn millis(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.epoch).as_millis()).unwrap_or(u64::MAX)
    }
}

impl Candidate for Arc<RegisteredWorker> {
    fn in_flight(&self) -> u32 {
        self.load.in_flight()
    }

    fn cost(&self, now: Instant) -> f64 {
        self.load.cost(now)
    }

    fn weight(&self) -> u32 {
        self.registration.extras.as_ref().map_or(1, |extras| extras.weight)
    }

    fn share(&self, now: Instant) -> f64 {
        let age = now.saturating_duration_since(self.epoch);
        if age >= self.slow_start { 1.0 } else { age.div_duration_f64(self.slow_start).max(FLOOR) }
    }

    fn seed(&self) -> u64 {
        self.seed
    }
}

/// A call that runs on a worker.
#[derive(Debug)]
pub(super) struct Ticket {
    worker: Arc<RegisteredWorker>,
    started: Instant,
    /// Whether it decides what becomes of an ejected worker.
    is_trial: bool,
}

impl Ticket {
    /// The worker answered; whether it took the call.
    pub(super) fn answered(mut self, was_taken: bool, now: Instant) {
        self.worker.throttle.answered(was_taken, now);
        self.worker.load.answered(now.saturating_duration_since(self.started), now);
        self.worker.breaker.succeeded();
        self.is_trial = false;
    }

    /// The worker gave no answer. The result is the milliseconds for which it is ejected because of that.
    pub(super) fn failed(mut self, ejection: &Ejection, now: Instant) -> Option<u64> {
        self.is_trial = false;
        self.worker.breaker.failed(self.worker.millis(now), ejection)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.worker.load.ended();
        if self.is_trial {
            self.worker.breaker.trial_lost();
        }
    }
}

/// The first eight digits of an id: enough to tell workers apart, too little to act for one.
pub(super) fn shortened(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(slow_start: Duration, now: Instant) -> Arc<RegisteredWorker> {
        let url = "http://127.0.0.1:1".parse().expect("a URL");
        Arc::new(RegisteredWorker::new(Registration::new(url, vec!["f".to_owned()], None), slow_start, now))
    }

    #[test]
    fn the_share_of_a_new_worker_grows() {
        let start = Instant::now();
        let new = worker(Duration::from_secs(10), start);
        for (seconds, expected) in [(0, 0.1), (1, 0.1), (5, 0.5), (10, 1.0), (100, 1.0)] {
            let share = new.share(start + Duration::from_secs(seconds));
            assert!((share - expected).abs() < 1e-9, "{share} after {seconds} s");
        }
        assert!((worker(Duration::ZERO, start).share(start) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn takes_calls_when_it_says_so_and_answers() {
        let now = Instant::now();
        let worker = worker(Duration::ZERO, now);
        worker.report(WorkerState::Available, now);
        assert!(!worker.is_available(), "nobody has seen it yet");
        assert_eq!(worker.summary(now).state, "unavailable");
        worker.reached(WorkerState::Unavailable, now);
        assert!(worker.is_available(), "its own report counts");
        worker.lost();
        assert!(!worker.is_available());
        worker.reached(WorkerState::Available, now);
        assert!(worker.is_available());
        worker.silent();
        assert!(!worker.is_available());
    }

    #[test]
    fn calls_leave_no_trace_but_their_outcome() {
        let now = Instant::now();
        let (worker, ejection) = (worker(Duration::ZERO, now), Ejection::default());
        worker.report(WorkerState::Available, now);
        worker.reached(WorkerState::Available, now);
        for _ in 0..ejection.failures {
            worker.start_call(now).failed(&ejection, now);
        }
        assert!(worker.is_available() && !worker.is_well(now));
        let later = now + ejection.base;
        assert!(worker.is_well(later));
        let trial = worker.start_call(later);
        assert!(!worker.is_well(later));
        drop(trial);
        assert!(worker.is_well(later), "whoever hung up decided nothing");
        worker.start_call(later).answered(true, later);
        assert!(worker.is_well(now) && worker.load.in_flight() == 0);
    }
}
