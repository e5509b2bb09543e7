//! Looks at every isolate from outside and ends the one whose turn lasts too long. A thread of its own: whatever keeps
//! the others busy must not keep this one from looking.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use jitar_engine::{IsolateControl, TerminationReason};

use super::IsolateError;
use super::member::Member;
use crate::config::Limits;

/// Longest time between two looks; a limit is exceeded by at most about this much.
const LONGEST_TICK: Duration = Duration::from_millis(50);
/// Shortest time between two looks, whatever the limits are.
const SHORTEST_TICK: Duration = Duration::from_millis(1);

/// Starts the supervisor. It ends when the pool is gone.
pub(super) fn spawn(members: &[Arc<Member>], limits: Limits) -> Result<(), IsolateError> {
    let mut watches: Vec<Watch> = members.iter().map(Watch::new).collect();
    let tick = (limits.cpu.min(limits.wall) / 10).clamp(SHORTEST_TICK, LONGEST_TICK);
    let watching = move || {
        while watches.iter_mut().any(|watch| watch.look(limits)) {
            std::thread::sleep(tick);
        }
    };
    let thread = std::thread::Builder::new().name("jitar-supervisor".to_owned()).spawn(watching);
    thread.map(drop).map_err(|error| IsolateError::Boot(format!("the supervisor did not start: {error}")))
}

/// What the supervisor remembers of one isolate.
struct Watch {
    member: Weak<Member>,
    turn: Option<Turn>,
}

/// A turn as it was when it was first seen.
struct Turn {
    number: u64,
    since: Instant,
    cpu: Duration,
}

impl Watch {
    fn new(member: &Arc<Member>) -> Self {
        Self { member: Arc::downgrade(member), turn: None }
    }

    /// Whether there still is something to watch.
    fn look(&mut self, limits: Limits) -> bool {
        let Some(member) = self.member.upgrade() else { return false };
        if let Some(control) = member.control() {
            self.check(&control, limits);
        }
        true
    }

    fn check(&mut self, control: &IsolateControl, limits: Limits) {
        let Some(number) = control.current_turn() else {
            self.turn = None;
            return;
        };
        match &self.turn {
            Some(turn) if turn.number == number => {
                if control.cpu_time().saturating_sub(turn.cpu) > limits.cpu {
                    control.terminate(TerminationReason::Cpu);
                } else if turn.since.elapsed() > limits.wall {
                    control.terminate(TerminationReason::Wall);
                }
            }
            _ => self.turn = Some(Turn { number, since: Instant::now(), cpu: control.cpu_time() }),
        }
    }
}
