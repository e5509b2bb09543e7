//! The calls under way in one isolate, with who waits for them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::IsolateError;
use super::replies::{Outcome, ReplySender};

/// The calls under way in one isolate. Shared with the supervisor, which answers them when the isolate's thread cannot.
#[derive(Clone, Default)]
pub(super) struct Calls(Arc<Mutex<foldhash::HashMap<u32, ReplySender>>>);

impl Calls {
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(super) fn add(&self, id: u32, reply: ReplySender) {
        self.lock().insert(id, reply);
    }

    pub(super) fn forget(&self, id: u32) {
        self.lock().remove(&id);
    }

    /// The call, if it is the only one.
    pub(super) fn only(&self) -> Option<u32> {
        let calls = self.lock();
        calls.keys().next().copied().filter(|_| calls.len() == 1)
    }

    /// Answers a call. One that was given up is answered to nobody.
    pub(super) fn settle(&self, id: u32, outcome: Outcome) {
        let reply = self.lock().remove(&id);
        if let Some(reply) = reply {
            // A caller that gave up in this moment sends a cancellation too, which then finds nothing.
            reply.send(outcome);
        }
    }

    /// Answers all of them.
    pub(super) fn end_all(&self, error: impl Fn(u32) -> IsolateError) {
        let calls = std::mem::take(&mut *self.lock());
        for (id, reply) in calls {
            reply.send(Err(error(id)));
        }
    }

    fn lock(&self) -> MutexGuard<'_, foldhash::HashMap<u32, ReplySender>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
