//! Where JavaScript runs: isolates on threads of their own behind a handle that knows nothing of V8.
//!
//! Calls wait in one bounded queue. The least busy isolate is woken for a new one; its thread starts the call at once,
//! beside those that are under way there, and replies when the function settles. A supervisor thread looks at every
//! isolate from outside and ends the one whose turn lasts too long; its thread then answers its calls and starts a fresh
//! isolate, or another thread does when V8 does not return.

mod calls;
mod counters;
mod debug;
mod error;
mod life;
mod message;
mod pool;
mod queue;
mod recipe;
mod supervisor;
mod thread;

pub(crate) use debug::DebugTargets;
pub(crate) use error::IsolateError;
pub(crate) use pool::{IsolatePool, PoolOptions};
