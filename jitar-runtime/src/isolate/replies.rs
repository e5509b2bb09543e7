//! The way of replies back to who waits for them. Each thread that calls has one letterbox, so that an isolate wakes it once
//! for all replies that are ready together: to wake it for each would cost a system call each. The letterbox knows when the
//! time of its calls is over, too: a timer for each would cost more than all the rest of the way.

use std::future::poll_fn;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures::task::AtomicWaker;
use jitar_engine::call::Reply;
use slab::Slab;
use thread_local::ThreadLocal;
use tokio::time::Sleep;

use super::IsolateError;

/// What becomes of a call.
pub(super) type Outcome = Result<Reply, IsolateError>;

/// How far away the first look at deadlines is while nobody waits.
const NEVER: Duration = Duration::from_hours(24);

/// The letterboxes of all threads that call.
#[derive(Default)]
pub(super) struct Letterboxes(ThreadLocal<Arc<Letterbox>>);

#[derive(Default)]
struct Letterbox {
    letters: Mutex<Vec<Letter>>,
    addressees: Mutex<Addressees>,
    /// Wakes the task that looks after both.
    waker: AtomicWaker,
    /// Whether there is such a task.
    is_served: AtomicBool,
}

/// An outcome and who waits for it.
struct Letter {
    to: Address,
    outcome: Outcome,
}

/// Who waits for a letter. Places are used again, serial numbers are not: a letter that comes too late reaches nobody.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Address {
    place: usize,
    serial: u64,
}

/// All who wait.
#[derive(Default)]
struct Addressees {
    places: Slab<Addressee>,
    next_serial: u64,
    /// When somebody's time is over, or earlier; none while nobody waits.
    next_deadline: Option<Instant>,
}

struct Addressee {
    serial: u64,
    deadline: Instant,
    waker: Option<Waker>,
    answer: Option<Answer>,
}

/// What there is for somebody who waits.
#[derive(Debug)]
pub(super) enum Answer {
    /// What became of the call.
    Outcome(Outcome),
    /// Its time is over.
    Late,
}

impl Letterboxes {
    /// The two ends of the way that the outcome of a call of this thread takes. It is awaited until `deadline`.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub(super) fn open(&self, deadline: Instant) -> (ReplySender, AwaitedReply) {
        let letterbox = self.0.get_or_default();
        if !letterbox.is_served.swap(true, Ordering::AcqRel) {
            tokio::spawn(Service(Arc::clone(letterbox)).run());
        }
        letterbox.open(deadline)
    }
}

impl Letterbox {
    fn open(self: &Arc<Self>, deadline: Instant) -> (ReplySender, AwaitedReply) {
        let mut addressees = self.addressees();
        let address = addressees.add(deadline);
        let is_first = addressees.next_deadline.is_none_or(|next| deadline < next);
        if is_first {
            addressees.next_deadline = Some(deadline);
        }
        drop(addressees);
        if is_first {
            self.waker.wake();
        }
        let sender = ReplySender { letterbox: Arc::clone(self), address, is_sent: false };
        (sender, AwaitedReply { letterbox: Arc::clone(self), address })
    }

    /// Puts a letter in; the first one since it was emptied wakes the task.
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

    fn addressees(&self) -> MutexGuard<'_, Addressees> {
        self.addressees.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Addressees {
    fn add(&mut self, deadline: Instant) -> Address {
        let serial = self.next_serial;
        self.next_serial += 1;
        let place = self.places.insert(Addressee { serial, deadline, waker: None, answer: None });
        Address { place, serial }
    }

    fn find(&mut self, address: Address) -> Option<&mut Addressee> {
        self.places.get_mut(address.place).filter(|known| known.serial == address.serial)
    }

    /// Hands a letter over, and gives who is to be woken. Somebody whose time is over already has given up.
    fn deliver(&mut self, Letter { to, outcome }: Letter) -> Option<Waker> {
        self.find(to)?.answer(Answer::Outcome(outcome))
    }

    /// Tells everybody whose time is over, and finds out whose will be next.
    fn look_at_deadlines(&mut self, now: Instant, woken: &mut Vec<Waker>) {
        let mut next = None;
        for (_, addressee) in self.places.iter_mut().filter(|(_, addressee)| addressee.answer.is_none()) {
            if addressee.deadline <= now {
                woken.extend(addressee.answer(Answer::Late));
            } else if next.is_none_or(|next| addressee.deadline < next) {
                next = Some(addressee.deadline);
            }
        }
        self.next_deadline = next;
    }
}

impl Addressee {
    fn answer(&mut self, answer: Answer) -> Option<Waker> {
        self.answer.get_or_insert(answer);
        self.waker.take()
    }
}

/// Where the outcome of a call goes. Dropped, it says that nobody will run the call any more.
pub(super) struct ReplySender {
    letterbox: Arc<Letterbox>,
    address: Address,
    is_sent: bool,
}

impl ReplySender {
    /// A way that leads nowhere.
    #[cfg(test)]
    pub(super) fn to_nobody() -> Self {
        Arc::<Letterbox>::default().open(Instant::now()).0
    }

    /// Sends the outcome, from any thread.
    pub(super) fn send(mut self, outcome: Outcome) {
        self.is_sent = true;
        self.letterbox.put(Letter { to: self.address, outcome });
    }
}

impl Drop for ReplySender {
    fn drop(&mut self) {
        if !self.is_sent {
            self.letterbox.put(Letter { to: self.address, outcome: Err(IsolateError::Stopped) });
        }
    }
}

/// Waits for the outcome of a call.
pub(super) struct AwaitedReply {
    letterbox: Arc<Letterbox>,
    address: Address,
}

impl Future for AwaitedReply {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let mut addressees = self.letterbox.addressees();
        let Some(addressee) = addressees.find(self.address) else { return Poll::Pending };
        if let Some(answer) = addressee.answer.take() {
            return Poll::Ready(answer);
        }
        match &mut addressee.waker {
            Some(waker) => waker.clone_from(context.waker()),
            waker => *waker = Some(context.waker().clone()),
        }
        Poll::Pending
    }
}

impl Drop for AwaitedReply {
    fn drop(&mut self) {
        let mut addressees = self.letterbox.addressees();
        let gone = addressees.find(self.address).is_some().then(|| addressees.places.remove(self.address.place));
        // Its waker may have a drop of its own, which need not know of the lock.
        drop(addressees);
        drop(gone);
    }
}

/// Looks after a letterbox until its thread's runtime ends.
struct Service(Arc<Letterbox>);

impl Service {
    async fn run(self) {
        let (mut letters, mut woken) = (Vec::new(), Vec::new());
        let mut alarm = pin!(tokio::time::sleep(NEVER));
        poll_fn(|cx| {
            // First the note, then the look: who puts a letter in does it the other way round.
            self.0.waker.register(cx.waker());
            mem::swap(&mut letters, &mut self.0.letters());
            let mut addressees = self.0.addressees();
            woken.extend(letters.drain(..).filter_map(|letter| addressees.deliver(letter)));
            watch_deadlines(&mut addressees, alarm.as_mut(), cx, &mut woken);
            drop(addressees);
            woken.drain(..).for_each(Waker::wake);
            Poll::<()>::Pending
        })
        .await;
    }
}

/// Sets the alarm to the next deadline, and tells those whose time is over when it goes off.
fn watch_deadlines(
    addressees: &mut Addressees,
    mut alarm: Pin<&mut Sleep>,
    context: &mut Context<'_>,
    woken: &mut Vec<Waker>,
) {
    while let Some(next) = addressees.next_deadline {
        if alarm.deadline() != next.into() {
            alarm.as_mut().reset(next.into());
        }
        if alarm.as_mut().poll(context).is_pending() {
            return;
        }
        addressees.look_at_deadlines(Instant::now(), woken);
    }
}

impl Drop for Service {
    /// A later thread may have the same letterbox, and must not find that somebody looks after it.
    fn drop(&mut self) {
        self.0.is_served.store(false, Ordering::Release);
        self.0.letters().clear();
        self.0.addressees().next_deadline = None;
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

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    #[tokio::test]
    async fn everybody_gets_their_own_reply() {
        let letterboxes = Letterboxes::default();
        let ways: Vec<_> = (0..10).map(|_| letterboxes.open(soon())).collect();
        let (senders, receivers): (Vec<_>, Vec<_>) = ways.into_iter().unzip();
        thread::spawn(move || {
            for (millis, sender) in (0..).zip(senders) {
                sender.send(Err(IsolateError::Deadline { millis }));
            }
        });
        for (expected, receiver) in (0..).zip(receivers) {
            let answer = receiver.await;
            let Answer::Outcome(Err(IsolateError::Deadline { millis })) = answer else { panic!("{answer:?}") };
            assert_eq!(millis, expected);
        }
    }

    #[tokio::test]
    async fn who_gave_up_is_no_trouble() {
        let letterboxes = Letterboxes::default();
        let (late, receiver) = letterboxes.open(soon());
        drop(receiver);
        // It has the place that the other one had.
        let (sender, mut receiver) = letterboxes.open(soon());
        late.send(Err(IsolateError::QueueFull));
        tokio::task::yield_now().await;
        assert!(futures::poll!(&mut receiver).is_pending());
        sender.send(stopped());
        assert!(matches!(receiver.await, Answer::Outcome(Err(IsolateError::Stopped))));
    }

    #[tokio::test]
    async fn a_call_that_nobody_will_run_is_answered() {
        let (sender, reply) = Letterboxes::default().open(soon());
        drop(sender);
        assert!(matches!(reply.await, Answer::Outcome(Err(IsolateError::Stopped))));
    }

    #[tokio::test]
    async fn time_is_over_for_each_at_its_own_deadline() {
        let letterboxes = Letterboxes::default();
        let start = Instant::now();
        let millis = [30, 10, 20, 10].map(Duration::from_millis);
        let ways = millis.map(|millis| letterboxes.open(start + millis));
        let (senders, replies): (Vec<_>, Vec<_>) = ways.into_iter().unzip();
        let late = replies.into_iter().zip(millis).map(|(reply, millis)| async move {
            assert!(matches!(reply.await, Answer::Late));
            assert!(start.elapsed() >= millis, "{millis:?}");
        });
        futures::future::join_all(late).await;
        drop(senders);
    }

    #[test]
    fn a_letterbox_is_served_again_after_its_runtime_has_ended() {
        let letterboxes = Letterboxes::default();
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let opened = || std::future::ready(letterboxes.open(soon()));
        let (sender, late) = runtime().block_on(async { opened().await });
        sender.send(stopped());
        runtime().block_on(async {
            let (sender, reply) = opened().await;
            sender.send(stopped());
            assert!(matches!(reply.await, Answer::Outcome(Err(IsolateError::Stopped))));
            let short = letterboxes.open(Instant::now() + Duration::from_millis(1));
            assert!(matches!(short.1.await, Answer::Late));
        });
        drop(late);
    }
}
