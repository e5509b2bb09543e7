//! What the known implementation's own tests expect of its client (spec 8.3), of ours.

use tokio::io::AsyncReadExt;

use super::*;

/// A node that gives every request the same answer.
async fn node(head: &str, body: &str) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound")).parse().expect("a URL");
    let answer = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            // One read takes all of the small requests of this test; the client may be gone before the answer.
            drop(stream.read(&mut request).await);
            drop(stream.write_all(answer.as_bytes()).await);
        }
    });
    url
}

#[tokio::test]
async fn files_keep_their_type() {
    let typed = "200 OK\r\ncontent-type: text/css";
    for (head, expected) in [(typed, Some("text/css")), ("200 OK", Some("application/octet-stream"))] {
        let file = FileRequest { name: "a.css".to_owned(), ..FileRequest::default() };
        let reply = remote().file(&node(head, "x").await, file).await.expect("a file");
        let found = reply.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
        assert_eq!((&reply.body[..], found), (&b"x"[..], expected));
    }
}

#[tokio::test]
async fn health_is_exactly_true_or_not() {
    for (body, expected) in [("true", true), ("false", false), ("TRUE", false), ("", false)] {
        let status = remote().status(&node("200 OK", body).await).await.expect("an answer");
        assert_eq!((status.is_healthy, status.is_peer), (expected, false), "{body}");
    }
    let checks = node("200 OK\r\ncontent-type: application/json", r#"{"a":true,"b":false,"c":1}"#).await;
    let checks = remote().health(&checks).await.expect("an answer");
    assert_eq!(checks, [("a", true), ("b", false), ("c", false)].map(|(name, is_well)| (name.to_owned(), is_well)));
}

#[tokio::test]
async fn what_nodes_say_about_themselves_has_an_end() {
    let body = "x".repeat((16 << 20) + 1);
    let refused = remote().status(&node("200 OK", &body).await).await.expect_err("too much");
    assert!(refused.to_string().contains("it is larger than 16777216 bytes"), "{refused}");
    let fits = remote().status(&node("200 OK", &body[1..]).await).await.expect("an answer");
    assert!(!fits.is_healthy);
}

#[tokio::test]
async fn ids_are_texts() {
    let registration = Registration::new("http://127.0.0.1:1".parse().expect("a URL"), Vec::new(), None);
    for (body, expected) in [
        (r#"{"id":"1"}"#, Some("1")),
        (r#"{"id":null}"#, None),
        (r#"{"id":1}"#, None),
        (r#"{"id":""}"#, None),
        ("1", None),
        ("Invalid worker id", None),
    ] {
        let gateway = node("200 OK", body).await;
        let id = remote().register(&gateway, &registration, GatewayKind::Known).await;
        assert_eq!(id.as_deref().ok(), expected, "{body}");
    }
}

#[tokio::test]
async fn replies_of_all_statuses_are_replies() {
    for (head, status) in [("200 OK", 200), ("400 Bad Request", 400), ("302 Found\r\nlocation: /x", 302)] {
        let worker = node(&format!("{head}\r\ncontent-type: text/plain"), "Hello, John!").await;
        let reply = remote().run(&worker, &request("a/f"), SECONDS).await.expect("a reply");
        assert_eq!((reply.status, reply.content, &reply.body[..]), (status, ContentKind::Text, &b"Hello, John!"[..]));
    }
}
