//! Answers for clients that repeat a call with the same `idempotency-key`: the call runs once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jitar_engine::call::Reply;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::ServiceError;
use super::gateway::was_not_executed;
use crate::config::Idempotency;
use crate::execution::{Payload, PresentedKey, RpcRequest};

/// The header by which a client says that two calls are the same.
const HEADER: &str = "idempotency-key";

/// Longest key that is accepted, in bytes.
const LONGEST: usize = 256;

/// Bytes of all answers that are kept. The oldest go first.
const MAX_BYTES: usize = 64 << 20;

/// Headers that say who is calling: nobody gets the answer of somebody else who chose the same key.
const IDENTITY: [&str; 2] = ["authorization", "cookie"];

type Hash = [u8; 32];

/// The answers that are kept.
#[derive(Debug)]
pub(crate) struct Answers {
    window: Duration,
    entries: usize,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    by_key: HashMap<Hash, Entry>,
    /// The finished ones, oldest first.
    order: VecDeque<(Instant, Hash)>,
    n_bytes: usize,
}

#[derive(Debug)]
struct Entry {
    /// Hash of the arguments that the key was used with.
    arguments: Hash,
    state: State,
}

#[derive(Debug)]
enum State {
    /// It runs; whoever waits is told when it does not any more.
    Running(watch::Receiver<()>),
    Done(Reply),
}

/// What there is for a call.
enum Found {
    Reply(Reply),
    Running(watch::Receiver<()>),
    Nothing(Claim),
}

impl Answers {
    /// Answers are kept as configured.
    pub(crate) fn new(config: Idempotency) -> Self {
        Self { window: config.window, entries: config.entries, kept: Arc::default() }
    }

    /// Whether the client says that it may repeat the call.
    pub(crate) fn are_for(request: &RpcRequest) -> bool {
        request.headers.iter().any(|(name, _)| name == HEADER)
    }

    /// The answer to a call with a key: that of the same call before, or that of `run`.
    ///
    /// # Errors
    /// When the key was used for another call; and what `run` gives.
    pub(crate) async fn answer(
        &self,
        request: &RpcRequest,
        run: impl Future<Output = Result<Reply, ServiceError>>,
    ) -> Result<Reply, ServiceError> {
        let Some(key) = self.key(request)? else { return run.await };
        let arguments = hash_of_arguments(request);
        loop {
            match self.find(key, arguments)? {
                Found::Reply(reply) => return Ok(reply),
                // It says nothing; that it ends is what counts.
                Found::Running(mut running) => drop(running.changed().await),
                Found::Nothing(claim) => {
                    let outcome = run.await;
                    if let Ok(reply) = &outcome
                        && !was_not_executed(reply)
                    {
                        self.keep(key, arguments, reply);
                    }
                    drop(claim);
                    return outcome;
                }
            }
        }
    }

    /// What the key means: for this caller, this procedure and this version.
    fn key(&self, request: &RpcRequest) -> Result<Option<Hash>, ServiceError> {
        let header =
            |name: &str| request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let Some(key) = header(HEADER).filter(|_| self.entries > 0) else { return Ok(None) };
        if key.is_empty() || key.len() > LONGEST {
            return Err(ServiceError::IdempotencyKey("is empty or too long"));
        }
        let mut hash = Sha256::new();
        let shown = request.key.as_ref().map_or("", PresentedKey::reveal);
        let version = request.version.to_string();
        let identity = IDENTITY.iter().map(|name| header(name).unwrap_or_default());
        // What changes the form of the reply, or whether there is one.
        let (extended, node) = (request.extended.understood, request.node);
        let mode = format!("{:?} {} {extended} {} {}", request.mode, request.serialized, node.dry, node.stranger);
        for part in [key, &request.fqn, &version, &mode, shown].into_iter().chain(identity) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Ok(Some(hash.finalize().into()))
    }

    fn find(&self, key: Hash, arguments: Hash) -> Result<Found, ServiceError> {
        let mut kept = self.kept();
        kept.forget(Instant::now(), self.window, self.entries);
        if let Some(entry) = kept.by_key.get(&key) {
            if entry.arguments != arguments {
                return Err(ServiceError::IdempotencyKey("was used for a call with other arguments"));
            }
            return Ok(match &entry.state {
                State::Running(running) => Found::Running(running.clone()),
                State::Done(reply) => Found::Reply(reply.clone()),
            });
        }
        let (sender, running) = watch::channel(());
        kept.by_key.insert(key, Entry { arguments, state: State::Running(running) });
        Ok(Found::Nothing(Claim { key, kept: Arc::clone(&self.kept), _ends: sender }))
    }

    fn keep(&self, key: Hash, arguments: Hash, reply: &Reply) {
        let mut kept = self.kept();
        kept.n_bytes += size(reply);
        kept.by_key.insert(key, Entry { arguments, state: State::Done(reply.clone()) });
        kept.order.push_back((Instant::now(), key));
        kept.forget(Instant::now(), self.window, self.entries);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn forget(&mut self, now: Instant, window: Duration, entries: usize) {
        let is_too_much = |kept: &Self, at: Instant| {
            kept.order.len() > entries || kept.n_bytes > MAX_BYTES || now.saturating_duration_since(at) >= window
        };
        while let Some((at, key)) = self.order.front().copied().filter(|(at, _)| is_too_much(self, *at)) {
            debug_assert!(at <= now);
            self.order.pop_front();
            if let Some(Entry { state: State::Done(reply), .. }) = self.by_key.remove(&key) {
                self.n_bytes = self.n_bytes.saturating_sub(size(&reply));
            }
        }
    }
}

/// The right to run a call. Without an answer it goes to whoever waits.
struct Claim {
    key: Hash,
    kept: Arc<Mutex<Kept>>,
    /// Dropped last: then those who wait look again.
    _ends: watch::Sender<()>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(kept.by_key.get(&self.key), Some(Entry { state: State::Running(_), .. })) {
            kept.by_key.remove(&self.key);
        }
    }
}

fn size(reply: &Reply) -> usize {
    let headers: usize = reply.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    reply.body.len() + headers + 256
}

fn hash_of_arguments(request: &RpcRequest) -> Hash {
    let beside = request.beside.as_deref().unwrap_or_default();
    let hash = Sha256::new().chain_update((beside.len() as u64).to_le_bytes()).chain_update(beside);
    let hash = match &request.payload {
        Payload::Query(query) => hash.chain_update(query),
        Payload::Body { content_type, bytes } => hash.chain_update(content_type).chain_update([0]).chain_update(bytes),
    };
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::RemoteError;
    use crate::services::tests::{request, text_reply};
    use jitar_engine::call::RunMode;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn call(key: &str, arguments: &'static str, user: &str) -> RpcRequest {
        let mut call = request("f");
        call.payload = Payload::json(arguments);
        call.headers = [(HEADER, key), ("authorization", user)].map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec();
        call
    }

    fn answers(entries: usize, window: Duration) -> Answers {
        Answers::new(Idempotency { window, entries })
    }

    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Counter {
        async fn run(&self) -> Result<Reply, ServiceError> {
            let n = self.0.fetch_add(1, Ordering::Relaxed) + 1;
            tokio::task::yield_now().await;
            Ok(text_reply(&n.to_string()))
        }
    }

    async fn text(answers: &Answers, call: &RpcRequest, counter: &Counter) -> String {
        match answers.answer(call, counter.run()).await {
            Ok(reply) => String::from_utf8_lossy(&reply.body).into_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[tokio::test]
    async fn the_same_key_gives_the_same_answer() {
        let (answers, counter) = (answers(10, Duration::from_mins(1)), Counter::default());
        let cases = [
            (call("k", "{}", "a"), "1"),
            (call("k", "{}", "a"), "1"),
            (call("k", "{}", "b"), "2"),
            (call("l", "{}", "a"), "3"),
            (call("k", "[]", "a"), "the header `idempotency-key` was used for a call with other arguments"),
            (call("", "[]", "a"), "the header `idempotency-key` is empty or too long"),
            (request("f"), "4"),
            (request("f"), "5"),
        ];
        for (call, expected) in cases {
            assert_eq!(text(&answers, &call, &counter).await, expected, "{call:?}");
        }
    }

    /// Whoever asks for another form of the answer cannot read the one that is kept.
    #[tokio::test]
    async fn every_form_of_an_answer_is_kept_for_itself() {
        let (answers, counter) = (answers(10, Duration::from_mins(1)), Counter::default());
        let plain = call("k", "{}", "a");
        let changes: [fn(&mut RpcRequest); 6] = [
            |_| {},
            |call| call.serialized = true,
            |call| call.extended.understood = true,
            |call| call.mode = RunMode::Dry,
            |call| call.node.dry = true,
            |call| call.node.stranger = true,
        ];
        for round in ["first", "second"] {
            for (idx, change) in changes.iter().enumerate() {
                let mut call = plain.clone();
                change(&mut call);
                assert_eq!(text(&answers, &call, &counter).await, (idx + 1).to_string(), "{round}: {call:?}");
            }
        }
        let other = RpcRequest { beside: Some("{}".to_owned()), ..plain };
        assert!(text(&answers, &other, &counter).await.ends_with("other arguments"));
    }

    #[tokio::test]
    async fn a_call_that_runs_is_waited_for() {
        let (answers, counter) = (answers(10, Duration::from_mins(1)), Counter::default());
        let call = call("k", "{}", "a");
        let (first, second) = tokio::join!(text(&answers, &call, &counter), text(&answers, &call, &counter));
        assert_eq!((first.as_str(), second.as_str()), ("1", "1"));
    }

    #[tokio::test]
    async fn failures_are_not_kept() {
        let (answers, counter) = (answers(10, Duration::from_mins(1)), Counter::default());
        let call = call("k", "{}", "a");
        let lost = RemoteError::Deadline { node: "n".to_owned(), limit: Duration::ZERO };
        let failing = async { Err(ServiceError::remote("f")(lost)) };
        assert!(answers.answer(&call, failing).await.is_err());
        {
            let hanging = std::pin::pin!(answers.answer(&call, std::future::pending()));
            let waiting = std::pin::pin!(text(&answers, &call, &counter));
            let both = futures::future::select(hanging, waiting);
            assert!(tokio::time::timeout(Duration::from_millis(10), both).await.is_err(), "it waits for the first");
        }
        assert_eq!(text(&answers, &call, &counter).await, "1", "whoever hung up leaves nothing behind");
    }

    #[tokio::test]
    async fn answers_are_forgotten() {
        let counter = Counter::default();
        let few = answers(1, Duration::from_mins(1));
        for (key, expected) in [("k", "1"), ("k", "1"), ("l", "2"), ("k", "3")] {
            assert_eq!(text(&few, &call(key, "{}", "a"), &counter).await, expected);
        }
        let short = answers(10, Duration::ZERO);
        for expected in ["4", "5"] {
            assert_eq!(text(&short, &call("k", "{}", "a"), &counter).await, expected);
        }
        let off = answers(0, Duration::from_mins(1));
        for expected in ["6", "7"] {
            assert_eq!(text(&off, &call("k", "{}", "a"), &counter).await, expected);
        }
    }
}
