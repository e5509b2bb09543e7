//! What a build script says about startup snapshots.

use std::time::Duration;

use crate::Builder;

/// Processor time that a module gets at build time unless set otherwise: far more than any sensible top level needs, and
/// little enough to wait for.
const EVALUATION: Duration = Duration::from_secs(10);

/// What is wanted of snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Whether any are made.
    pub(crate) are_made: bool,
    /// Processor time that the evaluation of one module may take.
    pub(crate) evaluation: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { are_made: true, evaluation: EVALUATION }
    }
}

impl Builder {
    /// Whether startup snapshots are made, which they are unless this says `false`. Without them builds are faster, and
    /// services evaluate their modules each time they start.
    #[must_use]
    pub fn snapshots(mut self, wanted: bool) -> Self {
        self.snapshots.are_made = wanted;
        self
    }

    /// The processor time that the evaluation of one module may take while a snapshot is made, 10 seconds unless set. A
    /// module that needs more is ended and evaluated when the service starts, and a warning says so.
    #[must_use]
    pub fn evaluation_limit(mut self, limit: Duration) -> Self {
        self.snapshots.evaluation = limit;
        self
    }
}
