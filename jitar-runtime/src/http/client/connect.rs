//! Opens connections: to addresses, with TLS where they say `https`, and to sockets of this machine.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tower_service::Service;
use url::{Host, Url};

use super::UNIX;
use crate::tls::{Tls, client_config};

/// Time to connect, with TLS: nodes of one cluster are near.
const PATIENCE: Duration = Duration::from_secs(2);

/// What HTTP/2 is called in TLS (RFC 7301).
const HTTP2: &[u8] = b"h2";

/// Why there is no connection.
pub(super) type Cause = Box<dyn Error + Send + Sync>;

/// Bytes to and from a node.
pub(super) trait Bidirectional: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bidirectional for T {}

/// Any such, for `hyper`.
pub(super) type Wire = TokioIo<Box<dyn Bidirectional>>;

/// A connection on which nothing was said yet.
pub(super) struct Opened {
    pub(super) wire: Wire,
    /// Whether both sides chose HTTP/2.
    pub(super) is_http2: bool,
}

/// What opens connections. It looks at no proxy settings of the environment.
pub(super) struct Connector {
    tcp: HttpConnector,
    tls: TlsConnector,
    #[cfg(test)]
    n_opened: std::sync::atomic::AtomicUsize,
}

impl Connector {
    /// A connector that trusts whom `tls` trusts.
    ///
    /// # Errors
    /// When the cryptography of the process has none of the safe protocol versions.
    pub(super) fn new(tls: &Tls) -> Result<Self, rustls::Error> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Divided among the addresses of a name, so that one that is silent does not take the time of the others.
        tcp.set_connect_timeout(Some(PATIENCE));
        let tls = TlsConnector::from(Arc::new(client_config(tls)?));
        Ok(Self {
            tcp,
            tls,
            #[cfg(test)]
            n_opened: std::sync::atomic::AtomicUsize::default(),
        })
    }

    /// How many connections were opened.
    #[cfg(test)]
    pub(super) fn n_opened(&self) -> usize {
        self.n_opened.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Connects to a node.
    ///
    /// # Errors
    /// When nobody listens there, whoever does is not trusted, or it takes too long.
    pub(super) async fn open(&self, node: &Url) -> Result<Opened, Cause> {
        #[cfg(test)]
        self.n_opened.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let late = |_| format!("there was no connection within {PATIENCE:?}");
        tokio::time::timeout(PATIENCE, self.try_open(node)).await.map_err(late)?
    }

    async fn try_open(&self, node: &Url) -> Result<Opened, Cause> {
        if node.scheme() == UNIX {
            return open_socket(node.path()).await;
        }
        let address: Uri = node.as_str().parse()?;
        let tcp = self.tcp.clone().call(address).await?.into_inner();
        if node.scheme() != "https" {
            return Ok(Opened::plain(tcp));
        }
        let tls = self.tls.connect(server_name(node)?, tcp).await?;
        let is_http2 = tls.get_ref().1.alpn_protocol() == Some(HTTP2);
        Ok(Opened { wire: TokioIo::new(Box::new(tls)), is_http2 })
    }
}

impl Opened {
    fn plain(stream: impl Bidirectional + 'static) -> Self {
        Self { wire: TokioIo::new(Box::new(stream)), is_http2: false }
    }
}

#[cfg(unix)]
async fn open_socket(path: &str) -> Result<Opened, Cause> {
    Ok(Opened::plain(tokio::net::UnixStream::connect(path).await?))
}

#[cfg(not(unix))]
async fn open_socket(path: &str) -> Result<Opened, Cause> {
    Err(format!("`{path}` is a Unix domain socket, which this system does not have").into())
}

/// The name that a node's certificate must have.
fn server_name(node: &Url) -> Result<ServerName<'static>, Cause> {
    Ok(match node.host().ok_or("the address has no host")? {
        Host::Domain(name) => ServerName::try_from(name.to_owned())?,
        Host::Ipv4(address) => ServerName::IpAddress(address.into()),
        Host::Ipv6(address) => ServerName::IpAddress(address.into()),
    })
}
