//! Middleware of services that run no procedures themselves: a call goes through an isolate of the service, and from
//! there to the node that executes it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jitar_engine::call::{
    Arguments, Behind, Call, Changes, ExtendedForms, OutboundError, REFUSED, Reply, RunMode, Target,
};
use tokio::runtime::Handle;

use super::task::AbortOnDrop;
use super::{Runner, ServiceError};
use crate::config::TrustKeys;
use crate::execution::{ExecutionError, Isolates, Payload, RpcRequest, read_arguments, write_pairs};

/// Bytes of values beside a query; they are in a header, and nodes accept 16 KiB of them.
const MAX_BESIDE: usize = 8 << 10;

/// What is the same for all calls of a service.
pub(crate) struct Wrapping {
    /// Where the middleware runs.
    pub(crate) isolates: Arc<dyn Isolates>,
    /// The keys of the service.
    pub(crate) keys: TrustKeys,
    /// Levels of objects and lists in the arguments.
    pub(crate) depth: u32,
    /// Where calls go on: the threads of isolates come and go.
    pub(crate) handle: Handle,
    /// The HTTP status that tells middleware what went wrong.
    pub(crate) status_of: fn(&ServiceError) -> u16,
    /// Whether a header may go to the next node.
    pub(crate) passes: fn(&str) -> bool,
}

/// A runner with middleware around it.
pub(crate) struct Wrapped {
    inner: Arc<dyn Runner>,
    wrapping: Wrapping,
}

impl Wrapped {
    /// Middleware around `inner`.
    pub(crate) fn new(inner: Arc<dyn Runner>, wrapping: Wrapping) -> Self {
        Self { inner, wrapping }
    }
}

#[async_trait]
impl Runner for Wrapped {
    async fn run(&self, request: RpcRequest) -> Result<Reply, ServiceError> {
        let wrapping = &self.wrapping;
        let vouched = request.shows_key(&wrapping.keys);
        if request.beside.is_some() && !vouched {
            return Err(ExecutionError::NotTrusted.into());
        }
        let honoured = request.honoured(&wrapping.keys);
        let refusal = Refusal::default();
        let onward = Onward {
            inner: Arc::clone(&self.inner),
            request: request.clone(),
            refusal: refusal.clone(),
            handle: wrapping.handle.clone(),
            status_of: wrapping.status_of,
            passes: wrapping.passes,
        };
        let call = Call {
            target: Target::Behind { fqn: request.fqn.clone(), node: Arc::new(onward) },
            version: request.version.text(),
            arguments: read_arguments(request.payload.clone(), wrapping.depth).map_err(ExecutionError::from)?,
            beside: request.beside.clone(),
            serialized: request.serialized,
            extended: request.extended,
            trusted: request.is_trusted(&wrapping.keys),
            vouched,
            mode: if honoured.dry { RunMode::Dry } else { request.mode },
            deadline: honoured.deadline,
            cpu: None,
            hops: honoured.hops,
            headers: request.headers,
        };
        let reply = wrapping.isolates.call(call).await.map_err(ExecutionError::from)?;
        let is_refusal = reply.headers.iter().any(|(name, _)| name == REFUSED);
        match refusal.take().filter(|_| is_refusal) {
            Some(error) => Err(error),
            None => Ok(reply),
        }
    }

    fn knows(&self, fqn: &str) -> bool {
        self.inner.knows(fqn)
    }

    fn procedure_names(&self) -> &[String] {
        self.inner.procedure_names()
    }
}

/// A runner of services that run nothing: there is only the middleware, which may answer by itself.
pub(crate) struct Nothing;

#[async_trait]
impl Runner for Nothing {
    async fn run(&self, _request: RpcRequest) -> Result<Reply, ServiceError> {
        Err(ServiceError::NotImplemented)
    }

    fn knows(&self, _fqn: &str) -> bool {
        false
    }

    fn procedure_names(&self) -> &[String] {
        &[]
    }
}

/// The last error from behind, with all that it says to callers.
#[derive(Debug, Clone, Default)]
struct Refusal(Arc<Mutex<Option<ServiceError>>>);

impl Refusal {
    fn set(&self, error: ServiceError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    fn take(&self) -> Option<ServiceError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The way on for one call.
struct Onward {
    inner: Arc<dyn Runner>,
    /// The call as it came.
    request: RpcRequest,
    refusal: Refusal,
    handle: Handle,
    status_of: fn(&ServiceError) -> u16,
    passes: fn(&str) -> bool,
}

impl Behind for Onward {
    fn run(&self, changes: Changes) -> Pin<Box<dyn Future<Output = Result<Reply, OutboundError>> + Send>> {
        let (inner, refusal, status_of) = (Arc::clone(&self.inner), self.refusal.clone(), self.status_of);
        let request = changed(self.request.clone(), changes, self.passes);
        let task = AbortOnDrop(self.handle.spawn(async move { inner.run(request?).await }));
        Box::pin(async move {
            let error = match task.ended().await {
                Some(Ok(reply)) => return Ok(reply),
                Some(Err(error)) => error,
                None => return Err(OutboundError { status: 503, message: "the service is stopping".to_owned() }),
            };
            let told = OutboundError { status: status_of(&error), message: error.to_string() };
            refusal.set(error);
            Err(told)
        })
    }
}

/// The call as it goes on.
fn changed(mut request: RpcRequest, changes: Changes, passes: fn(&str) -> bool) -> Result<RpcRequest, ServiceError> {
    if let Some(headers) = changes.headers {
        request.headers = headers.into_iter().filter(|(name, _)| passes(name)).collect();
    }
    let Some(arguments) = changes.arguments else { return Ok(request) };
    request.payload = match (arguments, &request.payload) {
        (Arguments::Query(pairs), Payload::Query(_)) => Payload::Query(write_pairs(&pairs)),
        (Arguments::Query(pairs), Payload::Body { content_type, .. }) => {
            Payload::Body { content_type: content_type.clone(), bytes: write_pairs(&pairs).into() }
        }
        (Arguments::Json(text), _) => Payload::json(text),
        (Arguments::None, _) => Payload::json("{}"),
    };
    if let Some(size) = changes.beside.as_ref().map(String::len).filter(|size| *size > MAX_BESIDE) {
        return Err(ServiceError::TooMuchBeside { size, most: MAX_BESIDE });
    }
    request.beside = changes.beside;
    request.extended = ExtendedForms { used: changes.extended, ..request.extended };
    request.answered_for = changes.injects || request.beside.is_some();
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::PresentedKey;
    use crate::services::tests::{request, text_reply, trust_keys};
    use jitar_engine::call::Headers;

    /// Isolates whose middleware calls `next` with `changes` and answers what it got.
    struct Through(Changes);

    #[async_trait]
    impl Isolates for Through {
        async fn call(&self, call: Call) -> Result<Reply, crate::isolate::IsolateError> {
            let Target::Behind { node, .. } = call.target else { panic!("nothing is executed here") };
            Ok(node.run(self.0.clone()).await.unwrap_or_else(|error| Reply {
                status: error.status,
                headers: vec![(REFUSED.to_owned(), "1".to_owned())],
                ..text_reply(&error.message)
            }))
        }

        async fn health(&self) -> Result<Vec<(String, bool)>, crate::isolate::IsolateError> {
            Ok(Vec::new())
        }
    }

    /// Answers what it gets.
    struct Echo;

    #[async_trait]
    impl Runner for Echo {
        async fn run(&self, request: RpcRequest) -> Result<Reply, ServiceError> {
            if request.fqn == "missing" {
                return Err(ServiceError::NoWorkerAvailable(request.fqn));
            }
            let (payload, headers, beside) = (&request.payload, &request.headers, &request.beside);
            Ok(text_reply(&format!("{payload:?} {headers:?} {beside:?} {}", request.answered_for)))
        }

        fn knows(&self, _: &str) -> bool {
            true
        }

        fn procedure_names(&self) -> &[String] {
            &[]
        }
    }

    fn wrapped(changes: Changes) -> Wrapped {
        let wrapping = Wrapping {
            isolates: Arc::new(Through(changes)),
            keys: trust_keys(&["key"]),
            depth: 64,
            handle: Handle::current(),
            status_of: crate::http::status_of,
            passes: |name| !name.starts_with("x-jitar-"),
        };
        Wrapped::new(Arc::new(Echo), wrapping)
    }

    fn query(text: &str) -> RpcRequest {
        RpcRequest { payload: Payload::Query(text.to_owned()), ..request("f") }
    }

    async fn passed(request: RpcRequest, changes: Changes) -> String {
        let reply = wrapped(changes).run(request).await.expect("an answer");
        String::from_utf8_lossy(&reply.body).into_owned()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Headers {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[tokio::test]
    async fn what_nobody_changes_goes_on_as_it_came() {
        let text = passed(query("a=%31&b"), Changes::default()).await;
        assert_eq!(text, r#"Query("a=%31&b") [] None false"#);
    }

    #[tokio::test]
    async fn changes_keep_the_kind_of_the_arguments() {
        let arguments = Some(Arguments::Query(pairs(&[("a", "1 & 2"), ("*user", "ü")])));
        let headers = Some(pairs(&[("x-a", "1"), ("x-jitar-trust-key", "forged")]));
        let changes = Changes { arguments, headers, injects: true, ..Changes::default() };
        let text = passed(query("a=1"), changes.clone()).await;
        assert_eq!(text, r#"Query("a=1+%26+2&*user=%C3%BC") [("x-a", "1")] None true"#);
        let content_type = "application/x-www-form-urlencoded".to_owned();
        let form = RpcRequest { payload: Payload::Body { content_type, bytes: "a=1".into() }, ..request("f") };
        let text = passed(form, changes).await;
        assert!(text.contains("x-www-form-urlencoded") && text.contains("a=1+%26+2"), "{text}");
    }

    #[tokio::test]
    async fn refusals_from_behind_are_the_answer() {
        let outcome = wrapped(Changes::default()).run(request("missing")).await;
        assert!(matches!(outcome, Err(ServiceError::NoWorkerAvailable(_))), "{outcome:?}");
    }

    #[tokio::test]
    async fn values_beside_a_query_are_bounded_and_need_the_key() {
        let arguments = Some(Arguments::Query(Vec::new()));
        let changes = Changes { arguments, beside: Some("x".repeat(MAX_BESIDE + 1)), ..Changes::default() };
        let outcome = wrapped(changes).run(query("")).await;
        assert!(matches!(outcome, Err(ServiceError::TooMuchBeside { .. })), "{outcome:?}");
        for (key, expected) in [(None, false), (Some("wrong"), false), (Some("key"), true)] {
            let beside = Some(r#"{"*user":1}"#.to_owned());
            let request = RpcRequest { beside, key: key.map(PresentedKey::new), ..query("") };
            assert_eq!(wrapped(Changes::default()).run(request).await.is_ok(), expected, "{key:?}");
        }
    }
}
