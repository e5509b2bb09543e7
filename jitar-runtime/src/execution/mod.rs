//! Running requests on this process's own procedures: lookup, access, arguments, and the call of an isolate.
//!
//! Knows isolates only through [`Isolates`], so that everything here is tested without V8.

mod arguments;
mod error;
mod form;
mod registry;
mod request;

#[cfg(test)]
mod generated;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use jitar_engine::ValueLimits;
use jitar_engine::call::{Arguments, Call, ExtendedForms, OutboundCall, Reply, RunMode, Target};
use jitar_engine::manifest::{Access, Version};
use tokio::sync::SemaphorePermit;

pub(crate) use arguments::{ArgumentsError, read as read_arguments};
pub(crate) use error::ExecutionError;
pub(crate) use form::{decode_path, parse_pairs, write_pairs};
pub(crate) use registry::Procedures;
pub(crate) use request::{MAX_HOPS, NodeHeaders, Payload, PresentedKey, RpcRequest};

use crate::config::TrustKeys;
use crate::isolate::{IsolateError, IsolatePool};

/// What execution needs of the isolates.
#[async_trait]
pub(crate) trait Isolates: Send + Sync {
    /// Runs one implementation.
    async fn call(&self, call: Call) -> Result<Reply, IsolateError>;
    /// Runs the health checks of the application.
    async fn health(&self) -> Result<Vec<(String, bool)>, IsolateError>;
}

#[async_trait]
impl Isolates for IsolatePool {
    async fn call(&self, call: Call) -> Result<Reply, IsolateError> {
        Self::call(self, call).await
    }

    async fn health(&self) -> Result<Vec<(String, bool)>, IsolateError> {
        Self::health(self).await
    }
}

/// What comes of a call of an isolate.
type Replied<'a> = BoxFuture<'a, Result<Reply, IsolateError>>;

/// Runs requests on the procedures of this process.
pub(crate) struct Execution {
    procedures: Procedures,
    isolates: Arc<dyn Isolates>,
    rules: Rules,
}

/// What a service asks of callers.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    /// Open protected procedures to callers over the network.
    pub(crate) keys: TrustKeys,
    /// Levels of objects and lists in the arguments.
    pub(crate) depth: u32,
    /// Whether GET calls only safe procedures.
    pub(crate) get_only_safe: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { keys: TrustKeys::default(), depth: ValueLimits::default().depth, get_only_safe: false }
    }
}

impl Execution {
    /// Execution of `procedures` in `isolates`.
    pub(crate) fn new(procedures: Procedures, isolates: Arc<dyn Isolates>, rules: Rules) -> Self {
        Self { procedures, isolates, rules }
    }

    /// The keys that open protected procedures.
    pub(crate) fn keys(&self) -> &TrustKeys {
        &self.rules.keys
    }

    /// The procedures.
    pub(crate) fn procedures(&self) -> &Procedures {
        &self.procedures
    }

    /// Runs a request that came over the network.
    ///
    /// No `async fn`, which would keep room for the request while the call runs.
    pub(crate) fn run(&self, request: RpcRequest) -> impl Future<Output = Result<Reply, ExecutionError>> + Send {
        let started = self.start(request);
        async move {
            let (_place, replied) = started?;
            Ok(replied.await?)
        }
    }

    /// The order is part of the protocol (spec 3.6): lookup, then trust, then arguments.
    fn start(&self, request: RpcRequest) -> Result<(Option<SemaphorePermit<'_>>, Replied<'_>), ExecutionError> {
        let implementation = self.procedures.find(&request.fqn, request.version)?;
        let Rules { keys, depth, get_only_safe } = &self.rules;
        let (trusted, vouched) = (request.is_trusted(keys), request.shows_key(keys));
        if implementation.access != Access::Public && !trusted {
            return Err(ExecutionError::NotTrusted);
        }
        let is_get = matches!(request.payload, Payload::Query(_)) && request.mode == RunMode::Normal;
        if *get_only_safe && is_get && !implementation.safe {
            return Err(ExecutionError::NotSafe(request.fqn));
        }
        if (request.extended.used && !trusted) || (request.beside.is_some() && !vouched) {
            return Err(ExecutionError::NotTrusted);
        }
        let node = request.honoured(keys);
        if node.hops > MAX_HOPS {
            return Err(ExecutionError::TooManyHops);
        }
        let place = implementation.enter()?;
        let call = Call {
            target: Target::Implementation(implementation.key.clone()),
            version: request.version.text(),
            arguments: arguments::read(request.payload, *depth)?,
            beside: request.beside,
            serialized: request.serialized,
            extended: request.extended,
            headers: request.headers,
            mode: if node.dry { RunMode::Dry } else { request.mode },
            trusted,
            vouched,
            deadline: implementation.deadline(node.deadline),
            cpu: implementation.cpu(),
            hops: node.hops,
        };
        Ok((place, self.isolates.call(call)))
    }

    /// Runs a call that application code of this process made, which needs no key.
    pub(crate) async fn run_own(&self, call: OutboundCall) -> Result<Reply, ExecutionError> {
        let version: Version = call.version.parse()?;
        let implementation = self.procedures.find(&call.fqn, version)?;
        if call.hops >= MAX_HOPS {
            return Err(ExecutionError::TooManyHops);
        }
        let _place = implementation.enter()?;
        let call = Call {
            target: Target::Implementation(implementation.key.clone()),
            version: call.version.into(),
            arguments: Arguments::Json(call.arguments),
            beside: None,
            serialized: true,
            extended: ExtendedForms { understood: true, used: call.extended },
            headers: call.headers,
            mode: RunMode::Normal,
            trusted: true,
            vouched: true,
            deadline: implementation.deadline(call.deadline),
            cpu: implementation.cpu(),
            hops: call.hops + 1,
        };
        Ok(self.isolates.call(call).await?)
    }
}
