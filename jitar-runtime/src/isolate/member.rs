//! One isolate of the pool, as everybody outside its thread sees it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use jitar_engine::IsolateControl;
use tokio::sync::mpsc;

use super::message::Message;

/// One isolate of the pool.
pub(super) struct Member {
    /// Its place among the isolates of the pool.
    pub(super) idx: usize,
    /// Not bounded by itself: `in_flight` is checked before anything is sent.
    sender: mpsc::UnboundedSender<Message>,
    in_flight: AtomicUsize,
    control: Mutex<Option<IsolateControl>>,
}

impl Member {
    pub(super) fn new(idx: usize, sender: mpsc::UnboundedSender<Message>) -> Self {
        Self { idx, sender, in_flight: AtomicUsize::new(0), control: Mutex::new(None) }
    }

    /// Calls that wait or run here.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Takes a place for a call unless `capacity` are taken. The place is free again when the value is dropped.
    pub(super) fn reserve(&self, capacity: usize) -> Option<Place<'_>> {
        let taken = self.in_flight.fetch_add(1, Ordering::Relaxed);
        let place = Place(self);
        (taken < capacity).then_some(place)
    }

    /// Sends a message; whether the thread is still there to read it.
    pub(super) fn send(&self, message: Message) -> bool {
        self.sender.send(message).is_ok()
    }

    /// The control of the isolate that lives on the thread now.
    pub(super) fn control(&self) -> Option<IsolateControl> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_control(&self, control: Option<IsolateControl>) {
        *self.control.lock().unwrap_or_else(PoisonError::into_inner) = control;
    }
}

/// A place for one call in a member.
pub(super) struct Place<'a>(&'a Member);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
