//! Calls that take too much are ended; health, other isolates and later calls do not notice.

use jitar_tests::{Project, Response, Service};

const NAME: &str = "/rpc/nameIsolate";

#[test]
fn a_loop_is_ended_by_its_cpu_time() {
    for procedure in ["spin", "spinNested", "spinLater"] {
        let ended = end_one_call("turns", procedure, Isolate::Replaced);
        assert_eq!(ended.summary(), (504, "The call exceeded `limits.cpu` and was ended".to_owned()), "{procedure}");
    }
}

#[test]
fn a_loop_is_ended_by_its_time() {
    let ended = end_one_call("times", "spin", Isolate::Replaced);
    assert_eq!(ended.status, 504);
    assert!(ended.text().contains("`limits.wall`"), "{}", ended.text());
}

#[test]
fn a_call_that_waits_for_ever_is_answered_and_leaves_its_isolate_alone() {
    let ended = end_one_call("times", "waitForever", Isolate::Kept);
    let text = "The call took longer than 1000 ms (`limits.wall`, or the caller's deadline)";
    assert_eq!(ended.summary(), (504, text.to_owned()));
}

#[test]
fn a_full_heap_ends_its_isolate_only() {
    let service = Project::named("limits").start("turns", &[]);
    let before = name(&service);
    let ended = service.get("/rpc/fillHeap");
    assert_eq!(ended.summary(), (504, "The call exceeded `limits.heap` and was ended".to_owned()));
    assert_ne!(name(&service), before, "a fresh isolate");
    assert_eq!(service.stop().status, Some(0));
}

/// Those who did nothing wrong are told to try again.
#[test]
fn calls_beside_a_loop_may_be_repeated() {
    let service = Project::named("limits").start("one", &[]);
    let bystander = service.get_in_background("/rpc/hold?millis=25000");
    service.process.line("running");
    assert_eq!(service.get("/rpc/spin").status, 504);
    let bystander = bystander.join().expect("an answer");
    let text = "The isolate was replaced because another call exceeded `limits.cpu`; try again";
    assert_eq!(bystander.summary(), (503, text.to_owned()));
    assert_eq!(bystander.header("retry-after"), Some("1"));
    name(&service);
}

/// One call runs, one waits, whoever comes then is sent away; health is not behind them.
#[test]
fn the_queue_is_bounded() {
    let service = Project::named("limits").start("queue", &[]);
    let calls: Vec<_> = (0..4).map(|_| service.get_in_background("/rpc/hold?millis=1500")).collect();
    service.process.line("running");
    assert_eq!(service.get("/health/status").status, 200);
    let answers: Vec<Response> = calls.into_iter().map(|call| call.join().expect("an answer")).collect();
    let (held, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((held.len(), refused.len()), (2, 2), "{answers:?}");
    for answer in refused {
        assert_eq!(answer.summary(), (503, "Too many calls are waiting; try again".to_owned()));
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    assert_eq!(service.get("/rpc/hold?millis=1").summary(), (200, "held".to_owned()));
}

/// A call that never ends gives its place back when its time is over.
#[test]
fn a_full_isolate_gets_room_again() {
    let service = Project::named("limits").start("full", &[]);
    for _ in 0..2 {
        assert_eq!(service.get("/rpc/waitForever").status, 504);
        name(&service);
    }
    assert_eq!(service.stop().status, Some(0));
}

/// What becomes of the isolate of a call that was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Isolate {
    Kept,
    Replaced,
}

/// Runs a call that does not end by itself, and looks around meanwhile. The least busy isolate is
/// chosen, the first of equals: so the call runs in the first one, and calls beside it in the second.
fn end_one_call(service: &str, procedure: &str, expected: Isolate) -> Response {
    let service = Project::named("limits").start(service, &[]);
    let first = name(&service);
    let call = service.get_in_background(&format!("/rpc/{procedure}"));
    service.process.line("running");
    let second = name(&service);
    assert_ne!(second, first);
    assert_eq!(service.get("/health/status").summary(), (200, "true".to_owned()));
    assert_eq!(name(&service), second, "the other isolate goes on");
    assert!(!call.is_finished(), "the call was to be ended later; the other ones waited for it");
    let answer = call.join().expect("an answer");
    let after = name(&service);
    assert_ne!(after, second);
    assert_eq!(after == first, expected == Isolate::Kept, "{procedure}");
    assert_eq!(service.stop().status, Some(0));
    answer
}

/// Which isolate answers now.
#[track_caller]
fn name(service: &Service) -> String {
    let answer = service.get(NAME);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}
