//! The connections to other nodes. Each thread has its own, which belong to its own runtime: so no answer has to wake
//! another thread.

use std::cell::RefCell;
#[cfg(unix)]
use std::collections::HashMap;
use std::sync::Arc;
use std::thread::{self, ThreadId};
use std::time::Duration;

use reqwest::Client;
use thread_local::ThreadLocal;

use crate::tls::{Tls, client_config};

/// Time to connect: nodes of one cluster are near.
const CONNECT: Duration = Duration::from_secs(2);

/// How long an unused connection is kept; less than the five seconds after which servers close theirs.
const IDLE: Duration = Duration::from_secs(4);

/// The connections of all threads.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    /// Makes all others, and stands in for those that cannot be made.
    client: Client,
    /// Whom they trust.
    tls: Tls,
    by_thread: Arc<ThreadLocal<RefCell<Clients>>>,
}

/// The clients of one thread.
#[derive(Debug)]
struct Clients {
    /// That thread. Threads of isolates come and go, and the place of one that ended is given to a later one, whose runtime
    /// knows nothing of the connections.
    thread: ThreadId,
    /// For nodes that have an address.
    plain: Option<Client>,
    /// For sockets of this machine, by path.
    #[cfg(unix)]
    sockets: HashMap<String, Client>,
}

/// The HTTP client cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made: {0}")]
pub(crate) enum ClientError {
    /// The client itself.
    Client(#[from] reqwest::Error),
    /// Its TLS.
    Tls(#[from] rustls::Error),
}

impl Connections {
    /// Connections to nodes that `tls` trusts. They look at no proxy settings of the environment.
    ///
    /// # Errors
    /// When the system gives no resources for it.
    pub(super) fn new(tls: &Tls) -> Result<Self, ClientError> {
        Ok(Self { client: made(tls, None)?, tls: tls.clone(), by_thread: Arc::default() })
    }

    /// This thread's client: one for all nodes that have an address, and one for each socket of this machine.
    pub(super) fn client(&self, socket: Option<&str>) -> Client {
        let thread = thread::current().id();
        let clients = &mut *self.by_thread.get_or(|| RefCell::new(Clients::of(thread))).borrow_mut();
        if clients.thread != thread {
            *clients = Clients::of(thread);
        }
        let another = || made(&self.tls, socket).unwrap_or_else(|_| self.client.clone());
        #[cfg(unix)]
        if let Some(path) = socket {
            return clients.sockets.entry(path.to_owned()).or_insert_with(another).clone();
        }
        clients.plain.get_or_insert_with(another).clone()
    }
}

impl Clients {
    fn of(thread: ThreadId) -> Self {
        Self {
            thread,
            plain: None,
            #[cfg(unix)]
            sockets: HashMap::new(),
        }
    }
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "only Unix has such sockets"))]
fn made(tls: &Tls, socket: Option<&str>) -> Result<Client, ClientError> {
    let builder = Client::builder()
        .tls_backend_preconfigured(client_config(tls)?)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true);
    #[cfg(unix)]
    let builder = match socket {
        Some(path) => builder.unix_socket(path),
        None => builder,
    };
    Ok(builder.build()?)
}
