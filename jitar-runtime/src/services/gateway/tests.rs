//! The gateway against a network that is a table.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use jitar_engine::manifest::Version;

use super::monitor::{Thresholds, sweep};
use super::*;
use crate::config::Routing;
use crate::services::tests::{self, FakeRemote, gateway_config, request};
use crate::services::{Audience, RemoteError};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const AWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn registration(url: &str, names: &[&str], key: Option<&str>) -> Registration {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Registration::new(url.parse().expect("a URL"), names, key.map(PresentedKey::new))
}

/// Registers a worker of ours that says to be well, and waits until it gets calls.
async fn add(gateway: &Gateway, registration: Registration) -> String {
    let id = gateway.register(registration, Some(AWAY)).await.expect("an id");
    let worker = gateway.registry.worker(&id).expect("registered");
    gateway.report(&id, WorkerState::Available, Some(&PresentedKey::new("key"))).expect("known");
    while !worker.is_available() {
        tokio::task::yield_now().await;
    }
    id
}

fn gateway(keys: &[&str], open_registration: bool) -> (Arc<Gateway>, Arc<FakeRemote>) {
    let config = GatewayConfig { open_registration, ..gateway_config(keys) };
    let remote = Arc::new(FakeRemote::default());
    (tests::gateway(config, Arc::<FakeRemote>::clone(&remote)), remote)
}

/// Keys of the gateway, `openRegistration`, key shown, caller, outcome.
type Case<'a> = (&'a [&'a str], bool, Option<&'a str>, IpAddr, Result<(), &'a str>);

#[tokio::test]
async fn lets_in_who_may_register() {
    let cases: &[Case<'_>] = &[
        (&[], false, None, HOME, Ok(())),
        (&[], false, Some("any"), HOME, Ok(())),
        (&[], false, None, AWAY, Err("without a trust key")),
        (&[], true, None, AWAY, Err("Field 'url' is not the address that")),
        (&["key"], false, Some("key"), AWAY, Ok(())),
        (&["new", "old"], false, Some("old"), AWAY, Ok(())),
        (&["key"], false, Some("wrong"), HOME, Err("Invalid trust key")),
        (&["key"], false, None, HOME, Err("Invalid trust key")),
        (&["key"], true, None, HOME, Err("Invalid trust key")),
    ];
    for (keys, open, key, peer, expected) in cases {
        let (gateway, _) = gateway(keys, *open);
        let answer = gateway.register(registration("http://127.0.0.1:3001", &["f"], *key), Some(*peer)).await;
        match (answer, expected) {
            (Ok(id), Ok(())) => assert_eq!(id.len(), 36),
            (Err(error), Err(text)) => assert!(error.to_string().starts_with(text), "{error}"),
            (answer, expected) => panic!("{answer:?} instead of {expected:?} for {keys:?} {key:?} {peer}"),
        }
    }
}

#[tokio::test]
async fn refuses_its_own_address() {
    let (gateway, _) = gateway(&[], false);
    let answer = gateway.register(registration("http://127.0.0.1:3000/", &["f"], None), Some(HOME)).await;
    assert!(matches!(answer, Err(ServiceError::Registration(RegistrationError::Invalid(_)))));
}

fn with_routing(routing: Routing) -> (Arc<Gateway>, Arc<FakeRemote>) {
    let config = GatewayConfig { routing, ..gateway_config(&["key"]) };
    let remote = Arc::new(FakeRemote::default());
    (tests::gateway(config, Arc::<FakeRemote>::clone(&remote)), remote)
}

fn round_robin() -> Routing {
    Routing { balancing: Balancing::RoundRobin, slow_start: Duration::ZERO, ..Routing::default() }
}

#[tokio::test]
async fn sends_calls_round_robin_to_available_workers() {
    let (gateway, remote) = with_routing(round_robin());
    let first = registration("http://a:1", &["f"], Some("key"));
    remote.is_down("http://a:1/", true);
    let id = gateway.register(first.clone(), Some(AWAY)).await.expect("an id");
    assert!(matches!(gateway.run(request("f")).await, Err(ServiceError::NoWorkerAvailable(name)) if name == "f"));
    gateway.remove(&id, None).expect("known");
    remote.is_down("http://a:1/", false);
    add(&gateway, first).await;
    add(&gateway, registration("http://b:1", &["f", "g"], Some("key"))).await;
    for _ in 0..4 {
        gateway.run(request("f")).await.expect("an answer");
    }
    gateway.run(request("g")).await.expect("an answer");
    let mut nodes = remote.nodes();
    nodes[..4].sort();
    assert_eq!(nodes, ["http://a:1/", "http://a:1/", "http://b:1/", "http://b:1/", "http://b:1/"]);
    let unknown = gateway.run(request("h")).await.expect_err("nobody has it");
    assert_eq!(unknown.to_string(), "Procedure 'h' not found");
}

#[tokio::test]
async fn a_registered_worker_takes_calls_at_once() {
    let (gateway, remote) = gateway(&["key"], false);
    let ours = peer("http://b:1", &["g"], Extras::default());
    remote.announces(ours.clone());
    for (registration, fqn) in [(registration("http://a:1", &["f"], Some("key")), "f"), (ours, "g")] {
        // The second time as a worker does that was not sure whether the gateway still knows it.
        for _ in 0..2 {
            gateway.register(registration.clone(), Some(AWAY)).await.expect("an id");
            assert!(gateway.run(request(fqn)).await.is_ok(), "{fqn}");
        }
    }
}

/// The cases of the known implementation's own tests of its list of workers (spec 8.2, rows 5 to 14).
#[tokio::test]
async fn workers_are_found_by_their_procedures() {
    let (gateway, remote) = with_routing(round_robin());
    let first = add(&gateway, registration("http://a:1", &["first"], Some("key"))).await;
    add(&gateway, registration("http://b:1", &["first", "second"], Some("key"))).await;
    let names = |name: &str| Runner::knows(&*gateway, name);
    assert_eq!(["first", "second", "third"].map(names), [true, true, false]);
    let workers = |fqn: &str| {
        let group = gateway.registry.route(fqn).expect("a route").select(fqn, Version::default()).expect("a version");
        group.candidates.items().iter().map(|worker| worker.url().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(workers("first"), ["http://a:1/", "http://b:1/"]);
    assert_eq!(workers("second"), ["http://b:1/"]);
    assert_eq!(gateway.registry.worker(&first).expect("known").url().as_str(), "http://a:1/");
    assert!(gateway.held("nonExisting", None).is_err());
    for _ in 0..4 {
        let reply = gateway.run(request("first")).await.expect("an answer");
        assert_eq!((reply.status, &reply.body[..]), (200, &b"first"[..]));
    }
    let asked = remote.nodes();
    assert!(asked[0] != asked[1] && asked[..2] == asked[2..], "one after the other: {asked:?}");
    let unknown = gateway.run(request("nonExisting")).await.expect_err("nobody has it");
    assert_eq!(unknown.to_string(), "Procedure 'nonExisting' not found");
    for id in gateway.registry.workers().iter().map(|worker| worker.id().to_owned()) {
        gateway.report(&id, WorkerState::Unavailable, None).expect("known");
    }
    let nobody = gateway.run(request("first")).await.expect_err("nobody takes it");
    assert_eq!(nobody.to_string(), "No worker available for procedure 'first'");
}

/// Middleware of a gateway answers for what it adds, and its key makes nobody more than he is.
#[tokio::test]
async fn a_gateway_answers_for_what_its_middleware_adds() {
    let (with_key, remote) = gateway(&["key"], false);
    let ours = peer("http://b:1", &["g"], Extras::default());
    remote.announces(ours.clone());
    add(&with_key, registration("http://a:1", &["f"], Some("key"))).await;
    add(&with_key, ours).await;
    // (procedure of a worker of which kind, key shown, whether middleware added something) → (key, whether for a stranger)
    let cases = [
        ("g", None, false, (None, false)),
        ("g", None, true, (Some("key"), true)),
        ("g", Some("wrong"), true, (Some("key"), true)),
        ("g", Some("key"), true, (Some("key"), false)),
        ("f", None, true, (None, true)),
        ("f", Some("key"), true, (Some("key"), false)),
    ];
    for (fqn, key, answered_for, expected) in cases {
        let node = NodeHeaders { deadline: Some(Duration::from_secs(9)), dry: true, ..NodeHeaders::default() };
        let call = RpcRequest { key: key.map(PresentedKey::new), answered_for, node, ..request(fqn) };
        with_key.run(call).await.expect("an answer");
        let sent = remote.last().expect("a request");
        assert_eq!((sent.key.as_ref().map(PresentedKey::reveal), sent.node.stranger), expected, "{fqn} {key:?}");
        // What a stranger says about the call's way is not passed on with the gateway's key.
        let is_forged = expected == (Some("key"), true) && (sent.node.dry || sent.node.deadline.is_some());
        assert!(!is_forged, "{fqn} {key:?}: {:?}", sent.node);
    }
    let beside = RpcRequest { beside: Some("{}".to_owned()), ..request("f") };
    let refused = with_key.run(beside).await.expect_err("the known implementation has no such arguments");
    assert!(matches!(refused, ServiceError::Execution(ExecutionError::PlainFormsOnly(_))), "{refused}");
}

#[tokio::test]
async fn counts_hops_and_stops_circles() {
    let (gateway, remote) = gateway(&["key"], false);
    add(&gateway, registration("http://a:1", &["f"], Some("key"))).await;
    // (key, hops) → hops that the worker sees
    let cases = [(None, 0, Some(1)), (None, 16, Some(1)), (Some("key"), 3, Some(4)), (Some("key"), 16, None)];
    for (key, hops, expected) in cases {
        let mut call = request("f");
        call.key = key.map(PresentedKey::new);
        call.node.hops = hops;
        let seen = gateway.run(call).await.ok().and_then(|_| remote.last()).map(|request| request.node.hops);
        assert_eq!(seen, expected, "{key:?} {hops}");
    }
}

#[tokio::test]
async fn shows_workers_to_the_trusted() {
    let (gateway, _) = gateway(&["key"], false);
    let id = add(&gateway, registration("http://a:1", &["f"], Some("key"))).await;
    let key = PresentedKey::new("key");
    let viewer = |key| Viewer { audience: Audience::Public, key, peer: Some(AWAY) };
    let workers = gateway.list(&viewer(Some(&key))).expect("trusted");
    let shown = &workers[0].announcement;
    assert_eq!((workers[0].id.as_str(), shown["url"].as_str()), (&id[..8], Some("http://a:1")));
    assert_eq!((workers[0].state, shown.get("trustKey")), ("available", None));
    assert!(gateway.list(&viewer(None)).is_err());
    assert_eq!(gateway.count().iter().find(|(state, _)| *state == WorkerState::Available).map(|(_, n)| *n), Some(1));
    gateway.remove(&id, None).expect("known");
    assert_eq!(gateway.list(&viewer(Some(&key))).expect("trusted"), []);
    assert_eq!(gateway.remove(&id, None).expect_err("gone").to_string(), format!("Unknown worker id '{id}'"));
}

#[tokio::test]
async fn thresholds_make_workers_unavailable_and_then_forgotten() {
    let thresholds = Thresholds { unavailable: Duration::from_secs(6), stopped: Duration::from_secs(18) };
    let registry = InMemory::default();
    let start = Instant::now();
    let worker = Arc::new(RegisteredWorker::new(registration("http://a:1", &["f"], None), Duration::ZERO, start));
    registry.add(&worker).expect("room");
    worker.report(WorkerState::Available, start);
    let at = |seconds| start + Duration::from_secs(seconds);
    assert!(sweep(&registry, at(5), thresholds).is_empty());
    assert_eq!(worker.state(), WorkerState::Available);
    assert!(sweep(&registry, at(7), thresholds).is_empty());
    assert_eq!(worker.state(), WorkerState::Unavailable);
    worker.report(WorkerState::Available, at(8));
    assert_eq!(worker.state(), WorkerState::Available);
    assert_eq!(sweep(&registry, at(27), thresholds), [worker.id()]);
    assert!(registry.worker(worker.id()).is_none() && registry.route("f").is_none());
}

fn peer(url: &str, names: &[&str], extras: Extras) -> Registration {
    Registration { extras: Some(extras), ..registration(url, names, Some("key")) }
}

fn idempotent(names: &[&str]) -> Extras {
    let flags = names.iter().map(|name| (format!("{name}:0.0.0"), vec!["idempotent".to_owned()])).collect();
    Extras { flags, ..Extras::default() }
}

#[tokio::test]
async fn peers_show_the_key_again() {
    let (gateway, remote) = gateway(&["key"], false);
    remote.announces(peer("http://a:1", &["f"], Extras::default()));
    let id = add(&gateway, peer("http://a:1", &["f"], Extras::default())).await;
    for key in [None, Some("wrong")] {
        let key = key.map(PresentedKey::new);
        let refused = gateway.remove(&id, key.as_ref()).expect_err("no key");
        assert_eq!(refused.to_string(), "Invalid trust key");
        assert!(gateway.report(&id, WorkerState::Stopped, key.as_ref()).is_err());
    }
    gateway.remove(&id, Some(&PresentedKey::new("key"))).expect("trusted");
}

/// Somebody with the key registers the address of a worker for a procedure that this worker does not have.
#[tokio::test]
async fn procedures_of_others_are_not_given_away() {
    let (gateway, remote) = gateway(&["key"], false);
    remote.announces(peer("http://a:1", &["f"], Extras::default()));
    // Also when the worker itself was registered before.
    for claim in [&["f", "pay"][..], &["f"], &["f", "pay"]] {
        let registered = gateway.register(peer("http://a:1", claim, Extras::default()), Some(AWAY)).await;
        let refused = registered.err().map(|error| error.to_string());
        let expected = "The worker was registered for `pay`, which it does not have";
        assert_eq!(refused.as_deref(), (claim.len() == 2).then_some(expected), "{claim:?}");
        let outcome = gateway.run(request("pay")).await;
        assert!(matches!(outcome, Err(ServiceError::Execution(ExecutionError::ProcedureNotFound(_)))), "{outcome:?}");
    }
    assert!(remote.nodes().is_empty());
    assert!(gateway.run(request("f")).await.is_ok(), "the worker itself is still there");
}

fn refused() -> RemoteError {
    RemoteError::Unreachable { node: "w".to_owned(), reason: "refused".to_owned(), was_sent: false }
}

fn broken() -> RemoteError {
    RemoteError::Unreachable { node: "w".to_owned(), reason: "reset".to_owned(), was_sent: true }
}

fn slow() -> RemoteError {
    RemoteError::Deadline { node: "w".to_owned(), limit: Duration::from_secs(2) }
}

#[tokio::test]
async fn repeats_what_did_no_harm_and_nothing_else() {
    let busy = || {
        let mut reply = tests::text_reply("busy");
        (reply.status, reply.headers) = (503, vec![(NOT_EXECUTED.to_owned(), "1".to_owned())]);
        Ok(reply)
    };
    let failed = || {
        let mut reply = tests::text_reply("failed");
        reply.status = 503;
        Ok(reply)
    };
    // (procedure, what the first worker does, number of workers that were asked, whether the caller gets an answer)
    let cases: [(&str, Result<Reply, RemoteError>, usize, bool); 8] = [
        ("f", Err(refused()), 2, true),
        ("f", busy(), 2, true),
        ("f", failed(), 1, true),
        ("f", Err(broken()), 1, false),
        ("f", Err(slow()), 1, false),
        ("again", Err(refused()), 2, true),
        ("again", Err(broken()), 2, true),
        ("again", Err(slow()), 1, false),
    ];
    for (fqn, outcome, n_asked, is_answered) in cases {
        let (gateway, remote) = with_routing(round_robin());
        for url in ["http://a:1", "http://b:1"] {
            let worker = peer(url, &["f", "again"], idempotent(&["again"]));
            remote.announces(worker.clone());
            add(&gateway, worker).await;
        }
        let shown = format!("{fqn} {outcome:?}");
        remote.answers([outcome]);
        let answer = gateway.run(request(fqn)).await;
        let mut nodes = remote.nodes();
        assert_eq!((nodes.len(), answer.is_ok()), (n_asked, is_answered), "{shown}");
        nodes.sort();
        nodes.dedup();
        assert_eq!(nodes.len(), n_asked, "another worker is asked: {shown}");
    }
}

#[tokio::test]
async fn repeats_are_counted() {
    let retries = crate::config::Retries { attempts: 2, budget: 0.0, per_second: 1 };
    let (gateway, remote) = with_routing(Routing { retries, ..round_robin() });
    for url in ["http://a:1", "http://b:1", "http://c:1", "http://d:1"] {
        add(&gateway, registration(url, &["f"], Some("key"))).await;
    }
    remote.answers([Err(refused()), Err(refused()), Err(refused())]);
    assert!(gateway.run(request("f")).await.is_err(), "one repeat a second, and both failed");
    assert_eq!(remote.nodes().len(), 2);
    assert!(gateway.run(request("f")).await.is_err(), "nothing is left");
    assert_eq!(remote.nodes().len(), 3);
}

#[tokio::test]
async fn whoever_turns_calls_away_is_spared() {
    let (gateway, remote) = with_routing(round_robin());
    add(&gateway, registration("http://a:1", &["f"], Some("key"))).await;
    remote.answers((0..1000).map(|_| {
        let headers = vec![(NOT_EXECUTED.to_owned(), "1".to_owned())];
        Ok(Reply { status: 503, headers, ..tests::text_reply("busy") })
    }));
    for _ in 0..200 {
        // Whether it is asked or not: the caller is told to try again.
        drop(gateway.run(request("f")).await);
    }
    assert!(remote.nodes().len() < 100, "{} of 200 calls, and their repeats, reached it", remote.nodes().len());
}

#[tokio::test]
async fn lost_workers_get_no_calls_until_they_answer() {
    let (gateway, remote) = with_routing(round_robin());
    let lost = add(&gateway, registration("http://a:1", &["f"], Some("key"))).await;
    add(&gateway, registration("http://b:1", &["f"], Some("key"))).await;
    remote.is_down("http://a:1/", true);
    for _ in 0..20 {
        assert_eq!(gateway.run(request("f")).await.expect("the other one answers").status, 200);
    }
    let asked = remote.nodes().iter().filter(|node| *node == "http://a:1/").count();
    assert_eq!(asked, 1, "once, to find out");
    remote.is_down("http://a:1/", false);
    let worker = gateway.registry.worker(&lost).expect("registered");
    let back = async {
        while !worker.is_available() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), back).await.expect("it comes back by itself");
}

#[tokio::test]
async fn ejected_workers_get_no_calls_but_the_last_one_does() {
    let (gateway, remote) = with_routing(round_robin());
    let eject = async |url: &str| {
        let id = add(&gateway, registration(url, &["f"], Some("key"))).await;
        let (worker, now) = (gateway.registry.worker(&id).expect("registered"), Instant::now());
        let ejection = gateway.config.routing.ejection;
        let failed = |_| worker.start_call(now).failed(&ejection, now);
        assert_eq!((0..ejection.failures).filter_map(failed).count(), 1);
    };
    eject("http://a:1").await;
    for _ in 0..4 {
        assert_eq!(gateway.run(request("f")).await.expect("better than nobody").status, 200);
    }
    assert_eq!(remote.nodes().len(), 4);
    // Its calls went well, so it is in again; now it fails anew, and there is another one.
    eject("http://a:1").await;
    add(&gateway, registration("http://b:1", &["f"], Some("key"))).await;
    for _ in 0..4 {
        gateway.run(request("f")).await.expect("the other one answers");
    }
    assert!(remote.nodes()[4..].iter().all(|node| node == "http://b:1/"), "{:?}", remote.nodes());
}

#[tokio::test]
async fn idempotent_calls_are_hedged() {
    let routing = Routing { hedge: Some(Duration::from_millis(20)), ..round_robin() };
    for (fqn, n_asked) in [("again", 2), ("f", 1)] {
        let (gateway, remote) = with_routing(routing.clone());
        for url in ["http://a:1", "http://b:1"] {
            let worker = peer(url, &["f", "again"], idempotent(&["again"]));
            remote.announces(worker.clone());
            add(&gateway, worker).await;
        }
        remote.takes(Duration::from_millis(300));
        let answer = gateway.run(request(fqn)).await.expect("an answer");
        assert_eq!((answer.status, remote.nodes().len()), (200, n_asked), "{fqn}");
    }
}
