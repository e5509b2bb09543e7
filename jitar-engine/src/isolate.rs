//! An isolate: one JavaScript heap with the modules of a service unit, on one thread.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use deno_core::error::CoreError;
use deno_core::{JsRuntime, ModuleId, ModuleSpecifier, OpState, PollEventLoopOptions, v8};

use crate::boot::{self, HeapLimits};
use crate::call::{Call, Outbound, Reply, Target};
use crate::error::{EngineError, exception_of};
use crate::handles::{Handles, call_function, string};
use crate::host::HostTable;
use crate::inspector::Inspect;
use crate::limits::IsolateControl;
use crate::loader::{ArchiveLoader, BEFORE_THE_APPLICATION, MapPlace, ModuleStore};
use crate::ops::{HostFunctions, Log, LogLevel, LogLine, LogSink, OutboundSlot, ReplySink, RunningCall, RunningCalls};
use crate::permissions::{self, Permissions};
use crate::snapshot::{Base, Blob};
use crate::start::{flags_of, headers_of, input_of, text_of};
use crate::web::{self, Certificates};

/// Takes the reply of a call, by the call's number.
pub type ReplyHandler = Box<dyn Fn(u32, Reply)>;

/// What an isolate is made of.
pub struct IsolateOptions {
    /// The blob it starts from.
    pub source: Source,
    /// The unit's modules.
    pub modules: ModuleStore,
    /// Bytes of heap at which the isolate is ended.
    pub heap: usize,
    /// How large values in the serialised encoding may be.
    pub values: ValueLimits,
    /// What its code may reach.
    pub permissions: Permissions,
    /// Authorities that `fetch` trusts.
    pub certificates: Certificates,
    /// Bytes of buffers and WebAssembly memories at which the isolate is ended.
    pub buffers: usize,
    /// How other threads watch and end it; made on the thread that boots the isolate.
    pub control: IsolateControl,
    /// The unit's host functions.
    pub host: HostTable,
    /// For debuggers; then `source` is the base.
    pub inspect: Option<Inspect>,
    /// Where calls out of the unit go.
    pub outbound: Arc<dyn Outbound>,
    /// Gets every reply, by the number of the call.
    pub replies: ReplyHandler,
    /// Gets lines of `console.*` and of errors that nobody caught.
    pub log: Box<dyn Log>,
}

impl std::fmt::Debug for IsolateOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IsolateOptions").field("source", &self.source).field("heap", &self.heap).finish_non_exhaustive()
    }
}

/// How large values in the serialised encoding may be: what comes in over one of these is answered with 413.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueLimits {
    /// Levels of objects and lists within each other; at most [`ValueLimits::MAX_DEPTH`].
    pub depth: u32,
    /// Objects and lists in all arguments of a call together, or in its result.
    pub nodes: u32,
    /// Characters of one string.
    pub string: u32,
    /// Digits of one bigint.
    pub bigint: u32,
}

impl ValueLimits {
    /// What the stack of an isolate has room for.
    pub const MAX_DEPTH: u32 = 500;
}

impl Default for ValueLimits {
    fn default() -> Self {
        Self { depth: 64, nodes: 100_000, string: 1 << 24, bigint: 65_536 }
    }
}

/// What an isolate starts from.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// The unit's blob; what it left out (`deferred`) is evaluated at start.
    Unit {
        /// The blob.
        blob: Blob,
        /// Whether the build deferred any module.
        has_deferred: bool,
    },
    /// The platform alone: every module is evaluated from source at start.
    Base(Base),
}

/// An isolate. Not `Send`: it stays on the thread that made it, inside a tokio runtime.
pub struct Isolate {
    runtime: JsRuntime,
    functions: Functions,
    control: IsolateControl,
    permissions: Rc<Permissions>,
    implementations: foldhash::HashMap<String, u32>,
    /// Whether the next evaluation waits for a debugger and stops at its first statement.
    breaks: bool,
}

impl std::fmt::Debug for Isolate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Isolate").field("implementations", &self.implementations.len()).finish_non_exhaustive()
    }
}

/// The dispatcher's functions, taken once at start.
struct Functions {
    call: v8::Global<v8::Function>,
    pass: v8::Global<v8::Function>,
    abort_call: v8::Global<v8::Function>,
    check_health: v8::Global<v8::Function>,
    add_middleware: v8::Global<v8::Function>,
    add_health_check: v8::Global<v8::Function>,
    implementations: v8::Global<v8::Function>,
    begin_evaluation: v8::Global<v8::Function>,
    end_evaluation: v8::Global<v8::Function>,
    limit_values: v8::Global<v8::Function>,
}

impl Isolate {
    /// Makes an isolate and evaluates what the blob left out.
    ///
    /// # Errors
    /// When the blob does not fit or a module throws.
    pub async fn boot(options: IsolateOptions) -> Result<Self, EngineError> {
        let evaluate_entry = match options.source {
            Source::Unit { has_deferred, .. } => has_deferred,
            Source::Base(_) => true,
        };
        let control = options.control;
        let maps = if options.inspect.is_some() { MapPlace::InScript } else { MapPlace::Apart };
        let loader = ArchiveLoader { modules: options.modules.clone(), observations: None, maps };
        let limits = HeapLimits { heap: options.heap, buffers: options.buffers, control: control.clone() };
        let mut runtime = boot::service(options.source, loader, limits)?;
        runtime.op_state().borrow_mut().put(HostFunctions(options.host));
        install_sinks(&runtime.op_state(), options.outbound, options.replies, options.log);
        let permissions = Rc::new(options.permissions);
        install_web(&runtime.op_state(), &permissions, options.certificates);
        let functions = Functions::take(&mut runtime)?;
        limit_values(&mut runtime, &functions.limit_values, options.values)?;
        let breaks = options.inspect.is_some_and(|inspect| inspect.open(&runtime));
        let implementations = foldhash::HashMap::default();
        let mut isolate = Self { runtime, functions, control, permissions, implementations, breaks: false };
        if breaks {
            isolate.evaluate(BEFORE_THE_APPLICATION).await?;
            isolate.breaks = true;
        }
        if evaluate_entry {
            let entry = options.modules.entry()?.to_owned();
            isolate.evaluate(&entry).await?;
        }
        isolate.implementations = isolate.read_implementations()?;
        Ok(isolate)
    }

    /// Loads and evaluates a module of the unit: a set-up or tear-down script. A module is evaluated once.
    ///
    /// # Errors
    /// When it cannot be loaded or throws.
    pub async fn run_script(&mut self, specifier: &str) -> Result<(), EngineError> {
        self.evaluate(specifier).await.map(|_| ())
    }

    /// Adds the default export of a module as the innermost middleware so far.
    ///
    /// # Errors
    /// When the module throws or exports no middleware.
    pub async fn add_middleware(&mut self, specifier: &str) -> Result<(), EngineError> {
        let function = self.functions.add_middleware.clone();
        self.register(specifier, &function).await
    }

    /// Adds the default export of a module as a health check.
    ///
    /// # Errors
    /// When the module throws or exports no health check.
    pub async fn add_health_check(&mut self, specifier: &str) -> Result<(), EngineError> {
        let function = self.functions.add_health_check.clone();
        self.register(specifier, &function).await
    }

    /// Starts a call; its reply comes through the reply sink, at once or in a later [`Isolate::poll`]. `deadline` is when
    /// its time is over.
    ///
    /// # Errors
    /// When the unit has no such implementation, or the isolate was ended during this turn.
    pub fn start_call(&mut self, id: u32, call: &Call, deadline: Instant) -> Result<(), EngineError> {
        let (number, behind) = match &call.target {
            Target::Implementation(key) => {
                let missing = || EngineError::Boot(format!("the unit has no implementation `{key}`"));
                (*self.implementations.get(key).ok_or_else(missing)?, None)
            }
            Target::Behind { node, .. } => (0, Some(Arc::clone(node))),
        };
        let own_limit = call.cpu.map(|cpu| self.control.limit_call(id, cpu));
        self.register_call(id, RunningCall { behind, _own_limit: own_limit, ..RunningCall::new(deadline, call.hops) });
        self.turn(Some(id), |runtime, functions| {
            deno_core::scope!(scope, runtime);
            let (function, target) = match &call.target {
                Target::Implementation(_) => (&functions.call, v8::Integer::new_from_unsigned(scope, number).into()),
                Target::Behind { fqn, .. } => (&functions.pass, string(scope, fqn.as_bytes())),
            };
            let arguments = [
                v8::Integer::new_from_unsigned(scope, id).into(),
                target,
                v8::Integer::new_from_unsigned(scope, flags_of(call)).into(),
                input_of(scope, &call.arguments),
                headers_of(scope, &call.headers),
                string(scope, call.version.as_bytes()),
                text_of(scope, call.beside.as_deref()),
            ];
            invoke(scope, function, &arguments);
        })
    }

    /// Runs the health checks; the reply is a JSON object of names and booleans.
    ///
    /// # Errors
    /// When the isolate was ended during this turn.
    pub fn start_health_check(&mut self, id: u32, deadline: Instant) -> Result<(), EngineError> {
        self.register_call(id, RunningCall::new(deadline, 0));
        self.turn(Some(id), |runtime, functions| {
            deno_core::scope!(scope, runtime);
            let id = v8::Integer::new_from_unsigned(scope, id).into();
            invoke(scope, &functions.check_health, &[id]);
        })
    }

    /// Gives a call up: drops its host futures and aborts its signal. What it still answers comes through the reply sink all
    /// the same.
    ///
    /// # Errors
    /// When the isolate was ended while listeners of the signal ran.
    pub fn cancel(&mut self, id: u32) -> Result<(), EngineError> {
        let running = self.runtime.op_state().borrow_mut().borrow_mut::<RunningCalls>().0.remove(&id);
        let Some(running) = running else { return Ok(()) };
        running.cancel.cancel();
        self.turn(None, |runtime, functions| {
            deno_core::scope!(scope, runtime);
            let id = v8::Integer::new_from_unsigned(scope, id).into();
            invoke(scope, &functions.abort_call, &[id]);
        })
    }

    /// Number of calls that were started and neither settled nor cancelled.
    pub fn calls_under_way(&self) -> usize {
        self.runtime.op_state().borrow().borrow::<RunningCalls>().0.len()
    }

    /// One turn of the event loop: timers, settled host futures, microtasks. Wakes `cx` when there is more to do.
    ///
    /// # Errors
    /// When the isolate was ended during this turn. Errors of application code are logged instead.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Result<(), EngineError> {
        let mut outcome = Poll::Pending;
        self.turn(None, |runtime, _| outcome = runtime.poll_event_loop(cx, PollEventLoopOptions::default()))?;
        if let Poll::Ready(Err(error)) = outcome {
            self.log_error(&error);
        }
        Ok(())
    }

    /// Bytes of heap in use.
    pub fn heap_used(&mut self) -> usize {
        self.runtime.v8_isolate().get_heap_statistics().used_heap_size()
    }

    /// The hash that V8 gives a text. Who knows it for many texts can make parsing them slow, so no two processes have the
    /// same.
    pub fn hash_of(&mut self, text: &str) -> u32 {
        deno_core::scope!(scope, &mut self.runtime);
        let text = v8::String::new_from_utf8(scope, text.as_bytes(), v8::NewStringType::Normal);
        text.map_or(0, |text| text.get_hash())
    }

    /// Runs `body` as one turn, so that the supervisor sees how long JavaScript has been running. `call` is the one that
    /// the turn starts, if it starts one.
    fn turn(&mut self, call: Option<u32>, body: impl FnOnce(&mut JsRuntime, &Functions)) -> Result<(), EngineError> {
        let _permitted = permissions::enter(&self.permissions);
        self.control.begin_turn(call);
        body(&mut self.runtime, &self.functions);
        self.control.check_buffers(self.runtime.v8_isolate());
        self.control.end_turn();
        self.control.terminated().map_or(Ok(()), |_| {
            self.control.note_culprit_after(self.runtime.v8_isolate());
            Err(EngineError::Terminated)
        })
    }

    fn register_call(&mut self, id: u32, call: RunningCall) {
        self.runtime.op_state().borrow_mut().borrow_mut::<RunningCalls>().0.insert(id, call);
    }

    async fn evaluate(&mut self, specifier: &str) -> Result<ModuleId, EngineError> {
        let specifier = ModuleSpecifier::parse(specifier).map_err(|error| EngineError::Boot(error.to_string()))?;
        let module = self.runtime.load_side_es_module(&specifier).await?;
        self.call_plain(|functions| &functions.begin_evaluation)?;
        if std::mem::take(&mut self.breaks) {
            self.runtime.inspector().wait_for_session_and_break_on_next_statement();
        }
        self.control.begin_turn(None);
        let outcome = self.settle_evaluation(module).await;
        self.control.end_turn();
        if self.control.terminated().is_some() {
            return Err(EngineError::Terminated);
        }
        self.call_plain(|functions| &functions.end_evaluation)?;
        outcome.map(|()| module).map_err(EngineError::from)
    }

    /// Evaluates a module and runs the event loop until it is done. What it throws comes out of the event loop, as a
    /// rejection that nobody handled.
    async fn settle_evaluation(&mut self, module: ModuleId) -> Result<(), CoreError> {
        let permissions = Rc::clone(&self.permissions);
        let mut evaluated = std::pin::pin!({
            let _permitted = permissions::enter(&permissions);
            self.runtime.mod_evaluate(module)
        });
        std::future::poll_fn(|cx| {
            let _permitted = permissions::enter(&permissions);
            let done = evaluated.as_mut().poll(cx);
            match self.runtime.poll_event_loop(cx, PollEventLoopOptions::default()) {
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                _ => done,
            }
        })
        .await
    }

    fn call_plain(&mut self, choose: impl Fn(&Functions) -> &v8::Global<v8::Function>) -> Result<(), EngineError> {
        deno_core::scope!(scope, &mut self.runtime);
        call_function(scope, choose(&self.functions), &[]).map(|_| ())
    }

    async fn register(&mut self, specifier: &str, function: &v8::Global<v8::Function>) -> Result<(), EngineError> {
        let module = self.evaluate(specifier).await?;
        let namespace = self.runtime.get_module_namespace(module)?;
        deno_core::scope!(scope, &mut self.runtime);
        let namespace = v8::Local::new(scope, namespace).into();
        let specifier = string(scope, specifier.as_bytes());
        call_function(scope, function, &[namespace, specifier]).map(|_| ())
    }

    fn read_implementations(&mut self) -> Result<foldhash::HashMap<String, u32>, EngineError> {
        let function = self.functions.implementations.clone();
        deno_core::scope!(scope, &mut self.runtime);
        let list = call_function(scope, &function, &[])?;
        let keys: Vec<String> =
            deno_core::serde_v8::from_v8(scope, list).map_err(|error| EngineError::Boot(error.to_string()))?;
        Ok(keys.into_iter().zip(0..).collect())
    }

    fn log_error(&self, error: &CoreError) {
        let sink = self.runtime.op_state().borrow().try_borrow::<LogSink>().cloned();
        if let Some(sink) = sink {
            sink.write(LogLine { level: LogLevel::Error, text: &exception_of(error).to_string(), request: None });
        }
    }
}

fn limit_values(
    runtime: &mut JsRuntime,
    function: &v8::Global<v8::Function>,
    limits: ValueLimits,
) -> Result<(), EngineError> {
    let ValueLimits { depth, nodes, string, bigint } = limits;
    deno_core::scope!(scope, runtime);
    let numbers = [depth, nodes, string, bigint].map(|limit| v8::Integer::new_from_unsigned(scope, limit).into());
    call_function(scope, function, &numbers).map(|_| ())
}

fn install_web(state: &Rc<RefCell<OpState>>, permissions: &Permissions, certificates: Certificates) {
    let mut state = state.borrow_mut();
    state.put(permissions.env.clone());
    state.put(permissions.read.clone());
    web::install(&mut state, certificates);
}

fn install_sinks(state: &Rc<RefCell<OpState>>, outbound: OutboundSlot, replies: ReplyHandler, log: Box<dyn Log>) {
    let mut state = state.borrow_mut();
    state.put::<OutboundSlot>(outbound);
    state.put::<ReplySink>(Rc::from(replies));
    state.put::<LogSink>(Rc::from(log));
    state.put(RunningCalls::default());
}

impl Functions {
    fn take(runtime: &mut JsRuntime) -> Result<Self, EngineError> {
        let handles = Handles::take(runtime)?;
        handles.call(runtime, "start")?;
        Ok(Self {
            call: handles.function(runtime, "call")?,
            pass: handles.function(runtime, "pass")?,
            abort_call: handles.function(runtime, "abortCall")?,
            check_health: handles.function(runtime, "checkHealth")?,
            add_middleware: handles.function(runtime, "addMiddleware")?,
            add_health_check: handles.function(runtime, "addHealthCheck")?,
            implementations: handles.function(runtime, "implementations")?,
            begin_evaluation: handles.function(runtime, "beginEvaluation")?,
            end_evaluation: handles.function(runtime, "endEvaluation")?,
            limit_values: handles.function(runtime, "limitValues")?,
        })
    }
}

/// Calls a function of the dispatcher that settles through ops: what it returns does not matter, and it throws only when
/// the isolate is being ended.
fn invoke(
    scope: &mut v8::PinScope<'_, '_>,
    function: &v8::Global<v8::Function>,
    arguments: &[v8::Local<'_, v8::Value>],
) {
    v8::tc_scope!(let scope, scope);
    let this = v8::undefined(scope).into();
    function.open(scope).call(scope, this, arguments);
    if !scope.has_terminated() {
        scope.perform_microtask_checkpoint();
    }
}
