//! What module evaluation does at build time that a snapshot must not keep.
#![expect(clippy::needless_pass_by_value, reason = "the form that `op2` asks for")]

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{OpState, op2, v8};

/// One thing that a module did and that would mean something else at run time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observation {
    /// What it was, such as `reads the clock (Date.now)`.
    pub(crate) what: String,
    /// The module whose evaluation led there: the outermost frame of the application.
    pub(crate) module: Option<String>,
    /// Where: specifier, line and column (from 1) of the innermost frame of the application, in generated code.
    pub(crate) place: Option<(String, u32, u32)>,
    /// Whether the module did not come to its end.
    pub(crate) ends_evaluation: bool,
}

/// What was observed since the last look; shared by the op and the code that makes the snapshot.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observations(Rc<RefCell<Vec<Observation>>>);

impl Observations {
    /// Takes everything observed so far.
    pub(crate) fn take(&self) -> Vec<Observation> {
        std::mem::take(&mut self.0.borrow_mut())
    }
}

/// Frames of application modules, innermost first.
fn application_frames(scope: &mut v8::PinScope<'_, '_>) -> Vec<(String, u32, u32)> {
    const DEPTH: usize = 200; // deep enough for any sensible top level; more would only cost time
    let Some(stack) = v8::StackTrace::current_stack_trace(scope, DEPTH) else { return Vec::new() };
    let mut frames = Vec::new();
    for idx in 0..stack.get_frame_count() {
        let Some(frame) = stack.get_frame(scope, idx) else { continue };
        let Some(name) = frame.get_script_name(scope) else { continue };
        let name = name.to_rust_string_lossy(scope);
        if crate::snapshot::is_application(&name) {
            let line = u32::try_from(frame.get_line_number()).unwrap_or_default();
            let column = u32::try_from(frame.get_column()).unwrap_or_default();
            frames.push((name, line, column));
        }
    }
    frames
}

/// Notes an impure operation that is about to happen (`guard.js`), with the place found on the JavaScript stack.
#[op2(fast, reentrant)]
pub(crate) fn op_jitar_report(scope: &mut v8::PinScope<'_, '_>, state: Rc<RefCell<OpState>>, #[string] what: &str) {
    let observations = state.borrow().try_borrow::<Observations>().cloned();
    if let Some(observations) = observations {
        let frames = application_frames(scope);
        let module = frames.last().map(|frame| frame.0.clone());
        let place = frames.into_iter().next();
        let what = what.to_owned();
        observations.0.borrow_mut().push(Observation { what, module, place, ends_evaluation: false });
    }
}

/// Notes that a module threw. Errors have no stack while a blob is made, so there is no place.
#[op2(fast)]
pub(crate) fn op_jitar_report_throw(state: &mut OpState, #[string] message: &str) {
    if let Some(observations) = state.try_borrow::<Observations>() {
        let what = format!("throws `{message}`");
        observations.0.borrow_mut().push(Observation { what, module: None, place: None, ends_evaluation: true });
    }
}
