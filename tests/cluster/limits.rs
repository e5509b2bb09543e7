//! Calls that take too much are ended; health, other isolates and later calls do not notice.

use std::time::{Duration, Instant};

use jitar_tests::{Project, Response, Service, wait};

const NAME: &str = "/rpc/nameIsolate";

#[test]
fn a_loop_is_ended_by_its_cpu_time() {
    for procedure in ["spin", "spinNested", "spinLater"] {
        let ended = end_one_call("turns", procedure, Isolate::Replaced);
        assert_eq!(ended.summary(), (504, "The call exceeded `limits.cpu` and was ended".to_owned()), "{procedure}");
    }
}

/// A procedure may have less time than the service grants. Others beside it have what they had.
#[test]
fn a_procedure_has_a_limit_of_its_own() {
    let service = Project::named("limits").start("long", &[]);
    let start = Instant::now();
    for later in [false, true] {
        let ended = service.get(&format!("/rpc/spinBriefly?later={later}"));
        assert_eq!(ended.summary(), (504, "The call exceeded `limits.cpu` and was ended".to_owned()), "{later}");
        name(&service);
    }
    assert!(start.elapsed() < Duration::from_secs(8), "the service grants ten seconds: {:?}", start.elapsed());
    let beside = service.get_in_background("/rpc/hold?millis=25000");
    wait::until(|| (service.process.printed().matches("running in").count() == 3).then_some(())).expect("it runs");
    assert_eq!(service.get("/rpc/spinForAWhile").summary(), (200, "done".to_owned()));
    assert!(!beside.is_finished(), "it waits");
    service.kill();
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
    let ended = service.get("/rpc/fillHeap");
    assert_eq!(ended.summary(), (504, "The call exceeded `limits.heap` and was ended".to_owned()));
    name(&service);
    let end = service.stop();
    assert_eq!(end.status, Some(0));
    assert!(
        end.printed.contains("Replaced an isolate that exceeded `limits.heap` (1 since the start)"),
        "{}",
        end.printed
    );
}

/// The log says where a program was when it was ended, in its own files.
#[test]
fn the_log_shows_where_a_loop_was() {
    let service = Project::named("limits").start("one", &[]);
    assert_eq!(service.get("/rpc/spin").status, 504);
    name(&service);
    let end = service.stop();
    assert!(end.printed.contains("exceeded `limits.cpu` (1 since the start)"), "{}", end.printed);
    assert!(end.printed.contains("at spin (app/src/spin.ts:6:"), "{}", end.printed);
}

/// Memory of buffers lies outside of the heap. Garbage does not count, whatever its pieces are.
#[test]
fn buffers_are_bounded() {
    let service = Project::named("limits").start("buffers", &[]);
    for size in [1000, 1 << 20, 8 << 20] {
        let wasted = service.get(&format!("/rpc/wasteBuffers?size={size}&times={}", (200 << 20) / size));
        assert_eq!(wasted.summary(), (200, "wasted".to_owned()), "{size}\n{}", service.process.printed());
    }
    for call in ["fillBuffers?size=1000", "fillBuffers?size=1048576", "fillBuffers?size=100000000", "fillWasm"] {
        let ended = service.get(&format!("/rpc/{call}"));
        assert_eq!(ended.summary(), (504, "The call exceeded `limits.buffers` and was ended".to_owned()), "{call}");
        name(&service);
    }
    assert_eq!(service.stop().status, Some(0));
}

/// V8 does not look at interrupts in all of its functions. Whoever calls such a one is answered, and others go on, long
/// before it returns.
#[test]
fn a_builtin_that_does_not_end_delays_nobody() {
    let service = Project::named("limits").start("ages", &[]);
    let start = Instant::now();
    let call = service.get_in_background("/rpc/fillForAges");
    let stuck = running(&service);
    assert_eq!(call.join().expect("an answer").status, 504);
    assert_ne!(name(&service), stuck, "another isolate");
    assert!(start.elapsed() < Duration::from_secs(6), "it took {:?}", start.elapsed());
    service.kill();
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

/// However much one isolate has to do: as long as another one is free, calls go there.
#[test]
fn calls_do_not_stand_behind_a_busy_isolate() {
    let service = Project::named("limits").start("turns", &[]);
    let held: Vec<_> = (0..6).map(|_| service.get_in_background("/rpc/hold?millis=3000")).collect();
    let n_held = || service.process.printed().matches("running in").count();
    wait::until(|| (n_held() == 6).then_some(())).expect("all calls run");
    let loops = service.get_in_background("/rpc/spin");
    wait::until(|| (n_held() == 7).then_some(())).expect("the loop runs");
    for _ in 0..20 {
        let start = Instant::now();
        name(&service);
        assert!(start.elapsed() < Duration::from_millis(900), "a call stood behind the loop for {:?}", start.elapsed());
    }
    assert!(!loops.is_finished(), "the loop was to be ended later");
    assert_eq!(loops.join().expect("an answer").status, 504);
    for call in held {
        assert!([200, 503].contains(&call.join().expect("an answer").status));
    }
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

/// Runs a call that does not end by itself in one of two isolates, and looks around meanwhile.
fn end_one_call(service: &str, procedure: &str, expected: Isolate) -> Response {
    let service = Project::named("limits").start(service, &[]);
    let call = service.get_in_background(&format!("/rpc/{procedure}"));
    let busy = running(&service);
    let other = name(&service);
    assert_ne!(other, busy);
    assert_eq!(service.get("/health/status").summary(), (200, "true".to_owned()));
    assert_eq!(name(&service), other, "the other isolate goes on");
    assert!(!call.is_finished(), "the call was to be ended later; the other ones waited for it");
    let answer = call.join().expect("an answer");
    let names = || Some(both_names(&service)).filter(|[first, second]| first != second);
    let after = wait::until(names).expect("two isolates");
    assert!(after.contains(&other), "{procedure} harmed the other isolate");
    assert_eq!(after.contains(&busy), expected == Isolate::Kept, "{procedure}");
    assert_eq!(service.stop().status, Some(0));
    answer
}

/// The names of the isolates that answer two calls, of which the second is made while the first runs.
fn both_names(service: &Service) -> [String; 2] {
    let n_held = || service.process.printed().matches("running in").count();
    let before = n_held();
    let held = service.get_in_background("/rpc/hold?millis=300");
    wait::until(|| (n_held() > before).then_some(())).expect("the call runs");
    let second = name(service);
    assert_eq!(held.join().expect("an answer").status, 200);
    let printed = service.process.printed();
    [isolate_in(printed.rsplit("running in ").next().unwrap_or_default()), second]
}

/// The isolate of the first call that says where it runs.
#[track_caller]
fn running(service: &Service) -> String {
    isolate_in(&service.process.line("running in "))
}

/// The name at the beginning of the rest of a line.
fn isolate_in(rest: &str) -> String {
    rest.split_whitespace().next().unwrap_or_default().to_owned()
}

/// Which isolate answers now.
#[track_caller]
fn name(service: &Service) -> String {
    let answer = service.get(NAME);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}
