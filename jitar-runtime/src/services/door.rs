//! What every call over the network passes on its way in: it is counted, and what is too much is turned away.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use futures::{FutureExt, StreamExt, TryFutureExt};
use jitar_engine::call::Reply;
use serde_json::Value;

use super::answers::Answers;
use super::gateway::procedure;
use super::{ByteStream, Relayed, RemoteError, Runner, ServiceError};
use crate::config::{Intake, TrustKeys};
use crate::execution::{ExecutionError, PresentedKey, RpcRequest};
use crate::isolate::IsolateError;
use crate::limits::{Concurrency, Place, RateLimit};
use crate::telemetry::Metrics;

/// The way in to a runner.
pub(crate) struct Door {
    inner: Arc<dyn Runner>,
    keys: TrustKeys,
    metrics: Arc<Metrics>,
    rate: Option<RateLimit>,
    concurrency: Option<Concurrency>,
    answers: Answers,
    /// The HTTP status of an error, for the count.
    status_of: fn(&ServiceError) -> u16,
}

impl Door {
    /// The way in to `inner`. Callers with one of `keys` are nodes of this cluster: they have no rate.
    pub(crate) fn new(
        inner: Arc<dyn Runner>,
        keys: TrustKeys,
        intake: &Intake,
        metrics: Arc<Metrics>,
        status_of: fn(&ServiceError) -> u16,
    ) -> Self {
        let rate = intake.rate_limit.as_ref().map(RateLimit::new);
        let concurrency = intake.concurrency.map(Concurrency::new);
        Self { inner, keys, metrics, rate, concurrency, answers: Answers::new(intake.idempotency), status_of }
    }

    /// Whether a call may go on, and its place among those under way.
    fn admit(&self, request: &RpcRequest) -> Result<Option<Place<'_>>, ServiceError> {
        if let Some(rate) = self.rate.as_ref().filter(|_| !request.shows_key(&self.keys)) {
            rate.check(request.peer, &request.headers).map_err(ServiceError::TooManyRequests)?;
        }
        match &self.concurrency {
            Some(concurrency) => Ok(Some(concurrency.enter().ok_or(ServiceError::Overloaded)?)),
            None => Ok(None),
        }
    }

    /// What comes of a request behind the door. No `async fn`, which would have room for the request twice.
    fn pass(
        &self,
        request: RpcRequest,
        body: Option<ByteStream>,
    ) -> impl Future<Output = Result<Relayed, ServiceError>> + Send {
        // Answers that are kept are whole; what comes piece by piece is too large to be kept.
        let whole = match body {
            None if Answers::are_for(&request) => self.run_once(request).boxed(),
            None if !self.inner.relays() => self.inner.run(request),
            body => return self.inner.relay(request, body).right_future(),
        };
        whole.map_ok(Relayed::from).left_future()
    }

    /// A whole reply, which may be one that was given before.
    async fn run_once(&self, request: RpcRequest) -> Result<Reply, ServiceError> {
        let whole = request.clone();
        self.answers.answer(&whole, self.inner.run(request)).await
    }

    fn count_failure(&self, error: &ServiceError) {
        match error {
            ServiceError::TooManyRequests(_) => self.metrics.rejected("rate"),
            ServiceError::Overloaded => self.metrics.rejected("concurrency"),
            ServiceError::NoWorkerAvailable(_) => self.metrics.rejected("noWorker"),
            ServiceError::Execution(ExecutionError::TooManyCalls(_)) => self.metrics.rejected("procedure"),
            ServiceError::Execution(ExecutionError::Isolate(error)) => match error {
                IsolateError::QueueFull => self.metrics.rejected("queue"),
                IsolateError::Exceeded(limit) => self.metrics.limit_exceeded(limit.setting()),
                IsolateError::Deadline { .. } => self.metrics.limit_exceeded("limits.wall"),
                _ => {}
            },
            _ => {}
        }
    }
}

#[async_trait]
impl Runner for Door {
    async fn run(&self, request: RpcRequest) -> Result<Reply, ServiceError> {
        let what = procedure(&request.fqn);
        let relayed = self.relay(request, None).await?;
        relayed.whole().await.map_err(|error| ServiceError::remote(what)(RemoteError::broken_off(&error)))
    }

    async fn relay(&self, request: RpcRequest, body: Option<ByteStream>) -> Result<Relayed, ServiceError> {
        let is_known = self.inner.knows(&request.fqn);
        let procedure = if is_known { self.metrics.procedure(&request.fqn) } else { self.metrics.others() };
        let under_way = procedure.started(request.payload.size());
        let body = body.map(|body| procedure.received(body));
        let start = Instant::now();
        let outcome = match self.admit(&request) {
            Ok(place) => {
                let outcome = self.pass(request, body).await;
                if let (Some(place), Ok(_)) = (place, &outcome) {
                    place.finished(procedure.name());
                }
                outcome
            }
            Err(refused) => Err(refused),
        };
        drop(under_way);
        match outcome {
            Ok(mut relayed) => {
                procedure.answered(relayed.reply.status, start.elapsed(), relayed.reply.body.len());
                if let Some(rest) = &mut relayed.rest {
                    let pieces = std::mem::replace(&mut rest.pieces, futures::stream::empty().boxed());
                    rest.pieces = procedure.sent(pieces);
                }
                Ok(relayed)
            }
            Err(error) => {
                self.count_failure(&error);
                procedure.answered((self.status_of)(&error), start.elapsed(), 0);
                Err(error)
            }
        }
    }

    fn relays(&self) -> bool {
        self.inner.relays()
    }

    fn knows(&self, fqn: &str) -> bool {
        self.inner.knows(fqn)
    }

    fn procedure_names(&self) -> &[String] {
        self.inner.procedure_names()
    }

    fn announcement(&self, key: Option<&PresentedKey>) -> Result<Value, ServiceError> {
        self.inner.announcement(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ClientKey, ConcurrencyLimit};
    use crate::http::status_of;
    use crate::limits::rate;
    use crate::services::tests::{request, text_reply, trust_keys};
    use tokio::sync::Semaphore;

    /// A runner that knows `f`, and answers as often as it is let.
    struct Gate(Semaphore);

    #[async_trait]
    impl Runner for Gate {
        async fn run(&self, request: RpcRequest) -> Result<Reply, ServiceError> {
            self.0.acquire().await.expect("never closed").forget();
            Ok(text_reply(&request.fqn))
        }

        fn knows(&self, fqn: &str) -> bool {
            fqn == "f"
        }

        fn procedure_names(&self) -> &[String] {
            &[]
        }
    }

    fn door(intake: &Intake, n_answers: usize) -> (Door, Arc<Metrics>) {
        let (metrics, gate) = (Arc::<Metrics>::default(), Arc::new(Gate(Semaphore::new(n_answers))));
        (Door::new(gate, trust_keys(&["key"]), intake, Arc::clone(&metrics), status_of), metrics)
    }

    fn has(metrics: &Metrics, line: &str) -> bool {
        metrics.text().lines().any(|known| known == line)
    }

    #[tokio::test]
    async fn strangers_have_a_rate_and_nodes_have_none() {
        let rate_limit = Some(rate::config(ClientKey::Address, 1, 2));
        let (door, metrics) = door(&Intake { rate_limit, ..Intake::default() }, 100);
        let mut trusted = request("f");
        trusted.key = Some(PresentedKey::new("key"));
        for _ in 0..10 {
            assert!(door.run(trusted.clone()).await.is_ok());
        }
        let n_answered = {
            let mut n = 0;
            for _ in 0..10 {
                n += usize::from(door.run(request("f")).await.is_ok());
            }
            n
        };
        assert_eq!(n_answered, 2);
        assert!(has(&metrics, "jitar_calls_total{fqn=\"f\",status=\"429\"} 8"), "{}", metrics.text());
        assert!(has(&metrics, "jitar_rejected_calls_total{reason=\"rate\"} 8"));
    }

    #[tokio::test]
    async fn what_is_too_much_is_turned_away_at_once() {
        let concurrency = Some(ConcurrencyLimit::Fixed(1));
        let (door, metrics) = door(&Intake { concurrency, ..Intake::default() }, 0);
        let mut first = std::pin::pin!(door.run(request("f")));
        assert!(futures::poll!(&mut first).is_pending());
        assert!(has(&metrics, "jitar_calls_in_flight{fqn=\"f\"} 1"));
        assert!(matches!(door.run(request("f")).await, Err(ServiceError::Overloaded)));
        assert!(has(&metrics, "jitar_rejected_calls_total{reason=\"concurrency\"} 1"));
    }

    #[tokio::test]
    async fn names_of_strangers_are_no_labels() {
        let (door, metrics) = door(&Intake::default(), 100);
        for name in ["f", "x", "y"] {
            door.run(request(name)).await.expect("an answer");
        }
        assert!(has(&metrics, "jitar_calls_total{fqn=\"other\",status=\"200\"} 2"), "{}", metrics.text());
        assert!(has(&metrics, "jitar_calls_in_flight{fqn=\"f\"} 0"));
    }
}
