//! Looks at every isolate from outside and ends the one whose turn lasts too long. A thread of its own: whatever keeps
//! the others busy must not keep this one from looking.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use jitar_engine::{IsolateControl, TerminationReason, Turn};

use super::IsolateError;
use super::life::{Life, Member};
use super::pool::Shared;
use crate::config::Limits;

/// Longest time between two looks; a limit is exceeded by at most about this much.
const LONGEST_TICK: Duration = Duration::from_millis(50);
/// Shortest time between two looks, whatever the limits are.
const SHORTEST_TICK: Duration = Duration::from_millis(1);

/// How long an isolate that was ended may go on before its thread is given up. V8 looks at interrupts in JavaScript, but not
/// in all of its built-in functions: `new Array(1e9).fill(1)` takes many seconds before it notices.
const PATIENCE: Duration = Duration::from_millis(250);

/// Threads that may be given up at a time. Each keeps a processor busy and its isolate's memory until V8 returns; with so
/// many of them, the next place waits for its own thread.
const MOST_STUCK: usize = 4;

/// Starts the supervisor. It ends when the pool is gone.
pub(super) fn spawn(pool: &Arc<Shared>) -> Result<(), IsolateError> {
    let mut watches: Vec<Watch> = pool.members.iter().map(|_| Watch::default()).collect();
    let limits = pool.recipe.config.limits;
    let tick = (limits.cpu.min(limits.wall) / 10).clamp(SHORTEST_TICK, LONGEST_TICK);
    let pool = Arc::downgrade(pool);
    let watching = move || {
        while look(&pool, &mut watches, limits) {
            std::thread::sleep(tick);
        }
    };
    let thread = std::thread::Builder::new().name("jitar-supervisor".to_owned()).spawn(watching);
    thread.map(drop).map_err(|error| IsolateError::Boot(format!("the supervisor did not start: {error}")))
}

/// Looks at every isolate once; whether there still is something to watch.
fn look(pool: &Weak<Shared>, watches: &mut [Watch], limits: Limits) -> bool {
    let Some(pool) = pool.upgrade() else { return false };
    for (watch, member) in watches.iter_mut().zip(&pool.members) {
        watch.look(&pool, member, limits);
    }
    true
}

/// What the supervisor remembers of one isolate.
#[derive(Default)]
struct Watch {
    turn: Option<Seen>,
}

/// A turn as it was when it was first seen.
struct Seen {
    turn: Turn,
    since: Instant,
    cpu: Duration,
    /// When the isolate was found to have been ended within this turn.
    ended: Option<Instant>,
}

impl Watch {
    fn look(&mut self, pool: &Shared, member: &Member, limits: Limits) {
        let (life, has_ended) = member.life();
        if has_ended {
            return self.look_after(pool, member, &life);
        }
        let Some(control) = life.control() else {
            self.turn = None;
            return;
        };
        if self.is_stuck(&control, limits) {
            give_up(pool, member, &life);
        }
    }

    /// Ends a turn that takes too long; whether it goes on although it was ended.
    fn is_stuck(&mut self, control: &IsolateControl, limits: Limits) -> bool {
        let Some(turn) = control.current_turn() else {
            self.turn = None;
            return false;
        };
        let seen = match &mut self.turn {
            Some(seen) if seen.turn == turn => seen,
            _ => {
                self.turn = Some(Seen { turn, since: Instant::now(), cpu: control.cpu_time(), ended: None });
                return false;
            }
        };
        if control.terminated().is_some() {
            return seen.ended.get_or_insert_with(Instant::now).elapsed() > PATIENCE;
        }
        let used = control.cpu_time().saturating_sub(seen.cpu);
        if used > limits.cpu {
            control.terminate(TerminationReason::Cpu);
        } else if seen.since.elapsed() > limits.wall {
            control.terminate(TerminationReason::Wall);
        } else {
            control.look_at_call(used);
            control.look_at_buffers();
        }
        false
    }

    /// Puts a thread in the place of one that ended though nobody asked it to.
    fn look_after(&mut self, pool: &Shared, member: &Member, life: &Life) {
        self.turn = None;
        if pool.is_stopping.load(Ordering::Acquire) || life.is_replaced() {
            return;
        }
        life.set_replaced();
        life.calls.end_all(|_| IsolateError::Lost);
        tracing::error!("An isolate's thread ended unexpectedly; another one takes its place");
        replace(pool, member);
    }
}

/// Answers the calls of an isolate that does not end, and lets another thread take its place.
fn give_up(pool: &Shared, member: &Member, life: &Life) {
    life.answer_ended(&pool.recipe);
    if life.is_replaced() || !pool.recipe.add_stuck(MOST_STUCK) {
        return;
    }
    life.set_replaced();
    tracing::warn!("A built-in function does not end; its isolate is given up, and another one takes its place");
    replace(pool, member);
}

fn replace(pool: &Shared, member: &Member) {
    if let Err(error) = member.replace(&pool.queue, &pool.recipe) {
        tracing::error!("{error}");
    }
}
