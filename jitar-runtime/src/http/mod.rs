//! HTTP: the only place that knows actix-web and hyper. Requests become calls of services, outcomes become responses.

mod body;
mod client;
mod context;
mod cors;
mod error;
mod headers;
#[cfg(any(feature = "fuzzing", test))]
pub mod hostile;
mod idle;
mod inflate;
pub(crate) mod inspector;
mod outgoing;
mod reply;
mod routes;
mod screen;
mod server;
mod stream;

#[cfg(test)]
mod tests;

pub(crate) use client::{ClientError, HttpRemote};
pub(crate) use error::status_of;
pub(crate) use headers::passes_on;
pub(crate) use server::{HttpOptions, HttpServerHandle, serve};
