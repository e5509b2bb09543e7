//! Startup snapshots: made at build time, checked and loaded at start.
//!
//! A blob file is what V8 wrote, followed by a fingerprint of the engine that made it:
//!
//! ```text
//! <V8's blob> <fingerprint text> <its length, u32 little endian> "JITARSNP"
//! ```
//!
//! All isolates of a process must come from one blob: V8 shares read-only memory between them. Two kinds exist, both made from scratch: the base blob holds the extensions and the bootstrap; a unit's blob holds the
//! evaluated modules of one service unit besides; [`create_unit`] decides which modules may be in it.

mod create;
mod fingerprint;
mod load;
mod order;
mod trial;

pub use create::{Deferred, UnitBlob, create_base, create_unit, evaluation_order};
pub use fingerprint::current as fingerprint;
pub use load::Blob;

/// Whether a script name is one of the application's modules.
pub(crate) fn is_application(script: &str) -> bool {
    script.starts_with("file:///app/")
}
