//! What the process tells about itself: the log, and what it counts.

mod format;
mod logs;
mod metrics;
mod time;

pub use logs::{APP, FATAL, Logs};
pub(crate) use metrics::{IsolateMetrics, Metrics, Name, Way};
