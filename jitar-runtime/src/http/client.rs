//! Requests to other nodes: plain HTTP/1.1 with kept connections, no redirects, no retries.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jitar_engine::call::{Headers, Reply, RunMode};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Map, Value};
use url::Url;

use super::headers::{self, CONTENT_KIND};
use crate::execution::{Payload, RpcRequest, parse_pairs};
use crate::services::{FileReply, FileRequest, Registration, Remote, RemoteError, WorkerState, shown};

/// Time to connect: nodes of one cluster are near.
const CONNECT: Duration = Duration::from_secs(2);

/// Time for everything that is no call.
const SHORT: Duration = Duration::from_secs(5);

/// How long an unused connection is kept; less than the five seconds after which servers close theirs.
const IDLE: Duration = Duration::from_secs(4);

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

/// Other nodes over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct HttpRemote {
    client: Client,
}

/// The HTTP client cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made: {0}")]
pub(crate) struct ClientError(#[from] reqwest::Error);

impl HttpRemote {
    /// A client with its own connections. It looks at no proxy settings of the environment.
    ///
    /// # Errors
    /// When the system gives no resources for it.
    pub(crate) fn new() -> Result<Self, ClientError> {
        // The client takes its cryptography from the process; where it is there already, nothing changes.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .tcp_nodelay(true)
            .build()?;
        Ok(Self { client })
    }
}

#[async_trait]
impl Remote for HttpRemote {
    async fn run(&self, node: &Url, request: RpcRequest, limit: Duration) -> Result<Reply, RemoteError> {
        let answer = send(node, limit, rpc(&self.client, node, request)).await?;
        let status = answer.status().as_u16();
        let marker = text(answer.headers(), CONTENT_KIND);
        let content_type = text(answer.headers(), "content-type");
        let headers = relayed(answer.headers());
        let body = read(node, limit, answer).await?;
        let content = headers::kind_of(marker.as_deref(), content_type.as_deref());
        Ok(Reply { status, content, body, headers })
    }

    async fn file(&self, node: &Url, request: FileRequest) -> Result<FileReply, RemoteError> {
        let name = utf8_percent_encode(&request.name, PATH).to_string();
        let mut outgoing = self.client.get(address(node, &name));
        for (name, value) in [("accept", request.accept), ("if-none-match", request.if_none_match)] {
            if let Some(value) = value {
                outgoing = outgoing.header(name, value);
            }
        }
        let answer = send(node, SHORT, outgoing).await?;
        let status = answer.status().as_u16();
        let mut headers = relayed(answer.headers());
        for name in ["etag", CONTENT_KIND] {
            headers.extend(text(answer.headers(), name).map(|value| (name.to_owned(), value)));
        }
        Ok(FileReply { status, headers, body: read(node, SHORT, answer).await? })
    }

    async fn health(&self, node: &Url) -> Result<Vec<(String, bool)>, RemoteError> {
        let body = accepted(node, send(node, SHORT, self.client.get(address(node, "health"))).await?).await?;
        let checks: Map<String, Value> = serde_json::from_slice(&body).map_err(|error| not_understood(node, &error))?;
        Ok(checks.into_iter().map(|(name, is_well)| (name, is_well == Value::Bool(true))).collect())
    }

    async fn is_healthy(&self, node: &Url) -> Result<bool, RemoteError> {
        let answer = send(node, SHORT, self.client.get(address(node, "health/status"))).await?;
        Ok(read(node, SHORT, answer).await? == "true")
    }

    async fn register(&self, gateway: &Url, registration: &Registration) -> Result<String, RemoteError> {
        let outgoing = with_json(self.client.post(address(gateway, "workers")), registration.to_json());
        let answer = accepted(gateway, send(gateway, SHORT, outgoing).await?).await?;
        let fields: Map<String, Value> =
            serde_json::from_slice(&answer).map_err(|error| not_understood(gateway, &error))?;
        match fields.get("id") {
            Some(Value::String(id)) if !id.is_empty() => Ok(id.clone()),
            _ => Err(not_understood(gateway, &"Invalid worker id")),
        }
    }

    async fn report(&self, gateway: &Url, id: &str, state: WorkerState) -> Result<(), RemoteError> {
        let body = format!(r#"{{"state":"{}"}}"#, state.as_str());
        let outgoing = with_json(self.client.post(address(gateway, &format!("workers/{}/report", escaped(id)))), body);
        accepted(gateway, send(gateway, SHORT, outgoing).await?).await.map(drop)
    }

    async fn remove(&self, gateway: &Url, id: &str) -> Result<(), RemoteError> {
        let outgoing = self.client.delete(address(gateway, &format!("workers/{}", escaped(id))));
        accepted(gateway, send(gateway, SHORT, outgoing).await?).await.map(drop)
    }
}

/// The request for a procedure. A GET stays a GET, so that the values of its query mean the same as without a gateway;
/// dry runs are OPTIONS, which needs no trust.
fn rpc(client: &Client, node: &Url, request: RpcRequest) -> RequestBuilder {
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
            // The known implementation fails without a body.
            if bytes.is_empty() {
                with_json(outgoing, "{}")
            } else {
                outgoing.header("content-type", content_type).body(bytes)
            }
        }
    };
    let passed: HeaderMap =
        request.headers.iter().filter(|(name, _)| name != "content-type").filter_map(pair).collect();
    let mut outgoing = outgoing.headers(passed).header(headers::VERSION, request.version.to_string());
    outgoing = outgoing.header(headers::HOPS, u16::from(request.node.hops));
    if request.serialized {
        outgoing = outgoing.header(headers::ENCODING, headers::SERIALIZED);
    }
    if let Some(key) = &request.key {
        outgoing = outgoing.header(headers::TRUST_KEY, key.reveal().as_bytes());
    }
    if is_dry || request.node.dry {
        outgoing = outgoing.header(headers::RUN_MODE, headers::DRY);
    }
    if let Some(deadline) = request.node.deadline {
        outgoing = outgoing.header(headers::DEADLINE, deadline.as_millis().to_string());
    }
    outgoing
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

fn with_json(outgoing: RequestBuilder, body: impl Into<reqwest::Body>) -> RequestBuilder {
    outgoing.header("content-type", "application/json").body(body)
}

/// `path` below the node's address. The path is escaped already.
fn address(node: &Url, path: &str) -> Url {
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
    RemoteError::Unreachable { node: shown(node), reason: cause.to_string() }
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
