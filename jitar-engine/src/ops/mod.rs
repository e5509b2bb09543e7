//! The ops of Jitar's own extension, one file per group.

mod environment;
mod host;
mod log;
mod pass;
mod report;
mod run;
mod settle;

pub(crate) use environment::{op_jitar_cwd, op_jitar_env, op_jitar_env_is_news, op_jitar_env_names, op_jitar_platform};
pub(crate) use host::{HostFunctions, op_jitar_host, op_jitar_host_async};
pub use log::{Log, LogLevel, LogLine};
pub(crate) use log::{LogSink, op_jitar_log, op_jitar_logs};
pub(crate) use pass::op_jitar_pass;
pub(crate) use report::{Observation, Observations, Weight, op_jitar_report, op_jitar_report_throw};
pub(crate) use run::{OutboundSlot, RunningCall, RunningCalls, op_jitar_run};
pub(crate) use settle::{ReplySink, op_jitar_settle_bytes, op_jitar_settle_text};
