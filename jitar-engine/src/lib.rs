//! Internal crate of Jitar for Cargo, no semver promise, pinned with `=` by its sisters.
//!
//! What build time and run time must agree on: the [`manifest`] types, the module [`archive`], and everything that
//! touches V8.

pub mod archive;
pub mod call;
pub mod manifest;
