//! Why a service did not start, or ended.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jitar_engine::manifest::ManifestError;

use crate::http::ClientError;
use crate::isolate::IsolateError;
use crate::services::repository::RepositoryError;
use crate::tls::TlsError;

/// A service did not start, or ended by itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ServerError {
    /// What the build embedded cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// What to serve makes no sense.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The scripts that end a service go on and on.
    #[error("the tear-down scripts did not end within {grace:?}; let them end sooner, or raise `shutdown.grace`")]
    TearDown {
        /// The time that they had.
        grace: Duration,
    },
    /// The address cannot be bound.
    #[error("cannot listen on `{address}`: {source}; {}", way_out(source))]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The address for debuggers cannot be bound.
    #[error("cannot listen for debuggers on `{address}`: {source}; choose another address: `--inspect=HOST:PORT`")]
    Inspector {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The socket cannot be made.
    #[error("cannot listen on `unix:{}`: {source}; choose another path in `listen`, or end the process that uses it", path.display())]
    Socket {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A certificate or a key is of no use any more; it was when the configuration was read.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The HTTP client cannot be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The isolates did not start or stop.
    #[error(transparent)]
    Isolates(#[from] IsolateError),
    /// The HTTP server did not start, or ended.
    #[error("the HTTP server failed: {0}")]
    Http(#[source] io::Error),
}

fn way_out(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "end the process that uses it, or choose another port in `url` or `listen`",
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address; choose another in `listen`",
        io::ErrorKind::PermissionDenied => "choose a port from 1024 on, or give the process the right to this one",
        _ => "choose another address in `url` or `listen`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_address_and_what_to_do() {
        let address: SocketAddr = "127.0.0.1:3000".parse().expect("an address");
        let cases = [
            (io::ErrorKind::AddrInUse, "end the process that uses it"),
            (io::ErrorKind::AddrNotAvailable, "does not have that address"),
            (io::ErrorKind::PermissionDenied, "from 1024 on"),
            (io::ErrorKind::Other, "choose another address"),
        ];
        for (kind, expected) in cases {
            let text = ServerError::Bind { address, source: kind.into() }.to_string();
            assert!(text.contains("`127.0.0.1:3000`") && text.contains(expected), "{text}");
        }
    }
}
