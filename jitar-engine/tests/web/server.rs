//! A small HTTP server on loopback, with TLS and HTTP/2 or without. What it answers depends on the path only.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use deno_tls::rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Requests that are never answered.
#[derive(Default)]
pub(super) struct Never {
    pub(super) asked: AtomicUsize,
    /// Those whose client went away.
    pub(super) given_up: AtomicUsize,
}

/// A running server. It ends with the process.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    /// Requests for `/never`.
    pub(super) never: Arc<Never>,
    /// Its certificate, when it speaks TLS.
    pub(super) certificate: String,
}

impl Server {
    pub(super) fn plain() -> Self {
        Self::start(None, String::new())
    }

    /// Speaks one protocol of ALPN, `h2` or `http/1.1`, as `localhost`.
    pub(super) fn secure(protocol: &str) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let provider = Arc::new(deno_tls::rustls::crypto::aws_lc_rs::default_provider());
        let key = deno_tls::rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .expect("a key that fits");
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        Self::start(Some(TlsAcceptor::from(Arc::new(config))), made.cert.pem())
    }

    fn start(tls: Option<TlsAcceptor>, certificate: String) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("non-blocking");
        let address = listener.local_addr().expect("bound");
        let never = Arc::<Never>::default();
        let counter = Arc::clone(&never);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio");
            runtime.block_on(accept(listener, tls, counter));
        });
        Self { address, never, certificate }
    }
}

async fn accept(listener: std::net::TcpListener, tls: Option<TlsAcceptor>, never: Arc<Never>) {
    let listener = TcpListener::from_std(listener).expect("a listener");
    for connection in 0.. {
        let Ok((stream, _)) = listener.accept().await else { return };
        let (tls, never) = (tls.clone(), Arc::clone(&never));
        tokio::spawn(async move {
            let Some(tls) = tls else { return drop(serve_one(stream, connection, &never).await) };
            // A client that does not trust the certificate ends here.
            let Ok(stream) = tls.accept(stream).await else { return };
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                drop(serve_two(stream, connection).await);
            } else {
                drop(serve_one(stream, connection, &never).await);
            }
        });
    }
}

/// Head and body of an answer.
fn answer(method: &str, path: &str, body: &[u8], connection: usize) -> (u16, Vec<(&'static str, String)>, Vec<u8>) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    match path {
        "/echo" => (200, vec![("x-method", method.to_owned())], body.to_vec()),
        "/connection" => (200, vec![], connection.to_string().into_bytes()),
        "/redirect" => (302, vec![("location", query.to_owned())], vec![]),
        "/missing" => (404, vec![], b"missing".to_vec()),
        _ => (200, vec![("content-type", "text/plain".to_owned())], b"hello".to_vec()),
    }
}

/// HTTP/1.1, one request after the other.
async fn serve_one(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    connection: usize,
    never: &Never,
) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    while let Some((head, body)) = read_request(&mut stream, &mut buffer).await? {
        let mut words = head.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if path == "/never" {
            never.asked.fetch_add(1, Ordering::Release);
            drop(stream.read(&mut [0]).await);
            never.given_up.fetch_add(1, Ordering::Release);
            return Ok(());
        }
        if path == "/chunks" {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
            for chunk in ["1\r\na\r\n", "2\r\nbc\r\n", "0\r\n\r\n"] {
                stream.write_all(chunk.as_bytes()).await?;
                stream.flush().await?;
            }
            continue;
        }
        let (status, headers, body) = answer(method, path, &body, connection);
        let headers: String = headers.iter().flat_map(|(name, value)| [*name, ": ", value.as_str(), "\r\n"]).collect();
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&body).await?;
        stream.flush().await?;
    }
    Ok(())
}

/// Head and body of the next request; `None` at the end of the connection.
async fn read_request(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
) -> std::io::Result<Option<(String, Vec<u8>)>> {
    loop {
        if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
            let rest = &buffer[end + 4..];
            let all = if chunked {
                rest.windows(5).position(|bytes| bytes == b"0\r\n\r\n").map(|at| at + 5)
            } else {
                Some(length.unwrap_or(0)).filter(|length| rest.len() >= *length)
            };
            if let Some(all) = all {
                let body = rest[..all].to_vec();
                buffer.drain(..end + 4 + all);
                return Ok(Some((head, body)));
            }
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).await? {
            0 => return Ok(None),
            n => buffer.extend_from_slice(&more[..n]),
        }
    }
}

/// HTTP/2.
async fn serve_two(stream: impl AsyncRead + AsyncWrite + Unpin, connection: usize) -> Result<(), h2::Error> {
    let mut requests = h2::server::handshake(stream).await?;
    while let Some(request) = requests.accept().await {
        let (request, mut respond) = request?;
        let method = request.method().as_str().to_owned();
        let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        let mut body = Vec::new();
        let mut chunks = request.into_body();
        tokio::spawn(async move {
            while let Some(Ok(chunk)) = chunks.data().await {
                drop(chunks.flow_control().release_capacity(chunk.len()));
                body.extend_from_slice(&chunk);
            }
            let (status, headers, body) = answer(&method, &path, &body, connection);
            let mut response = http::Response::builder().status(status).header("x-protocol", "h2");
            for (name, value) in headers {
                response = response.header(name, value);
            }
            let response = response.body(()).expect("a response");
            if let Ok(mut sender) = respond.send_response(response, false) {
                drop(sender.send_data(Bytes::from(body), true));
            }
        });
    }
    Ok(())
}
