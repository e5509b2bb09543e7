//! Startup snapshots: made at build time, checked and loaded at start. Two kinds of blob exist, both made from scratch: the
//! base blob holds the extensions and the bootstrap; a unit's blob holds the evaluated modules of one service unit besides,
//! and [`create_unit`] decides which modules those are. Where no blob can be made for the machine that will run the service,
//! the scripts of the platform stand in for the base blob. All isolates of a process must come from one blob, because V8 shares
//! read-only memory between them. The layout of the files is described in `fingerprint.rs`.

mod create;
mod fingerprint;
mod load;
mod order;
mod patience;
mod rehash;
mod scripts;
mod trial;

pub use create::{Deferred, UnitBlob, create_base, create_code, create_scripts, create_unit, evaluation_order};
pub use fingerprint::{Kind, current as fingerprint};
pub(crate) use load::open_code;
pub use load::{Base, Blob};
pub use scripts::Scripts;

/// Whether a script name is one of the application's modules.
pub(crate) fn is_application(script: &str) -> bool {
    script.starts_with("file:///app/")
}
