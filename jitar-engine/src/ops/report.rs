//! What module evaluation does at build time that a snapshot must not keep.
#![expect(clippy::needless_pass_by_value, reason = "the form that `op2` asks for")]

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{OpState, op2, v8};

use crate::error::short_text;
use crate::stack::{Frame, application_frames};

/// Frames that are looked at: enough for any sensible top level; more would only cost time.
const STACK_DEPTH: usize = 200;

/// One thing that a module did and that would mean something else at run time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observation {
    /// What it was, such as `reads the clock (Date.now)`.
    pub(crate) what: String,
    /// The module whose evaluation led there: the outermost frame of the application.
    pub(crate) module: Option<String>,
    /// Where: the innermost frame of the application.
    pub(crate) place: Option<Frame>,
    /// Whether the module did not come to its end.
    pub(crate) ends_evaluation: bool,
}

/// What was observed since the last look; shared by the op and the code that makes the snapshot.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observations(Rc<RefCell<Vec<Observation>>>);

impl Observations {
    /// Adds an observation.
    pub(crate) fn add(&self, observation: Observation) {
        self.0.borrow_mut().push(observation);
    }

    /// Takes everything observed so far.
    pub(crate) fn take(&self) -> Vec<Observation> {
        std::mem::take(&mut self.0.borrow_mut())
    }
}

/// Notes an impure operation that is about to happen (`guard.js`), with the place found on the JavaScript stack.
#[op2(fast, reentrant)]
pub(crate) fn op_jitar_report(scope: &mut v8::PinScope<'_, '_>, state: Rc<RefCell<OpState>>, #[string] what: &str) {
    let observations = state.borrow().try_borrow::<Observations>().cloned();
    if let Some(observations) = observations {
        let frames = application_frames(scope, STACK_DEPTH);
        let module = frames.last().map(|frame| frame.specifier.clone());
        let place = frames.into_iter().next();
        let what = what.to_owned();
        observations.add(Observation { what, module, place, ends_evaluation: false });
    }
}

/// Notes that a module threw.
#[op2(fast)]
pub(crate) fn op_jitar_report_throw(state: &mut OpState, #[string] message: &str, #[string] stack: &str) {
    if let Some(observations) = state.try_borrow::<Observations>() {
        let place = place_in(stack).map(|place| format!(" at {place}")).unwrap_or_default();
        let what = format!("throws `{}`{place}", short_text(message));
        observations.add(Observation { what, module: None, place: None, ends_evaluation: true });
    }
}

/// The innermost place of the application in the text of a stack, which was source-mapped when it was made.
fn place_in(stack: &str) -> Option<String> {
    let frame = stack.lines().map(str::trim).find(|line| line.starts_with("at ") && line.contains("file:///app/"))?;
    let place = &frame[frame.find("file:///")?..];
    Some(short_text(place.trim_end_matches(')')))
}
