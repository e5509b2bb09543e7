//! What tests with real processes stand on: programs that are built once, processes that end with their test, HTTP by
//! hand, and waiting for conditions instead of sleeping.
//!
//! Everything here panics with what a person needs to know, because it is called by tests only.

pub mod cores;
pub mod example;
pub mod fake_worker;
pub mod http;
pub mod load;
pub mod ports;
pub mod process;
pub mod programs;
pub mod project;
pub mod service;
pub mod smuggling;
pub mod wait;

pub use example::Example;
pub use fake_worker::FakeWorkers;
pub use http::{Connection, Request, Response};
pub use load::Load;
pub use process::{End, Process};
pub use project::Project;
pub use service::Service;
