//! Who may call what (spec 3.6), with isolates that only note what reaches them.

use std::time::Duration;

use jitar_engine::manifest::AppManifest;

use super::*;
use crate::services::tests::{FakeIsolates, manifest, request, trust_keys};

/// Two segments that share a procedure.
fn two_segments() -> AppManifest {
    let mut all =
        manifest(&[("private", Access::Private), ("protected", Access::Protected), ("public", Access::Public)]);
    let second = manifest(&[("public", Access::Public)]).segments.into_iter().map(|mut segment| {
        segment.name = "second".to_owned();
        segment.procedures[0].implementations[0].version = Version::new(2, 0, 0);
        segment
    });
    all.segments.extend(second);
    all
}

fn execution(keys: &[&str]) -> (Execution, Arc<FakeIsolates>) {
    let isolates = Arc::new(FakeIsolates::default());
    let procedures = Procedures::of_segments(&two_segments(), &["s".to_owned(), "second".to_owned()]);
    let shared: Arc<dyn Isolates> = Arc::<FakeIsolates>::clone(&isolates);
    (Execution::new(procedures, shared, Rules { keys: trust_keys(keys), ..Rules::default() }), isolates)
}

fn shown(outcome: Result<Reply, ExecutionError>) -> String {
    outcome.map_or_else(|error| error.to_string(), |reply| String::from_utf8_lossy(&reply.body).into_owned())
}

fn own_call(fqn: &str, hops: u8) -> OutboundCall {
    OutboundCall {
        fqn: fqn.to_owned(),
        version: "0.0.0".to_owned(),
        arguments: "{}".into(),
        extended: false,
        headers: Vec::new(),
        deadline: None,
        hops,
    }
}

/// Keys of the service, key shown, procedure, answer, whether application code sees a trusted caller.
type Case<'a> = (&'a [&'a str], Option<&'a str>, &'a str, &'a str, bool);

#[tokio::test]
async fn callers_reach_what_they_may() {
    let cases: &[Case<'_>] = &[
        (&["key"], None, "public", "public:0.0.0", false),
        (&["key"], Some("wrong"), "public", "public:0.0.0", false),
        (&["key"], Some("key"), "public", "public:0.0.0", true),
        (&["key"], Some("key"), "protected", "protected:0.0.0", true),
        (&["new", "old"], Some("old"), "protected", "protected:0.0.0", true),
        (&["key"], Some("wrong"), "protected", "Request not trusted", false),
        (&["key"], Some(""), "protected", "Request not trusted", false),
        (&["key"], None, "protected", "Request not trusted", false),
        (&["key"], Some("key"), "private", "Procedure 'private' not found", false),
        (&["key"], None, "private", "Procedure 'private' not found", false),
        (&["key"], None, "nonExisting", "Procedure 'nonExisting' not found", false),
        (&[], None, "public", "public:0.0.0", false),
        (&[], Some("any"), "public", "public:0.0.0", false),
        (&[], None, "protected", "Request not trusted", false),
        (&[], Some("any"), "protected", "Request not trusted", false),
        (&[], Some("null"), "protected", "Request not trusted", false),
        (&[], None, "private", "Procedure 'private' not found", false),
    ];
    for (keys, shown_key, fqn, expected, trusted) in cases {
        let (execution, isolates) = execution(keys);
        let mut call = request(fqn);
        call.key = shown_key.map(PresentedKey::new);
        assert_eq!(shown(execution.run(call).await), *expected, "{keys:?} {shown_key:?} {fqn}");
        assert_eq!(isolates.calls().first().is_some_and(|call| call.trusted), *trusted, "{keys:?} {shown_key:?} {fqn}");
    }
}

/// A node whose middleware added arguments passes on the call of a stranger: it vouches for the arguments only.
#[tokio::test]
async fn a_node_answers_for_arguments_and_not_for_its_caller() {
    // key shown, for a stranger, arguments beside → protected, public: answer, trusted, vouched for
    let cases = [
        (Some("key"), false, None, "protected:0.0.0", Some((true, true))),
        (Some("key"), true, None, "Request not trusted", Some((false, true))),
        (Some("key"), true, Some("{}"), "Request not trusted", Some((false, true))),
        (Some("wrong"), true, None, "Request not trusted", Some((false, false))),
        (None, true, None, "Request not trusted", Some((false, false))),
        (None, false, Some("{}"), "Request not trusted", None),
        (Some("wrong"), false, Some("{}"), "Request not trusted", None),
    ];
    for (key, stranger, beside, protected, public) in cases {
        let (execution, isolates) = execution(&["key"]);
        let call = |fqn: &str| {
            let node = NodeHeaders { stranger, ..NodeHeaders::default() };
            let (key, beside) = (key.map(PresentedKey::new), beside.map(str::to_owned));
            RpcRequest { key, node, beside, ..request(fqn) }
        };
        assert_eq!(shown(execution.run(call("protected")).await), protected, "{key:?} {stranger} {beside:?}");
        let before = isolates.calls().len();
        drop(execution.run(call("public")).await);
        let seen = isolates.calls().get(before).map(|call| (call.trusted, call.vouched));
        assert_eq!(seen, public, "{key:?} {stranger} {beside:?}");
    }
}

#[tokio::test]
async fn own_code_reaches_what_is_exposed() {
    let cases = [
        ("public", 0, "public:0.0.0"),
        ("protected", 15, "protected:0.0.0"),
        ("private", 0, "Procedure 'private' not found"),
        ("public", 16, "the call went through more than 16 nodes; do the services call each other in a circle?"),
    ];
    for (fqn, hops, expected) in cases {
        let (execution, isolates) = execution(&[]);
        assert_eq!(shown(execution.run_own(own_call(fqn, hops)).await), expected, "{fqn}");
        let trusted = isolates.calls().iter().all(|call| call.trusted && call.serialized && call.hops == hops + 1);
        assert!(trusted, "{fqn}");
    }
}

#[tokio::test]
async fn node_headers_count_only_with_the_key() {
    let none = NodeHeaders::default();
    let all = NodeHeaders { deadline: Some(Duration::from_secs(1)), hops: 3, dry: true, stranger: false };
    let cases: &[(&[&str], Option<&str>, NodeHeaders, NodeHeaders)] = &[
        (&["key"], Some("key"), all, all),
        (&["key"], Some("wrong"), all, none),
        (&["key"], None, all, none),
        (&[], None, all, NodeHeaders { hops: 3, ..none }),
    ];
    for (keys, key, sent, expected) in cases {
        let (execution, isolates) = execution(keys);
        let mut call = request("public");
        call.key = key.map(PresentedKey::new);
        call.node = *sent;
        execution.run(call).await.expect("public");
        let call = isolates.calls().remove(0);
        let dry = call.mode == RunMode::Dry;
        let seen = NodeHeaders { deadline: call.deadline, hops: call.hops, dry, stranger: false };
        assert_eq!(seen, *expected, "{keys:?} {key:?}");
    }
}

#[tokio::test]
async fn circles_end() {
    let (execution, isolates) = execution(&["key"]);
    for (hops, expected) in [(16, "public:0.0.0"), (17, "the call went through more than 16 nodes")] {
        let mut call = request("public");
        call.key = Some(PresentedKey::new("key"));
        call.node.hops = hops;
        let outcome = shown(execution.run(call).await);
        assert!(outcome.starts_with(expected), "{hops}: {outcome}");
    }
    assert_eq!(isolates.calls().len(), 1);
}

#[tokio::test]
async fn lookup_comes_before_trust_and_trust_before_arguments() {
    let (execution, isolates) = execution(&["key"]);
    for (fqn, expected) in [
        ("private", "Procedure 'private' not found"),
        ("protected", "Request not trusted"),
        ("public", "the request body is not valid JSON: EOF while parsing an object at line 1 column 1"),
    ] {
        let mut call = request(fqn);
        call.payload = Payload::json("{");
        assert_eq!(shown(execution.run(call).await), expected);
    }
    assert!(isolates.calls().is_empty());
}

#[tokio::test]
async fn versions_of_all_segments_are_one_procedure() {
    let (execution, _) = execution(&[]);
    assert_eq!(execution.procedures().names(), ["protected", "public"]);
    for (version, expected) in [("0.0.0", "public:0.0.0"), ("1.9", "public:0.0.0"), ("2.1", "public:2.0.0")] {
        let mut call = request("public");
        call.version = version.parse().expect("a version");
        assert_eq!(shown(execution.run(call).await), expected, "{version}");
    }
}

#[tokio::test]
async fn get_calls_what_is_safe() {
    let mut app = manifest(&[("change", Access::Public), ("look", Access::Public)]);
    app.segments[0].procedures[1].implementations[0].safe = true;
    let refused = "Procedure 'change' is not declared `safe`, and this service lets GET call safe ones only; use POST";
    let query = Payload::Query(String::new());
    for (get_only_safe, fqn, payload, mode, expected) in [
        (false, "change", query.clone(), RunMode::Normal, "change:0.0.0"),
        (true, "change", query.clone(), RunMode::Normal, refused),
        (true, "change", query.clone(), RunMode::Dry, "change:0.0.0"),
        (true, "change", Payload::json("{}"), RunMode::Normal, "change:0.0.0"),
        (true, "look", query, RunMode::Normal, "look:0.0.0"),
    ] {
        let procedures = Procedures::of_segments(&app, &["s".to_owned()]);
        let rules = Rules { get_only_safe, ..Rules::default() };
        let execution = Execution::new(procedures, Arc::new(FakeIsolates::default()), rules);
        let call = RpcRequest { payload, mode, ..request(fqn) };
        assert_eq!(shown(execution.run(call).await), expected, "{get_only_safe} {fqn}");
    }
}
