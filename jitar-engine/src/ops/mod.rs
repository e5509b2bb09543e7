//! The ops of Jitar's own extension, one file per group.

mod log;
mod report;
mod run;
mod settle;

pub use log::LogLevel;
pub(crate) use log::{LogSink, op_jitar_log};
pub(crate) use report::{Observation, Observations, op_jitar_report, op_jitar_report_throw};
pub(crate) use run::{OutboundSlot, RunningCall, RunningCalls, op_jitar_run};
pub(crate) use settle::{ReplySink, op_jitar_settle_bytes, op_jitar_settle_text};
