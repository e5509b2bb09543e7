//! Requests to other nodes: kept connections, HTTP/2 where both sides can, no redirects; nothing is sent twice that a node
//! may have looked at.

mod answer;
mod connect;
mod connections;
mod http1;
mod http2;
mod request;

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{FutureExt, Stream, StreamExt};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use jitar_engine::call::{FORMS, Headers, Reply, RunMode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use url::Url;

pub(crate) use self::connections::ClientError;

use self::answer::Answer;
use self::connections::{Connections, innermost};
use self::request::{Outgoing, PATH};
use super::headers::{self, CONTENT_KIND};
use crate::execution::{Payload, PresentedKey, RpcRequest, parse_pairs};
use crate::services::{
    ByteStream, FileReply, FileRequest, GatewayKind, NodeStatus, PlaceAt, Registration, Relayed, Remote, RemoteError,
    Rest, WorkerState, shown,
};
use crate::tls::Tls;

/// Time for everything that is no call.
const SHORT: Duration = Duration::from_secs(5);

/// What is escaped in a worker's id.
const ID: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

/// How long a gateway that is watched may give no sign of life.
const SILENCE: Duration = Duration::from_secs(6);

/// Bodies up to this many bytes are taken as a whole; what is larger passes piece by piece.
pub(super) const SMALL: u64 = 64 << 10;

/// Most bytes of what a node says about itself or others. Who may register at a gateway may not fill its memory.
const LONGEST_REPORT: usize = 16 << 20;

/// The scheme of nodes that are reached through a socket of this machine.
const UNIX: &str = "unix";

/// Other nodes over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct HttpRemote {
    connections: Connections,
}

impl HttpRemote {
    /// A client with its own connections, which trusts whom `tls` trusts.
    ///
    /// # Errors
    /// When the cryptography of the process has none of the safe protocol versions.
    pub(crate) fn new(tls: &Tls) -> Result<Self, ClientError> {
        Ok(Self { connections: Connections::new(tls)? })
    }

    /// How many connections were opened.
    #[cfg(test)]
    pub(super) fn n_opened(&self) -> usize {
        self.connections.n_opened()
    }

    /// Sends a request, and waits for the head of the answer.
    async fn send(&self, node: &Url, outgoing: Outgoing) -> Result<Answer, RemoteError> {
        let request = outgoing.request().map_err(|_| RemoteError::TooLong)?;
        let sent = self.connections.to(node).send(request).await;
        sent.map_err(|error| unreachable(node, &error, error.was_sent()))
    }

    /// Sends a request that is no call, and gives what `read` makes of the answer.
    async fn ask<T>(
        &self,
        node: &Url,
        outgoing: Outgoing,
        read: impl AsyncFnOnce(Answer) -> Result<T, RemoteError>,
    ) -> Result<T, RemoteError> {
        within(node, SHORT, async { read(self.send(node, outgoing).await?).await }).await
    }

    /// Sends a request that is no call, and gives the body of the answer if that is no error.
    async fn accepted(&self, node: &Url, outgoing: Outgoing) -> Result<Bytes, RemoteError> {
        self.ask(node, outgoing, async |answer| accepted(node, answer, LONGEST_REPORT).await).await
    }

    /// Runs a procedure. `is_whole` says whether a result of so many bytes is waited for.
    async fn call(
        &self,
        node: &Url,
        request: &RpcRequest,
        body: Option<ByteStream>,
        limit: Duration,
        is_whole: fn(Option<u64>) -> bool,
    ) -> Result<Relayed, RemoteError> {
        let (body, end) = body.map(noted).unzip();
        let outgoing = rpc(node, request, body, limit);
        let broke = || end.as_ref().and_then(|end| end.get().copied()).map(RemoteError::Body);
        let answered = async {
            let answer = self.send(node, outgoing).await.map_err(|error| broke().unwrap_or(error))?;
            let mut reply = head(&answer);
            let length = answer.length();
            if is_whole(length) {
                reply.body = read(node, answer, usize::MAX).await?;
                return Ok(reply.into());
            }
            let pieces = answer.body.map(|piece| piece.map_err(io::Error::other));
            Ok(Relayed { reply, rest: Some(Rest { length, pieces: timed(pieces, limit).boxed() }) })
        };
        within(node, limit, answered).await
    }
}

#[async_trait]
impl Remote for HttpRemote {
    async fn run(&self, node: &Url, request: &RpcRequest, limit: Duration) -> Result<Reply, RemoteError> {
        self.call(node, request, None, limit, |_| true).await.map(|relayed| relayed.reply)
    }

    async fn relay(
        &self,
        node: &Url,
        request: &RpcRequest,
        body: Option<ByteStream>,
        limit: Duration,
    ) -> Result<Relayed, RemoteError> {
        self.call(node, request, body, limit, |length| length.is_some_and(|length| length <= SMALL)).await
    }

    async fn file(&self, node: &Url, request: FileRequest) -> Result<FileReply, RemoteError> {
        let outgoing = Outgoing::new(Method::GET, node, &escaped_path(&request.name)).passing(request.headers.iter());
        let read = async |answer: Answer| {
            let status = answer.status().as_u16();
            let mut headers = relayed(answer.headers());
            for name in ["etag", "content-encoding", CONTENT_KIND] {
                headers.extend(text(answer.headers(), name).map(|value| (name.to_owned(), value)));
            }
            let body = read(node, answer, usize::MAX).await?;
            if !body.is_empty() && headers.iter().all(|(name, _)| name != "content-type") {
                headers.push(("content-type".to_owned(), "application/octet-stream".to_owned()));
            }
            Ok(FileReply { status, headers, body })
        };
        self.ask(node, outgoing, read).await
    }

    async fn health(&self, node: &Url) -> Result<Vec<(String, bool)>, RemoteError> {
        let body = self.accepted(node, Outgoing::new(Method::GET, node, "health")).await?;
        let checks: Map<String, Value> = serde_json::from_slice(&body).map_err(|error| not_understood(node, &error))?;
        Ok(checks.into_iter().map(|(name, is_well)| (name, is_well == Value::Bool(true))).collect())
    }

    async fn status(&self, node: &Url) -> Result<NodeStatus, RemoteError> {
        let read = async |answer: Answer| {
            let is_peer = answer.headers().contains_key(headers::PEER);
            Ok(NodeStatus { is_healthy: read(node, answer, LONGEST_REPORT).await? == "true", is_peer })
        };
        self.ask(node, Outgoing::new(Method::GET, node, "health/status"), read).await
    }

    async fn announcement(&self, worker: &Url, key: Option<&PresentedKey>) -> Result<Registration, RemoteError> {
        let body = self.accepted(worker, Outgoing::new(Method::GET, worker, "workers/self").key(key)).await?;
        Registration::from_peer(&body).map_err(|error| not_understood(worker, &error))
    }

    async fn direct_workers(
        &self,
        gateway: &Url,
        key: Option<&PresentedKey>,
    ) -> Result<Vec<Registration>, RemoteError> {
        // As long as there are workers; gateways are named in the service file.
        let read = async |answer: Answer| accepted(gateway, answer, usize::MAX).await;
        let body = self.ask(gateway, Outgoing::new(Method::GET, gateway, "workers/direct").key(key), read).await?;
        let workers: Vec<Value> = serde_json::from_slice(&body).map_err(|error| not_understood(gateway, &error))?;
        let registration = |worker: Value| Registration::from_peer(worker.to_string().as_bytes());
        workers.into_iter().map(registration).collect::<Result<_, _>>().map_err(|error| not_understood(gateway, &error))
    }

    async fn register(
        &self,
        gateway: &Url,
        registration: &Registration,
        kind: GatewayKind,
    ) -> Result<String, RemoteError> {
        let outgoing = Outgoing::new(Method::POST, gateway, "workers");
        let outgoing = match kind {
            GatewayKind::Peer => outgoing.query("peer=1").json(registration.to_peer_json()),
            GatewayKind::Known => outgoing.json(registration.to_json()),
        };
        let answer = self.accepted(gateway, outgoing).await?;
        let fields: Map<String, Value> =
            serde_json::from_slice(&answer).map_err(|error| not_understood(gateway, &error))?;
        match fields.get("id") {
            Some(Value::String(id)) if !id.is_empty() => Ok(id.clone()),
            _ => Err(not_understood(gateway, &"Invalid worker id")),
        }
    }

    async fn report(&self, place: &PlaceAt, state: WorkerState) -> Result<(), RemoteError> {
        let body = format!(r#"{{"state":"{}"}}"#, state.as_str());
        let outgoing = to_place(Method::POST, place, "/report").json(body);
        self.accepted(&place.gateway, outgoing).await.map(drop)
    }

    async fn remove(&self, place: &PlaceAt) -> Result<(), RemoteError> {
        self.accepted(&place.gateway, to_place(Method::DELETE, place, "")).await.map(drop)
    }

    async fn watch(&self, place: &PlaceAt) -> RemoteError {
        let gateway = &place.gateway;
        let lost =
            |reason: &str| RemoteError::Unreachable { node: shown(gateway), reason: reason.to_owned(), was_sent: true };
        let mut answer = match within(gateway, SHORT, self.send(gateway, to_place(Method::GET, place, "/watch"))).await
        {
            Ok(answer) if answer.status().is_success() => answer,
            Ok(answer) => {
                let refused = within(gateway, SHORT, accepted(gateway, answer, LONGEST_REPORT)).await;
                return refused.err().unwrap_or_else(|| lost("no watch"));
            }
            Err(RemoteError::Deadline { .. }) => return lost("it is silent"),
            Err(error) => return error,
        };
        loop {
            match tokio::time::timeout(SILENCE, answer.body.next()).await {
                Ok(Some(Ok(_sign_of_life))) => {}
                Ok(None) => return lost("it closed the connection"),
                Ok(Some(Err(error))) => return unreachable(gateway, innermost(&error), true),
                Err(_elapsed) => return lost("it is silent"),
            }
        }
    }
}

/// The request for a procedure. A GET stays a GET, so that the values of its query mean the same as without a gateway; dry
/// runs are OPTIONS, which needs no trust. A call with a deadline says what is left of it within `limit`.
fn rpc(node: &Url, request: &RpcRequest, body: Option<ByteStream>, limit: Duration) -> Outgoing {
    let is_dry = request.mode == RunMode::Dry;
    let method = match &request.payload {
        _ if is_dry => Method::OPTIONS,
        Payload::Query(_) => Method::GET,
        Payload::Body { .. } => Method::POST,
    };
    let outgoing = Outgoing::new(method, node, &escaped_path(&format!("rpc/{}", request.fqn)))
        .passing(request.headers.iter().filter(|(name, _)| name != CONTENT_TYPE.as_str()));
    let mut outgoing = match &request.payload {
        Payload::Query(query) if is_dry => outgoing.json(query_as_json(query)),
        Payload::Query(query) => outgoing.query(query),
        Payload::Body { content_type, bytes } => match body {
            Some(body) => outgoing.pieces(content_type, body),
            // The known implementation fails without a body.
            None if bytes.is_empty() => outgoing.json("{}"),
            None => outgoing.body(content_type, bytes.clone()),
        },
    };
    outgoing = outgoing.header(headers::VERSION, request.version.text().as_bytes());
    outgoing = outgoing.header(headers::HOPS, request.node.hops.to_string()).key(request.key.as_ref());
    if request.extended.understood {
        outgoing = outgoing.header(headers::PEER, "1");
    }
    if request.extended.used {
        outgoing = outgoing.header(FORMS, headers::EXTENDED);
    }
    if request.serialized {
        outgoing = outgoing.header(headers::ENCODING, headers::SERIALIZED);
    }
    if is_dry || request.node.dry {
        outgoing = outgoing.header(headers::RUN_MODE, headers::DRY);
    }
    if request.node.stranger {
        outgoing = outgoing.header(headers::CALLER, headers::STRANGER);
    }
    if let Some(beside) = &request.beside {
        // The only control character that JSON has as it is, and that a header cannot have.
        outgoing = outgoing.header(headers::BESIDE, beside.replace('\u{7f}', "\\u007f"));
    }
    if let Some(deadline) = request.node.deadline {
        outgoing = outgoing.header(headers::DEADLINE, deadline.min(limit).as_millis().to_string());
    }
    outgoing
}

/// A request about a worker's place at its gateway.
fn to_place(method: Method, place: &PlaceAt, what: &str) -> Outgoing {
    let path = format!("workers/{}{what}", utf8_percent_encode(&place.id, ID));
    Outgoing::new(method, &place.gateway, &path).key(place.key.as_ref())
}

/// A query for nodes that read the arguments of a dry run from the body only; a damaged one gives none.
fn query_as_json(query: &str) -> String {
    let mut arguments: Map<String, Value> = Map::new();
    for (name, value) in parse_pairs(query.as_bytes()).unwrap_or_default() {
        match arguments.get_mut(&name) {
            None => drop(arguments.insert(name, Value::from(value))),
            Some(Value::Array(values)) => values.push(Value::from(value)),
            Some(first) => *first = Value::from(vec![first.take(), Value::from(value)]),
        }
    }
    Value::from(arguments).to_string()
}

fn escaped_path(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

/// What comes of `work`, if that takes no longer than `limit`.
fn within<T>(
    node: &Url,
    limit: Duration,
    work: impl Future<Output = Result<T, RemoteError>>,
) -> impl Future<Output = Result<T, RemoteError>> {
    // No `async fn`, which would have room for the work twice.
    let late = move |_| RemoteError::Deadline { node: shown(node), limit };
    tokio::time::timeout(limit, work).map(move |outcome| outcome.map_err(late)?)
}

async fn read(node: &Url, answer: Answer, most: usize) -> Result<Bytes, RemoteError> {
    let body = answer.body.whole(most).await.map_err(|error| unreachable(node, innermost(&error), true))?;
    body.ok_or_else(|| not_understood(node, &format_args!("it is larger than {most} bytes")))
}

/// The body of an answer that is no error.
async fn accepted(node: &Url, answer: Answer, most: usize) -> Result<Bytes, RemoteError> {
    let status = answer.status();
    let body = read(node, answer, most).await?;
    if status.is_success() || status.is_redirection() {
        return Ok(body);
    }
    let message = String::from_utf8_lossy(&body).into_owned();
    Err(RemoteError::Refused { node: shown(node), status: status.as_u16(), message })
}

fn unreachable(node: &Url, reason: &dyn std::fmt::Display, was_sent: bool) -> RemoteError {
    RemoteError::Unreachable { node: shown(node), reason: reason.to_string(), was_sent }
}

/// The stream, which ends with an error when a piece is awaited for longer than `limit`.
fn timed(
    pieces: impl Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    limit: Duration,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    futures::stream::unfold(Some(pieces), move |pieces| async move {
        let mut pieces = pieces?;
        match tokio::time::timeout(limit, pieces.next()).await {
            Ok(Some(piece)) => Some((piece, Some(pieces))),
            Ok(None) => None,
            Err(_elapsed) => Some((Err(io::Error::from(io::ErrorKind::TimedOut)), None)),
        }
    })
}

/// A body, and how it broke off if it did.
fn noted(body: ByteStream) -> (ByteStream, Arc<OnceLock<io::ErrorKind>>) {
    let end = Arc::<OnceLock<io::ErrorKind>>::default();
    let shared = Arc::clone(&end);
    let noting = body.inspect(move |piece| {
        if let Err(error) = piece {
            shared.get_or_init(|| error.kind());
        }
    });
    (noting.boxed(), end)
}

fn not_understood(node: &Url, reason: &dyn std::fmt::Display) -> RemoteError {
    RemoteError::Answer { node: shown(node), reason: reason.to_string() }
}

/// The reply with an empty body.
fn head(answer: &Answer) -> Reply {
    let marker = text(answer.headers(), CONTENT_KIND);
    let content_type = text(answer.headers(), CONTENT_TYPE.as_str());
    Reply {
        status: answer.status().as_u16(),
        content: headers::kind_of(marker.as_deref(), content_type.as_deref()),
        body: Bytes::new(),
        headers: relayed(answer.headers()),
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| headers::decode(value.as_bytes()))
}

fn relayed(headers: &HeaderMap) -> Headers {
    let all: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    headers::of_answer(&all)
}
