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

/// Where an isolate's lines go.
pub(crate) type LogSink = Rc<dyn Fn(LogLevel, &str)>;

/// Hands a line to the log sink, without its line break.
#[op2(fast)]
pub(crate) fn op_jitar_log(state: &mut OpState, #[smi] level: u32, #[string] text: &str) {
    if let Some(sink) = state.try_borrow::<LogSink>() {
        sink(LogLevel::from_number(level), text.strip_suffix('\n').unwrap_or(text));
    }
}
