//! What application code may reach outside: nothing that the service file does not list.

use std::net::TcpListener;

use jitar_tests::{Project, Service};

fn start(service: &str) -> Service {
    Project::named("permissions").start(service, &[("GREETING", "hello"), ("SECRET", "hidden")])
}

/// The error names the permission and what to write, the log the line.
#[test]
fn what_is_not_listed_is_refused_with_the_line() {
    let service = start("closed");
    let outside = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = outside.local_addr().expect("an address").port();
    let refusals = [
        (
            format!("fetchPage?url=http://127.0.0.1:{port}/"),
            format!("net access to `127.0.0.1:{port}` is not permitted: add \"127.0.0.1:{port}\" to \"permissions\": {{ \"net\": [...] }} in the service file"),
            "fetchPage (app/src/fetchPage.ts:3:",
        ),
        (
            "readFile?path=/proc/version".to_owned(),
            "read access to `/proc/version` is not permitted: add \"/proc\" to \"permissions\": { \"read\": [...] } in the service file".to_owned(),
            "readFile (app/src/readFile.ts:3:",
        ),
    ];
    for (call, message, place) in refusals {
        assert_eq!(service.get(&format!("/rpc/{call}")).summary(), (500, message.clone()));
        service.process.line(&format!("PermissionDenied: {message}"));
        service.process.line(place);
    }
    outside.set_nonblocking(true).expect("a socket");
    assert!(outside.accept().is_err(), "somebody connected");
    assert_eq!(service.get("/rpc/readVariable?name=SECRET").text(), "");
    service.process.line("process.env.SECRET is undefined at app/src/readVariable.ts:3:");
    assert_eq!(service.stop().status, Some(0));
}

#[test]
fn what_is_listed_is_permitted_and_nothing_else() {
    let service = start("open");
    let own = service.url.clone();
    assert_eq!(service.get(&format!("/rpc/fetchPage?url={own}/health/status")).summary(), (200, "200".to_owned()));
    assert_eq!(service.get("/rpc/readVariable?name=GREETING").summary(), (200, "hello".to_owned()));
    assert_eq!(service.get("/rpc/readVariable?name=SECRET").text(), "");
    assert!(service.get("/rpc/readFile?path=/proc/version").text().starts_with("Linux"));
    for call in
        ["readFile?path=/proc/cmdline", "readFile?path=/proc/version/../cmdline", "fetchPage?url=http://[::1]:8099/"]
    {
        let refused = service.get(&format!("/rpc/{call}"));
        assert_eq!(refused.status, 500, "{call}");
        assert!(refused.text().contains("is not permitted"), "{call}: {}", refused.text());
    }
    assert_eq!(service.stop().status, Some(0));
}
