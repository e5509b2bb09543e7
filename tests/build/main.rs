//! What the build makes of applications, and how it behaves under cargo: golden folders, diagnostics, real builds.
//!
//! `JITAR_BLESS=1 cargo test -p jitar-tests --test build` writes what comes out as what is expected.

mod bless;
mod calls;
mod cargo;
mod cases;
mod culprit;
mod diagnostics;
mod golden;
mod killed;
mod leaks;
mod markdown;
mod markers;
mod outside;
mod readme;
mod reproducible;
mod runner;
mod tables;
