//! Startup snapshots: made at build time, checked and loaded at start. Two kinds of blob exist, both made from scratch: the
//! base blob holds the extensions and the bootstrap; a unit's blob holds the evaluated modules of one service unit besides,
//! and [`create_unit`] decides which modules those are. All isolates of a process must come from one blob, because V8 shares
//! read-only memory between them. The layout of a blob file is described in `fingerprint.rs`.

mod cold;
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
