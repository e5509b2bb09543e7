//! A network and isolates that are tables, for unit tests.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jitar_engine::call::{Call, ContentKind, ExtendedForms, Headers, Reply, RunMode};
use jitar_engine::manifest::{
    Access, AppManifest, FORMAT, Implementation, Procedure, ProcedureLimits, Segment, Version,
};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use url::Url;

use super::gateway::Gateway;
use super::repository::Repository;
use super::worker::Worker;
use super::{
    ByteStream, FileReply, FileRequest, GatewayKind, NodeStatus, PlaceAt, Provider, Registration, Relayed, Remote,
    RemoteError, Runner, WorkerState,
};
use crate::app::App;
use crate::config::{GatewayConfig, RepositoryConfig, Routing, TrustKeys};
use crate::execution::{Execution, Isolates, NodeHeaders, Payload, PresentedKey, RpcRequest};
use crate::isolate::IsolateError;

/// A request for `fqn` without anything special.
pub(crate) fn request(fqn: &str) -> RpcRequest {
    RpcRequest {
        fqn: fqn.to_owned(),
        version: Version::default(),
        payload: Payload::Query(String::new()),
        serialized: false,
        extended: ExtendedForms::default(),
        mode: RunMode::Normal,
        headers: Vec::new(),
        key: None,
        node: NodeHeaders::default(),
        beside: None,
        answered_for: false,
        peer: None,
    }
}

/// The reply with the text `text`.
pub(crate) fn text_reply(text: &str) -> Reply {
    Reply { status: 200, content: ContentKind::Text, body: Bytes::from(text.to_owned()), headers: Vec::new() }
}

/// A manifest whose segment `s` has these procedures, each in version 0.0.0.
pub(crate) fn manifest(procedures: &[(&str, Access)]) -> AppManifest {
    let procedure = |(fqn, access): &(&str, Access)| Procedure {
        fqn: (*fqn).to_owned(),
        implementations: vec![implementation(Version::default(), *access)],
    };
    let procedures = procedures.iter().map(procedure).collect();
    let segment = Segment { name: "s".to_owned(), modules: Vec::new(), procedures, classes: Vec::new() };
    AppManifest {
        format: FORMAT,
        source: String::new(),
        segments: vec![segment],
        units: Vec::new(),
        services: Vec::new(),
    }
}

fn implementation(version: Version, access: Access) -> Implementation {
    Implementation {
        version,
        access,
        parameters: Vec::new(),
        module: String::new(),
        export: String::new(),
        idempotent: false,
        safe: false,
        limits: ProcedureLimits::default(),
    }
}

/// Isolates that answer every call with its implementation's name.
#[derive(Default)]
pub(crate) struct FakeIsolates {
    calls: Mutex<Vec<Call>>,
    checks: Vec<(String, bool)>,
    headers: Headers,
    /// Length of the text that every call gives.
    length: Option<usize>,
    /// Whether calls never end.
    hangs: bool,
    /// Told when a call starts or is dropped.
    changed: Notify,
    n_dropped: AtomicUsize,
    n_health: AtomicUsize,
}

impl FakeIsolates {
    pub(crate) fn with_checks(checks: &[(&str, bool)]) -> Self {
        Self {
            checks: checks.iter().map(|(name, is_well)| ((*name).to_owned(), *is_well)).collect(),
            ..Self::default()
        }
    }

    pub(crate) fn with_headers(headers: &[(&str, &str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { headers, ..Self::default() }
    }

    /// Every call is answered with a text of this length.
    pub(crate) fn with_body(length: usize) -> Self {
        Self { length: Some(length), ..Self::default() }
    }

    pub(crate) fn hanging() -> Self {
        Self { hangs: true, ..Self::default() }
    }

    /// Waits until that many calls have started and were dropped.
    pub(crate) async fn until(&self, n_started: usize, n_dropped: usize) {
        loop {
            let changed = self.changed.notified();
            if self.calls().len() >= n_started && self.n_dropped.load(Ordering::Relaxed) >= n_dropped {
                return;
            }
            changed.await;
        }
    }

    pub(crate) fn n_health(&self) -> usize {
        self.n_health.load(Ordering::Relaxed)
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no test panics with it").clone()
    }
}

#[async_trait]
impl Isolates for FakeIsolates {
    async fn call(&self, call: Call) -> Result<Reply, IsolateError> {
        let text = self.length.map_or_else(|| call.target.name().to_owned(), |length| "x".repeat(length));
        let reply = Reply { headers: self.headers.clone(), ..text_reply(&text) };
        self.calls.lock().expect("no test panics with it").push(call);
        self.changed.notify_waiters();
        if self.hangs {
            let _dropped = Dropped(self);
            std::future::pending::<()>().await;
        }
        Ok(reply)
    }

    async fn health(&self) -> Result<Vec<(String, bool)>, IsolateError> {
        self.n_health.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        Ok(self.checks.clone())
    }
}

/// Counts a call that hangs when it is dropped.
struct Dropped<'a>(&'a FakeIsolates);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.n_dropped.fetch_add(1, Ordering::Relaxed);
        self.0.changed.notify_waiters();
    }
}

/// A network that notes what it is asked for. Registrations and reports fail as told, one after the other.
#[derive(Default)]
pub(crate) struct FakeRemote {
    failures: Mutex<VecDeque<Option<RemoteError>>>,
    runs: Mutex<Vec<(String, RpcRequest)>>,
    log: Mutex<Vec<String>>,
    noted: Notify,
    n_registered: AtomicUsize,
    /// What the next calls give; after them each gives its procedure's name.
    answers: Mutex<VecDeque<Result<Reply, RemoteError>>>,
    /// Nodes that cannot be reached.
    down: Mutex<Vec<String>>,
    /// What workers of ours say about themselves.
    announced: Mutex<Vec<Registration>>,
    /// Time that a call takes.
    takes: Mutex<Duration>,
}

impl FakeRemote {
    pub(crate) fn failing(failures: Vec<Option<RemoteError>>) -> Self {
        Self { failures: Mutex::new(failures.into()), ..Self::default() }
    }

    /// The next calls give these.
    pub(crate) fn answers(&self, answers: impl IntoIterator<Item = Result<Reply, RemoteError>>) {
        self.answers.lock().expect("no test panics with it").extend(answers);
    }

    /// Whether a node can be reached.
    pub(crate) fn is_down(&self, node: &str, is_down: bool) {
        let mut down = self.down.lock().expect("no test panics with it");
        down.retain(|known| known != node);
        down.extend(is_down.then(|| node.to_owned()));
    }

    /// A worker of ours that says this about itself.
    pub(crate) fn announces(&self, registration: Registration) {
        self.announced.lock().expect("no test panics with it").push(registration);
    }

    /// Every call takes this long.
    pub(crate) fn takes(&self, time: Duration) {
        *self.takes.lock().expect("no test panics with it") = time;
    }

    fn announced_by(&self, node: &Url) -> Option<Registration> {
        let announced = self.announced.lock().expect("no test panics with it");
        announced.iter().rfind(|registration| registration.url == *node).cloned()
    }

    fn reach(&self, node: &Url) -> Result<(), RemoteError> {
        let is_down = self.down.lock().expect("no test panics with it").iter().any(|known| known == node.as_str());
        let (node, reason) = (node.to_string(), "it is down".to_owned());
        if is_down { Err(RemoteError::Unreachable { node, reason, was_sent: false }) } else { Ok(()) }
    }

    /// The nodes that were asked to run something, in order.
    pub(crate) fn nodes(&self) -> Vec<String> {
        self.runs.lock().expect("no test panics with it").iter().map(|(node, _)| node.clone()).collect()
    }

    /// The last request that was sent.
    pub(crate) fn last(&self) -> Option<RpcRequest> {
        self.runs.lock().expect("no test panics with it").last().map(|(_, request)| request.clone())
    }

    /// What was asked of the gateway.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().expect("no test panics with it").clone()
    }

    /// Waits until the gateway was asked `n` times.
    pub(crate) async fn logged(&self, n: usize) {
        loop {
            let noted = self.noted.notified();
            if self.log().len() >= n {
                return;
            }
            noted.await;
        }
    }

    fn note(&self, entry: String) -> Result<(), RemoteError> {
        self.log.lock().expect("no test panics with it").push(entry);
        self.noted.notify_waiters();
        let failure = self.failures.lock().expect("no test panics with it").pop_front().flatten();
        failure.map_or(Ok(()), Err)
    }
}

#[async_trait]
impl Remote for FakeRemote {
    async fn run(&self, node: &Url, request: &RpcRequest, limit: Duration) -> Result<Reply, RemoteError> {
        let reply = text_reply(&request.fqn);
        let mut request = request.clone();
        request.node.deadline = request.node.deadline.map(|deadline| deadline.min(limit));
        self.runs.lock().expect("no test panics with it").push((node.to_string(), request));
        self.reach(node)?;
        let time = *self.takes.lock().expect("no test panics with it");
        if !time.is_zero() {
            let never = std::future::pending::<()>();
            tokio::time::timeout(time, never).await.unwrap_or_default();
        }
        self.answers.lock().expect("no test panics with it").pop_front().unwrap_or(Ok(reply))
    }

    async fn relay(
        &self,
        node: &Url,
        request: &RpcRequest,
        _body: Option<ByteStream>,
        limit: Duration,
    ) -> Result<Relayed, RemoteError> {
        Ok(self.run(node, request, limit).await?.into())
    }

    async fn file(&self, node: &Url, request: FileRequest) -> Result<FileReply, RemoteError> {
        let body = format!("{node}{}", request.name);
        Ok(FileReply { status: 200, headers: Vec::new(), body: body.into() })
    }

    async fn health(&self, node: &Url) -> Result<Vec<(String, bool)>, RemoteError> {
        Ok(vec![(node.to_string(), true)])
    }

    async fn status(&self, node: &Url) -> Result<NodeStatus, RemoteError> {
        self.reach(node)?;
        Ok(NodeStatus { is_healthy: true, is_peer: self.announced_by(node).is_some() })
    }

    async fn announcement(&self, worker: &Url, _key: Option<&PresentedKey>) -> Result<Registration, RemoteError> {
        let (node, message) = (worker.to_string(), "Not implemented".to_owned());
        self.announced_by(worker).ok_or(RemoteError::Refused { node, status: 501, message })
    }

    async fn direct_workers(
        &self,
        _gateway: &Url,
        _key: Option<&PresentedKey>,
    ) -> Result<Vec<Registration>, RemoteError> {
        let announced = self.announced.lock().expect("no test panics with it");
        Ok(announced
            .iter()
            .filter(|known| known.extras.as_ref().is_some_and(|extras| extras.direct))
            .cloned()
            .collect())
    }

    async fn register(
        &self,
        _gateway: &Url,
        _registration: &Registration,
        kind: GatewayKind,
    ) -> Result<String, RemoteError> {
        self.note(format!("register at {kind:?}"))?;
        Ok((self.n_registered.fetch_add(1, Ordering::Relaxed) + 1).to_string())
    }

    async fn report(&self, place: &PlaceAt, state: WorkerState) -> Result<(), RemoteError> {
        self.note(format!("report {} {}", place.id, state.as_str()))
    }

    async fn remove(&self, place: &PlaceAt) -> Result<(), RemoteError> {
        self.note(format!("remove {}", place.id))
    }

    async fn watch(&self, _place: &PlaceAt) -> RemoteError {
        std::future::pending().await
    }
}

/// A worker over `execution`.
pub(crate) fn worker(execution: Execution) -> Arc<dyn Runner> {
    Arc::new(Worker::new(Arc::new(execution)))
}

/// A repository of these files.
pub(crate) fn repository(
    config: &RepositoryConfig,
    files: &'static [(&'static str, &'static [u8])],
) -> Arc<dyn Provider> {
    let app = App { manifest: b"", base: b"", services: &[], assets: files, client: &[], encoded: &[] };
    Arc::new(Repository::new(config, &app).expect("valid globs"))
}

/// A gateway with these keys and the usual times.
pub(crate) fn gateway_config(keys: &[&str]) -> GatewayConfig {
    GatewayConfig {
        monitor_interval: Duration::from_secs(5),
        trust_keys: trust_keys(keys),
        open_registration: false,
        unavailable_threshold: Duration::from_secs(6),
        stopped_threshold: Duration::from_secs(18),
        workers: Vec::new(),
        routing: Routing::default(),
    }
}

/// These keys.
pub(crate) fn trust_keys(keys: &[&str]) -> TrustKeys {
    TrustKeys::new(keys.iter().map(|key| (*key).to_owned()))
}

/// A gateway in the network `remote`.
pub(crate) fn gateway(config: GatewayConfig, remote: Arc<dyn Remote>) -> Arc<Gateway> {
    let url = "http://127.0.0.1:3000".parse().expect("a URL");
    Arc::new(Gateway::new(config, url, remote, Arc::default(), Duration::from_secs(30), Handle::current()))
}
