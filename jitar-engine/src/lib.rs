//! Internal crate of Jitar for Cargo, no semver promise, pinned with `=` by its sisters.
//!
//! What build time and run time must agree on: the [`manifest`] types, the module [`archive`], and everything that
//! touches V8.

#![expect(unsafe_code, reason = "the one crate that touches V8; each block says why it is sound")]

pub mod archive;
mod boot;
pub mod browser;
mod buffers;
pub mod call;
mod compiled;
mod error;
mod extension;
mod handles;
pub mod host;
pub mod inspector;
mod isolate;
mod limits;
mod loader;
pub mod manifest;
pub mod memory;
mod ops;
pub mod permissions;
pub mod platform;
pub mod schema;
pub mod snapshot;
mod stack;
mod start;
mod web;

/// Version of this crate. The sides that build and run an application must have the same one.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub use error::{EngineError, JsException, short_specifier};
pub use isolate::{Isolate, IsolateOptions, ReplyHandler, Source, ValueLimits};
pub use limits::{IsolateControl, TerminationReason, Turn};
pub use loader::ModuleStore;
pub use ops::{Log, LogLevel, LogLine};
pub use web::{Certificates, InvalidCertificates};
