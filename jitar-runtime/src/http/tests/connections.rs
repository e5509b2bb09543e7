//! How the client uses its connections, seen from a node that does what it is told.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::StreamExt;
use tokio::io::AsyncReadExt;
use tokio::sync::{Notify, mpsc};

use super::*;
use crate::tls::server_config;
use crate::tls::tests::Authority;

/// What a node does with a connection.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Reads a request.
    Read,
    /// Sends bytes.
    Send(&'static str),
    /// Waits until the client ends the connection.
    AwaitEnd,
    /// Waits until the test says so.
    AwaitWord,
}

const OK: Act = Act::Send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

/// A node of which each connection follows a script of its own; after it, the node ends the connection.
struct Scripted {
    url: Url,
    n_requests: Arc<AtomicUsize>,
    word: Arc<Notify>,
    /// The scripts that came to their end.
    ended: mpsc::UnboundedReceiver<usize>,
}

impl Scripted {
    async fn start<const N: usize>(scripts: [&[Act]; N]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let (n_requests, word) = (Arc::<AtomicUsize>::default(), Arc::<Notify>::default());
        let (counter, awaited) = (Arc::clone(&n_requests), Arc::clone(&word));
        let (sender, ended) = mpsc::unbounded_channel();
        let scripts = scripts.map(<[Act]>::to_vec);
        tokio::spawn(async move {
            for (idx, script) in scripts.into_iter().enumerate() {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (counter, awaited, sender) = (Arc::clone(&counter), Arc::clone(&awaited), sender.clone());
                tokio::spawn(async move {
                    follow(&script, stream, &counter, &awaited).await;
                    sender.send(idx)
                });
            }
        });
        let url = format!("http://{address}").parse().expect("a URL");
        Self { url, n_requests, word, ended }
    }

    /// Waits until a script came to its end, and the client can know that.
    async fn ended(&mut self) -> usize {
        let ended = tokio::time::timeout(SECONDS, self.ended.recv()).await.expect("in time").expect("a script");
        // What happened to a connection before is seen together with this.
        let other = TcpListener::bind("127.0.0.1:0").expect("a port");
        drop(TcpStream::connect(other.local_addr().expect("bound")).await.expect("somebody listens"));
        ended
    }

    fn n_requests(&self) -> usize {
        self.n_requests.load(Ordering::Relaxed)
    }
}

async fn follow(script: &[Act], mut stream: TcpStream, n_requests: &AtomicUsize, word: &Notify) {
    for act in script {
        match act {
            Act::Read => {
                let mut request = Vec::new();
                while !request.ends_with(b"{}") {
                    let Ok(byte) = stream.read_u8().await else { return };
                    request.push(byte);
                }
                n_requests.fetch_add(1, Ordering::Relaxed);
            }
            Act::Send(bytes) => stream.write_all(bytes.as_bytes()).await.expect("the client listens"),
            // However it ends.
            Act::AwaitEnd => drop(stream.read_to_end(&mut Vec::new()).await),
            Act::AwaitWord => word.notified().await,
        }
    }
}

/// A call with a body of `{}`.
fn call() -> crate::execution::RpcRequest {
    crate::execution::RpcRequest { payload: Payload::json("{}"), ..request("a/f") }
}

async fn body(remote: &HttpRemote, node: &Url) -> String {
    let reply = remote.run(node, &call(), SECONDS).await.expect("an answer");
    String::from_utf8_lossy(&reply.body).into_owned()
}

#[tokio::test]
async fn calls_use_a_connection_one_after_the_other() {
    let pieces = Act::Send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n");
    let nothing = Act::Send("HTTP/1.1 204 No Content\r\n\r\n");
    let script = [Act::Read, OK, Act::Read, pieces, Act::Read, nothing, Act::Read, OK];
    let (node, remote) = (Scripted::start([&script]).await, remote());
    for expected in ["ok", "abc", "", "ok"] {
        assert_eq!(body(&remote, &node.url).await, expected);
    }
    assert_eq!(node.n_requests(), 4);
}

#[tokio::test]
async fn a_connection_that_ended_is_replaced() {
    let (mut node, remote) = (Scripted::start([&[Act::Read, OK, Act::AwaitWord], &[Act::Read, OK]]).await, remote());
    assert_eq!(body(&remote, &node.url).await, "ok");
    node.word.notify_one();
    node.ended().await;
    assert_eq!(body(&remote, &node.url).await, "ok");
    assert_eq!(node.n_requests(), 2);
}

#[tokio::test]
async fn what_a_node_may_have_read_is_not_sent_again() {
    let (node, remote) = (Scripted::start([&[Act::Read], &[Act::Read, OK]]).await, remote());
    let lost = remote.run(&node.url, &call(), SECONDS).await.expect_err("no answer");
    assert!(matches!(lost, RemoteError::Unreachable { was_sent: true, .. }), "{lost}");
    assert_eq!(node.n_requests(), 1);
    assert_eq!(body(&remote, &node.url).await, "ok");
}

#[tokio::test]
async fn an_answer_that_nobody_reads_takes_its_connection_along() {
    let begun = Act::Send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n");
    let scripts: [&[Act]; 3] = [&[Act::Read, begun, Act::AwaitEnd], &[Act::Read, Act::AwaitEnd], &[Act::Read, OK]];
    let (mut node, remote) = (Scripted::start(scripts).await, remote());
    let mut relayed = remote.relay(&node.url, &call(), None, SECONDS).await.expect("the head of an answer");
    let pieces = &mut relayed.rest.as_mut().expect("pieces").pieces;
    assert_eq!(pieces.next().await.expect("a piece").expect("no error"), "a");
    drop(relayed);
    assert_eq!(node.ended().await, 0);

    // Nor does one that nobody waits for any more.
    let waiting = remote.run(&node.url, &call(), Duration::from_millis(20)).await.expect_err("no answer");
    assert!(matches!(waiting, RemoteError::Deadline { .. }), "{waiting}");
    assert_eq!(node.ended().await, 1);
    assert_eq!(body(&remote, &node.url).await, "ok");
}

#[tokio::test]
async fn a_node_may_answer_before_it_has_everything() {
    let refusal = Act::Send("HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let (node, remote) = (Scripted::start([&[refusal, Act::AwaitEnd], &[Act::Read, OK]]).await, remote());
    let endless = futures::stream::pending().boxed();
    let relayed = remote.relay(&node.url, &call(), Some(endless), SECONDS).await.expect("an answer");
    assert_eq!(relayed.reply.status, 413);
    assert_eq!(body(&remote, &node.url).await, "ok");
}

#[tokio::test]
async fn a_path_that_is_too_long_is_nobodys_loss() {
    let (node, remote) = (Scripted::start([&[Act::Read, OK]]).await, remote());
    // Each of them is three when it is escaped.
    let fqn = "^".repeat(30_000);
    let error = remote.run(&node.url, &request(&fqn), SECONDS).await.expect_err("too long");
    assert!(matches!(error, RemoteError::TooLong) && error.is_of_the_caller() && !error.is_loss(), "{error}");
    assert_eq!(body(&remote, &node.url).await, "ok");
}

#[tokio::test]
async fn calls_that_wait_for_a_connection_fail_together() {
    let authority = Authority::new();
    authority.issue();
    let remote = HttpRemote::new(&Tls::load(authority.config()).expect("usable files")).expect("a client");
    // It takes connections, and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url: Url = format!("https://{}", listener.local_addr().expect("bound")).parse().expect("a URL");
    let call = call();
    let calls = (0..5).map(|_| remote.run(&url, &call, SECONDS));
    for outcome in futures::future::join_all(calls).await {
        let error = outcome.expect_err("no connection");
        assert!(error.nothing_happened() && error.to_string().contains("no connection within 2s"), "{error}");
    }
    assert_eq!(remote.n_opened(), 1);
}

/// Every thread has one shared connection to a node with TLS: calls that begin at once open no others.
#[tokio::test]
async fn calls_share_a_connection_and_do_without_one_that_ended() {
    let authority = Authority::new();
    authority.issue();
    let tls = Tls::load(authority.config()).expect("usable files");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    let url: Url = format!("https://{address}").parse().expect("a URL");
    let serve_on = |listener: TcpListener| {
        let options = HttpOptions { tls: server_config(&tls).expect("supported"), ..options(SMALL) };
        serve(listener, worker_services(&Arc::default()), options).expect("a server")
    };
    let (server, remote, call) = (serve_on(listener), HttpRemote::new(&tls).expect("a client"), request("a/f"));

    let calls = (0..20).map(|_| remote.run(&url, &call, SECONDS));
    let replies = futures::future::join_all(calls).await;
    assert!(replies.iter().all(|reply| reply.as_ref().is_ok_and(|reply| reply.status == 200)), "{replies:?}");
    assert_eq!(remote.n_opened(), 1);

    server.stop(SECONDS).await;
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("allowed");
    socket.bind(&address.into()).expect("the port is free");
    socket.listen(10).expect("it listens");
    let _server = serve_on(socket.into());
    // A call may be on its way before the client hears of the end.
    let answered = async {
        loop {
            match remote.run(&url, &call, SECONDS).await {
                Err(RemoteError::Unreachable { was_sent: true, .. }) => {}
                outcome => return outcome.expect("an answer of the new one").status,
            }
        }
    };
    assert_eq!(tokio::time::timeout(SECONDS, answered).await, Ok(200));
    assert_eq!(remote.n_opened(), 2);
}
