//! Procedures that never end or take all memory, while others go on.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use jitar_tests::{Project, Request};

const LOOPS: [&str; 5] = ["sync", "microtask", "regex", "sort", "json"];
const BOMBS: [&str; 10] =
    ["strings", "arrays", "map", "arrayBuffer", "smallBuffers", "wasm", "closures", "recursion", "timers", "fill"];

#[test]
fn every_bomb_is_answered_and_harms_nobody_else() {
    let service = Project::named("bombs").start("bombs", &[]);
    let stop = AtomicBool::new(false);
    let n_answered = AtomicUsize::new(0);
    thread::scope(|scope| {
        let health = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                assert_eq!(service.get("/health/status").status, 200);
            }
        });
        // Only calls that run in the isolate of a bomb may have to be repeated.
        let caller = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let answer = service.get("/rpc/echo?text=there");
                match answer.status {
                    200 => n_answered.fetch_add(1, Ordering::Relaxed),
                    503 => 0,
                    _ => panic!("{:?}", answer.summary()),
                };
            }
        });
        for (procedure, kinds) in [("loop", &LOOPS[..]), ("bomb", &BOMBS[..])] {
            for kind in kinds {
                let answer = service.send(&Request::get(&format!("/rpc/{procedure}?kind={kind}")));
                let expected: &[u16] = if *kind == "recursion" { &[500] } else { &[504] };
                assert!(expected.contains(&answer.status), "{kind}: {:?}", answer.summary());
            }
        }
        stop.store(true, Ordering::Relaxed);
        health.join().expect("health was answered throughout");
        caller.join().expect("calls went on");
    });
    assert!(n_answered.into_inner() > 20, "hardly any call was answered");
    assert_eq!(service.get("/rpc/echo?text=after").summary(), (200, "after".to_owned()));
    let metrics = service.get("/metrics").text();
    // Which limit a bomb reaches first is up to the machine; recursion is an ordinary error.
    let replaced = ["cpu", "heap", "buffers"].map(|limit| {
        let counter = format!("jitar_isolates_replaced_total{{limit=\"limits.{limit}\"}} ");
        let count = metrics.lines().find_map(|line| line.strip_prefix(&counter)).and_then(|count| count.parse().ok());
        count.unwrap_or(0_usize)
    });
    assert!(!replaced.contains(&0), "{metrics}");
    assert_eq!(replaced.iter().sum::<usize>(), LOOPS.len() + BOMBS.len() - 1, "{metrics}");
    assert!(metrics.contains("\njitar_calls_waiting 0\n"), "{metrics}");
    service.process.signal("TERM");
    service.process.end();
}
