//! The HTTP server: a listener, some threads, and an orderly end.

use std::convert::Infallible;
use std::io;
use std::net::{Shutdown, TcpListener};
#[cfg(unix)]
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use actix_http::Request;
use actix_web::HttpServer;
use actix_web::dev::{ServerHandle, fn_service};
use futures::FutureExt;
use rustls::ServerConfig;
use socket2::Socket;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::body::BodyLimits;
use super::cors::Cors;
use super::idle::Connections;
use super::routes;
use crate::config::{CorsConfig, HttpConfig};
use crate::services::Services;

/// Seconds for sending what is written when the last request has finished; unused connections wait for it too.
const FLUSH_SECONDS: u64 = 1;

/// What every request handler knows.
pub(super) struct State {
    /// What the process offers.
    pub(super) services: Services,
    /// What a request body may cost.
    pub(super) body: BodyLimits,
    /// Which pages of other origins may call.
    pub(super) cors: Option<Cors>,
    /// The requests that run.
    pub(super) running: Arc<Running>,
}

/// A server that runs.
pub(crate) struct HttpServerHandle {
    server: ServerHandle,
    running: Arc<Running>,
    task: JoinHandle<io::Result<()>>,
    /// The listening socket, to close it while requests still run.
    door: Socket,
    /// What ends silent connections.
    watch: JoinHandle<()>,
}

/// What a server listens on.
#[derive(Debug)]
pub(crate) enum Listener {
    /// An address.
    Tcp(TcpListener),
    /// A socket of this machine.
    #[cfg(unix)]
    Socket(UnixListener),
}

impl Listener {
    /// A second handle of the listening socket.
    fn door(&self) -> io::Result<Socket> {
        match self {
            Self::Tcp(listener) => listener.try_clone().map(Socket::from),
            #[cfg(unix)]
            Self::Socket(listener) => listener.try_clone().map(Socket::from),
        }
    }
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self::Tcp(listener)
    }
}

#[cfg(unix)]
impl From<UnixListener> for Listener {
    fn from(listener: UnixListener) -> Self {
        Self::Socket(listener)
    }
}

/// How a server listens and answers.
#[derive(Debug, Clone)]
pub(crate) struct HttpOptions {
    /// Bytes of a request body.
    pub(crate) body_limit: usize,
    /// How long it waits for its clients.
    pub(crate) times: HttpConfig,
    /// Which pages of other origins may call.
    pub(crate) cors: Option<CorsConfig>,
    /// TLS, and with it HTTP/2; none for plain HTTP/1.1.
    pub(crate) tls: Option<ServerConfig>,
    /// Threads.
    pub(crate) n_threads: usize,
}

/// Serves `services` on `listener`.
///
/// # Errors
/// When the system gives no resources for it.
pub(crate) fn serve(
    listener: impl Into<Listener>,
    services: Services,
    options: HttpOptions,
) -> io::Result<HttpServerHandle> {
    let listener = listener.into();
    let HttpOptions { body_limit, times, cors, tls, n_threads } = options;
    let running = Arc::<Running>::default();
    let door = listener.door()?;
    let state = Arc::new(State {
        services,
        body: BodyLimits { size: body_limit, time: times.body_time },
        cors: cors.as_ref().map(Cors::new),
        running: Arc::clone(&running),
    });
    let connections = Connections::new(times);
    let watch = tokio::spawn(Arc::clone(&connections).watch());
    // One handler answers every request, so there is nothing to route: an `App` would cost a tenth of the thread's time.
    let service = move || {
        let state = Arc::clone(&state);
        fn_service(move |request: Request| routes::handle(Arc::clone(&state), request).map(Ok::<_, Infallible>))
    };
    let server = HttpServer::new(service)
        .workers(n_threads)
        .keep_alive(times.keep_alive)
        .client_request_timeout(times.head_time)
        .tls_handshake_timeout(times.head_time)
        .h1_allow_half_closed(false)
        .on_connect(move |io, data| connections.enter(io, data))
        .shutdown_timeout(FLUSH_SECONDS)
        .disable_signals();
    let server = match (listener, tls) {
        (Listener::Tcp(listener), Some(tls)) => server.listen_rustls_0_23(listener, tls)?,
        (Listener::Tcp(listener), None) => server.listen(listener)?,
        // Whoever comes through a socket is on this machine, where nobody else listens in.
        #[cfg(unix)]
        (Listener::Socket(listener), _) => server.listen_uds(listener)?,
    };
    let server = server.run();
    Ok(HttpServerHandle { server: server.handle(), running, task: tokio::spawn(server), door, watch })
}

impl HttpServerHandle {
    /// Waits for an end that nobody asked for.
    pub(crate) async fn ended(&mut self) -> io::Result<()> {
        (&mut self.task).await.unwrap_or_else(|error| Err(io::Error::other(error)))
    }

    /// Takes no more connections, lets the requests that run finish within `grace`, and ends. Gives the number of
    /// requests that did not finish.
    pub(crate) async fn stop(self, grace: Duration) -> usize {
        self.running.is_draining.store(true, Ordering::Relaxed);
        self.server.pause().await;
        // Pausing alone would let clients connect and wait for nothing. Whoever closed it already did what was wanted.
        drop(self.door.shutdown(Shutdown::Both));
        let n_left = match tokio::time::timeout(grace, self.running.finished()).await {
            Ok(()) => 0,
            Err(_) => self.running.n.load(Ordering::Acquire),
        };
        self.server.stop(n_left == 0).await;
        self.watch.abort();
        n_left
    }
}

/// The requests that run.
#[derive(Debug, Default)]
pub(super) struct Running {
    n: AtomicUsize,
    is_draining: AtomicBool,
    none_left: Notify,
}

impl Running {
    /// Counts a request until the value is dropped.
    pub(super) fn enter(self: &Arc<Self>) -> RunningRequest {
        self.n.fetch_add(1, Ordering::AcqRel);
        RunningRequest(Arc::clone(self))
    }

    /// Whether the server is about to end, so that connections should not be used again.
    pub(super) fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Relaxed)
    }

    async fn finished(&self) {
        loop {
            let none_left = self.none_left.notified();
            if self.n.load(Ordering::Acquire) == 0 {
                return;
            }
            none_left.await;
        }
    }
}

/// A request that runs.
pub(super) struct RunningRequest(Arc<Running>);

impl Drop for RunningRequest {
    fn drop(&mut self) {
        if self.0.n.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.none_left.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waits_for_the_last_request() {
        let running = Arc::<Running>::default();
        assert_eq!(running.finished().now_or_never(), Some(()));
        let (first, second) = (running.enter(), running.enter());
        drop(first);
        assert_eq!(running.finished().now_or_never(), None);
        let (waiting, ()) = tokio::join!(tokio::time::timeout(Duration::from_secs(10), running.finished()), async {
            drop(second);
        });
        waiting.expect("it ends");
    }
}
