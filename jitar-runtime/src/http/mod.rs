//! HTTP: the only place that knows actix-web and reqwest. Requests become calls of services, outcomes become responses.

mod body;
mod client;
mod connections;
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

pub(crate) use client::HttpRemote;
pub(crate) use connections::ClientError;
pub(crate) use error::status_of;
pub(crate) use headers::passes_on;
pub(crate) use server::{HttpOptions, HttpServerHandle, serve};
