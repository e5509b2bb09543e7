//! Sends a call to one of the workers that have its procedure, and to another one where that does no harm.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::{Either, select};
use jitar_engine::call::Reply;
use tracing::{debug, info};

use super::balancer::Draw;
use super::budget::RetryBudget;
use super::prober::Prober;
use super::random::{Random, Sequences};
use super::registry::Registry;
use super::route::{Group, Route};
use super::worker::RegisteredWorker;
use crate::config::{Balancing, HashKey, Routing};
use crate::execution::{ExecutionError, Payload, RpcRequest, parse_pairs};
use crate::services::{ByteStream, Relayed, Remote, RemoteError, ServiceError};
use crate::telemetry::Metrics;

/// The header with which a node says that it did not even start what it was asked for.
pub(crate) const NOT_EXECUTED: &str = "x-jitar-not-executed";

/// Longest pause before the first repeat; it doubles with each further one.
const PAUSE: Duration = Duration::from_millis(10);

/// A call that failed earlier than this says nothing about a worker that did not answer: its caller had no patience.
const PATIENCE: Duration = Duration::from_secs(1);

/// What sends calls to workers.
pub(crate) struct Router {
    registry: Arc<dyn Registry>,
    remote: Arc<dyn Remote>,
    prober: Arc<Prober>,
    routing: Routing,
    budget: RetryBudget,
    sequences: Sequences,
    metrics: Arc<Metrics>,
}

impl Router {
    /// A router to the workers in `registry`.
    pub(super) fn new(
        registry: Arc<dyn Registry>,
        remote: Arc<dyn Remote>,
        prober: Arc<Prober>,
        routing: Routing,
        metrics: Arc<Metrics>,
    ) -> Self {
        let budget = RetryBudget::new(routing.retries, Instant::now());
        Self { registry, remote, prober, routing, budget, sequences: Sequences::default(), metrics }
    }

    /// Whether any worker has the procedure.
    pub(crate) fn has(&self, fqn: &str) -> bool {
        self.registry.route(fqn).is_some()
    }

    /// Runs a call within `limit`.
    ///
    /// # Errors
    /// When there is no worker for it, or none that answered.
    pub(crate) async fn run(&self, request: RpcRequest, limit: Duration) -> Result<Reply, ServiceError> {
        let what = super::procedure(&request.fqn);
        let relayed = self.relay(request, None, limit).await?;
        relayed.whole().await.map_err(|error| ServiceError::remote(what)(RemoteError::broken_off(&error)))
    }

    /// Runs a call whose result, and with `body` whose arguments, pass piece by piece.
    ///
    /// # Errors
    /// As [`Router::run`].
    pub(crate) async fn relay(
        &self,
        mut request: RpcRequest,
        body: Option<ByteStream>,
        limit: Duration,
    ) -> Result<Relayed, ServiceError> {
        let not_found = || ExecutionError::ProcedureNotFound(request.fqn.clone());
        let route = self.registry.route(&request.fqn).ok_or_else(not_found)?;
        let group = route.select(&request.fqn, request.version)?;
        if !group.is_ours {
            if request.extended.used || request.beside.is_some() {
                return Err(ExecutionError::PlainFormsOnly(request.fqn).into());
            }
            // They would take a stranger with this gateway's key for the gateway.
            request.key = request.key.filter(|_| !request.node.stranger);
        }
        self.budget.deposit();
        let call = RoutedCall {
            router: self,
            hash: self.hash(&request),
            route,
            group,
            request,
            is_repeatable: body.is_none(),
            body: Mutex::new(body),
            deadline: Instant::now() + limit,
            tried: Mutex::default(),
        };
        match self.routing.hedge {
            Some(patience) if call.group.is_idempotent && call.is_repeatable => call.run_hedged(patience).await,
            _ => call.run().await,
        }
    }

    /// What decides by hashing; none if the call does not have it.
    fn hash(&self, request: &RpcRequest) -> Option<u64> {
        let Balancing::ConsistentHash(key) = &self.routing.balancing else { return None };
        match key {
            HashKey::Header(name) => {
                let found = request.headers.iter().find(|(known, _)| known == name);
                found.map(|(_, value)| Random::hash(value.as_bytes()))
            }
            HashKey::Argument(name) => argument_hash(&request.payload, name),
        }
    }
}

/// The hash of an argument's value as it was written.
fn argument_hash(payload: &Payload, name: &str) -> Option<u64> {
    match payload {
        Payload::Query(query) => {
            let pairs = parse_pairs(query.as_bytes()).ok()?;
            pairs.into_iter().find(|(known, _)| known == name).map(|(_, value)| Random::hash(value.as_bytes()))
        }
        Payload::Body { content_type, bytes } if content_type.contains("json") => {
            let arguments: HashMap<String, &serde_json::value::RawValue> = serde_json::from_slice(bytes).ok()?;
            let text = arguments.get(name)?.get();
            // A string counts as its content, so that a query and a body agree.
            let plain = serde_json::from_str::<String>(text);
            Some(Random::hash(plain.as_deref().unwrap_or(text).as_bytes()))
        }
        Payload::Body { bytes, .. } => {
            let pairs = parse_pairs(bytes).ok()?;
            pairs.into_iter().find(|(known, _)| known == name).map(|(_, value)| Random::hash(value.as_bytes()))
        }
    }
}

/// One call on its way.
struct RoutedCall<'a> {
    router: &'a Router,
    route: Arc<Route>,
    group: Arc<Group>,
    hash: Option<u64>,
    request: RpcRequest,
    /// Arguments that come piece by piece, until they are sent.
    body: Mutex<Option<ByteStream>>,
    /// Whether the arguments are there as a whole, so that they can be sent again.
    is_repeatable: bool,
    deadline: Instant,
    /// Who was asked already.
    tried: Mutex<Vec<Arc<RegisteredWorker>>>,
}

/// What one worker made of the call.
enum Attempt {
    /// Something for the caller.
    Done(Relayed),
    /// The worker answered that it did not run it.
    Rejected(Relayed),
    /// No answer.
    Failed(RemoteError),
}

impl RoutedCall<'_> {
    async fn run(&self) -> Result<Relayed, ServiceError> {
        let mut last = None;
        for n_repeats in 0..=self.router.routing.retries.attempts {
            if n_repeats > 0 {
                self.pause(n_repeats).await;
            }
            let Some(worker) = self.choose() else { break };
            match self.attempt(&worker).await {
                Attempt::Done(reply) => return Ok(reply),
                attempt => {
                    let may_repeat = self.may_repeat(&attempt);
                    last = Some(attempt);
                    if !may_repeat || !self.router.budget.withdraw(Instant::now()) {
                        break;
                    }
                    debug!("Repeating a call: {}", self.request.fqn);
                    self.router.metrics.repeated(&self.request.fqn);
                }
            }
        }
        match last {
            Some(Attempt::Done(reply) | Attempt::Rejected(reply)) => Ok(reply),
            Some(Attempt::Failed(error)) => Err(ServiceError::remote(super::procedure(&self.request.fqn))(error)),
            None => Err(ServiceError::NoWorkerAvailable(self.request.fqn.clone())),
        }
    }

    /// Asks a second worker when the first one does not answer within `patience`; the first answer counts.
    async fn run_hedged(&self, patience: Duration) -> Result<Relayed, ServiceError> {
        let first = Box::pin(self.run());
        let first = match select(first, Box::pin(tokio::time::sleep(patience))).await {
            Either::Left((outcome, _)) => return outcome,
            Either::Right(((), first)) => first,
        };
        if !self.router.budget.withdraw(Instant::now()) {
            return first.await;
        }
        match select(first, Box::pin(self.run())).await {
            Either::Left((Ok(reply), _)) | Either::Right((Ok(reply), _)) => Ok(reply),
            Either::Left((Err(_), other)) | Either::Right((Err(_), other)) => other.await,
        }
    }

    /// Who is asked next: somebody well who was not asked yet; somebody ejected rather than nobody; and whoever was asked
    /// already when there is no other.
    fn choose(&self) -> Option<Arc<RegisteredWorker>> {
        let tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = |worker: &Arc<RegisteredWorker>| !tried.iter().any(|known| Arc::ptr_eq(known, worker));
        let now = Instant::now();
        let draw = Draw { now, random: self.router.sequences.next(), turn: self.route.turn(), hash: self.hash };
        let luck = self.router.sequences.next().unit();
        let choose = |is_usable: &dyn Fn(&Arc<RegisteredWorker>) -> bool| {
            let takes_calls = |worker: &Arc<RegisteredWorker>| is_usable(worker) && worker.welcomes(luck, now);
            self.group.candidates.choose(&self.router.routing.balancing, draw, takes_calls)
        };
        let chosen = choose(&|worker| worker.is_well(now) && is_new(worker))
            .or_else(|| choose(&|worker| worker.is_available() && is_new(worker)));
        let chosen = match chosen {
            None if !tried.is_empty() => choose(&|worker| worker.is_available()),
            chosen => chosen,
        };
        chosen.cloned()
    }

    async fn attempt(&self, worker: &Arc<RegisteredWorker>) -> Attempt {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(worker));
        let start = Instant::now();
        let left = self.deadline.saturating_duration_since(start);
        let ticket = worker.start_call(start);
        let body = self.body.lock().unwrap_or_else(PoisonError::into_inner).take();
        let outcome = self.router.remote.relay(worker.node(), &self.request, body, left).await;
        let now = Instant::now();
        match outcome {
            Ok(relayed) => {
                let was_rejected = was_not_executed(&relayed.reply);
                ticket.answered(!was_rejected, now);
                if was_rejected { Attempt::Rejected(relayed) } else { Attempt::Done(relayed) }
            }
            Err(error) => {
                let is_late = now.saturating_duration_since(start) >= PATIENCE && !error.is_of_the_caller();
                let counts = error.is_loss() || is_late;
                let ejected = if counts { ticket.failed(&self.router.routing.ejection, now) } else { None };
                if let Some(millis) = ejected {
                    self.router.metrics.ejected();
                    info!("Ejected worker: {} for {millis} ms", worker.shown());
                }
                if error.is_loss() {
                    self.router.metrics.lost();
                    self.router.prober.lost(worker);
                }
                Attempt::Failed(error)
            }
        }
    }

    fn may_repeat(&self, attempt: &Attempt) -> bool {
        let is_possible = self.is_repeatable && Instant::now() + PAUSE < self.deadline;
        is_possible
            && match attempt {
                Attempt::Done(_) => false,
                Attempt::Rejected(_) => true,
                Attempt::Failed(error) => error.nothing_happened() || (self.group.is_idempotent && error.is_loss()),
            }
    }

    /// Somebody else can be asked at once; the same worker again, or a third one, only after a while.
    async fn pause(&self, n_repeats: u32) {
        let longest =
            PAUSE.saturating_mul(1 << n_repeats.min(6)).min(self.deadline.saturating_duration_since(Instant::now()));
        tokio::time::sleep(longest.mul_f64(self.router.sequences.next().unit())).await;
    }
}

/// Whether a node says that it did not start what it was asked for.
pub(crate) fn was_not_executed(reply: &Reply) -> bool {
    reply.status == 503 && reply.headers.iter().any(|(name, _)| name == NOT_EXECUTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_arguments_have_equal_hashes() {
        let json = |text: &'static str| Payload::json(text);
        let form = Payload::Body { content_type: "application/x-www-form-urlencoded".to_owned(), bytes: "id=a".into() };
        let hash = |payload| argument_hash(&payload, "id");
        let expected = Some(Random::hash(b"a"));
        for payload in
            [json(r#"{"id":"a","x":[1]}"#), json(r#"{"x":1, "id": "\u0061"}"#), Payload::Query("id=a".to_owned()), form]
        {
            assert_eq!(hash(payload), expected);
        }
        assert_eq!(hash(json(r#"{"id":12}"#)), hash(Payload::Query("id=12".to_owned())));
        for payload in [json("{}"), json("["), Payload::Query("x=1".to_owned())] {
            assert_eq!(hash(payload), None);
        }
    }
}
