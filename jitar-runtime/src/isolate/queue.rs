//! Calls that wait for an isolate. There is one queue for all isolates, and each takes its next call only when it can run
//! it: so a call never stands behind an isolate that is busy while another one is free.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;

use futures::task::AtomicWaker;
use thread_local::ThreadLocal;

use super::message::Start;
use crate::telemetry::IsolateMetrics;

/// The queue, and who may be woken to take from it.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    /// One for each isolate of the pool.
    seats: Box<[Seat]>,
    /// Whether a thread that adds calls is going to wake isolates for them.
    is_waking: ThreadLocal<Arc<AtomicBool>>,
    /// Calls that wait or run.
    taken: AtomicUsize,
    capacity: usize,
    metrics: IsolateMetrics,
}

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
    pub(super) fn new(isolates: usize, capacity: usize, metrics: IsolateMetrics) -> Self {
        let seat = |_| Seat { state: AtomicUsize::new(AWAKE), waker: AtomicWaker::new() };
        Self {
            waiting: Mutex::default(),
            seats: (0..isolates).map(seat).collect(),
            is_waking: ThreadLocal::new(),
            taken: AtomicUsize::new(0),
            capacity,
            metrics,
        }
    }

    /// Takes a place for a call, unless all are taken. It is free again when the value is dropped.
    pub(super) fn reserve(&self) -> Option<Place<'_>> {
        let taken = self.taken.fetch_add(1, Ordering::Relaxed);
        let place = Place(self);
        (taken < self.capacity).then_some(place)
    }

    /// Adds a call, for which an isolate has yet to be woken. Whether somebody will take it.
    pub(super) fn push(&self, start: Start) -> bool {
        let mut waiting = self.waiting();
        if waiting.is_closed {
            return false;
        }
        waiting.calls.push_back(start);
        self.metrics.set_waiting(waiting.calls.len());
        true
    }

    /// Wakes isolates when this thread's other tasks that are ready have run: they often add calls too. To wake a thread
    /// for each of them costs more than most calls, above all where both threads share a core.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub(super) fn wake_soon(self: &Arc<Self>) {
        let is_waking = self.is_waking.get_or_default();
        if is_waking.swap(true, Ordering::Relaxed) {
            return;
        }
        let due = DueWake { queue: Arc::clone(self), is_waking: Arc::clone(is_waking) };
        tokio::spawn(async move { drop(due) });
    }

    /// Wakes a sleeping isolate for each waiting call, as far as there are any: those first that have least to do.
    fn wake(&self) {
        let waiting = self.waiting().calls.len();
        for _ in 0..waiting.min(self.seats.len()) {
            self.wake_one();
        }
    }

    /// The next call, for the isolate of that number.
    pub(super) fn take(&self, isolate: usize) -> Option<Start> {
        let mut waiting = self.waiting();
        let start = waiting.calls.pop_front()?;
        self.metrics.set_waiting(waiting.calls.len());
        // While the queue is locked: who looks for a call that is not in the queue finds out who has it.
        start.taken_by.store(isolate, Ordering::Release);
        Some(start)
    }

    /// Takes a call out that nobody has taken yet. Whether it was still there.
    pub(super) fn remove(&self, id: u32) -> bool {
        let mut waiting = self.waiting();
        let before = waiting.calls.len();
        waiting.calls.retain(|start| start.id != id);
        self.metrics.set_waiting(waiting.calls.len());
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
        self.metrics.set_waiting(0);
    }

    fn wake_one(&self) {
        loop {
            let sleeping = self.seats.iter().map(|seat| (seat.state.load(Ordering::SeqCst), seat));
            let least_busy = sleeping.filter(|(state, _)| *state != AWAKE).min_by_key(|(state, _)| *state);
            let Some((state, seat)) = least_busy else { return };
            if seat.state.compare_exchange(state, AWAKE, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                return seat.waker.wake();
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes isolates when it is dropped: by its task, or with it when the runtime ends before the task ran. A later thread
/// may have the same number, and must not find that somebody is going to wake.
struct DueWake {
    queue: Arc<Queue>,
    is_waking: Arc<AtomicBool>,
}

impl Drop for DueWake {
    fn drop(&mut self) {
        self.is_waking.store(false, Ordering::Relaxed);
        self.queue.wake();
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
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;
    use std::task::{Wake, Waker};
    use std::time::Instant;

    use super::super::message::{Start, Work};
    use super::super::replies::ReplySender;
    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn start(id: u32) -> Start {
        let reply = ReplySender::to_nobody();
        Start { id, work: Work::Health, deadline: Instant::now(), reply, taken_by: Arc::default() }
    }

    /// Two isolates that sleep with so many calls under way.
    fn sleeping(under_way: [usize; 2]) -> (Queue, [Arc<Woken>; 2]) {
        let queue = Queue::new(2, 3, IsolateMetrics::default());
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
        let push = |id| {
            assert!(queue.push(start(id)));
            queue.wake();
        };
        push(1);
        assert_eq!(count(&woken), [0, 1]);
        push(2);
        assert_eq!(count(&woken), [1, 1], "the other one is about to take the first call");
        push(3);
        assert_eq!(count(&woken), [1, 1], "both look at the queue before they sleep again");
        assert_eq!(queue.take(0).map(|start| start.id), Some(1));
    }

    #[tokio::test]
    async fn calls_that_come_together_wake_once_for_all() {
        let (queue, woken) = sleeping([0, 0]);
        let queue = Arc::new(queue);
        for id in 0..5 {
            queue.push(start(id));
            queue.wake_soon();
        }
        assert_eq!(count(&woken), [0, 0]);
        tokio::task::yield_now().await;
        assert_eq!(count(&woken), [1, 1]);

        while queue.take(0).is_some() {}
        queue.awake(0, &Context::from_waker(&Waker::from(Arc::clone(&woken[0]))));
        assert!(queue.doze(0, 0));
        queue.push(start(5));
        queue.wake_soon();
        tokio::task::yield_now().await;
        assert_eq!(count(&woken), [2, 1]);
    }

    #[test]
    fn a_runtime_that_ends_still_wakes() {
        let (queue, woken) = sleeping([0, 0]);
        let queue = Arc::new(queue);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            queue.push(start(1));
            queue.wake_soon();
        });
        drop(runtime);
        assert_eq!(count(&woken), [1, 0]);
    }

    #[test]
    fn nobody_sleeps_while_a_call_waits() {
        let (queue, woken) = sleeping([0, 0]);
        queue.awake(0, &Context::from_waker(Waker::noop()));
        queue.push(start(1));
        queue.wake();
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
        let queue = Queue::new(1, 2, IsolateMetrics::default());
        let places = [queue.reserve(), queue.reserve()];
        assert!(places.iter().all(Option::is_some) && queue.reserve().is_none());
        drop(places);
        assert!(queue.reserve().is_some());
    }
}
