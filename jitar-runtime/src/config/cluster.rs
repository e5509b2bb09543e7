//! How calls are spread over workers, repeated and given up: settings of whoever routes.

use std::time::Duration;

/// How a gateway chooses among the workers that have a procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Balancing {
    /// One after the other.
    RoundRobin,
    /// The one with the fewest calls under way.
    LeastRequests,
    /// The better of two drawn at random, by the time that their calls take and the calls under way (peak EWMA).
    #[default]
    P2cEwma,
    /// At random, in proportion to the weights that workers announce.
    Weighted,
    /// Equal values go to the same worker as long as it is there.
    ConsistentHash(HashKey),
}

/// What of a call is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HashKey {
    /// The argument of this name.
    Argument(String),
    /// The header of this name, in lower case.
    Header(String),
}

/// How often a call is repeated on another worker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retries {
    /// How many times more one call is tried; 0 turns repeating off.
    pub attempts: u32,
    /// Part of all calls that may be repeats.
    pub budget: f64,
    /// Repeats per second that are always allowed.
    pub per_second: u32,
}

/// When a worker whose calls fail gets no more of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ejection {
    /// Failures in a row.
    pub failures: u32,
    /// Time of the first ejection; it doubles from one to the next.
    pub base: Duration,
    /// Longest time of an ejection.
    pub max: Duration,
}

/// How calls find a worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Routing {
    /// Who is chosen.
    pub balancing: Balancing,
    /// What is repeated.
    pub retries: Retries,
    /// Who is left out.
    pub ejection: Ejection,
    /// Time in which the share of a new worker grows from a tenth to all of it.
    pub slow_start: Duration,
    /// After this time without an answer, an idempotent call is sent to a second worker as well.
    pub hedge: Option<Duration>,
}

impl Default for Retries {
    fn default() -> Self {
        Self { attempts: 2, budget: 0.2, per_second: 10 }
    }
}

impl Default for Ejection {
    fn default() -> Self {
        Self { failures: 5, base: Duration::from_secs(5), max: Duration::from_mins(5) }
    }
}

impl Default for Routing {
    fn default() -> Self {
        Self {
            balancing: Balancing::default(),
            retries: Retries::default(),
            ejection: Ejection::default(),
            slow_start: Duration::from_secs(10),
            hedge: None,
        }
    }
}
