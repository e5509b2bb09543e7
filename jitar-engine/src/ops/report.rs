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
    pub(crate) weight: Weight,
}

/// What an observation says of the evaluation that it was made in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Weight {
    /// `import()` of the module with this specifier. It does what it does at start, if all modules of the unit are evaluated
    /// in one go, the import succeeds and nothing is left open.
    Import(String),
    /// It goes on, and what it does means something else at start.
    GoesOn,
    /// The module did not come to its end.
    Ends,
    /// The module was ended because it took too long.
    Overdue,
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

/// Files of packages that read the clock while they are evaluated and mean nothing by it: a clock that stands at 0 does for
/// them, and when they read it again at run time, the time that has passed is as good as for ever.
const TIMELESS: &[(&str, &str)] = &[
    // Counts calls within 16 ms; after 800 of them it gives up naming functions for debuggers.
    ("lodash-es", "_shortOut.js"),
];

/// What the guard of the clock reports.
const CLOCK: &str = "reads the clock (Date.now)";

/// Notes an impure operation that is about to happen (`guard.js`), with the place found on the JavaScript stack. Returns
/// whether it is the clock in a place where it may stand at 0 instead.
#[op2(fast, reentrant)]
pub(crate) fn op_jitar_report(
    scope: &mut v8::PinScope<'_, '_>,
    state: Rc<RefCell<OpState>>,
    #[string] what: &str,
) -> bool {
    let observations = state.borrow().try_borrow::<Observations>().cloned();
    let Some(observations) = observations else { return false };
    let frames = application_frames(scope, STACK_DEPTH);
    if what == CLOCK && frames.first().is_some_and(|frame| is_timeless(&frame.specifier)) {
        return true;
    }
    let module = frames.last().map(|frame| frame.specifier.clone());
    let place = frames.into_iter().next();
    let what = what.to_owned();
    observations.add(Observation { what, module, place, weight: Weight::GoesOn });
    false
}

/// Whether a module is one of [`TIMELESS`], in any version: `file:///app/node_modules/<package>@<version>/<file>`.
fn is_timeless(specifier: &str) -> bool {
    let Some(path) = specifier.strip_prefix("file:///app/node_modules/") else { return false };
    let is_file = |(package, file): &(&str, &str)| {
        let version_and_file = path.strip_prefix(package).and_then(|rest| rest.strip_prefix('@'));
        version_and_file.and_then(|rest| rest.split_once('/')).is_some_and(|(_, found)| found == *file)
    };
    TIMELESS.iter().any(is_file)
}

/// Notes that a module threw.
#[op2(fast)]
pub(crate) fn op_jitar_report_throw(state: &mut OpState, #[string] message: &str, #[string] stack: &str) {
    if let Some(observations) = state.try_borrow::<Observations>() {
        let place = place_in(stack).map(|place| format!(" at {place}")).unwrap_or_default();
        let what = format!("throws `{}`{place}", short_text(message));
        observations.add(Observation { what, module: None, place: None, weight: Weight::Ends });
    }
}

/// The innermost place of the application in the text of a stack, which was source-mapped when it was made.
fn place_in(stack: &str) -> Option<String> {
    let frame = stack.lines().map(str::trim).find(|line| line.starts_with("at ") && line.contains("file:///app/"))?;
    let place = &frame[frame.find("file:///")?..];
    Some(short_text(place.trim_end_matches(')')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeless_files_are_known_by_package_and_file() {
        for (path, expected) in [
            ("node_modules/lodash-es@4.18.1/_shortOut.js", true),
            ("node_modules/lodash-es@5.0.0-beta.1/_shortOut.js", true),
            ("node_modules/lodash-es@4.18.1/now.js", false),
            ("node_modules/lodash@4.18.1/_shortOut.js", false),
            ("node_modules/lodash-es-mine@1.0.0/_shortOut.js", false),
            ("node_modules/lodash-es@4.18.1/deeper/_shortOut.js", false),
            ("src/_shortOut.js", false),
        ] {
            assert_eq!(is_timeless(&format!("file:///app/{path}")), expected, "{path}");
        }
    }
}
