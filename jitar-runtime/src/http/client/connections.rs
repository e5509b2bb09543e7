//! The connections to other nodes. Each thread has its own, which belong to its own runtime: so no answer has to wake
//! another thread.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use http::header::{HOST, HeaderValue};
use http::uri::Authority;
use http::{Request, Uri};
use hyper::client::conn::TrySendError;
use thread_local::ThreadLocal;
use tokio::runtime::Handle;
use url::{Position, Url};

use super::answer::Answer;
use super::connect::{Cause, Connector};
use super::request::{Body, copied};
use super::{UNIX, http1, http2};
use crate::tls::Tls;

/// How long an unused connection is kept; less than the five seconds after which servers close theirs.
const IDLE: Duration = Duration::from_secs(4);

/// How often a request is sent again that a node refused because it is about to end.
const N_REPEATS: usize = 2;

/// Nodes of which none is forgotten.
const SMALL_CROWD: usize = 64;

/// The connections of all threads.
#[derive(Clone)]
pub(super) struct Connections {
    connector: Arc<Connector>,
    by_thread: Arc<ThreadLocal<RefCell<OfThread>>>,
}

/// The connections of one thread.
struct OfThread {
    /// That thread. Threads of isolates come and go, and the place of one that ended is given to a later one, whose runtime
    /// knows nothing of the connections.
    thread: ThreadId,
    /// By what leads to them: nodes that differ in the path only are behind the same connections.
    nodes: foldhash::HashMap<String, Arc<Node>>,
    /// With so many nodes, those that are not used any more are looked for.
    crowd: usize,
}

/// The connections of one thread to one node.
pub(super) struct Node {
    url: Url,
    authority: Authority,
    host: HeaderValue,
    connector: Arc<Connector>,
    kept: Mutex<Kept>,
    /// Held by the call that opens a connection which others may share.
    opening: tokio::sync::Mutex<()>,
    /// Whether no connection will be shared, as far as is known.
    is_http1: AtomicBool,
}

/// The connections that can be used.
#[derive(Default)]
struct Kept {
    /// Those that nobody uses, the one that was used last at the end.
    idle: VecDeque<(Instant, http1::Connection)>,
    shared: Option<http2::Connection>,
    /// When and why the last connection that was to be shared could not be opened.
    failure: Option<(Instant, String)>,
    /// Whether somebody looks for what was not used for long.
    is_swept: bool,
}

/// A connection for one request.
enum Connection {
    /// Nobody else uses it.
    Own(http1::Connection),
    /// Others use it, too.
    Shared(http2::Connection),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// The node certainly got nothing.
    #[error("{}", innermost(.0.as_ref()))]
    NotSent(Cause),
    /// It may have got the request.
    #[error("{}", innermost(.0))]
    Broken(hyper::Error),
}

/// The HTTP client cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made: {0}")]
pub(crate) struct ClientError(#[from] rustls::Error);

impl Connections {
    /// Connections to nodes that `tls` trusts.
    ///
    /// # Errors
    /// When the cryptography of the process has none of the safe protocol versions.
    pub(super) fn new(tls: &Tls) -> Result<Self, ClientError> {
        Ok(Self { connector: Arc::new(Connector::new(tls)?), by_thread: Arc::default() })
    }

    /// How many were opened.
    #[cfg(test)]
    pub(super) fn n_opened(&self) -> usize {
        self.connector.n_opened()
    }

    /// This thread's connections to a node.
    pub(super) fn to(&self, node: &Url) -> Arc<Node> {
        let thread = thread::current().id();
        let of_thread = &mut *self.by_thread.get_or(|| RefCell::new(OfThread::new(thread))).borrow_mut();
        if of_thread.thread != thread {
            *of_thread = OfThread::new(thread);
        }
        let way = if node.scheme() == UNIX { node.as_str() } else { &node[..Position::BeforePath] };
        if let Some(known) = of_thread.nodes.get(way) {
            return Arc::clone(known);
        }
        of_thread.forget_unused();
        let new = Arc::new(Node::new(node, &self.connector));
        of_thread.nodes.insert(way.to_owned(), Arc::clone(&new));
        new
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connections")
    }
}

impl OfThread {
    fn new(thread: ThreadId) -> Self {
        Self { thread, nodes: foldhash::HashMap::default(), crowd: SMALL_CROWD }
    }

    /// Nodes come and go, too. Now and then is enough, so that many nodes do not make each of them slow to add.
    fn forget_unused(&mut self) {
        if self.nodes.len() >= self.crowd {
            self.nodes.retain(|_, node| Arc::strong_count(node) > 1 || !node.kept().is_empty());
            self.crowd = (2 * self.nodes.len()).max(SMALL_CROWD);
        }
    }
}

impl Node {
    fn new(url: &Url, connector: &Arc<Connector>) -> Self {
        let named = &url[Position::BeforeHost..Position::AfterPort];
        let authority: Option<Authority> = if url.scheme() == UNIX { None } else { named.parse().ok() };
        // Who is behind a socket of this machine needs no name.
        let authority = authority.unwrap_or_else(|| Authority::from_static("localhost"));
        Self {
            url: url.clone(),
            host: HeaderValue::from_str(authority.as_str()).unwrap_or_else(|_| HeaderValue::from_static("localhost")),
            authority,
            connector: Arc::clone(connector),
            kept: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            is_http1: AtomicBool::new(url.scheme() != "https"),
        }
    }

    /// Sends a request, and waits for the head of the answer. It is sent again when its connection turns out to have ended
    /// before it, and never when the node may have looked at it.
    ///
    /// # Errors
    /// When there is no connection, or it breaks.
    pub(super) async fn send(self: &Arc<Self>, mut request: Box<Request<Body>>) -> Result<Answer, SendError> {
        let next = || self.kept().take();
        while let Some(connection) = next() {
            let mut error = match self.exchange(connection, request).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let unsent = error.take_message();
            request = unsent.map(Box::new).ok_or_else(|| SendError::Broken(error.into_error()))?;
        }
        // Boxed, because it is large, and what is moved around for each call should be small.
        Box::pin(self.send_on_other(request)).await
    }

    /// Sends a request on a new connection or on the one that is shared.
    async fn send_on_other(self: &Arc<Self>, mut request: Box<Request<Body>>) -> Result<Answer, SendError> {
        let mut n_repeats = 0;
        loop {
            let mut shared = match self.connection().await? {
                Connection::Own(connection) => {
                    return self.exchange(connection, request).await.map_err(SendError::of);
                }
                Connection::Shared(shared) => shared,
            };
            let copy = copied(&request);
            let mut error = match shared.exchange(&self.authority, request).await {
                Ok(answer) => return Ok(Answer::new(answer, None)),
                Err(error) => error,
            };
            let unsent = error.take_message().map(Box::new);
            let error = error.into_error();
            let (was_unsent, was_refused) = (unsent.is_some(), http2::was_refused(&error));
            if was_refused {
                // It may look open for a moment.
                self.kept().shared = None;
            }
            n_repeats += 1;
            request = match unsent.or(copy.filter(|_| was_refused)) {
                Some(again) if n_repeats <= N_REPEATS => again,
                _ if was_unsent || was_refused => return Err(SendError::unsent(error)),
                _ => return Err(SendError::Broken(error)),
            };
        }
    }

    async fn exchange(
        self: &Arc<Self>,
        connection: http1::Connection,
        mut request: Box<Request<Body>>,
    ) -> Result<Answer, TrySendError<Request<Body>>> {
        request.headers_mut().insert(HOST, self.host.clone());
        // It may have been on its way over a shared connection, where addresses are whole.
        if request.uri().authority().is_some() {
            *request.uri_mut() = request.uri().path_and_query().cloned().map(Uri::from).unwrap_or_default();
        }
        let (answer, connection) = connection.exchange(request).await?;
        Ok(Answer::new(answer, Some((connection, Arc::clone(self)))))
    }

    /// A connection on which nothing was said yet, or the one that is shared. Of the calls that find no connection to a
    /// node that may share one, the first opens it for all.
    async fn connection(self: &Arc<Self>) -> Result<Connection, SendError> {
        let share = || self.kept().share().map(Connection::Shared);
        if let Some(shared) = share() {
            return Ok(shared);
        }
        if self.is_http1.load(Ordering::Relaxed) {
            return self.open().await;
        }
        let asked = Instant::now();
        let turn = self.opening.lock().await;
        if let Some(shared) = share() {
            return Ok(shared);
        }
        if self.is_http1.load(Ordering::Relaxed) {
            drop(turn);
            return self.open().await;
        }
        // What failed while this call waited need not be found out again.
        if let Some((at, cause)) = &self.kept().failure
            && *at >= asked
        {
            return Err(SendError::NotSent(cause.as_str().into()));
        }
        self.open().await.inspect_err(|error| self.kept().failure = Some((Instant::now(), error.to_string())))
    }

    async fn open(self: &Arc<Self>) -> Result<Connection, SendError> {
        let opened = self.connector.open(&self.url).await.map_err(SendError::NotSent)?;
        self.is_http1.store(!opened.is_http2, Ordering::Relaxed);
        if !opened.is_http2 {
            return http1::Connection::new(opened.wire).await.map(Connection::Own).map_err(SendError::unsent);
        }
        let shared = http2::Connection::new(opened.wire).await.map_err(SendError::unsent)?;
        self.kept().shared = Some(shared.clone());
        self.start_sweeping();
        Ok(Connection::Shared(shared))
    }

    /// Keeps a connection for the next call.
    pub(super) fn keep(self: &Arc<Self>, connection: http1::Connection) {
        self.kept().idle.push_back((Instant::now(), connection));
        self.start_sweeping();
    }

    /// Ends in time what is not used again.
    fn start_sweeping(self: &Arc<Self>) {
        let mut kept = self.kept();
        if !kept.is_swept
            && let Ok(runtime) = Handle::try_current()
        {
            kept.is_swept = true;
            runtime.spawn(sweep(Arc::downgrade(self)));
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends connections that are not used, for as long as there are any.
async fn sweep(node: Weak<Node>) {
    loop {
        tokio::time::sleep(IDLE / 2).await;
        let Some(node) = node.upgrade() else { return };
        if !node.kept().sweep(Instant::now()) {
            return;
        }
    }
}

impl Kept {
    /// The connection that was used last: of all, the others are the first that may go.
    fn take(&mut self) -> Option<http1::Connection> {
        let (since, connection) = self.idle.pop_back()?;
        if since.elapsed() < IDLE {
            return Some(connection);
        }
        self.idle.clear();
        None
    }

    fn share(&mut self) -> Option<http2::Connection> {
        let shared = self.shared.as_mut().filter(|shared| shared.is_open() && shared.used.elapsed() < IDLE)?;
        shared.used = Instant::now();
        Some(shared.clone())
    }

    /// Ends what was not used for long; whether anything is left.
    fn sweep(&mut self, now: Instant) -> bool {
        let is_old = |used: Instant| now.saturating_duration_since(used) >= IDLE;
        self.idle.retain(|(since, _)| !is_old(*since));
        self.shared = self.shared.take().filter(|shared| shared.is_open() && !is_old(shared.used));
        self.is_swept = !self.is_empty();
        self.is_swept
    }

    fn is_empty(&self) -> bool {
        self.idle.is_empty() && self.shared.is_none()
    }
}

/// The innermost cause says what happened; the outer ones only where.
pub(super) fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause
}

impl SendError {
    /// Whether the node may have got the request.
    pub(super) fn was_sent(&self) -> bool {
        matches!(self, Self::Broken(_))
    }

    fn of(mut error: TrySendError<Request<Body>>) -> Self {
        let was_sent = error.take_message().is_none();
        if was_sent { Self::Broken(error.into_error()) } else { Self::unsent(error.into_error()) }
    }

    fn unsent(error: hyper::Error) -> Self {
        Self::NotSent(error.into())
    }
}

#[cfg(test)]
mod tests {
    use hyper_util::rt::TokioIo;
    use tokio::io::AsyncReadExt;

    use super::*;
    use crate::config::TlsConfig;

    fn node() -> Arc<Node> {
        let tls = Tls::load(TlsConfig::default()).expect("no files");
        let connector = Arc::new(Connector::new(&tls).expect("supported"));
        Arc::new(Node::new(&"http://127.0.0.1:1".parse().expect("a URL"), &connector))
    }

    #[tokio::test]
    async fn connections_that_are_not_used_end() {
        let (node, (near, mut far)) = (node(), tokio::io::duplex(100));
        node.keep(http1::Connection::new(TokioIo::new(Box::new(near))).await.expect("a connection"));
        let now = Instant::now();
        assert!(node.kept().sweep(now), "it may be used again");
        assert!(node.kept().is_swept && !node.kept().sweep(now + IDLE));
        assert!(node.kept().is_empty() && !node.kept().is_swept);
        assert_eq!(far.read(&mut [0]).await.expect("an end"), 0);
    }

    #[tokio::test]
    async fn the_connection_that_was_used_last_is_taken_first() {
        let node = node();
        let mut others = Vec::new();
        for _ in 0..2 {
            let (near, far) = tokio::io::duplex(100);
            others.push(far);
            node.keep(http1::Connection::new(TokioIo::new(Box::new(near))).await.expect("a connection"));
        }
        drop(node.kept().take().expect("one"));
        assert_eq!(others[1].read(&mut [0]).await.expect("an end"), 0);
        node.kept().idle[0].0 = Instant::now().checked_sub(IDLE).expect("the clock runs for longer");
        assert!(node.kept().take().is_none(), "the other one is too old");
        assert_eq!(others[0].read(&mut [0]).await.expect("an end"), 0);
    }

    #[test]
    fn nodes_that_are_gone_are_forgotten() {
        let connections = Connections::new(&Tls::load(TlsConfig::default()).expect("no files")).expect("a client");
        let to = |address: &str| connections.to(&address.parse().expect("a URL"));
        let used = to("http://127.0.0.1:1/a");
        assert!(Arc::ptr_eq(&used, &to("http://127.0.0.1:1/b/c")), "the same way leads to both");
        assert!(!Arc::ptr_eq(&used, &to("https://127.0.0.1:1/a")));
        assert!(!Arc::ptr_eq(&to("unix:/tmp/a"), &to("unix:/tmp/b")));
        for port in 2..1000 {
            drop(to(&format!("http://127.0.0.1:{port}")));
        }
        assert!(Arc::ptr_eq(&used, &to("http://127.0.0.1:1")));
        let known = connections.by_thread.get().expect("this thread has some").borrow();
        assert!(known.nodes.len() <= SMALL_CROWD, "{}", known.nodes.len());
    }
}
