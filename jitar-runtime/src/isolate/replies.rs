//! The way of replies back to who waits for them. Each thread that calls has one letterbox, so that an isolate wakes it once
//! for all replies that are ready together: to wake it for each would cost a system call each.

use std::future::poll_fn;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures::task::AtomicWaker;
use jitar_engine::call::Reply;
use thread_local::ThreadLocal;
use tokio::sync::oneshot;

use super::IsolateError;

/// What becomes of a call.
pub(super) type Outcome = Result<Reply, IsolateError>;

/// The letterboxes of all threads that call.
#[derive(Default)]
pub(super) struct Letterboxes(ThreadLocal<Arc<Letterbox>>);

#[derive(Default)]
struct Letterbox {
    letters: Mutex<Vec<Letter>>,
    waker: AtomicWaker,
    /// Whether a task of the thread empties it.
    is_served: AtomicBool,
}

/// An outcome and who waits for it.
struct Letter {
    addressee: oneshot::Sender<Outcome>,
    outcome: Outcome,
}

impl Letterboxes {
    /// The two ends of the way that the outcome of a call of this thread takes.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub(super) fn open(&self) -> (ReplySender, oneshot::Receiver<Outcome>) {
        let letterbox = self.0.get_or_default();
        if !letterbox.is_served.swap(true, Ordering::AcqRel) {
            tokio::spawn(Service(Arc::clone(letterbox)).run());
        }
        ReplySender::to(letterbox)
    }
}

impl Letterbox {
    /// Puts a letter in; the first one since it was emptied wakes the thread.
    fn put(&self, letter: Letter) {
        let mut letters = self.letters();
        letters.push(letter);
        let is_first = letters.len() == 1;
        drop(letters);
        if is_first {
            self.waker.wake();
        }
    }

    fn letters(&self) -> MutexGuard<'_, Vec<Letter>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the outcome of a call goes.
pub(super) struct ReplySender {
    addressee: oneshot::Sender<Outcome>,
    letterbox: Arc<Letterbox>,
}

impl ReplySender {
    fn to(letterbox: &Arc<Letterbox>) -> (Self, oneshot::Receiver<Outcome>) {
        let (addressee, replied) = oneshot::channel();
        (Self { addressee, letterbox: Arc::clone(letterbox) }, replied)
    }

    /// A way that leads nowhere.
    #[cfg(test)]
    pub(super) fn to_nobody() -> Self {
        Self::to(&Arc::default()).0
    }

    /// Sends the outcome, from any thread.
    pub(super) fn send(self, outcome: Outcome) {
        let Self { addressee, letterbox } = self;
        letterbox.put(Letter { addressee, outcome });
    }

    /// Whether nobody waits for it any more.
    pub(super) fn is_closed(&self) -> bool {
        self.addressee.is_closed()
    }
}

/// Empties a letterbox until its thread's runtime ends.
struct Service(Arc<Letterbox>);

impl Service {
    async fn run(self) {
        let mut letters = Vec::new();
        poll_fn(|cx| {
            // First the note, then the look: who puts a letter in does it the other way round.
            self.0.waker.register(cx.waker());
            mem::swap(&mut letters, &mut self.0.letters());
            for Letter { addressee, outcome } in letters.drain(..) {
                // A caller that gave up in this moment has told the isolate.
                drop(addressee.send(outcome));
            }
            Poll::<()>::Pending
        })
        .await;
    }
}

impl Drop for Service {
    /// A later thread may have the same letterbox, and must not find that somebody empties it.
    fn drop(&mut self) {
        self.0.is_served.store(false, Ordering::Release);
        self.0.letters().clear();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    fn stopped() -> Outcome {
        Err(IsolateError::Stopped)
    }

    #[tokio::test]
    async fn everybody_gets_their_own_reply() {
        let letterboxes = Letterboxes::default();
        let ways: Vec<_> = (0..10).map(|_| letterboxes.open()).collect();
        let (senders, receivers): (Vec<_>, Vec<_>) = ways.into_iter().unzip();
        thread::spawn(move || {
            for (millis, sender) in (0..).zip(senders) {
                sender.send(Err(IsolateError::Deadline { millis }));
            }
        });
        for (expected, receiver) in (0..).zip(receivers) {
            let outcome = receiver.await.expect("is delivered");
            assert!(matches!(outcome, Err(IsolateError::Deadline { millis }) if millis == expected));
        }
    }

    #[tokio::test]
    async fn who_gave_up_is_no_trouble() {
        let letterboxes = Letterboxes::default();
        let (sender, receiver) = letterboxes.open();
        assert!(!sender.is_closed());
        drop(receiver);
        assert!(sender.is_closed());
        sender.send(stopped());
        let (sender, receiver) = letterboxes.open();
        sender.send(stopped());
        receiver.await.expect("is delivered").expect_err("what was sent");
    }

    #[test]
    fn a_letterbox_is_served_again_after_its_runtime_has_ended() {
        let letterboxes = Letterboxes::default();
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let opened = || std::future::ready(letterboxes.open());
        let (sender, late) = runtime().block_on(async { opened().await });
        sender.send(stopped());
        runtime().block_on(async {
            let (sender, reply) = opened().await;
            sender.send(stopped());
            let reply = tokio::time::timeout(Duration::from_secs(10), reply).await.expect("in time");
            reply.expect("is delivered").expect_err("what was sent");
        });
        drop(late);
    }
}
