//! Lines that application code writes with `console.*`, and errors that nobody caught.

use std::rc::Rc;

use deno_core::{OpState, op2};

/// Level of a line from application code, as the console numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// `console.debug`
    Debug,
    /// `console.log`, `console.info`
    Info,
    /// `console.warn`
    Warn,
    /// `console.error`, and errors that nobody caught
    Error,
}

impl LogLevel {
    fn from_number(number: u32) -> Self {
        match number {
            0 => Self::Debug,
            1 => Self::Info,
            2 => Self::Warn,
            _ => Self::Error,
        }
    }
}

/// A line of application code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLine<'a> {
    /// How much it matters.
    pub level: LogLevel,
    /// What it says; it may have line breaks, but not at its end.
    pub text: &'a str,
    /// The id of the request that was being answered, as its headers say it.
    pub request: Option<&'a str>,
}

/// Where an isolate's lines go.
pub trait Log {
    /// Whether lines of this level are shown. What costs something to write is not written otherwise.
    fn shows(&self, level: LogLevel) -> bool;

    /// Takes a line.
    fn write(&self, line: LogLine<'_>);
}

/// The log of an isolate.
pub(crate) type LogSink = Rc<dyn Log>;

/// Whether a line of this level would be shown.
#[op2(fast)]
pub(crate) fn op_jitar_logs(state: &mut OpState, #[smi] level: u32) -> bool {
    state.try_borrow::<LogSink>().is_some_and(|sink| sink.shows(LogLevel::from_number(level)))
}

/// Hands a line to the log sink. No request has an empty id.
#[op2(fast)]
pub(crate) fn op_jitar_log(state: &mut OpState, #[smi] level: u32, #[string] text: &str, #[string] request: &str) {
    if let Some(sink) = state.try_borrow::<LogSink>() {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let request = (!request.is_empty()).then_some(request);
        sink.write(LogLine { level: LogLevel::from_number(level), text, request });
    }
}
