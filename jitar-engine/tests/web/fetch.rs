//! `fetch` against servers on loopback: protocols, pooling, streams, permissions, and what happens to the requests of a call
//! that is given up.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jitar_engine::permissions::{Files, HostPattern, Permissions};
use serde_json::json;

use super::evaluator;
use super::server::Server;
use crate::support::{self, App, Worker};

fn permitting(hosts: &[String]) -> Permissions {
    let net = hosts.iter().map(|host| host.parse::<HostPattern>().expect("a host")).collect();
    Permissions { net, ..Permissions::default() }
}

fn check(worker: &mut Worker, origin: &str, rows: &[(&str, &str)]) {
    for (code, expected) in rows {
        let code = code.replace("ORIGIN", origin);
        let (status, body) = worker.call("evaluate", &json!({ "code": code }));
        assert!(
            status == 200 && body == *expected,
            "{code}\n  gave     {status} {body}\n  expected {expected}\n{}",
            worker.logged()
        );
    }
}

/// What both protocols and both schemes do.
const COMMON: &[(&str, &str)] = &[
    (
        "const r = await fetch('ORIGIN/'); return [r.status, r.ok, r.headers.get('content-type'), await r.text()]",
        "[200,true,\"text/plain\",\"hello\"]",
    ),
    (
        "const r = await fetch('ORIGIN/echo', { method: 'POST', body: 'sent' }); return [r.headers.get('x-method'), await r.text()]",
        "[\"POST\",\"sent\"]",
    ),
    (
        "const r = await fetch(new Request('ORIGIN/echo', { method: 'PUT', body: new Uint8Array([1, 2]) })); return [...await r.bytes()]",
        "[1,2]",
    ),
    ("const r = await fetch('ORIGIN/missing'); return [r.status, await r.text()]", "[404,\"missing\"]"),
    (
        "const r = await fetch('ORIGIN/redirect?/echo'); return [r.redirected, new URL(r.url).pathname]",
        "[true,\"/echo\"]",
    ),
    (
        "const ids = []; for (let n = 0; n < 3; n++) ids.push(await (await fetch('ORIGIN/connection')).text()); return new Set(ids).size",
        "1",
    ),
    (
        "const all = await Promise.all([1, 2, 3, 4].map(async (n) => (await fetch('ORIGIN/echo', { method: 'POST', body: String(n) })).text())); return all",
        "[\"1\",\"2\",\"3\",\"4\"]",
    ),
];

#[test]
fn http_1() {
    let _alone = support::alone();
    let server = Server::plain();
    let origin = format!("http://{}", server.address);
    let mut worker = Worker::start_with_permissions(&evaluator(), permitting(&[server.address.to_string()]));
    check(&mut worker, &origin, COMMON);
    check(
        &mut worker,
        &origin,
        &[
            (
                "let text = ''; const r = await fetch('ORIGIN/chunks'); for await (const c of r.body.pipeThrough(new TextDecoderStream())) text += c; return text",
                "abc",
            ),
            (
                "const body = ReadableStream.from(['st', 'ream']).pipeThrough(new TextEncoderStream()); const r = await fetch('ORIGIN/echo', { method: 'POST', body, duplex: 'half' }); return (await r.text()).includes('ream')",
                "true",
            ),
            (
                "try { await fetch('ORIGIN/never', { signal: AbortSignal.timeout(20) }) } catch (e) { return e.name }",
                "TimeoutError",
            ),
            (
                "const c = new AbortController(); setTimeout(() => c.abort('enough'), 10); try { await fetch('ORIGIN/never', { signal: c.signal }) } catch (e) { return e }",
                "enough",
            ),
            (
                "try { await fetch('ORIGIN/redirect?/echo', { redirect: 'error' }) } catch (e) { return e.name }",
                "TypeError",
            ),
        ],
    );
}

#[test]
fn tls_with_both_protocols() {
    let _alone = support::alone();
    let made = evaluator();
    for (protocol, shown) in [("h2", "h2"), ("http/1.1", "none")] {
        let server = Server::secure(protocol);
        let origin = format!("https://localhost:{}", server.address.port());
        let permissions = permitting(&["localhost".to_owned()]);
        let mut worker = Worker::start_trusting(&made, permissions.clone(), &server.certificate);
        check(&mut worker, &origin, COMMON);
        check(&mut worker, &origin, &[("return (await fetch('ORIGIN/')).headers.get('x-protocol') ?? 'none'", shown)]);
        drop(worker);
        let mut distrustful = Worker::start_with_permissions(&made, permissions);
        check(
            &mut distrustful,
            &origin,
            &[(
                "try { await fetch('ORIGIN/') } catch (e) { return [e.name, /certificate/i.test(e.message + e.cause)] }",
                "[\"TypeError\",true]",
            )],
        );
    }
}

#[test]
fn what_is_not_permitted_is_refused() {
    let _alone = support::alone();
    let server = Server::plain();
    let port = server.address.port();
    let code = format!(
        "export async function go() {{\n  return (await fetch('http://localhost:{port}/')).text();\n}}\n\
         export async function led() {{\n  return (await fetch('http://127.0.0.1:{port}/redirect?http://localhost:{port}/')).text();\n}}"
    );
    let app = App::new().module("go.js", &code).procedure("go.js", "go", &[]).procedure("go.js", "led", &[]);
    let mut worker = Worker::start_with_permissions(&app.make(), permitting(&[server.address.to_string()]));
    let refusal = format!(
        "net access to `localhost:{port}` is not permitted: add \"localhost:{port}\" to \"permissions\": {{ \"net\": [...] }} in the service file"
    );
    assert_eq!(worker.call("go", &json!({})), (500, refusal.clone()));
    let logged = worker.logged();
    assert!(logged.contains("PermissionDenied: net access"), "{logged}");
    assert!(logged.contains("app/src/go.js:2:"), "{logged}");
    assert_eq!(worker.call("led", &json!({})), (500, refusal));
}

#[test]
fn files_below_listed_folders() {
    let _alone = support::alone();
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("exists");
    std::fs::create_dir(root.join("data")).expect("made");
    std::fs::write(root.join("data/a b.txt"), "inside").expect("written");
    std::fs::write(root.join("secret.txt"), "outside").expect("written");
    std::os::unix::fs::symlink(root.join("secret.txt"), root.join("data/link.txt")).expect("linked");
    let read = Files { base: root.clone(), paths: vec![root.join("data")] };
    let mut worker = Worker::start_with_permissions(&evaluator(), Permissions { read, ..Permissions::default() });
    let origin = format!("file://{}", root.display());
    let denied = "[\"PermissionDenied\",true]";
    check(
        &mut worker,
        &origin,
        &[
            ("return await (await fetch('ORIGIN/data/a%20b.txt')).text()", "inside"),
            ("return await (await fetch(new URL('data/a b.txt', `file://${process.cwd()}/`))).text()", "inside"),
            (
                "try { await fetch('ORIGIN/secret.txt') } catch (e) { return [e.name, e.message.includes('\"read\": [...]')] }",
                denied,
            ),
            (
                "try { await fetch('ORIGIN/data/..%2fsecret.txt') } catch (e) { return [e.name, e.message.includes('\"read\": [...]')] }",
                denied,
            ),
            (
                "try { await fetch('ORIGIN/data/link.txt') } catch (e) { return [e.name, e.message.includes('\"read\": [...]')] }",
                denied,
            ),
            (
                "try { await fetch('file:///etc/passwd') } catch (e) { return [e.name, e.message.includes('/etc')] }",
                denied,
            ),
            (
                "try { await fetch('ORIGIN/data/none.txt') } catch (e) { return [e.name, e.message.includes('cannot read')] }",
                "[\"TypeError\",true]",
            ),
            (
                "try { await fetch('ORIGIN/data') } catch (e) { return [e.name, e.message.includes('no file')] }",
                "[\"TypeError\",true]",
            ),
        ],
    );
}

/// A call that is given up aborts its signal, and with it the requests it made.
#[test]
fn requests_end_with_their_call() {
    let _alone = support::alone();
    let server = Server::plain();
    let code = format!(
        "import {{ Request as JitarRequest }} from 'jitar';
         export async function hold() {{
             const request = this;
             request.signal.addEventListener('abort', () => console.log(`signal: ${{request.signal.reason.name}}`));
             await null;
             await fetch('http://{0}/never').catch((error) => console.log(`fetch: ${{error.name}}`));
         }}
         export async function own() {{
             const own = new AbortController();
             const asked = fetch('http://{0}/never', {{ signal: own.signal }}).catch((error) => `fetch: ${{error.name}}`);
             own.abort();
             return [await asked, this.signal.aborted, this.signal === this.signal, new JitarRequest('a', '1').signal.aborted].join();
         }}",
        server.address
    );
    let app = App::new().module("m.js", &code).procedure("m.js", "hold", &[]).procedure("m.js", "own", &[]);
    let mut worker = Worker::start_with_permissions(&app.make(), permitting(&[server.address.to_string()]));
    assert_eq!(worker.call("own", &json!({})), (200, "fetch: AbortError,false,true,false".to_owned()));
    let never = &server.never;
    let before = never.asked.load(Ordering::Acquire);
    let id = worker.begin("hold", &json!({})).expect("started");
    let deadline = Instant::now() + Duration::from_secs(10);
    worker.poll_until(deadline, |_| never.asked.load(Ordering::Acquire) > before);
    worker.cancel(id);
    worker.poll_until(deadline, |_| never.given_up.load(Ordering::Acquire) == never.asked.load(Ordering::Acquire));
    worker.poll_until(deadline, |logged| logged.contains("fetch: AbortError\n"));
    let logged = worker.logged();
    assert!(logged.contains("signal: AbortError\n"), "{logged}");
}
