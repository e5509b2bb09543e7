//! Rust functions that the application in `app` imports as `host:` modules.

pub mod passwords;
