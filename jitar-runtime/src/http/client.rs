//! Requests to other nodes: plain HTTP/1.1 with kept connections, no redirects, no retries.

use std::error::Error;
use std::io;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use jitar_engine::call::{FORMS, Headers, Reply, RunMode};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Map, Value};
use url::Url;

use super::connections::{ClientError, Connections};
use super::headers::{self, CONTENT_KIND};
use crate::execution::{Payload, PresentedKey, RpcRequest, parse_pairs};
use crate::services::{
    ByteStream, FileReply, FileRequest, GatewayKind, NodeStatus, PlaceAt, Registration, Relayed, Remote, RemoteError,
    Rest, WorkerState, shown,
};
use crate::tls::Tls;

/// Time for everything that is no call.
const SHORT: Duration = Duration::from_secs(5);

/// What is escaped in a path; `/` is not, names contain it.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What is escaped in a worker's id.
const ID: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

/// How long a gateway that is watched may give no sign of life.
const SILENCE: Duration = Duration::from_secs(6);

/// The address of whoever is behind a socket of this machine.
static LOCAL: LazyLock<Url> =
    LazyLock::new(|| Url::parse("http://localhost/").expect("invariant: the text is an address"));

/// Bodies up to this many bytes are taken as a whole; what is larger passes piece by piece.
pub(super) const SMALL: u64 = 64 << 10;

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
    /// When the system gives no resources for it.
    pub(crate) fn new(tls: &Tls) -> Result<Self, ClientError> {
        Ok(Self { connections: Connections::new(tls)? })
    }

    /// A request to `path` at a node. The path is escaped already.
    fn request(&self, method: Method, node: &Url, path: &str) -> RequestBuilder {
        self.client_for(node).request(method, address(node, path))
    }

    fn client_for(&self, node: &Url) -> Client {
        self.connections.client((node.scheme() == UNIX).then(|| node.path()))
    }
}

#[async_trait]
impl Remote for HttpRemote {
    async fn run(&self, node: &Url, request: RpcRequest, limit: Duration) -> Result<Reply, RemoteError> {
        let whole = async {
            let relayed = self.relay(node, request, None, limit).await?;
            relayed.whole().await.map_err(|error| broken(node, &error))
        };
        let late = |_| RemoteError::Deadline { node: shown(node), limit };
        tokio::time::timeout(limit, whole).await.map_err(late)?
    }

    async fn relay(
        &self,
        node: &Url,
        request: RpcRequest,
        body: Option<ByteStream>,
        limit: Duration,
    ) -> Result<Relayed, RemoteError> {
        let (body, end) = body.map(noted).unzip();
        let outgoing = self.rpc(node, request, body);
        let late = || RemoteError::Deadline { node: shown(node), limit };
        let broke = || end.as_ref().and_then(|end| end.get().copied()).map(RemoteError::Body);
        let answer = match tokio::time::timeout(limit, outgoing.send()).await {
            Ok(answer) => answer.map_err(|error| broke().unwrap_or_else(|| failed(node, limit, &error)))?,
            Err(_elapsed) => return Err(late()),
        };
        let marker = text(answer.headers(), CONTENT_KIND);
        let content_type = text(answer.headers(), "content-type");
        let mut reply = Reply {
            status: answer.status().as_u16(),
            content: headers::kind_of(marker.as_deref(), content_type.as_deref()),
            body: Bytes::new(),
            headers: relayed(answer.headers()),
        };
        let length = answer.content_length();
        if length.is_some_and(|length| length <= SMALL) {
            let body = tokio::time::timeout(limit, answer.bytes()).await.map_err(|_elapsed| late())?;
            reply.body = body.map_err(|error| failed(node, limit, &error))?;
            return Ok(reply.into());
        }
        let pieces = answer.bytes_stream().map(|piece| piece.map_err(io::Error::other));
        Ok(Relayed { reply, rest: Some(Rest { length, pieces: timed(pieces, limit).boxed() }) })
    }

    async fn file(&self, node: &Url, request: FileRequest) -> Result<FileReply, RemoteError> {
        let name = utf8_percent_encode(&request.name, PATH).to_string();
        let passed: HeaderMap = request.headers.iter().filter_map(pair).collect();
        let outgoing = self.request(Method::GET, node, &name).headers(passed);
        let answer = send(node, SHORT, outgoing).await?;
        let status = answer.status().as_u16();
        let mut headers = relayed(answer.headers());
        for name in ["etag", "content-encoding", CONTENT_KIND] {
            headers.extend(text(answer.headers(), name).map(|value| (name.to_owned(), value)));
        }
        let body = read(node, SHORT, answer).await?;
        if !body.is_empty() && headers.iter().all(|(name, _)| name != "content-type") {
            headers.push(("content-type".to_owned(), "application/octet-stream".to_owned()));
        }
        Ok(FileReply { status, headers, body })
    }

    async fn health(&self, node: &Url) -> Result<Vec<(String, bool)>, RemoteError> {
        let outgoing = self.request(Method::GET, node, "health");
        let body = accepted(node, send(node, SHORT, outgoing).await?).await?;
        let checks: Map<String, Value> = serde_json::from_slice(&body).map_err(|error| not_understood(node, &error))?;
        Ok(checks.into_iter().map(|(name, is_well)| (name, is_well == Value::Bool(true))).collect())
    }

    async fn status(&self, node: &Url) -> Result<NodeStatus, RemoteError> {
        let answer = send(node, SHORT, self.request(Method::GET, node, "health/status")).await?;
        let is_peer = answer.headers().contains_key(headers::PEER);
        Ok(NodeStatus { is_healthy: read(node, SHORT, answer).await? == "true", is_peer })
    }

    async fn announcement(&self, worker: &Url, key: Option<&PresentedKey>) -> Result<Registration, RemoteError> {
        let outgoing = with_key(self.request(Method::GET, worker, "workers/self"), key);
        let body = accepted(worker, send(worker, SHORT, outgoing).await?).await?;
        Registration::from_peer(&body).map_err(|error| not_understood(worker, &error))
    }

    async fn direct_workers(
        &self,
        gateway: &Url,
        key: Option<&PresentedKey>,
    ) -> Result<Vec<Registration>, RemoteError> {
        let outgoing = with_key(self.request(Method::GET, gateway, "workers/direct"), key);
        let body = accepted(gateway, send(gateway, SHORT, outgoing).await?).await?;
        let workers: Vec<Value> = serde_json::from_slice(&body).map_err(|error| not_understood(gateway, &error))?;
        let read = |worker: Value| Registration::from_peer(worker.to_string().as_bytes());
        workers.into_iter().map(read).collect::<Result<_, _>>().map_err(|error| not_understood(gateway, &error))
    }

    async fn register(
        &self,
        gateway: &Url,
        registration: &Registration,
        kind: GatewayKind,
    ) -> Result<String, RemoteError> {
        let (target, body) = match kind {
            GatewayKind::Peer => ("?peer=1", registration.to_peer_json()),
            GatewayKind::Known => ("", registration.to_json()),
        };
        let mut url = address(gateway, "workers");
        url.set_query(target.strip_prefix('?'));
        let outgoing = with_json(self.client_for(gateway).post(url), body);
        let answer = accepted(gateway, send(gateway, SHORT, outgoing).await?).await?;
        let fields: Map<String, Value> =
            serde_json::from_slice(&answer).map_err(|error| not_understood(gateway, &error))?;
        match fields.get("id") {
            Some(Value::String(id)) if !id.is_empty() => Ok(id.clone()),
            _ => Err(not_understood(gateway, &"Invalid worker id")),
        }
    }

    async fn report(&self, place: &PlaceAt, state: WorkerState) -> Result<(), RemoteError> {
        let body = format!(r#"{{"state":"{}"}}"#, state.as_str());
        let path = format!("workers/{}/report", escaped(&place.id));
        let outgoing = with_json(self.request(Method::POST, &place.gateway, &path), body);
        let answer = send(&place.gateway, SHORT, with_key(outgoing, place.key.as_ref())).await?;
        accepted(&place.gateway, answer).await.map(drop)
    }

    async fn remove(&self, place: &PlaceAt) -> Result<(), RemoteError> {
        let outgoing = self.request(Method::DELETE, &place.gateway, &format!("workers/{}", escaped(&place.id)));
        let answer = send(&place.gateway, SHORT, with_key(outgoing, place.key.as_ref())).await?;
        accepted(&place.gateway, answer).await.map(drop)
    }

    async fn watch(&self, place: &PlaceAt) -> RemoteError {
        let path = format!("workers/{}/watch", escaped(&place.id));
        let outgoing = with_key(self.request(Method::GET, &place.gateway, &path), place.key.as_ref());
        let lost = |reason: &str| RemoteError::Unreachable {
            node: shown(&place.gateway),
            reason: reason.to_owned(),
            was_sent: true,
        };
        let mut answer = match tokio::time::timeout(SHORT, outgoing.send()).await {
            Ok(Ok(answer)) if answer.status().is_success() => answer,
            Ok(Ok(answer)) => return accepted(&place.gateway, answer).await.err().unwrap_or_else(|| lost("no watch")),
            Ok(Err(error)) => return failed(&place.gateway, SHORT, &error),
            Err(_) => return lost("it is silent"),
        };
        loop {
            match tokio::time::timeout(SILENCE, answer.chunk()).await {
                Ok(Ok(Some(_sign_of_life))) => {}
                Ok(Ok(None)) => return lost("it closed the connection"),
                Ok(Err(error)) => return failed(&place.gateway, SILENCE, &error),
                Err(_) => return lost("it is silent"),
            }
        }
    }
}

impl HttpRemote {
    /// The request for a procedure. A GET stays a GET, so that the values of its query mean the same as without a gateway;
    /// dry runs are OPTIONS, which needs no trust.
    fn rpc(&self, node: &Url, request: RpcRequest, body: Option<ByteStream>) -> RequestBuilder {
        let client = self.client_for(node);
        let mut url = address(node, &format!("rpc/{}", utf8_percent_encode(&request.fqn, PATH)));
        let is_dry = request.mode == RunMode::Dry;
        let outgoing = match request.payload {
            Payload::Query(query) if is_dry => with_json(client.request(Method::OPTIONS, url), query_as_json(&query)),
            Payload::Query(query) => {
                url.set_query((!query.is_empty()).then_some(&query));
                client.get(url)
            }
            Payload::Body { content_type, bytes } => {
                let outgoing = client.request(if is_dry { Method::OPTIONS } else { Method::POST }, url);
                match body {
                    Some(body) => outgoing.header("content-type", content_type).body(reqwest::Body::wrap_stream(body)),
                    // The known implementation fails without a body.
                    None if bytes.is_empty() => with_json(outgoing, "{}"),
                    None => outgoing.header("content-type", content_type).body(bytes),
                }
            }
        };
        let passed: HeaderMap =
            request.headers.iter().filter(|(name, _)| name != "content-type").filter_map(pair).collect();
        let mut outgoing = outgoing.headers(passed).header(headers::VERSION, request.version.to_string());
        outgoing = outgoing.header(headers::HOPS, u16::from(request.node.hops));
        if request.extended.understood {
            outgoing = outgoing.header(headers::PEER, "1");
        }
        if request.extended.used {
            outgoing = outgoing.header(FORMS, headers::EXTENDED);
        }
        if request.serialized {
            outgoing = outgoing.header(headers::ENCODING, headers::SERIALIZED);
        }
        if let Some(key) = &request.key {
            outgoing = outgoing.header(headers::TRUST_KEY, key.reveal().as_bytes());
        }
        if is_dry || request.node.dry {
            outgoing = outgoing.header(headers::RUN_MODE, headers::DRY);
        }
        if request.node.stranger {
            outgoing = outgoing.header(headers::CALLER, headers::STRANGER);
        }
        if let Some(beside) = &request.beside {
            // The only control character that JSON has as it is, and that a header cannot have.
            outgoing = outgoing.header(headers::BESIDE, beside.replace('\u{7f}', "\\u007f").as_bytes());
        }
        if let Some(deadline) = request.node.deadline {
            outgoing = outgoing.header(headers::DEADLINE, deadline.as_millis().to_string());
        }
        outgoing
    }
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

fn pair((name, value): &(String, String)) -> Option<(HeaderName, HeaderValue)> {
    let (_, value) = headers::encode(name, value)?;
    Some((HeaderName::try_from(name).ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?))
}

fn with_key(outgoing: RequestBuilder, key: Option<&PresentedKey>) -> RequestBuilder {
    match key {
        Some(key) => outgoing.header(headers::TRUST_KEY, key.reveal().as_bytes()),
        None => outgoing,
    }
}

fn with_json(outgoing: RequestBuilder, body: impl Into<reqwest::Body>) -> RequestBuilder {
    outgoing.header("content-type", "application/json").body(body)
}

/// `path` below the node's address. The path is escaped already.
fn address(node: &Url, path: &str) -> Url {
    if node.scheme() == UNIX {
        // The path is that of the socket, and who is behind it needs no name.
        let mut url = LOCAL.clone();
        url.set_path(path);
        return url;
    }
    let mut url = node.clone();
    let below = format!("{}/{path}", node.path().trim_end_matches('/'));
    url.set_path(&below);
    url
}

fn escaped(segment: &str) -> String {
    utf8_percent_encode(segment, ID).to_string()
}

async fn send(node: &Url, limit: Duration, outgoing: RequestBuilder) -> Result<Response, RemoteError> {
    outgoing.timeout(limit).send().await.map_err(|error| failed(node, limit, &error))
}

async fn read(node: &Url, limit: Duration, answer: Response) -> Result<Bytes, RemoteError> {
    answer.bytes().await.map_err(|error| failed(node, limit, &error))
}

/// The body of an answer that is no error.
async fn accepted(node: &Url, answer: Response) -> Result<Bytes, RemoteError> {
    let status = answer.status();
    let body = read(node, SHORT, answer).await?;
    if status.is_success() || status.is_redirection() {
        return Ok(body);
    }
    let message = String::from_utf8_lossy(&body).into_owned();
    Err(RemoteError::Refused { node: shown(node), status: status.as_u16(), message })
}

fn failed(node: &Url, limit: Duration, error: &reqwest::Error) -> RemoteError {
    if error.is_timeout() && !error.is_connect() {
        return RemoteError::Deadline { node: shown(node), limit };
    }
    // The innermost cause says what happened; the outer ones repeat the address.
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    // A request whose connection was refused certainly did not arrive; one on a connection that broke may have.
    RemoteError::Unreachable { node: shown(node), reason: cause.to_string(), was_sent: !error.is_connect() }
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

/// An answer that broke off.
fn broken(node: &Url, error: &io::Error) -> RemoteError {
    RemoteError::Unreachable { node: shown(node), reason: error.to_string(), was_sent: true }
}

fn not_understood(node: &Url, reason: &dyn std::fmt::Display) -> RemoteError {
    RemoteError::Answer { node: shown(node), reason: reason.to_string() }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| headers::decode(value.as_bytes()))
}

fn relayed(headers: &HeaderMap) -> Headers {
    let all: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    headers::of_answer(&all)
}
