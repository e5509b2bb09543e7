//! One thread with its isolate, as everybody outside of it sees it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use jitar_engine::{IsolateControl, TerminationReason};
use tokio::sync::mpsc;

use super::IsolateError;
use super::calls::Calls;
use super::message::Message;
use super::queue::Queue;
use super::recipe::Recipe;
use super::thread::{self, Booted};

/// What a thread shares with those who watch it.
#[derive(Default)]
pub(super) struct Life {
    /// Who waits for the thread.
    pub(super) calls: Calls,
    /// Of the isolate that lives on the thread now.
    control: Mutex<Option<IsolateControl>>,
    /// Whether the end of that isolate was reported already, by the supervisor or by the thread.
    is_answered: AtomicBool,
    is_replaced: AtomicBool,
}

impl Life {
    pub(super) fn control(&self) -> Option<IsolateControl> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_control(&self, control: Option<IsolateControl>) {
        self.is_answered.store(false, Ordering::Release);
        *self.control.lock().unwrap_or_else(PoisonError::into_inner) = control;
    }

    /// Whether another thread has taken this one's place: then it ends as soon as V8 lets it.
    pub(super) fn is_replaced(&self) -> bool {
        self.is_replaced.load(Ordering::Acquire)
    }

    pub(super) fn set_replaced(&self) {
        self.is_replaced.store(true, Ordering::Release);
    }

    /// Answers every call of an isolate that exceeded a limit, and logs where it was; once for each isolate.
    pub(super) fn answer_ended(&self, recipe: &Recipe) {
        if self.is_answered.swap(true, Ordering::AcqRel) {
            return;
        }
        let control = self.control();
        let reason = control.as_ref().and_then(IsolateControl::terminated).unwrap_or(TerminationReason::Wall);
        let culprit = control.as_ref().and_then(IsolateControl::culprit).or_else(|| self.calls.only());
        let setting = reason.setting();
        let count = recipe.metrics.replaced(setting);
        let stack = control.map(|control| recipe.stack_of(&control)).unwrap_or_default();
        tracing::error!("Replaced an isolate that exceeded `{setting}` ({count} since the start){stack}");
        self.calls.end_all(|id| {
            if culprit == Some(id) { IsolateError::Exceeded(reason) } else { IsolateError::Replaced(reason) }
        });
    }
}

/// A place in the pool: a thread with an isolate, now and then another one.
pub(super) struct Member {
    idx: usize,
    current: Mutex<Current>,
}

struct Current {
    life: Arc<Life>,
    /// The thread ends when this is dropped.
    sender: mpsc::UnboundedSender<Message>,
    thread: JoinHandle<()>,
}

impl Member {
    /// Starts a thread for the place of that number.
    pub(super) fn start(idx: usize, queue: &Arc<Queue>, recipe: &Arc<Recipe>) -> Result<(Self, Booted), IsolateError> {
        let (current, booted) = Current::start(idx, queue, recipe)?;
        Ok((Self { idx, current: Mutex::new(current) }, booted))
    }

    /// Puts a fresh thread in the place of the one that is there, which is left to itself.
    pub(super) fn replace(&self, queue: &Arc<Queue>, recipe: &Arc<Recipe>) -> Result<(), IsolateError> {
        let (current, _booted) = Current::start(self.idx, queue, recipe)?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = current;
        Ok(())
    }

    /// Sends a message; whether the thread is still there to read it.
    pub(super) fn send(&self, message: Message) -> bool {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).sender.send(message).is_ok()
    }

    /// The thread's shared part, and whether the thread has ended.
    pub(super) fn life(&self) -> (Arc<Life>, bool) {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        (Arc::clone(&current.life), current.thread.is_finished())
    }
}

impl Current {
    fn start(idx: usize, queue: &Arc<Queue>, recipe: &Arc<Recipe>) -> Result<(Self, Booted), IsolateError> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let life = Arc::<Life>::default();
        let (thread, booted) = thread::spawn(idx, &life, receiver, queue, recipe)?;
        Ok((Self { life, sender, thread }, booted))
    }
}
