//! An isolate's thread: makes the isolate, feeds it calls, polls its event loop, and makes a fresh one when it was ended.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jitar_engine::{EngineError, Isolate};
use tokio::sync::{mpsc, oneshot};

use super::IsolateError;
use super::life::Life;
use super::message::{Message, Start, StopSender, Work};
use super::queue::Queue;
use super::recipe::{Recipe, Role};

/// What a thread's isolate reports when it is ready, or why it is not.
pub(super) type Booted = oneshot::Receiver<Result<(), IsolateError>>;

/// Room on a thread's stack for Rust, beside what V8 may use.
const RUST_STACK: usize = 3 << 20;

/// Starts a thread with an isolate.
pub(super) fn spawn(
    idx: usize,
    life: &Arc<Life>,
    receiver: mpsc::UnboundedReceiver<Message>,
    queue: &Arc<Queue>,
    recipe: &Arc<Recipe>,
) -> Result<(JoinHandle<()>, Booted), IsolateError> {
    let (ready, booted) = oneshot::channel();
    let stack = recipe.config.limits.stack.saturating_add(RUST_STACK);
    let (life, queue, recipe) = (Arc::clone(life), Arc::clone(queue), Arc::clone(recipe));
    let body = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => return drop(ready.send(Err(IsolateError::Boot(error.to_string())))),
        };
        runtime.block_on(Thread { idx, life: &life, receiver, queue: &queue, recipe: &recipe }.run(ready));
        life.set_control(None);
        if life.is_replaced() {
            recipe.remove_stuck();
        }
    };
    let thread = std::thread::Builder::new().name(format!("jitar-isolate-{idx}")).stack_size(stack).spawn(body);
    let thread = thread.map_err(|error| IsolateError::Boot(format!("an isolate's thread did not start: {error}")))?;
    Ok((thread, booted))
}

/// What a thread keeps while isolates come and go.
struct Thread<'a> {
    idx: usize,
    life: &'a Life,
    receiver: mpsc::UnboundedReceiver<Message>,
    queue: &'a Queue,
    recipe: &'a Recipe,
}

/// Why an isolate's life ended.
enum End {
    /// The pool asked for it, or is gone.
    Stop(Option<StopSender>),
    /// It exceeded a limit.
    Terminated,
}

/// Pause before an isolate is made again after it failed to start; doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Thread<'_> {
    async fn run(mut self, ready: oneshot::Sender<Result<(), IsolateError>>) {
        let mut isolate = match self.recipe.make(self.idx, self.life).await {
            Ok(isolate) => {
                // Nobody waits for a thread that takes another one's place.
                drop(ready.send(Ok(())));
                isolate
            }
            Err(error) => {
                if ready.send(Err(error.clone())).is_ok() {
                    return;
                }
                tracing::error!("A fresh isolate did not start: {error}");
                let Some(isolate) = self.make_again().await else { return };
                isolate
            }
        };
        loop {
            match self.pump(&mut isolate).await {
                End::Stop(done) => return self.stop(isolate, done).await,
                End::Terminated if self.life.is_replaced() => return,
                End::Terminated => {
                    self.life.answer_ended(self.recipe);
                    drop(isolate);
                    let Some(fresh) = self.make_again().await else { return };
                    isolate = fresh;
                }
            }
        }
    }

    fn role(&self) -> Role {
        Role::of(self.idx)
    }

    /// Feeds the isolate and polls its event loop until its life ends.
    async fn pump(&mut self, isolate: &mut Isolate) -> End {
        let pending = self.recipe.config.limits.pending;
        poll_fn(|cx| {
            self.queue.awake(self.idx, cx);
            loop {
                if let Poll::Ready(end) = self.take_messages(isolate, cx) {
                    return Poll::Ready(end);
                }
                if self.take_calls(isolate, pending).is_err() || isolate.poll(cx).is_err() {
                    return Poll::Ready(End::Terminated);
                }
                let under_way = self.life.calls.len();
                // A full isolate takes no calls; it is polled again when one of its own goes on.
                if under_way >= pending || self.queue.doze(self.idx, under_way) {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    fn take_messages(&mut self, isolate: &mut Isolate, cx: &mut Context<'_>) -> Poll<End> {
        loop {
            match self.receiver.poll_recv(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(End::Stop(None)),
                Poll::Ready(Some(Message::Stop(done))) => return Poll::Ready(End::Stop(Some(done))),
                Poll::Ready(Some(Message::Cancel(id))) => {
                    self.life.calls.forget(id);
                    if isolate.cancel(id).is_err() {
                        return Poll::Ready(End::Terminated);
                    }
                }
            }
        }
    }

    /// Starts calls for which there is room, one after the other: what is left in the queue others may take meanwhile.
    fn take_calls(&self, isolate: &mut Isolate, pending: usize) -> Result<(), EngineError> {
        while self.life.calls.len() < pending {
            let Some(start) = self.queue.take(self.idx) else { return Ok(()) };
            self.start(isolate, start)?;
        }
        Ok(())
    }

    fn start(&self, isolate: &mut Isolate, start: Start) -> Result<(), EngineError> {
        let Start { id, work, deadline, reply, taken_by: _ } = start;
        if deadline <= Instant::now() {
            return Ok(()); // its caller was answered already, so nothing is executed
        }
        self.life.calls.add(id, reply);
        let outcome = match work {
            Work::Call(call) => isolate.start_call(id, &call, deadline),
            Work::Health => isolate.start_health_check(id, deadline),
        };
        match outcome {
            Err(EngineError::Terminated) => Err(EngineError::Terminated),
            Err(error) => {
                self.life.calls.settle(id, Err(IsolateError::Boot(error.to_string())));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    async fn stop(&self, mut isolate: Isolate, done: Option<StopSender>) {
        let torn_down = self.recipe.tear_down(self.role(), &mut isolate).await;
        self.life.calls.end_all(|_| IsolateError::Stopped);
        drop(isolate);
        if let Some(done) = done {
            // Nobody waits any more when the process is ended by a second signal.
            drop(done.send(torn_down));
        }
    }

    /// Makes an isolate for as long as it takes, unless the pool stops; calls that wait meanwhile keep their deadlines.
    async fn make_again(&mut self) -> Option<Isolate> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.recipe.make(self.idx, self.life).await {
                Ok(isolate) => return Some(isolate),
                Err(error) => tracing::error!("A fresh isolate did not start: {error}"),
            }
            let stopped = tokio::time::timeout(pause, self.stop_without_isolate()).await;
            if stopped.is_ok() {
                return None;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits for the pool's stop while there is no isolate: then there is nothing to tear down.
    async fn stop_without_isolate(&mut self) {
        loop {
            match self.receiver.recv().await {
                Some(Message::Cancel(_)) => {}
                Some(Message::Stop(done)) => return drop(done.send(Ok(()))),
                None => return,
            }
        }
    }
}
