//! `http`: how long the listener waits for its clients.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::fields::{Fields, MILLISECONDS};

/// How long the listener waits for its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpConfig {
    /// Time for the head of a request, and for the handshake of TLS.
    pub head_time: Duration,
    /// Time for the whole body of a request.
    pub body_time: Duration,
    /// How long an unused connection stays open.
    pub keep_alive: Duration,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            head_time: Duration::from_secs(10),
            body_time: Duration::from_mins(1),
            // As with the known implementation.
            keep_alive: Duration::from_secs(5),
        }
    }
}

/// Shortest times that the listener can tell apart; its clock moves twice a second.
const TIMES: RangeInclusive<u64> = 1000..=*MILLISECONDS.end();

/// Reads the settings.
pub(super) fn read(mut fields: Fields<'_>) -> HttpConfig {
    let defaults = HttpConfig::default();
    let config = HttpConfig {
        head_time: fields.integer("headTime", &TIMES).map_or(defaults.head_time, Duration::from_millis),
        body_time: fields.milliseconds("bodyTime").unwrap_or(defaults.body_time),
        keep_alive: fields.integer("keepAlive", &TIMES).map_or(defaults.keep_alive, Duration::from_millis),
    };
    fields.finish();
    config
}
