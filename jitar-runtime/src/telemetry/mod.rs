//! What the process tells about itself. Today: the log.

mod format;
mod logs;
mod time;

pub use logs::{APP, FATAL, Logs};
