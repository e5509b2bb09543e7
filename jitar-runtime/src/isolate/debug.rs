//! What debuggers can attach to: the isolates of a pool, each under an id that outlives its replacements.

use std::sync::{Mutex, PoisonError};

use jitar_engine::inspector::{DebugCommands, DebugEvents, Debugger};
use uuid::Uuid;

/// The isolates of a service that was started with `--inspect`.
#[derive(Debug)]
pub(crate) struct DebugTargets {
    targets: Vec<Target>,
    /// Whether each isolate waits for a debugger before it evaluates the application.
    breaks_at_start: bool,
}

#[derive(Debug)]
struct Target {
    /// Cannot be guessed, so that web pages cannot reach the isolate.
    id: String,
    /// None while there is no isolate.
    debugger: Mutex<Option<Debugger>>,
}

impl DebugTargets {
    /// For this many isolates.
    pub(crate) fn new(isolates: usize, breaks_at_start: bool) -> Self {
        let target = |_| Target { id: Uuid::new_v4().to_string(), debugger: Mutex::new(None) };
        Self { targets: (0..isolates).map(target).collect(), breaks_at_start }
    }

    /// Ids in the order of the isolates.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().map(|target| target.id.as_str())
    }

    /// Whether there is a target with this id.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.ids().any(|known| known == id)
    }

    /// Whether the isolate of this place waits for a debugger: the first one does, its replacements do not.
    pub(super) fn breaks(&self, idx: usize) -> bool {
        let is_first = |target: &Target| target.debugger.lock().unwrap_or_else(PoisonError::into_inner).is_none();
        self.breaks_at_start && self.targets.get(idx).is_some_and(is_first)
    }

    /// Takes the way to the isolate that lives in this place now.
    pub(super) fn announce(&self, idx: usize, debugger: Debugger) {
        if let Some(target) = self.targets.get(idx) {
            *target.debugger.lock().unwrap_or_else(PoisonError::into_inner) = Some(debugger);
        }
    }

    /// Attaches a debugger; `None` when there is no such isolate, or none yet.
    pub(crate) fn attach(&self, id: &str) -> Option<(DebugCommands, DebugEvents)> {
        let target = self.targets.iter().find(|target| target.id == id)?;
        target.debugger.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.attach()
    }
}
