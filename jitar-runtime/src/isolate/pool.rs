//! The handle of all isolates of a service.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use jitar_engine::call::{Call, Outbound, Reply};
use tokio::sync::{mpsc, oneshot};

use super::IsolateError;
use super::debug::DebugTargets;
use super::member::Member;
use super::message::{Message, Start, Work};
use super::supervisor;
use super::thread::{self, Recipe};
use crate::app::{App, Unit};
use crate::config::{Config, Limits};

/// All isolates of a service; cheap to clone.
#[derive(Clone)]
pub(crate) struct IsolatePool(Arc<Shared>);

struct Shared {
    members: Vec<Arc<Member>>,
    limits: Limits,
    next_call: AtomicU32,
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
}

/// A call number that no call has: the dispatcher uses it for calls made outside of any call.
const NO_CALL: u32 = u32::MAX;

impl IsolatePool {
    /// Starts the isolates: each evaluates the deferred modules, runs the set-up scripts and loads middleware and health
    /// checks before it takes calls.
    ///
    /// # Errors
    /// When one of them does not start. The others are stopped again, with their tear-down scripts.
    pub(crate) async fn start(options: PoolOptions) -> Result<Self, IsolateError> {
        let limits = options.config.limits;
        let isolates = options.config.isolates.max(1);
        let recipe = Arc::new(Recipe::new(options)?);
        let mut members = Vec::with_capacity(isolates);
        let mut booting = Vec::with_capacity(isolates);
        for idx in 0..isolates {
            let (sender, receiver) = mpsc::unbounded_channel();
            let member = Arc::new(Member::new(idx, sender));
            booting.push(thread::spawn(idx, &member, receiver, &recipe)?);
            members.push(member);
        }
        supervisor::spawn(&members, limits)?;
        let pool = Self(Arc::new(Shared { members, limits, next_call: AtomicU32::new(0) }));
        for booted in booting {
            if let Err(error) = booted.await.unwrap_or(Err(IsolateError::Stopped)) {
                // The first failure is what the user must hear of; a failing tear-down would only hide it.
                drop(pool.stop().await);
                return Err(error);
            }
        }
        Ok(pool)
    }

    /// Calls a procedure in the least busy isolate. Dropping the future cancels the call.
    ///
    /// # Errors
    /// When application code did not reply: no room, no time, or an isolate that was ended.
    pub(crate) async fn call(&self, call: Call) -> Result<Reply, IsolateError> {
        let limits = &self.0.limits;
        let time = call.deadline.map_or(limits.wall, |deadline| deadline.min(limits.wall));
        self.start_work(Work::Call(call), time).await
    }

    /// Runs the JavaScript health checks in the least busy isolate: their names and what they said.
    ///
    /// # Errors
    /// As [`IsolatePool::call`].
    pub(crate) async fn health(&self) -> Result<Vec<(String, bool)>, IsolateError> {
        let reply = self.start_work(Work::Health, self.0.limits.wall).await?;
        let checks: indexmap::IndexMap<String, bool> =
            serde_json::from_slice(&reply.body).map_err(|error| IsolateError::Script(error.to_string()))?;
        Ok(checks.into_iter().collect())
    }

    /// Runs the tear-down scripts in every isolate and ends them.
    ///
    /// # Errors
    /// The first tear-down script that failed; all isolates are ended nevertheless.
    pub(crate) async fn stop(&self) -> Result<(), IsolateError> {
        let mut outcome = Ok(());
        for member in &self.0.members {
            let (sender, ended) = oneshot::channel();
            if member.send(Message::Stop(sender)) {
                // A thread that ended by itself has nothing left to tear down.
                outcome = outcome.and(ended.await.unwrap_or(Ok(())));
            }
        }
        outcome
    }

    async fn start_work(&self, work: Work, time: Duration) -> Result<Reply, IsolateError> {
        let shared = &*self.0;
        let member = shared.members.iter().min_by_key(|member| member.in_flight()).ok_or(IsolateError::Stopped)?;
        let capacity = shared.limits.pending.saturating_add(shared.limits.queue);
        let _place = member.reserve(capacity).ok_or(IsolateError::QueueFull)?;
        let id = self.next_id();
        let deadline = Instant::now() + time;
        let (reply, replied) = oneshot::channel();
        if !member.send(Message::Start(Start { id, work, deadline, reply })) {
            return Err(IsolateError::Stopped);
        }
        let mut cancel = CancelOnDrop { member, id, armed: true };
        let outcome = tokio::time::timeout_at(deadline.into(), replied).await;
        cancel.armed = outcome.is_err();
        match outcome {
            Ok(Ok(reply)) => reply,
            Ok(Err(_thread_ended)) => Err(IsolateError::Stopped),
            Err(_elapsed) => Err(IsolateError::Deadline { millis: time.as_millis() }),
        }
    }

    fn next_id(&self) -> u32 {
        let next = || self.0.next_call.fetch_add(1, Ordering::Relaxed);
        let id = next();
        if id == NO_CALL { next() } else { id }
    }
}

/// Tells the isolate when nobody waits for a call any more: its time is over or its client is gone.
struct CancelOnDrop<'a> {
    member: &'a Member,
    id: u32,
    armed: bool,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.member.send(Message::Cancel(self.id));
        }
    }
}
