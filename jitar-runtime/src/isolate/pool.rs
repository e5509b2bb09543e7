//! The handle of all isolates of a service.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jitar_engine::call::{Call, Outbound, Reply};
use tokio::sync::oneshot;

use super::IsolateError;
use super::debug::DebugTargets;
use super::life::Member;
use super::message::{Message, Start, Work};
use super::queue::{Place, Queue};
use super::recipe::Recipe;
use super::replies::{Answer, AwaitedReply, Letterboxes};
use super::supervisor;
use super::thread::Booted;
use crate::app::{App, Unit};
use crate::config::Config;
use crate::telemetry::IsolateMetrics;

/// All isolates of a service; cheap to clone.
#[derive(Clone)]
pub(crate) struct IsolatePool(Arc<Shared>);

pub(super) struct Shared {
    pub(super) members: Vec<Member>,
    pub(super) queue: Arc<Queue>,
    pub(super) recipe: Arc<Recipe>,
    pub(super) is_stopping: AtomicBool,
    next_call: AtomicU32,
    letterboxes: Letterboxes,
}

/// What the isolates of a service are made of.
pub(crate) struct PoolOptions {
    /// The application.
    pub(crate) app: &'static App,
    /// The unit that the service runs.
    pub(crate) unit: &'static Unit,
    /// The service's configuration.
    pub(crate) config: Config,
    /// Where calls out of the unit go.
    pub(crate) outbound: Arc<dyn Outbound>,
    /// Where debuggers find the isolates; then they are started from source.
    pub(crate) debug: Option<Arc<DebugTargets>>,
    /// What the isolates count.
    pub(crate) metrics: IsolateMetrics,
}

/// A call number that no call has: the dispatcher uses it for calls made outside of any call.
const NO_CALL: u32 = u32::MAX;

impl IsolatePool {
    /// Starts the isolates: each evaluates the deferred modules, runs the set-up scripts and loads middleware and health
    /// checks before it takes calls. Where there are scripts for the first isolate only, the others wait for it.
    ///
    /// # Errors
    /// When one of them does not start. The others are stopped again, with their tear-down scripts.
    pub(crate) async fn start(options: PoolOptions) -> Result<Self, IsolateError> {
        let recipe = Arc::new(Recipe::new(options)?);
        let (isolates, limits) = (recipe.config.isolates.max(1), recipe.config.limits);
        let capacity = limits.pending.saturating_mul(isolates).saturating_add(limits.queue);
        let queue = Arc::new(Queue::new(isolates, capacity, recipe.metrics.clone()));
        let mut starting = Starting { members: Vec::with_capacity(isolates), queue, recipe };
        let started = starting.start(isolates).await;
        let Starting { members, queue, recipe } = starting;
        let is_stopping = AtomicBool::new(false);
        let next_call = AtomicU32::new(0);
        let letterboxes = Letterboxes::default();
        let pool = Self(Arc::new(Shared { members, queue, recipe, is_stopping, next_call, letterboxes }));
        if let Err(error) = started.and_then(|()| supervisor::spawn(&pool.0)) {
            // The first failure is what the user must hear of; a failing tear-down would only hide it.
            drop(pool.stop().await);
            return Err(error);
        }
        Ok(pool)
    }

    /// Calls a procedure in the least busy isolate. Dropping the future cancels the call.
    ///
    /// # Errors
    /// When application code did not reply: no room, no time, or an isolate that was ended.
    pub(crate) fn call(&self, call: Call) -> impl Future<Output = Result<Reply, IsolateError>> + Send {
        let wall = self.0.recipe.config.limits.wall;
        let time = call.deadline.map_or(wall, |deadline| deadline.min(wall));
        self.start_work(Work::Call(call), time)
    }

    /// Runs the JavaScript health checks in the least busy isolate: their names and what they said.
    ///
    /// # Errors
    /// As [`IsolatePool::call`].
    pub(crate) async fn health(&self) -> Result<Vec<(String, bool)>, IsolateError> {
        let reply = self.start_work(Work::Health, self.0.recipe.config.limits.wall).await?;
        let checks: indexmap::IndexMap<String, bool> =
            serde_json::from_slice(&reply.body).map_err(|error| IsolateError::Script(error.to_string()))?;
        Ok(checks.into_iter().collect())
    }

    /// Runs the tear-down scripts in every isolate and ends them; the first one is the last.
    ///
    /// # Errors
    /// The first tear-down script that failed; all isolates are ended nevertheless.
    pub(crate) async fn stop(&self) -> Result<(), IsolateError> {
        self.0.is_stopping.store(true, Ordering::Release);
        let (first, others) = self.0.members.split_at(self.0.members.len().min(1));
        let others = stop_all(others).await;
        let first = stop_all(first).await;
        self.0.queue.close();
        others.and(first)
    }

    /// Starts work, and gives what comes of it. No `async fn`, which would keep room for the work while it is awaited.
    fn start_work(&self, work: Work, time: Duration) -> impl Future<Output = Result<Reply, IsolateError>> + Send {
        let started = self.try_start_work(work, Instant::now() + time);
        async move {
            let Started { place: _place, mut cancel, replied } = started?;
            match replied.await {
                Answer::Outcome(outcome) => {
                    cancel.armed = false;
                    outcome
                }
                Answer::Late => Err(IsolateError::Deadline { millis: time.as_millis() }),
            }
        }
    }

    fn try_start_work(&self, work: Work, deadline: Instant) -> Result<Started<'_>, IsolateError> {
        let shared = &*self.0;
        let place = shared.queue.reserve().ok_or(IsolateError::QueueFull)?;
        let id = self.next_id();
        let (reply, replied) = shared.letterboxes.open(deadline);
        let taken_by = Arc::<AtomicUsize>::default();
        let mut cancel = CancelOnDrop { shared, id, taken_by: Arc::clone(&taken_by), armed: true };
        if !shared.queue.push(Start { id, work, deadline, reply, taken_by }) {
            cancel.armed = false;
            return Err(IsolateError::Stopped);
        }
        shared.queue.wake_soon();
        Ok(Started { place, cancel, replied })
    }

    fn next_id(&self) -> u32 {
        let next = || self.0.next_call.fetch_add(1, Ordering::Relaxed);
        let id = next();
        if id == NO_CALL { next() } else { id }
    }
}

/// Work that is in the queue, or further.
struct Started<'a> {
    place: Place<'a>,
    cancel: CancelOnDrop<'a>,
    replied: AwaitedReply,
}

/// A pool whose isolates are being made.
struct Starting {
    members: Vec<Member>,
    queue: Arc<Queue>,
    recipe: Arc<Recipe>,
}

impl Starting {
    async fn start(&mut self, isolates: usize) -> Result<(), IsolateError> {
        let first = self.add()?;
        let mut booting = vec![first];
        if !self.recipe.config.set_up_once.is_empty() {
            wait_for(&mut booting).await?;
        }
        while self.members.len() < isolates {
            booting.push(self.add()?);
        }
        wait_for(&mut booting).await
    }

    fn add(&mut self) -> Result<Booted, IsolateError> {
        let (member, booted) = Member::start(self.members.len(), &self.queue, &self.recipe)?;
        self.members.push(member);
        Ok(booted)
    }
}

async fn wait_for(booting: &mut Vec<Booted>) -> Result<(), IsolateError> {
    for booted in booting.drain(..) {
        booted.await.unwrap_or(Err(IsolateError::Stopped))?;
    }
    Ok(())
}

async fn stop_all(members: &[Member]) -> Result<(), IsolateError> {
    let mut stopping = Vec::new();
    for member in members {
        let (sender, ended) = oneshot::channel();
        if member.send(Message::Stop(sender)) {
            stopping.push(ended);
        }
    }
    let mut outcome = Ok(());
    for ended in stopping {
        // A thread that ended by itself has nothing left to tear down.
        outcome = outcome.and(ended.await.unwrap_or(Ok(())));
    }
    outcome
}

/// Tells the isolate when nobody waits for a call any more: its time is over or its client is gone.
struct CancelOnDrop<'a> {
    shared: &'a Shared,
    id: u32,
    taken_by: Arc<AtomicUsize>,
    armed: bool,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        if self.armed && !self.shared.queue.remove(self.id) {
            let isolate = self.taken_by.load(Ordering::Acquire);
            if let Some(member) = self.shared.members.get(isolate) {
                member.send(Message::Cancel(self.id));
            }
        }
    }
}
