//! Runtime of Jitar for Cargo: serves the segments of a JavaScript or TypeScript application from one native binary.
//!
//! A service binary is one line; [`service!`] expands to its whole `main`:
//!
//! ```text
//! jitar::service!(segment = "reporting");
//! ```
//!
//! with a build script that compiles the application in the folder `app`:
//!
//! ```text
//! fn main() {
//!     jitar_build::compile("app")
//! }
//! ```
//!
//! Rust functions of the package's library become importable for application code by [`host`].
//!
//! The macros and [`HostError`] are what users name. The modules are public for tests and tools of this workspace and come without a
//! promise. They are read best in this order: [`app`] (what a binary embeds, and its entry point), `cli` (the commands),
//! [`config`] (flags, environment and service file become one value), `services` (what a process does for others),
//! `execution` (procedures, versions, access), `isolate` (where JavaScript runs), `http`, [`telemetry`] and
//! [`shutdown`].

pub mod app;
mod cli;
pub mod config;
mod error;
mod execution;
mod health;
mod http;
mod isolate;
mod limits;
mod negotiation;
mod schedule;
mod services;
pub mod shutdown;
pub mod telemetry;
mod tls;

/// Of the whole program. A call allocates some dozens of times in two threads, which took glibc 14 % of its time.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(any(feature = "fuzzing", test))]
pub use http::hostile;
pub use jitar_engine::host::HostError;
pub use jitar_macros::{host, service};

/// What generated code names. No promise.
#[doc(hidden)]
pub mod __private {
    pub use jitar_engine::host;

    pub use crate::app::{App, Unit, assert_engine, main, run};
}
