//! Calls that application code makes to procedures outside of its unit: to a gateway or straight to a worker, with the
//! key.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use jitar_engine::call::{ExtendedForms, Outbound, OutboundCall, OutboundError, Reply, RunMode};
use jitar_engine::manifest::{AppManifest, Version};
use tokio::runtime::Handle;
use tracing::warn;
use url::Url;

use crate::config::TrustKeys;
use crate::execution::{Execution, ExecutionError, MAX_HOPS, NodeHeaders, Payload, PresentedKey, RpcRequest};
use crate::services::gateway::{Router, procedure, was_not_executed};
use crate::services::task::AbortOnDrop;
use crate::services::{Remote, ServiceError};
use crate::telemetry::{Metrics, Way};

/// Where the calls of this process's application code go.
pub(crate) struct ClusterOutbound {
    /// Where calls of this process's own procedures run: the isolate that makes them may be the one that is to run them.
    handle: Handle,
    /// The HTTP status that tells application code what went wrong.
    status_of: fn(&ServiceError) -> u16,
    inner: Arc<Inner>,
}

struct Inner {
    /// This process's own procedures. They are there after the isolates, and end before them.
    own: OnceLock<Weak<Execution>>,
    gateways: Vec<Url>,
    /// For each gateway, whether it is one of ours, once that is known.
    peers: Vec<OnceLock<bool>>,
    /// The gateway that answered last.
    current: AtomicUsize,
    /// Workers that may be called without a gateway, where the service file says so.
    direct: OnceLock<Arc<Router>>,
    /// Procedures of the application whose calls may be repeated, once they are known.
    idempotent: OnceLock<HashSet<String>>,
    remote: Arc<dyn Remote>,
    metrics: Arc<Metrics>,
    key: Option<PresentedKey>,
    /// Time of a call that has no deadline.
    wall: Duration,
}

impl ClusterOutbound {
    /// Calls go to one of `gateways` with the first of `keys`.
    pub(crate) fn new(
        handle: Handle,
        gateways: Vec<Url>,
        keys: &TrustKeys,
        remote: Arc<dyn Remote>,
        metrics: Arc<Metrics>,
        wall: Duration,
        status_of: fn(&ServiceError) -> u16,
    ) -> Self {
        let key = keys.first().map(PresentedKey::new);
        let peers = gateways.iter().map(|_| OnceLock::new()).collect();
        let inner = Inner {
            own: OnceLock::new(),
            gateways,
            peers,
            current: AtomicUsize::new(0),
            direct: OnceLock::new(),
            idempotent: OnceLock::new(),
            remote,
            metrics,
            key,
            wall,
        };
        Self { handle, status_of, inner: Arc::new(inner) }
    }

    /// Lets calls reach this process's own procedures. The first caller wins.
    pub(crate) fn connect(&self, execution: &Arc<Execution>) {
        self.inner.own.get_or_init(|| Arc::downgrade(execution));
    }

    /// Lets calls of idempotent procedures be repeated when their gateway is lost while they run. The first caller wins.
    pub(crate) fn repeat_idempotent(&self, application: &AppManifest) {
        let procedures = application.segments.iter().flat_map(|segment| &segment.procedures);
        let idempotent = procedures.filter(|procedure| procedure.implementations.iter().all(|it| it.idempotent));
        self.inner.idempotent.get_or_init(|| idempotent.map(|procedure| procedure.fqn.clone()).collect());
    }

    /// Lets calls go straight to workers. The first caller wins.
    pub(crate) fn call_directly(&self, router: &Arc<Router>) {
        self.inner.direct.get_or_init(|| Arc::clone(router));
    }
}

impl Outbound for ClusterOutbound {
    fn run(&self, call: OutboundCall) -> Pin<Box<dyn Future<Output = Result<Reply, OutboundError>> + Send>> {
        let inner = Arc::clone(&self.inner);
        let status_of = self.status_of;
        let failure =
            move |error: ServiceError| OutboundError { status: status_of(&error), message: error.to_string() };
        let own = inner.own.get().and_then(Weak::upgrade).filter(|own| own.procedures().exposes(&call.fqn));
        let Some(own) = own else {
            // On the thread of the isolate: to wake another thread and be woken by it costs more than the request.
            return Box::pin(async move { inner.run(call).await.map_err(failure) });
        };
        inner.metrics.outbound(Way::Local);
        let task = AbortOnDrop(self.handle.spawn(async move { own.run_own(call).await }));
        Box::pin(async move {
            match task.ended().await {
                Some(outcome) => outcome.map_err(|error| failure(error.into())),
                None => Err(OutboundError { status: 503, message: "the service is stopping".to_owned() }),
            }
        })
    }
}

impl Inner {
    async fn run(&self, call: OutboundCall) -> Result<Reply, ServiceError> {
        let (request, limit) = self.request(call)?;
        if let Some(router) = self.direct.get().filter(|router| router.has(&request.fqn)) {
            let outcome = router.run(request.clone(), limit).await;
            if !is_worth_another_way(&outcome, false) {
                self.metrics.outbound(Way::Direct);
                return outcome;
            }
        }
        self.metrics.outbound(Way::Gateway);
        self.send(request, limit).await
    }

    fn request(&self, call: OutboundCall) -> Result<(RpcRequest, Duration), ServiceError> {
        if self.gateways.is_empty() {
            return Err(ServiceError::NoGateway(call.fqn));
        }
        if call.hops >= MAX_HOPS {
            return Err(ExecutionError::TooManyHops.into());
        }
        if call.extended && self.key.is_none() {
            // Nobody would trust them.
            return Err(ExecutionError::PlainFormsOnly(call.fqn).into());
        }
        let version: Version = call.version.parse().map_err(ExecutionError::from)?;
        let request = RpcRequest {
            fqn: call.fqn,
            version,
            payload: Payload::json(call.arguments),
            serialized: true,
            extended: ExtendedForms { understood: true, used: call.extended },
            mode: RunMode::Normal,
            headers: call.headers,
            key: self.key.clone(),
            node: NodeHeaders { deadline: call.deadline, hops: call.hops + 1, ..NodeHeaders::default() },
            beside: None,
            answered_for: false,
            peer: None,
        };
        Ok((request, call.deadline.unwrap_or(self.wall)))
    }

    /// Whether a gateway is one of ours; the known implementation would pass on what workers of its kind misread.
    async fn is_peer(&self, idx: usize) -> bool {
        if let Some(is_peer) = self.peers[idx].get() {
            return *is_peer;
        }
        match self.remote.status(&self.gateways[idx]).await {
            Ok(status) => *self.peers[idx].get_or_init(|| status.is_peer),
            Err(_) => false,
        }
    }

    /// Asks the gateway that answered last, and the next one when nothing came of it. A call that may be repeated is lost
    /// with a connection that its gateway closes at that moment; the first gateway is asked once more then, on a fresh one.
    async fn send(&self, request: RpcRequest, limit: Duration) -> Result<Reply, ServiceError> {
        let may_repeat = self.idempotent.get().is_some_and(|idempotent| idempotent.contains(&request.fqn));
        let (first, n) = (self.current.load(Ordering::Relaxed), self.gateways.len());
        let last = first + n + usize::from(may_repeat);
        let mut outcome = Err(ServiceError::NoGateway(request.fqn.clone()));
        for idx in (first..last).map(|idx| idx % n) {
            if request.extended.used && !self.is_peer(idx).await {
                return Err(ExecutionError::PlainFormsOnly(request.fqn).into());
            }
            let what = procedure(&request.fqn);
            let answer = self.remote.run(&self.gateways[idx], &request, limit).await;
            outcome = answer.inspect_err(|error| warn!("A call failed: {error}")).map_err(ServiceError::remote(what));
            if !is_worth_another_way(&outcome, may_repeat) {
                if idx != first && outcome.is_ok() {
                    self.current.store(idx, Ordering::Relaxed);
                }
                break;
            }
        }
        outcome
    }
}

/// Whether nothing happened, or what happened may happen again, so that somebody else may be asked.
fn is_worth_another_way(outcome: &Result<Reply, ServiceError>, may_repeat: bool) -> bool {
    match outcome {
        Ok(reply) => was_not_executed(reply),
        Err(ServiceError::NoWorkerAvailable(_)) => true,
        Err(ServiceError::Remote { source, .. }) => source.nothing_happened() || (may_repeat && source.is_loss()),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::{Isolates, Procedures, Rules};
    use crate::http::status_of;
    use crate::services::RemoteError;
    use crate::services::tests::{FakeIsolates, FakeRemote, manifest, trust_keys};
    use jitar_engine::manifest::Access;

    fn call(fqn: &str, hops: u8) -> OutboundCall {
        OutboundCall {
            fqn: fqn.to_owned(),
            version: "1.2".to_owned(),
            arguments: "{}".into(),
            extended: false,
            headers: vec![("traceparent".to_owned(), "x".to_owned())],
            deadline: Some(Duration::from_secs(3)),
            hops,
        }
    }

    fn outbound(gateway: Option<&str>, keys: &[&str]) -> (ClusterOutbound, Arc<FakeRemote>) {
        let remote = Arc::new(FakeRemote::default());
        let shared: Arc<dyn Remote> = Arc::<FakeRemote>::clone(&remote);
        let gateways = gateway.map(|url| url.parse().expect("a URL")).into_iter().collect();
        let second = Duration::from_secs(1);
        (
            ClusterOutbound::new(
                Handle::current(),
                gateways,
                &trust_keys(keys),
                shared,
                Arc::default(),
                second,
                status_of,
            ),
            remote,
        )
    }

    #[tokio::test]
    async fn calls_go_to_the_gateway_with_the_key() {
        for (keys, expected) in [(&["new", "old"][..], Some("new")), (&[], None)] {
            let (outbound, remote) = outbound(Some("http://g:1"), keys);
            let reply = outbound.run(call("sales/get", 2)).await.expect("an answer");
            assert_eq!(&reply.body[..], b"sales/get");
            let sent = remote.last().expect("a request");
            assert_eq!(remote.nodes(), ["http://g:1/"]);
            assert_eq!((sent.serialized, sent.node.hops, sent.node.deadline), (true, 3, Some(Duration::from_secs(3))));
            assert_eq!((sent.version, sent.headers), (Version::new(1, 2, 0), call("", 0).headers));
            assert_eq!(sent.key.as_ref().map(PresentedKey::reveal), expected);
        }
    }

    #[tokio::test]
    async fn failures_say_what_to_do() {
        let no_gateway = "Procedure 'f' not found: this service does not have it, \
            and no `gateway` is configured to send the call to";
        let circle = "the call went through more than 16 nodes; do the services call each other in a circle?";
        for (gateway, hops, status, message) in [(None, 0, 404, no_gateway), (Some("http://g:1"), 16, 508, circle)] {
            let (outbound, _) = outbound(gateway, &[]);
            let error = outbound.run(call("f", hops)).await.expect_err("nowhere to go");
            assert_eq!((error.status, error.message.as_str()), (status, message));
        }
    }

    #[tokio::test]
    async fn extended_forms_go_to_nodes_of_ours_only() {
        // The gateways of these tests are of the known implementation.
        for keys in [&["key"][..], &[]] {
            let (outbound, remote) = outbound(Some("http://g:1"), keys);
            let error = outbound.run(OutboundCall { extended: true, ..call("f", 0) }).await.expect_err("refused");
            assert_eq!(error.status, 415, "{keys:?}");
            assert!(remote.last().is_none(), "nothing was sent");
        }
    }

    #[tokio::test]
    async fn only_idempotent_calls_are_repeated_when_their_gateway_is_lost() {
        let mut application = manifest(&[("a/p", Access::Public), ("b/q", Access::Public)]);
        for procedure in &mut application.segments[0].procedures {
            procedure.implementations[0].idempotent = procedure.fqn == "a/p";
        }
        for (fqn, expected) in [("a/p", Ok(2)), ("b/q", Err(1))] {
            let (outbound, remote) = outbound(Some("http://g:1"), &[]);
            outbound.repeat_idempotent(&application);
            let (node, reason) = ("http://g:1/".to_owned(), "it is gone".to_owned());
            remote.answers([Err(RemoteError::Unreachable { node, reason, was_sent: true })]);
            let outcome = outbound.run(call(fqn, 0)).await;
            let n_sent = remote.nodes().len();
            assert_eq!(outcome.map(|_| n_sent).map_err(|_| n_sent), expected, "{fqn}");
        }
    }

    #[tokio::test]
    async fn what_this_process_has_is_run_here() {
        let isolates = Arc::new(FakeIsolates::default());
        let shared: Arc<dyn Isolates> = Arc::<FakeIsolates>::clone(&isolates);
        let procedures = Procedures::of_segments(&manifest(&[("a/p", Access::Protected)]), &["s".to_owned()]);
        let execution = Arc::new(Execution::new(procedures, shared, Rules::default()));
        let (outbound, remote) = outbound(Some("http://g:1"), &[]);
        outbound.connect(&execution);
        assert_eq!(&outbound.run(call("a/p", 0)).await.expect("an answer").body[..], b"a/p:0.0.0");
        assert!(isolates.calls().remove(0).trusted);
        outbound.run(call("b/q", 0)).await.expect("an answer");
        assert_eq!(remote.nodes(), ["http://g:1/"]);
    }
}
