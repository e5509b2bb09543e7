//! An isolate's thread: makes the isolate, feeds it calls, polls its event loop, and makes a fresh one when it was ended.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use jitar_engine::call::{Outbound, Reply};
use jitar_engine::host::HostTable;
use jitar_engine::inspector::Inspect;
use jitar_engine::snapshot::Blob;
use jitar_engine::{
    EngineError, Isolate, IsolateControl, IsolateOptions, LogLevel, ModuleStore, Source, TerminationReason,
    short_specifier,
};
use tokio::sync::{mpsc, oneshot};

use super::IsolateError;
use super::debug::DebugTargets;
use super::member::Member;
use super::message::{Message, ReplySender, Start, Work};
use super::pool::PoolOptions;
use crate::config::{Config, Limits};
use crate::telemetry::APP;

/// How isolates of the pool are made, as often as needed.
pub(super) struct Recipe {
    source: Source,
    modules: ModuleStore,
    host: HostTable,
    config: Config,
    outbound: Arc<dyn Outbound>,
    debug: Option<Arc<DebugTargets>>,
}

/// What a thread's isolate reports when it is ready, or why it is not.
type Booted = oneshot::Receiver<Result<(), IsolateError>>;

impl Recipe {
    pub(super) fn new(options: PoolOptions) -> Result<Self, IsolateError> {
        let (app, unit) = (options.app, options.unit);
        let open = |name: &str, file| Blob::open(name, file).map_err(|error| IsolateError::Boot(error.to_string()));
        let source = match unit.snapshot {
            [] => Source::Base(open("base", app.base)?),
            // Breakpoints cannot be set in scripts that come out of a blob.
            _ if options.debug.is_some() => Source::Base(open("base", app.base)?),
            file => Source::Unit { blob: open(unit.id, file)?, has_deferred: !unit.deferred.is_empty() },
        };
        let modules = ModuleStore::new(unit.archive);
        Ok(Self {
            source,
            modules,
            host: unit.host,
            config: options.config,
            outbound: options.outbound,
            debug: options.debug,
        })
    }

    /// How a debugger gets to the isolate of this member.
    fn inspect(&self, member: &Member) -> Option<Inspect> {
        let (targets, idx) = (Arc::clone(self.debug.as_ref()?), member.idx);
        let breaks_at_start = targets.breaks(idx);
        Some(Inspect { announce: Box::new(move |debugger| targets.announce(idx, debugger)), breaks_at_start })
    }

    /// Makes an isolate and prepares it for calls.
    async fn make(&self, member: &Member, calls: &Calls) -> Result<Isolate, IsolateError> {
        let control = IsolateControl::for_this_thread();
        member.set_control(Some(control.clone()));
        let options = IsolateOptions {
            source: self.source,
            modules: self.modules.clone(),
            heap: self.config.limits.heap,
            values: self.config.limits.values,
            permissions: self.config.effective_permissions(),
            certificates: self.config.certificates.clone(),
            host: self.host,
            inspect: self.inspect(member),
            control,
            outbound: Arc::clone(&self.outbound),
            replies: Box::new({
                let calls = calls.clone();
                move |id, reply| calls.settle(id, Ok(reply))
            }),
            log: Box::new(log),
        };
        let mut isolate = Isolate::boot(options).await.map_err(|error| IsolateError::Boot(error.to_string()))?;
        if let Err(error) = self.prepare(&mut isolate).await {
            // What was set up before the failure is torn down; the failure is what the user must hear of.
            drop(self.tear_down(&mut isolate).await);
            return Err(error);
        }
        Ok(isolate)
    }

    async fn prepare(&self, isolate: &mut Isolate) -> Result<(), IsolateError> {
        for script in &self.config.set_up {
            isolate.run_script(script).await.map_err(|error| failed("set-up script", script, &error))?;
        }
        for module in &self.config.middleware {
            isolate.add_middleware(module).await.map_err(|error| failed("middleware", module, &error))?;
        }
        for module in &self.config.health_checks {
            isolate.add_health_check(module).await.map_err(|error| failed("health check", module, &error))?;
        }
        Ok(())
    }

    async fn tear_down(&self, isolate: &mut Isolate) -> Result<(), IsolateError> {
        for script in &self.config.tear_down {
            isolate.run_script(script).await.map_err(|error| failed("tear-down script", script, &error))?;
        }
        Ok(())
    }
}

/// Names the user's module: what V8 says of it may not.
fn failed(kind: &str, specifier: &str, error: &EngineError) -> IsolateError {
    IsolateError::Script(format!("The {kind} `{}` failed: {error}", short_specifier(specifier)))
}

/// Starts a thread with an isolate.
pub(super) fn spawn(
    idx: usize,
    member: &Arc<Member>,
    receiver: mpsc::UnboundedReceiver<Message>,
    recipe: &Arc<Recipe>,
) -> Result<Booted, IsolateError> {
    let (ready, booted) = oneshot::channel();
    let (member, recipe) = (Arc::downgrade(member), Arc::clone(recipe));
    let body = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => return drop(ready.send(Err(IsolateError::Boot(error.to_string())))),
        };
        let Some(member) = member.upgrade() else { return };
        let calls = Calls::default();
        let life = Life { recipe: &recipe, member: &member, receiver, waiting: VecDeque::new(), calls };
        runtime.block_on(life.live(ready));
        member.set_control(None);
    };
    // V8 itself keeps to about 1 MiB (`--stack-size`); Rust's part of a deep stack needs room beside it.
    let thread = std::thread::Builder::new().name(format!("jitar-isolate-{idx}")).stack_size(4 << 20).spawn(body);
    thread.map(|_| booted).map_err(|error| IsolateError::Boot(format!("an isolate's thread did not start: {error}")))
}

/// What a thread keeps while isolates come and go.
struct Life<'a> {
    recipe: &'a Recipe,
    member: &'a Member,
    receiver: mpsc::UnboundedReceiver<Message>,
    /// Calls for which there is no room yet.
    waiting: VecDeque<Start>,
    calls: Calls,
}

/// Why an isolate's life ended.
enum End {
    /// The pool asked for it, or is gone.
    Stop(Option<oneshot::Sender<Result<(), IsolateError>>>),
    /// It exceeded a limit.
    Terminated,
}

/// Pause before an isolate is made again after it failed to start; doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Life<'_> {
    async fn live(mut self, ready: oneshot::Sender<Result<(), IsolateError>>) {
        let mut isolate = match self.recipe.make(self.member, &self.calls).await {
            Ok(isolate) => isolate,
            Err(error) => return drop(ready.send(Err(error))),
        };
        if ready.send(Ok(())).is_err() {
            return;
        }
        loop {
            match self.pump(&mut isolate).await {
                End::Stop(done) => {
                    let torn_down = self.recipe.tear_down(&mut isolate).await;
                    self.calls.end_all(|_| IsolateError::Stopped);
                    if let Some(done) = done {
                        // Nobody waits any more when the process is ended by a second signal.
                        drop(done.send(torn_down));
                    }
                    return;
                }
                End::Terminated => {
                    self.report_termination();
                    drop(isolate);
                    isolate = self.make_again().await;
                }
            }
        }
    }

    /// Feeds the isolate and polls its event loop until its life ends.
    async fn pump(&mut self, isolate: &mut Isolate) -> End {
        let limits = self.recipe.config.limits;
        poll_fn(|cx| {
            loop {
                if let Poll::Ready(end) = self.take_messages(isolate, limits, cx) {
                    return Poll::Ready(end);
                }
                if isolate.poll(cx).is_err() {
                    return Poll::Ready(End::Terminated);
                }
                // Nothing wakes this task for calls that wait here, so look again when there is room for them.
                if self.waiting.is_empty() || !self.calls.has_room(limits.pending) {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Takes what came in. Calls for which there is no room wait; a cancellation or a stop never does.
    fn take_messages(&mut self, isolate: &mut Isolate, limits: Limits, cx: &mut Context<'_>) -> Poll<End> {
        loop {
            let has_room = self.calls.has_room(limits.pending);
            let message = match self.waiting.pop_front_if(|_| has_room) {
                Some(start) => Message::Start(start),
                None => match self.receiver.poll_recv(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(None) => return Poll::Ready(End::Stop(None)),
                    Poll::Ready(Some(message)) => message,
                },
            };
            let outcome = match message {
                Message::Start(start) if has_room => self.start(isolate, start),
                Message::Start(start) => {
                    self.waiting.push_back(start);
                    Ok(())
                }
                Message::Cancel(id) => {
                    self.calls.forget(id);
                    self.waiting.retain(|start| start.id != id);
                    isolate.cancel(id)
                }
                Message::Stop(done) => return Poll::Ready(End::Stop(Some(done))),
            };
            if outcome.is_err() {
                return Poll::Ready(End::Terminated);
            }
        }
    }

    fn start(&self, isolate: &mut Isolate, start: Start) -> Result<(), EngineError> {
        let Start { id, work, deadline, reply } = start;
        if reply.is_closed() || deadline <= Instant::now() {
            return Ok(()); // its caller was answered already, so nothing is executed
        }
        self.calls.add(id, reply);
        let outcome = match work {
            Work::Call(call) => isolate.start_call(id, &call, deadline),
            Work::Health => isolate.start_health_check(id, deadline),
        };
        match outcome {
            Err(EngineError::Terminated) => Err(EngineError::Terminated),
            Err(error) => {
                self.calls.settle(id, Err(IsolateError::Boot(error.to_string())));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn report_termination(&self) {
        let control = self.member.control();
        let reason = control.as_ref().and_then(IsolateControl::terminated).unwrap_or(TerminationReason::Wall);
        let culprit = control.and_then(|control| control.culprit());
        tracing::error!("Replaced an isolate that exceeded `{}`", reason.setting());
        self.calls.end_all(|id| {
            if culprit == Some(id) { IsolateError::Exceeded(reason) } else { IsolateError::Replaced(reason) }
        });
    }

    /// Makes an isolate for as long as it takes: calls that wait meanwhile keep their deadlines.
    async fn make_again(&self) -> Isolate {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.recipe.make(self.member, &self.calls).await {
                Ok(isolate) => return isolate,
                Err(error) => tracing::error!("A fresh isolate did not start: {error}"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// The calls under way in one isolate, with who waits for them.
#[derive(Clone, Default)]
struct Calls(Rc<RefCell<HashMap<u32, ReplySender>>>);

impl Calls {
    fn has_room(&self, pending: usize) -> bool {
        self.0.borrow().len() < pending
    }

    fn add(&self, id: u32, reply: ReplySender) {
        self.0.borrow_mut().insert(id, reply);
    }

    fn forget(&self, id: u32) {
        self.0.borrow_mut().remove(&id);
    }

    fn settle(&self, id: u32, outcome: Result<Reply, IsolateError>) {
        let reply = self.0.borrow_mut().remove(&id);
        if let Some(reply) = reply {
            // A caller that gave up in this moment sends a cancellation too, which then finds nothing.
            drop(reply.send(outcome));
        }
    }

    fn end_all(&self, error: impl Fn(u32) -> IsolateError) {
        let calls = std::mem::take(&mut *self.0.borrow_mut());
        for (id, reply) in calls {
            drop(reply.send(Err(error(id))));
        }
    }
}

/// Lines of application code, in the service's log.
fn log(level: LogLevel, text: &str) {
    let text = text.replace("file:///app/", "app/");
    match level {
        LogLevel::Debug => tracing::debug!(target: APP, "{text}"),
        LogLevel::Info => tracing::info!(target: APP, "{text}"),
        LogLevel::Warn => tracing::warn!(target: APP, "{text}"),
        LogLevel::Error => tracing::error!(target: APP, "{text}"),
    }
}
