//! The gateway against a network that is a table.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use super::monitor::Thresholds;
use super::registry::Registry;
use super::*;
use crate::services::tests::{self, FakeRemote, gateway_config, request};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const AWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn registration(url: &str, names: &[&str], key: Option<&str>) -> Registration {
    Registration {
        url: url.parse().expect("a URL"),
        procedure_names: names.iter().map(|name| (*name).to_owned()).collect(),
        trust_key: key.map(PresentedKey::new),
    }
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
        (&[], true, None, AWAY, Ok(())),
        (&["key"], false, Some("key"), AWAY, Ok(())),
        (&["new", "old"], false, Some("old"), AWAY, Ok(())),
        (&["key"], false, Some("wrong"), HOME, Err("Invalid trust key")),
        (&["key"], false, None, HOME, Err("Invalid trust key")),
        (&["key"], true, None, HOME, Err("Invalid trust key")),
    ];
    for (keys, open, key, peer, expected) in cases {
        let (gateway, _) = gateway(keys, *open);
        let answer = gateway.register(registration("http://127.0.0.1:3001", &["f"], *key), Some(*peer));
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
    let answer = gateway.register(registration("http://127.0.0.1:3000/", &["f"], None), Some(HOME));
    assert!(matches!(answer, Err(ServiceError::Registration(RegistrationError::Invalid(_)))));
}

#[tokio::test]
async fn sends_calls_round_robin_to_available_workers() {
    let (gateway, remote) = gateway(&["key"], false);
    let first = gateway.register(registration("http://a:1", &["f"], Some("key")), Some(AWAY)).expect("an id");
    let second = gateway.register(registration("http://b:1", &["f", "g"], Some("key")), Some(AWAY)).expect("an id");
    assert!(matches!(gateway.run(request("f")).await, Err(ServiceError::NoWorkerAvailable(name)) if name == "f"));
    gateway.report(&first, WorkerState::Available).expect("known");
    gateway.report(&second, WorkerState::Available).expect("known");
    for _ in 0..4 {
        gateway.run(request("f")).await.expect("an answer");
    }
    gateway.run(request("g")).await.expect("an answer");
    let mut nodes = remote.nodes();
    // The turn that failed counts as well, so either worker may be first.
    nodes[..4].sort();
    assert_eq!(nodes, ["http://a:1/", "http://a:1/", "http://b:1/", "http://b:1/", "http://b:1/"]);
    let unknown = gateway.run(request("h")).await.expect_err("nobody has it");
    assert_eq!(unknown.to_string(), "Procedure 'h' not found");
}

#[tokio::test]
async fn counts_hops_and_stops_circles() {
    let (gateway, remote) = gateway(&["key"], false);
    let id = gateway.register(registration("http://a:1", &["f"], Some("key")), Some(AWAY)).expect("an id");
    gateway.report(&id, WorkerState::Available).expect("known");
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
    let id = gateway.register(registration("http://a:1", &["f"], Some("key")), Some(AWAY)).expect("an id");
    let key = PresentedKey::new("key");
    let workers = gateway.list(Some(&key), Some(AWAY)).expect("trusted");
    assert_eq!((workers[0].id.as_str(), workers[0].url.as_str()), (&id[..8], "http://a:1"));
    assert!(gateway.list(None, Some(HOME)).is_err());
    gateway.remove(&id).expect("known");
    assert_eq!(gateway.list(Some(&key), None).expect("trusted"), []);
    assert_eq!(gateway.remove(&id).expect_err("gone").to_string(), format!("Unknown worker id '{id}'"));
}

#[test]
fn thresholds_make_workers_unavailable_and_then_forgotten() {
    let thresholds = Thresholds { unavailable: Duration::from_secs(6), stopped: Duration::from_secs(18) };
    let registry = Registry::default();
    let start = Instant::now();
    let worker = registry.add(registration("http://a:1", &["f"], None), start).expect("room");
    registry.report(worker.id(), WorkerState::Available, start).expect("known");
    let at = |seconds| start + Duration::from_secs(seconds);
    assert!(registry.sweep(at(5), thresholds).is_empty());
    assert_eq!(worker.state(), WorkerState::Available);
    assert!(registry.sweep(at(7), thresholds).is_empty());
    assert_eq!(worker.state(), WorkerState::Unavailable);
    registry.report(worker.id(), WorkerState::Available, at(8)).expect("known");
    assert_eq!(worker.state(), WorkerState::Available);
    assert_eq!(registry.sweep(at(27), thresholds), [worker.id()]);
    assert!(registry.report(worker.id(), WorkerState::Available, at(28)).is_err());
    assert!(matches!(registry.next("f"), Err(ServiceError::Execution(ExecutionError::ProcedureNotFound(_)))));
}

#[test]
fn a_worker_that_comes_back_replaces_its_older_self() {
    let registry = Registry::default();
    let now = Instant::now();
    let old = registry.add(registration("http://a:1", &["f"], None), now).expect("room");
    let new = registry.add(registration("http://a:1/", &["f", "f", "g"], None), now).expect("room");
    assert!(!registry.has(old.id()) && registry.has(new.id()));
    new.probed(WorkerState::Available, now);
    assert_eq!(registry.next("f").expect("available").id(), new.id());
    new.probed(WorkerState::Unavailable, now);
    assert_eq!(new.state(), WorkerState::Available, "a probe counts only before the first report");
}
