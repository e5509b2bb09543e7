//! Ends connections on which nothing happens: heads that come byte by byte, answers that nobody reads.
//!
//! The HTTP library measures the first head of a connection and the pause between two requests. A later head that stays
//! incomplete, and a client that stops reading, would hold a connection for ever.

use std::any::Any;
use std::collections::HashMap;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use socket2::{SockRef, Socket};
use tokio::net::TcpStream;

use crate::config::HttpConfig;

/// Shortest and longest pause between two looks at the connections.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// The open connections of a listener.
#[derive(Debug)]
pub(super) struct Connections {
    open: Mutex<HashMap<u64, Arc<Connection>>>,
    next: AtomicU64,
    start: Instant,
    /// Longest silence between requests, in milliseconds.
    silence: u64,
    /// Longest time in which nothing of an answer is read, in milliseconds.
    stall: u64,
}

/// What is known of a connection.
#[derive(Debug)]
struct Connection {
    /// A handle of its own, because the library owns the other one.
    socket: Socket,
    /// Requests that are being answered.
    n_running: AtomicUsize,
    /// Answers that are being sent.
    n_sending: AtomicUsize,
    /// When something happened last, in milliseconds after the start of the listener.
    last: AtomicU64,
    /// Whether its last answer ends it. Requests that were sent behind that one may be here already.
    has_ended: AtomicBool,
}

/// A connection's entry in the list; it is gone with the connection.
#[derive(Debug)]
pub(super) struct Entry {
    id: u64,
    connection: Arc<Connection>,
    connections: Arc<Connections>,
}

impl Connections {
    pub(super) fn new(times: HttpConfig) -> Arc<Self> {
        let silence = times.keep_alive + times.head_time;
        let (silence, stall) = (millis(silence), millis(times.body_time));
        Arc::new(Self { open: Mutex::default(), next: AtomicU64::default(), start: Instant::now(), silence, stall })
    }

    /// Takes a new connection into the list. One that cannot be watched is served all the same.
    pub(super) fn enter(self: &Arc<Self>, io: &dyn Any, data: &mut Extensions) {
        let plain = io.downcast_ref::<TcpStream>();
        let stream = plain.or_else(|| io.downcast_ref::<TlsStream<TcpStream>>().map(|stream| stream.get_ref().0));
        let Some(socket) = stream.and_then(|stream| SockRef::from(stream).try_clone().ok()) else { return };
        let last = AtomicU64::new(self.now());
        let (n_running, n_sending, has_ended) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
        let connection = Arc::new(Connection { socket, n_running, n_sending, last, has_ended });
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&connection));
        data.insert(Entry { id, connection, connections: Arc::clone(self) });
    }

    /// Ends what is silent for too long, again and again.
    pub(super) async fn watch(self: Arc<Self>) {
        let pause = Duration::from_millis(self.silence.min(self.stall) / 4).clamp(PAUSES.0, PAUSES.1);
        loop {
            tokio::time::sleep(pause).await;
            let now = self.now();
            for connection in self.open.lock().unwrap_or_else(PoisonError::into_inner).values() {
                if self.is_silent(connection, now) {
                    // Whoever closed it already did what was wanted.
                    drop(connection.socket.shutdown(Shutdown::Both));
                }
            }
        }
    }

    fn is_silent(&self, connection: &Connection, now: u64) -> bool {
        let since = now.saturating_sub(connection.last.load(Ordering::Acquire));
        let longest = if connection.n_sending.load(Ordering::Acquire) > 0 { self.stall } else { self.silence };
        connection.n_running.load(Ordering::Acquire) == 0 && since > longest
    }

    fn now(&self) -> u64 {
        millis(self.start.elapsed())
    }
}

impl Entry {
    /// Counts a request as running until the value is dropped.
    pub(super) fn run(&self) -> Running {
        self.connection.n_running.fetch_add(1, Ordering::AcqRel);
        Running(Activity::of(self))
    }

    /// No further request of this connection is executed.
    pub(super) fn end(&self) {
        self.connection.has_ended.store(true, Ordering::Release);
    }

    /// Whether [`Self::end`] was called.
    pub(super) fn has_ended(&self) -> bool {
        self.connection.has_ended.load(Ordering::Acquire)
    }

    /// Counts an answer as being sent until the value is dropped.
    pub(super) fn send(&self) -> Sending {
        self.connection.n_sending.fetch_add(1, Ordering::AcqRel);
        Sending(Activity::of(self))
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.connections.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// Something that happens on a connection.
#[derive(Debug)]
struct Activity {
    connection: Arc<Connection>,
    connections: Arc<Connections>,
}

impl Activity {
    fn of(entry: &Entry) -> Self {
        Self { connection: Arc::clone(&entry.connection), connections: Arc::clone(&entry.connections) }
    }

    fn note(&self) {
        self.connection.last.store(self.connections.now(), Ordering::Release);
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Running(Activity);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.note();
        self.0.connection.n_running.fetch_sub(1, Ordering::AcqRel);
    }
}

/// An answer that is being sent.
#[derive(Debug)]
pub(super) struct Sending(Activity);

impl Sending {
    /// The client took a part of it.
    pub(super) fn progress(&self) {
        self.0.note();
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.note();
        self.0.connection.n_sending.fetch_sub(1, Ordering::AcqRel);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
