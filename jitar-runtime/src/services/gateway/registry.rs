//! The workers of a gateway. Calls read an immutable table that is swapped as a whole when workers come and go.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use serde::Serialize;
use url::Url;
use uuid::Uuid;

use super::balancer::{Turns, pick};
use super::monitor::Thresholds;
use super::registration::Registration;
use crate::execution::ExecutionError;
use crate::services::remote::shown;
use crate::services::{RegistrationError, ServiceError, WorkerState};

/// Workers of one gateway.
const MAX_WORKERS: usize = 1024;

/// All workers of a gateway.
pub(super) struct Registry {
    table: ArcSwap<Table>,
    /// Held while a new table is made.
    changing: Mutex<()>,
    /// What the workers' times count from.
    epoch: Instant,
}

/// One state of the list.
#[derive(Default)]
struct Table {
    /// In order of registration.
    workers: Vec<Arc<RegisteredWorker>>,
    by_fqn: HashMap<String, Candidates>,
}

/// The workers that run one procedure.
#[derive(Default)]
struct Candidates {
    workers: Vec<Arc<RegisteredWorker>>,
    turns: Arc<Turns>,
}

/// A worker of a gateway.
#[derive(Debug)]
pub(crate) struct RegisteredWorker {
    id: String,
    url: Url,
    procedure_names: Vec<String>,
    epoch: Instant,
    state: AtomicU8,
    /// Milliseconds from the epoch to the last report, or to the registration.
    seen: AtomicU64,
}

/// A worker as `GET /workers` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkerSummary {
    /// The first digits of the id; the whole id lets its holder report and remove.
    pub(crate) id: String,
    /// Its address.
    pub(crate) url: String,
    /// Its state.
    pub(crate) state: &'static str,
    /// Its procedures.
    pub(crate) procedure_names: Vec<String>,
    /// Milliseconds since its last report.
    pub(crate) age: u64,
}

impl Default for Registry {
    fn default() -> Self {
        Self { table: ArcSwap::default(), changing: Mutex::default(), epoch: Instant::now() }
    }
}

impl Registry {
    /// Adds a worker; an older registration of the same address is replaced.
    pub(super) fn add(
        &self,
        registration: Registration,
        now: Instant,
    ) -> Result<Arc<RegisteredWorker>, RegistrationError> {
        let worker = Arc::new(RegisteredWorker::new(registration, self.epoch, now));
        let _changing = self.change();
        let known = self.table.load();
        let mut workers: Vec<_> = known.workers.iter().filter(|other| other.url != worker.url).cloned().collect();
        if workers.len() >= MAX_WORKERS {
            return Err(RegistrationError::Full(MAX_WORKERS));
        }
        workers.push(Arc::clone(&worker));
        self.table.store(Arc::new(Table::of(workers, &known)));
        Ok(worker)
    }

    /// Forgets a worker.
    pub(super) fn remove(&self, id: &str) -> Result<(), RegistrationError> {
        let removed = self.retain(|worker| worker.id != id);
        if removed.is_empty() { Err(RegistrationError::UnknownWorker(id.to_owned())) } else { Ok(()) }
    }

    /// Takes a worker's report.
    pub(super) fn report(&self, id: &str, state: WorkerState, now: Instant) -> Result<(), RegistrationError> {
        let table = self.table.load();
        let worker = table.workers.iter().find(|worker| worker.id == id);
        worker.ok_or_else(|| RegistrationError::UnknownWorker(id.to_owned()))?.set(state, now);
        Ok(())
    }

    /// Applies the thresholds, and gives the ids of the workers that were forgotten.
    pub(super) fn sweep(&self, now: Instant, thresholds: Thresholds) -> Vec<String> {
        let table = self.table.load();
        let ages = table.workers.iter().map(|worker| (worker, worker.age(now)));
        let (forgotten, kept): (Vec<_>, Vec<_>) = ages.partition(|(_, age)| *age >= millis(thresholds.stopped));
        for (worker, _) in kept.iter().filter(|(_, age)| *age >= millis(thresholds.unavailable)) {
            worker.state.store(WorkerState::Unavailable as u8, Ordering::Relaxed);
        }
        if forgotten.is_empty() {
            return Vec::new();
        }
        self.retain(|worker| forgotten.iter().all(|(other, _)| other.id != worker.id))
    }

    /// The worker whose turn it is to run the procedure.
    pub(super) fn next(&self, fqn: &str) -> Result<Arc<RegisteredWorker>, ServiceError> {
        let table = self.table.load();
        let Some(candidates) = table.by_fqn.get(fqn) else {
            return Err(ExecutionError::ProcedureNotFound(fqn.to_owned()).into());
        };
        let is_available = |worker: &Arc<RegisteredWorker>| worker.state() == WorkerState::Available;
        let picked = pick(&candidates.workers, candidates.turns.take(), is_available);
        picked.cloned().ok_or_else(|| ServiceError::NoWorkerAvailable(fqn.to_owned()))
    }

    /// Whether the worker is registered.
    pub(super) fn has(&self, id: &str) -> bool {
        self.table.load().workers.iter().any(|worker| worker.id == id)
    }

    /// The workers in order of registration.
    pub(super) fn summaries(&self, now: Instant) -> Vec<WorkerSummary> {
        self.table.load().workers.iter().map(|worker| worker.summary(now)).collect()
    }

    fn retain(&self, keep: impl Fn(&RegisteredWorker) -> bool) -> Vec<String> {
        let _changing = self.change();
        let known = self.table.load();
        let (kept, removed): (Vec<_>, Vec<_>) = known.workers.iter().cloned().partition(|worker| keep(worker));
        if !removed.is_empty() {
            self.table.store(Arc::new(Table::of(kept, &known)));
        }
        removed.iter().map(|worker| worker.id.clone()).collect()
    }

    /// The guard protects nothing that a panic could leave half done.
    fn change(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// The table of these workers; procedures keep the turns that they have in `old`.
    fn of(workers: Vec<Arc<RegisteredWorker>>, old: &Self) -> Self {
        let mut by_fqn: HashMap<String, Candidates> = HashMap::new();
        for worker in &workers {
            for fqn in &worker.procedure_names {
                let candidates = by_fqn.entry(fqn.clone()).or_insert_with(|| Candidates {
                    workers: Vec::new(),
                    turns: old.by_fqn.get(fqn).map(|known| Arc::clone(&known.turns)).unwrap_or_default(),
                });
                // A worker that names a procedure twice has one share all the same.
                if !candidates.workers.last().is_some_and(|last| Arc::ptr_eq(last, worker)) {
                    candidates.workers.push(Arc::clone(worker));
                }
            }
        }
        Self { workers, by_fqn }
    }
}

impl RegisteredWorker {
    fn new(registration: Registration, epoch: Instant, now: Instant) -> Self {
        let worker = Self {
            id: Uuid::new_v4().to_string(),
            url: registration.url,
            procedure_names: registration.procedure_names,
            epoch,
            state: AtomicU8::default(),
            seen: AtomicU64::default(),
        };
        worker.set(WorkerState::Starting, now);
        worker
    }

    /// Its id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Its address.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Its state.
    pub(super) fn state(&self) -> WorkerState {
        WorkerState::from_code(self.state.load(Ordering::Relaxed))
    }

    /// Takes the result of a probe, unless the worker reported in the meantime.
    pub(super) fn probed(&self, state: WorkerState, now: Instant) {
        let (starting, state) = (WorkerState::Starting as u8, state as u8);
        if self.state.compare_exchange(starting, state, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.seen.store(since(self.epoch, now), Ordering::Relaxed);
        }
    }

    fn set(&self, state: WorkerState, now: Instant) {
        self.seen.store(since(self.epoch, now), Ordering::Relaxed);
        self.state.store(state as u8, Ordering::Relaxed);
    }

    fn age(&self, now: Instant) -> u64 {
        since(self.epoch, now).saturating_sub(self.seen.load(Ordering::Relaxed))
    }

    fn summary(&self, now: Instant) -> WorkerSummary {
        WorkerSummary {
            id: shortened(&self.id).to_owned(),
            url: shown(&self.url),
            state: self.state().as_str(),
            procedure_names: self.procedure_names.clone(),
            age: self.age(now),
        }
    }
}

/// The first eight digits of an id: enough to tell workers apart, too little to act for one.
pub(super) fn shortened(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

fn since(epoch: Instant, now: Instant) -> u64 {
    millis(now.saturating_duration_since(epoch))
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
