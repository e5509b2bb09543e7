//! Isolates of small applications.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jitar_engine::call::{
    Arguments, Call, ExtendedForms, Outbound, OutboundCall, OutboundError, Reply, RunMode, Target,
};
use jitar_engine::permissions::Permissions;
use jitar_engine::{
    Certificates, Isolate, IsolateControl, IsolateOptions, Log, LogLevel, LogLine, Source, TerminationReason,
    ValueLimits, platform,
};
use serde_json::Value;

use super::{Made, base, scripts};

/// An isolate with what it said.
pub(crate) struct Worker {
    tokio: tokio::runtime::Runtime,
    isolate: Isolate,
    control: IsolateControl,
    replies: Rc<RefCell<Vec<(u32, Reply)>>>,
    logged: Rc<RefCell<String>>,
    requests: Rc<RefCell<Vec<Option<String>>>>,
    next: u32,
}

struct Nowhere;

impl Outbound for Nowhere {
    fn run(&self, call: OutboundCall) -> std::pin::Pin<Box<dyn Future<Output = Result<Reply, OutboundError>> + Send>> {
        Box::pin(async move { Err(OutboundError { status: 502, message: format!("no way to {}", call.fqn) }) })
    }
}

impl Worker {
    pub(crate) fn start(made: &Made) -> Self {
        Self::try_start(made).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn start_from_source(made: &Made) -> Self {
        Self::try_start_from_source(made).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn start_with_permissions(made: &Made, permissions: Permissions) -> Self {
        Self::start_with(made, made.source(), permissions).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A worker whose requests trust the authorities of a PEM text.
    pub(crate) fn start_trusting(made: &Made, permissions: Permissions, pem: &str) -> Self {
        let replies = Rc::<RefCell<Vec<(u32, Reply)>>>::default();
        let sink = Rc::clone(&replies);
        let keep = Box::new(move |id, reply| sink.borrow_mut().push((id, reply)));
        let certificates = Certificates::with_additional(pem.as_bytes().to_vec()).expect("certificates");
        let worker = Self::boot_trusting(made, made.source(), permissions, certificates, keep);
        Self { replies, ..worker.unwrap_or_else(|error| panic!("{error}")) }
    }

    /// From the unit's blob.
    pub(crate) fn try_start(made: &Made) -> Result<Self, String> {
        Self::start_with(made, made.source(), Permissions::default())
    }

    /// From the base blob, with all modules evaluated at start.
    pub(crate) fn try_start_from_source(made: &Made) -> Result<Self, String> {
        Self::start_with(made, Source::Base(base()), Permissions::default())
    }

    /// Without any blob, as after a cross build.
    pub(crate) fn try_start_from_scripts(made: &Made) -> Result<Self, String> {
        Self::start_with(made, Source::Base(scripts()), Permissions::default())
    }

    fn start_with(made: &Made, source: Source, permissions: Permissions) -> Result<Self, String> {
        let replies = Rc::<RefCell<Vec<(u32, Reply)>>>::default();
        let sink = Rc::clone(&replies);
        let keep = Box::new(move |id, reply| sink.borrow_mut().push((id, reply)));
        let mut worker = Self::boot(made, source, permissions, keep)?;
        worker.replies = replies;
        Ok(worker)
    }

    /// A worker whose replies go elsewhere.
    pub(crate) fn with_replies(made: &Made, replies: impl Fn(u32, Reply) + 'static) -> Self {
        Self::boot(made, made.source(), Permissions::default(), Box::new(replies))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn boot(
        made: &Made,
        source: Source,
        permissions: Permissions,
        replies: Box<dyn Fn(u32, Reply)>,
    ) -> Result<Self, String> {
        Self::boot_trusting(made, source, permissions, Certificates::default(), replies)
    }

    fn boot_trusting(
        made: &Made,
        source: Source,
        permissions: Permissions,
        certificates: Certificates,
        replies: Box<dyn Fn(u32, Reply)>,
    ) -> Result<Self, String> {
        platform::init_run(platform::ProcessLimits::default());
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio");
        let lines = Lines::default();
        let (logged, requests) = (Rc::clone(&lines.texts), Rc::clone(&lines.requests));
        let control = IsolateControl::for_this_thread();
        let options = IsolateOptions {
            source,
            modules: made.store.clone(),
            heap: 64 << 20,
            buffers: 64 << 20,
            values: ValueLimits::default(),
            permissions,
            certificates,
            host: made.host,
            inspect: None,
            control: control.clone(),
            outbound: Arc::new(Nowhere),
            replies,
            log: Box::new(lines),
        };
        let isolate = tokio.block_on(Isolate::boot(options)).map_err(|error| error.to_string())?;
        Ok(Self { tokio, isolate, control, replies: Rc::default(), logged, requests, next: 0 })
    }

    /// Polls until `body` is ready.
    pub(crate) fn drive(&mut self, mut body: impl FnMut(&mut Isolate, &mut std::task::Context<'_>) -> Poll<()>) {
        let isolate = &mut self.isolate;
        self.tokio.block_on(std::future::poll_fn(|cx| body(isolate, cx)));
    }

    /// The hash that V8 gives a text.
    pub(crate) fn hash_of(&mut self, text: &str) -> u32 {
        self.isolate.hash_of(text)
    }

    /// Calls a procedure and waits for its reply.
    pub(crate) fn call(&mut self, procedure: &str, arguments: &Value) -> (u16, String) {
        let deadline = Instant::now() + Duration::from_secs(20);
        let id = self.begin(procedure, arguments).unwrap_or_else(|error| panic!("{error}"));
        let (isolate, replies) = (&mut self.isolate, &self.replies);
        self.tokio.block_on(std::future::poll_fn(|cx| {
            assert!(Instant::now() < deadline, "no reply");
            isolate.poll(cx).unwrap_or_else(|error| panic!("{error}"));
            if replies.borrow().is_empty() { Poll::Pending } else { Poll::Ready(()) }
        }));
        let (settled, reply) = self.replies.borrow_mut().remove(0);
        assert_eq!(settled, id);
        assert_eq!(self.isolate.calls_under_way(), 0, "a settled call is forgotten");
        (reply.status, String::from_utf8_lossy(&reply.body).into_owned())
    }

    /// Starts a call, lets it wait, and cancels it; gives what it answers then.
    pub(crate) fn begin_and_cancel(&mut self, procedure: &str, arguments: &Value) -> (u16, String) {
        let id = self.begin(procedure, arguments).unwrap_or_else(|error| panic!("{error}"));
        let deadline = Instant::now() + Duration::from_secs(20);
        let (isolate, replies) = (&mut self.isolate, &self.replies);
        self.tokio.block_on(std::future::poll_fn(|cx| {
            isolate.poll(cx).unwrap_or_else(|error| panic!("{error}"));
            assert!(replies.borrow().is_empty(), "it was to wait");
            Poll::Ready(())
        }));
        isolate.cancel(id).unwrap_or_else(|error| panic!("{error}"));
        self.tokio.block_on(std::future::poll_fn(|cx| {
            assert!(Instant::now() < deadline, "no reply");
            isolate.poll(cx).unwrap_or_else(|error| panic!("{error}"));
            if replies.borrow().is_empty() { Poll::Pending } else { Poll::Ready(()) }
        }));
        let (_, reply) = self.replies.borrow_mut().remove(0);
        (reply.status, String::from_utf8_lossy(&reply.body).into_owned())
    }

    /// Starts a call that never ends by itself, and ends the isolate from another thread. Says which setting was
    /// exceeded and whether the call was recognised.
    pub(crate) fn end_while_running(&mut self, procedure: &str) -> (Option<&'static str>, bool) {
        let control = self.control.clone();
        let watcher = std::thread::spawn({
            let control = control.clone();
            move || {
                let deadline = Instant::now() + Duration::from_secs(2);
                while control.terminated().is_none() && Instant::now() < deadline {
                    std::thread::yield_now();
                }
                control.terminate(TerminationReason::Wall);
            }
        });
        let id = self.next;
        assert!(self.begin(procedure, &serde_json::json!({})).is_err(), "the isolate was not ended");
        watcher.join().expect("watched");
        (control.terminated().map(TerminationReason::setting), control.culprit() == Some(id))
    }

    /// Gives a call up.
    pub(crate) fn cancel(&mut self, id: u32) {
        let _entered = self.tokio.enter();
        self.isolate.cancel(id).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Lets the isolate run until something is the case; the condition sees what was logged so far.
    pub(crate) fn poll_until(&mut self, deadline: Instant, condition: impl Fn(&str) -> bool) {
        let (isolate, logged) = (&mut self.isolate, &self.logged);
        self.tokio.block_on(async {
            while !condition(&logged.borrow()) {
                assert!(Instant::now() < deadline, "it never came to that: {}", logged.borrow());
                std::future::poll_fn(|cx| {
                    isolate.poll(cx).unwrap_or_else(|error| panic!("{error}"));
                    Poll::Ready(())
                })
                .await;
                tokio::task::yield_now().await;
            }
        });
    }

    pub(crate) fn logged(&self) -> String {
        self.logged.borrow().clone()
    }

    /// The id of the request that belongs to each line of the log.
    pub(crate) fn requests(&self) -> Vec<Option<String>> {
        self.requests.borrow().clone()
    }

    pub(crate) fn begin(&mut self, procedure: &str, arguments: &Value) -> Result<u32, jitar_engine::EngineError> {
        let id = self.next;
        self.next += 1;
        let _entered = self.tokio.enter();
        start_checked(&mut self.isolate, id, procedure, &arguments.to_string())?;
        Ok(id)
    }
}

/// Keeps what is logged.
#[derive(Default)]
struct Lines {
    texts: Rc<RefCell<String>>,
    requests: Rc<RefCell<Vec<Option<String>>>>,
}

impl Log for Lines {
    fn shows(&self, _: LogLevel) -> bool {
        true
    }

    fn write(&self, line: LogLine<'_>) {
        self.texts.borrow_mut().push_str(line.text);
        self.texts.borrow_mut().push('\n');
        self.requests.borrow_mut().push(line.request.map(str::to_owned));
    }
}

/// Starts a call that is known to start.
pub(crate) fn start(isolate: &mut Isolate, id: u32, procedure: &str, arguments: &str) {
    start_checked(isolate, id, procedure, arguments).unwrap_or_else(|error| panic!("{error}"));
}

fn start_checked(
    isolate: &mut Isolate,
    id: u32,
    procedure: &str,
    arguments: &str,
) -> Result<(), jitar_engine::EngineError> {
    let call = Call {
        target: Target::Implementation(format!("{procedure}:0.0.0")),
        version: "0.0.0".into(),
        arguments: Arguments::Json(Bytes::copy_from_slice(arguments.as_bytes())),
        beside: None,
        extended: ExtendedForms::default(),
        serialized: false,
        headers: vec![("x-request-id".to_owned(), format!("request {id}"))],
        mode: RunMode::Normal,
        trusted: false,
        vouched: false,
        deadline: None,
        cpu: None,
        hops: 0,
    };
    isolate.start_call(id, &call, Instant::now() + Duration::from_secs(20))
}
