//! Where JavaScript runs: isolates on threads of their own behind a handle that knows nothing of V8.
//!
//! Calls wait in one bounded queue; the least busy isolate is woken, and its thread runs many of them side by side. A
//! supervisor ends an isolate whose turn lasts too long; its thread, or another one when V8 does not return, answers the
//! calls and starts a fresh isolate.

mod calls;
mod debug;
mod error;
mod life;
mod message;
mod pool;
mod queue;
mod recipe;
mod replies;
mod supervisor;
mod thread;

pub(crate) use debug::DebugTargets;
pub(crate) use error::IsolateError;
pub(crate) use pool::{IsolatePool, PoolOptions};
