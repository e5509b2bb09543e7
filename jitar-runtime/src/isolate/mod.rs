//! Where JavaScript runs: isolates on threads of their own behind a handle that knows nothing of V8.
//!
//! A call goes through a bounded queue to the least busy isolate; its thread starts it at once, beside the calls that
//! are under way there, and replies when the function settles. A supervisor thread looks at every isolate from outside
//! and ends the one whose turn lasts too long; its thread then answers its calls and starts a fresh isolate.

mod debug;
mod error;
mod member;
mod message;
mod pool;
mod supervisor;
mod thread;

pub(crate) use debug::DebugTargets;
pub(crate) use error::IsolateError;
pub(crate) use pool::{IsolatePool, PoolOptions};
