//! Requests that a proxy in front and a service could understand differently.

use jitar_tests::Example;
use jitar_tests::smuggling;
#[cfg(feature = "peers")]
use jitar_tests::smuggling::Outcome;

#[test]
fn unclear_requests_are_refused() {
    let example = Example::standalone();
    let address = example.entry().url.trim_start_matches("http://").to_owned();
    let mut wrong = Vec::new();
    for case in smuggling::cases() {
        match smuggling::outcome(&address, &case.bytes) {
            Ok(outcome) if outcome == case.expected => {}
            other => wrong.push(format!("{}: {other:?} instead of {:?}", case.name, case.expected)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(example.entry().get("/health/status").status, 200);
}

/// With `--features peers`, because nginx has to be there.
#[cfg(feature = "peers")]
#[test]
fn what_is_handled_is_handled_as_nginx_does() {
    let nginx = peer::Nginx::start();
    let mut wrong = Vec::new();
    for case in smuggling::cases() {
        let theirs = smuggling::outcome(&nginx.address, &case.bytes);
        let is_alike =
            case.expected == Outcome::Refused || theirs.as_ref().is_ok_and(|theirs| *theirs == case.expected);
        if !is_alike {
            wrong.push(format!("{}: we expect {:?}, nginx gives {theirs:?}", case.name, case.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[cfg(feature = "peers")]
mod peer {
    use std::fs;
    use std::net::TcpStream;
    use std::process::Command;

    use jitar_tests::{Process, ports, wait};
    use tempfile::TempDir;

    /// nginx that answers everything but the hidden request with 200.
    pub(super) struct Nginx {
        pub(super) address: String,
        _process: Process,
        _folder: TempDir,
    }

    impl Nginx {
        pub(super) fn start() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let (path, address) = (folder.path().display(), format!("127.0.0.1:{}", ports::free()));
            let config = format!(
                "daemon off; master_process off; pid {path}/pid; error_log {path}/error.log; events {{}}\n\
                 http {{ access_log off; client_body_temp_path {path}/body; proxy_temp_path {path}/proxy;\n\
                 fastcgi_temp_path {path}/fastcgi; uwsgi_temp_path {path}/uwsgi; scgi_temp_path {path}/scgi;\n\
                 server {{ listen {address}; location / {{ return 200; }} location = /hidden.js {{ return 404; }} }} }}\n"
            );
            let file = folder.path().join("nginx.conf");
            fs::write(&file, config).expect("written");
            let process = Process::start(Command::new("/usr/sbin/nginx").arg("-c").arg(&file), &[]);
            wait::until(|| TcpStream::connect(&address).ok()).expect("nginx listens");
            Self { address, _process: process, _folder: folder }
        }
    }
}
