//! HTTP: the only place that knows actix-web and reqwest. Requests become calls of services, outcomes become responses.

mod body;
mod client;
mod error;
mod headers;
pub(crate) mod inspector;
mod reply;
mod routes;
mod server;
mod stream;

#[cfg(test)]
mod tests;

pub(crate) use client::{ClientError, HttpRemote};
pub(crate) use error::status_of;
pub(crate) use server::{HttpServerHandle, serve};
