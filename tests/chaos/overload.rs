//! Five times the calls that a service can take.

use std::time::{Duration, Instant};

use jitar_tests::cores::Held;
use jitar_tests::{Load, Request, ports, wait};

use crate::Size;
use crate::cluster::node;
use crate::figures::{Figures, between, number, percentile, times};

const WORK: &str = "/rpc/work";
/// Callers that keep the service busy, and no more: one call runs while the next one waits.
const N_CALLERS: usize = 2;
/// Enough that each has its answer before it has to call again.
const N_CONNECTIONS: u32 = 200;

/// A worker whose calls take some milliseconds each, with adaptive concurrency.
pub(crate) fn run(figures: &mut Figures, size: Size) {
    // Callers that take the server's time would be measured instead of it.
    let worker = {
        let _held = Held::to_first();
        node("adaptive", ports::free(), [""; 2])
    };
    let _held = Held::to_second();
    let work = Request::get(WORK);
    worker.until("answer", &work, |answer| answer.status == 200);

    let load = Load::start(&worker.url, &work, 1);
    load.more(500);
    let alone = percentile(&times(&load.stop().calls, 200), 99);
    let (load, start) = (Load::start(&worker.url, &work, N_CALLERS), Instant::now());
    wait::pause(Duration::from_secs(3));
    let peak = number(load.stop().n_answered) / start.elapsed().as_secs_f64();

    let time = Duration::from_secs(size.of(30, 5));
    let (load, start) = (Load::at_rate(&worker.url, &work, N_CONNECTIONS, peak * 5.0), Instant::now());
    wait::pause(time);
    let outcome = load.stop();
    // The limit needs a moment to find itself.
    let settling = time / 6;
    let settled = start + settling;
    let calls: Vec<_> = between(&outcome.calls, settled, start + time).copied().collect();
    let (accepted, rejected) = (times(&calls, 200), times(&calls, 503));
    let seconds = time.saturating_sub(settling).as_secs_f64();

    let load = Load::start(&worker.url, &work, N_CALLERS);
    wait::pause(Duration::from_secs(2));
    let normal = Instant::now();
    wait::pause(Duration::from_secs(2));
    let after = load.stop();
    let after: Vec<_> = after.calls.iter().filter(|call| call.start >= normal).collect();
    let failed_after = after.iter().filter(|call| call.status != Some(200)).count();

    figures.add("overload: calls a second without it", "calls/s", peak);
    figures.add("overload: calls a second that came", "calls/s", number(calls.len()) / seconds);
    figures.add("overload: answered, of those without it", "%", number(accepted.len()) / seconds / peak * 100.0);
    figures.add("overload: p99 of one call at a time, without it", "ms", alone);
    figures.add("overload: p99 of accepted calls", "ms", percentile(&accepted, 99));
    figures.add("overload: p99 of rejections", "ms", percentile(&rejected, 99));
    figures.add("overload: calls a second, 2 s after it", "calls/s", number(after.len() - failed_after) / 2.0);
    figures.failures("overload: failed calls, 2 s after it", failed_after);
}
