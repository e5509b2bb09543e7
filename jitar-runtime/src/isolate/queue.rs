//! Calls that wait for an isolate. There is one queue for all isolates, and each takes its next call only when it can run
//! it: so a call never stands behind an isolate that is busy while another one is free.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;

use futures::task::AtomicWaker;
use tokio::runtime::{Handle, RuntimeFlavor};

use super::message::Start;

/// The queue, and who may be woken to take from it.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    /// One for each isolate of the pool.
    seats: Box<[Seat]>,
    /// Calls that wait or run.
    taken: AtomicUsize,
    capacity: usize,
    /// Whether a task is about to wake isolates.
    is_wake_due: AtomicBool,
}

/// Calls that wait at most until an isolate is woken for them.
const MOST_UNNOTICED: usize = 8;

#[derive(Default)]
struct Waiting {
    calls: VecDeque<Start>,
    /// Nobody takes calls any more.
    is_closed: bool,
}

/// Where an isolate's thread sleeps.
struct Seat {
    /// [`AWAKE`], or one more than the number of calls that are under way in the sleeping isolate.
    state: AtomicUsize,
    waker: AtomicWaker,
}

/// The thread runs, starts or ends: it looks at the queue by itself before it sleeps.
const AWAKE: usize = 0;

impl Queue {
    /// A queue for so many isolates; at most `capacity` calls wait or run at a time.
    pub(super) fn new(isolates: usize, capacity: usize) -> Self {
        let seat = |_| Seat { state: AtomicUsize::new(AWAKE), waker: AtomicWaker::new() };
        Self {
            waiting: Mutex::default(),
            seats: (0..isolates).map(seat).collect(),
            taken: AtomicUsize::new(0),
            capacity,
            is_wake_due: AtomicBool::new(false),
        }
    }

    /// Takes a place for a call, unless all are taken. It is free again when the value is dropped.
    pub(super) fn reserve(&self) -> Option<Place<'_>> {
        let taken = self.taken.fetch_add(1, Ordering::Relaxed);
        let place = Place(self);
        (taken < self.capacity).then_some(place)
    }

    /// Adds a call, and sees to it that an isolate takes it. Whether somebody will.
    pub(super) fn push(self: &Arc<Self>, start: Start) -> bool {
        let n_waiting = {
            let mut waiting = self.waiting();
            if waiting.is_closed {
                return false;
            }
            waiting.calls.push_back(start);
            waiting.calls.len()
        };
        match Handle::try_current() {
            Ok(runtime) if n_waiting < MOST_UNNOTICED && runtime.runtime_flavor() == RuntimeFlavor::CurrentThread => {
                self.wake_soon(&runtime);
            }
            _ => drop(self.wake_one()),
        }
        true
    }

    /// Wakes isolates when the tasks of this thread that are ready now had their turn: they may have calls as well.
    /// Where threads share a processor, the system lets a woken one run at once; for each single call that would cost
    /// more than the call itself.
    fn wake_soon(self: &Arc<Self>, runtime: &Handle) {
        if self.is_wake_due.swap(true, Ordering::SeqCst) {
            return;
        }
        let due = DueWake(Arc::clone(self));
        runtime.spawn(async move { drop(due) });
    }

    /// The next call, for the isolate of that number.
    pub(super) fn take(&self, isolate: usize) -> Option<Start> {
        let mut waiting = self.waiting();
        let start = waiting.calls.pop_front()?;
        // While the queue is locked: who looks for a call that is not in the queue finds out who has it.
        start.taken_by.store(isolate, Ordering::Release);
        Some(start)
    }

    /// Takes a call out that nobody has taken yet. Whether it was still there.
    pub(super) fn remove(&self, id: u32) -> bool {
        let mut waiting = self.waiting();
        let before = waiting.calls.len();
        waiting.calls.retain(|start| start.id != id);
        waiting.calls.len() < before
    }

    /// Notes that an isolate's thread runs, and how to wake it once it sleeps.
    pub(super) fn awake(&self, isolate: usize, cx: &Context<'_>) {
        if let Some(seat) = self.seats.get(isolate) {
            seat.waker.register(cx.waker());
            seat.state.store(AWAKE, Ordering::SeqCst);
        }
    }

    /// Lets an isolate sleep, unless calls came in meanwhile; whether it may.
    pub(super) fn doze(&self, isolate: usize, under_way: usize) -> bool {
        let Some(seat) = self.seats.get(isolate) else { return true };
        // First the note, then the look: who adds a call does it the other way round, so one of both sees the other.
        seat.state.store(under_way.saturating_add(1), Ordering::SeqCst);
        if self.waiting().calls.is_empty() {
            return true;
        }
        seat.state.store(AWAKE, Ordering::SeqCst);
        false
    }

    /// Ends the queue: the calls in it are dropped, later ones are refused.
    pub(super) fn close(&self) {
        let mut waiting = self.waiting();
        waiting.is_closed = true;
        waiting.calls.clear();
    }

    /// Wakes the sleeping isolate that has least to do. Whether one slept.
    fn wake_one(&self) -> bool {
        loop {
            let sleeping = self.seats.iter().map(|seat| (seat.state.load(Ordering::SeqCst), seat));
            let least_busy = sleeping.filter(|(state, _)| *state != AWAKE).min_by_key(|(state, _)| *state);
            let Some((state, seat)) = least_busy else { return false };
            if seat.state.compare_exchange(state, AWAKE, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                seat.waker.wake();
                return true;
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes isolates for the calls that wait when it is dropped: by its task, or together with it when its runtime ends.
struct DueWake(Arc<Queue>);

impl Drop for DueWake {
    fn drop(&mut self) {
        let queue = &self.0;
        // First the note, then the look: a call that is added in this moment is seen, or has a wake of its own.
        queue.is_wake_due.store(false, Ordering::SeqCst);
        let n_waiting = queue.waiting().calls.len();
        for _ in 0..n_waiting {
            if !queue.wake_one() {
                return;
            }
        }
    }
}

/// A place for one call.
pub(super) struct Place<'a>(&'a Queue);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Wake, Waker};
    use std::time::Instant;

    use super::super::message::{Start, Work};
    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn start(id: u32) -> Start {
        let (reply, _) = tokio::sync::oneshot::channel();
        Start { id, work: Work::Health, deadline: Instant::now(), reply, taken_by: Arc::default() }
    }

    /// Two isolates that sleep with so many calls under way.
    fn sleeping(under_way: [usize; 2]) -> (Arc<Queue>, [Arc<Woken>; 2]) {
        let queue = Arc::new(Queue::new(2, 3));
        let woken = [Arc::<Woken>::default(), Arc::<Woken>::default()];
        for (isolate, woken) in woken.iter().enumerate() {
            let waker = Waker::from(Arc::clone(woken));
            queue.awake(isolate, &Context::from_waker(&waker));
            assert!(queue.doze(isolate, under_way[isolate]));
        }
        (queue, woken)
    }

    fn count(woken: &[Arc<Woken>; 2]) -> [usize; 2] {
        [0, 1].map(|idx: usize| woken[idx].0.load(Ordering::Relaxed))
    }

    #[test]
    fn the_least_busy_sleeper_is_woken_and_each_only_once() {
        let (queue, woken) = sleeping([5, 2]);
        assert!(queue.push(start(1)));
        assert_eq!(count(&woken), [0, 1]);
        assert!(queue.push(start(2)));
        assert_eq!(count(&woken), [1, 1], "the other one is about to take the first call");
        assert!(queue.push(start(3)));
        assert_eq!(count(&woken), [1, 1], "both look at the queue before they sleep again");
        assert_eq!(queue.take(0).map(|start| start.id), Some(1));
    }

    #[tokio::test]
    async fn calls_of_one_moment_wake_once() {
        let (queue, woken) = sleeping([0, 0]);
        let ids = 0..u32::try_from(MOST_UNNOTICED).expect("a few");
        for id in ids.clone().skip(1) {
            queue.push(start(id));
        }
        assert_eq!(count(&woken), [0, 0], "other tasks may have calls too");
        tokio::task::yield_now().await;
        assert_eq!(count(&woken), [1, 1], "there are calls for both");

        let (queue, woken) = sleeping([0, 0]);
        for id in ids {
            queue.push(start(id));
        }
        assert_eq!(count(&woken), [1, 0], "so many do not wait for other tasks");
    }

    #[test]
    fn nobody_sleeps_while_a_call_waits() {
        let (queue, woken) = sleeping([0, 0]);
        queue.awake(0, &Context::from_waker(Waker::noop()));
        queue.push(start(1));
        assert_eq!(count(&woken), [0, 1]);
        assert!(!queue.doze(0, 0));
        let taken = queue.take(1).expect("is there");
        assert_eq!(taken.taken_by.load(Ordering::Relaxed), 1);
        assert!(queue.doze(0, 0));
        assert!(queue.take(0).is_none());
    }

    #[test]
    fn a_call_that_nobody_took_can_be_taken_out() {
        let (queue, _) = sleeping([0, 0]);
        queue.push(start(1));
        assert!(queue.remove(1));
        assert!(!queue.remove(1));
        queue.push(start(2));
        queue.close();
        assert!(queue.take(0).is_none());
        assert!(!queue.push(start(3)), "nobody takes it any more");
    }

    #[test]
    fn places_are_bounded_and_come_back() {
        let queue = Queue::new(1, 2);
        let places = [queue.reserve(), queue.reserve()];
        assert!(places.iter().all(Option::is_some) && queue.reserve().is_none());
        drop(places);
        assert!(queue.reserve().is_some());
    }
}
