//! The HTTP server: a listener, some threads, and an orderly end.

use std::io;
use std::net::{Shutdown, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use socket2::SockRef;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::routes;
use crate::services::Services;

/// How long an unused connection stays open, as with the known implementation.
const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// Time for the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// Seconds for sending what is written when the last request has finished; unused connections wait for it too.
const FLUSH_SECONDS: u64 = 1;

/// What every request handler knows.
pub(super) struct State {
    /// What the process offers.
    pub(super) services: Services,
    /// Bytes of a request body.
    pub(super) body_limit: usize,
    /// The requests that run.
    pub(super) running: Arc<Running>,
}

/// A server that runs.
pub(crate) struct HttpServerHandle {
    server: ServerHandle,
    running: Arc<Running>,
    task: JoinHandle<io::Result<()>>,
    /// The listening socket, to close it while requests still run.
    door: TcpListener,
}

/// Serves `services` on `listener` with `n_threads` threads.
///
/// # Errors
/// When the system gives no resources for it.
pub(crate) fn serve(
    listener: TcpListener,
    services: Services,
    body_limit: usize,
    n_threads: usize,
) -> io::Result<HttpServerHandle> {
    let running = Arc::<Running>::default();
    let door = listener.try_clone()?;
    let state = web::Data::new(State { services, body_limit, running: Arc::clone(&running) });
    let server = HttpServer::new(move || App::new().app_data(state.clone()).default_service(web::to(routes::handle)))
        .workers(n_threads)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEAD_TIME)
        .h1_allow_half_closed(false)
        .shutdown_timeout(FLUSH_SECONDS)
        .disable_signals()
        .listen(listener)?
        .run();
    Ok(HttpServerHandle { server: server.handle(), running, task: tokio::spawn(server), door })
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
        drop(SockRef::from(&self.door).shutdown(Shutdown::Both));
        let n_left = match tokio::time::timeout(grace, self.running.finished()).await {
            Ok(()) => 0,
            Err(_) => self.running.n.load(Ordering::Acquire),
        };
        self.server.stop(n_left == 0).await;
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
    use futures::FutureExt;

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
