//! What a service takes on: how many calls at a time, and how many from one client.

mod concurrency;
mod gradient;
pub(crate) mod rate;

pub(crate) use concurrency::{Concurrency, Place};
pub(crate) use rate::RateLimit;
