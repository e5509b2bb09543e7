//! What a hand-off to an isolate's thread costs, in CPU time of the process: the same calls made on the isolate's own thread
//! and through a channel from another one. `cargo bench -p jitar-engine --bench handoff`.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use jitar_engine::call::Reply;
use support::{App, Made, Worker};
use tokio::sync::{mpsc, oneshot};

const CALLS: u32 = 200_000;

fn main() {
    if support::serve_blob_request() {
        return;
    }
    let code = "export async function hello(name) { return `Hello, ${name}!`; }";
    let made = App::new().module("hello.js", code).procedure("hello.js", "hello", &["name"]).make();
    println!("{:>10} {:>16} {:>16} {:>16}", "in flight", "same thread", "other thread", "difference");
    for in_flight in [1, 8, 64] {
        let direct = per_call(|| same_thread(&made, in_flight));
        let handed = per_call(|| other_thread(&made, in_flight));
        println!("{in_flight:>10} {direct:>13.2} µs {handed:>13.2} µs {:>13.2} µs", handed - direct);
    }
}

/// CPU time of the process per call, in microseconds; the least of three runs.
fn per_call(run: impl Fn() -> Duration) -> f64 {
    let least = (0..3).map(|_| run()).min().unwrap_or_default();
    least.as_secs_f64() * 1e6 / f64::from(CALLS)
}

type Waiting = Rc<RefCell<HashMap<u32, oneshot::Sender<Reply>>>>;

fn same_thread(made: &Made, in_flight: u32) -> Duration {
    let settled = Rc::new(RefCell::new(0));
    let counter = Rc::clone(&settled);
    let mut worker = Worker::with_replies(made, move |_, _| *counter.borrow_mut() += 1);
    let before = cpu_time();
    let mut started = 0;
    worker.drive(|isolate, cx| {
        while started < CALLS && started.saturating_sub(*settled.borrow()) < in_flight {
            support::worker::start(isolate, started, "hello", "{\"name\":\"Ann\"}");
            started += 1;
        }
        isolate.poll(cx).expect("runs");
        if *settled.borrow() == CALLS {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    });
    cpu_time().saturating_sub(before)
}

fn other_thread(made: &Made, in_flight: u32) -> Duration {
    let (sender, mut receiver) = mpsc::unbounded_channel::<(u32, oneshot::Sender<Reply>)>();
    let client = std::thread::spawn(move || {
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio");
        tokio.block_on(async {
            let clients = (0..in_flight).map(|first| {
                let sender = sender.clone();
                async move {
                    for id in (first..CALLS).step_by(in_flight as usize) {
                        let (reply, replied) = oneshot::channel();
                        sender.send((id, reply)).expect("the isolate runs");
                        let deadline = Instant::now() + Duration::from_secs(30);
                        tokio::time::timeout_at(deadline.into(), replied).await.expect("in time").expect("replied");
                    }
                }
            });
            deno_core::futures::future::join_all(clients).await;
        });
    });
    let waiting = Waiting::default();
    let callers = Rc::clone(&waiting);
    let mut worker = Worker::with_replies(made, move |id, reply| {
        drop(callers.borrow_mut().remove(&id).map(|caller| caller.send(reply)));
    });
    let before = cpu_time();
    worker.drive(|isolate, cx| {
        loop {
            match receiver.poll_recv(cx) {
                Poll::Ready(Some((id, reply))) => {
                    waiting.borrow_mut().insert(id, reply);
                    support::worker::start(isolate, id, "hello", "{\"name\":\"Ann\"}");
                }
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => break,
            }
        }
        isolate.poll(cx).expect("runs");
        Poll::Pending
    });
    client.join().expect("the client ends");
    cpu_time().saturating_sub(before)
}

/// User and system time of the process so far.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|field| field.parse::<u64>().expect("a number")).sum();
    Duration::from_millis(ticks * 10)
}
