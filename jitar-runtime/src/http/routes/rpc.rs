//! `/rpc/<fqn>`: runs procedures.

use std::io;
use std::time::Instant;

use actix_http::{HttpMessage, Request};
use actix_web::HttpResponse;
use actix_web::dev::Payload as RequestBody;
use actix_web::http::header::CONTENT_TYPE;
use bytes::Bytes;
use jitar_engine::call::RunMode;
use tracing::{error, info};

use super::{ArgumentSource, detailed, loggable};
use crate::execution::{Payload, RpcRequest, decode_path};
use crate::http::context::{Context, ErrorForm};
use crate::http::error::HttpError;
use crate::http::headers::OwnHeaders;
use crate::http::server::State;
use crate::http::stream::{self, Incoming};
use crate::http::{body, headers, reply};
use crate::services::{RemoteError, ServiceError};

/// Length of `/rpc/`.
const PREFIX: usize = 5;

pub(super) async fn run(
    state: &State,
    request: &Request,
    payload: RequestBody,
    arguments: ArgumentSource,
    mode: RunMode,
    context: &Context,
) -> Result<HttpResponse, HttpError> {
    let fqn = fqn(request.uri().path())?;
    let start = Instant::now();
    let outcome = try_run(state, request, payload, fqn.clone(), arguments, mode, context).await;
    let (id, ms) = (&context.id, start.elapsed().as_millis());
    match &outcome {
        Ok(response) => {
            info!(requestId = %id, status = response.status().as_u16(), ms, "Ran request: {}", loggable(&fqn));
        }
        // Many at a time, and each as short as can be; `/metrics` counts them.
        Err(HttpError::Service(error)) if error.is_rejection() => {
            info!(requestId = %id, ms, "Turned away request: {error}");
        }
        Err(error) => error!(requestId = %id, ms, "Failed run request: {}", detailed(error)),
    }
    outcome
}

async fn try_run(
    state: &State,
    request: &Request,
    payload: RequestBody,
    fqn: String,
    arguments: ArgumentSource,
    mode: RunMode,
    context: &Context,
) -> Result<HttpResponse, HttpError> {
    let runner = state.services.runner.as_ref().ok_or(ServiceError::NotImplemented)?;
    let all = request.headers();
    let own = OwnHeaders::of(all);
    let version = own.version().parse()?;
    let serialized = own.is_serialized();
    let content_type = || headers::value(all, CONTENT_TYPE).unwrap_or_default();
    let (payload, body) = match arguments {
        ArgumentSource::Query => (Payload::Query(request.uri().query().unwrap_or_default().to_owned()), None),
        ArgumentSource::Body if runner.relays() => {
            let (bytes, pieces) = match stream::of_request(request, payload, state.body).await? {
                Incoming::Whole(bytes) => (bytes, None),
                Incoming::Pieces(pieces) => (Bytes::new(), Some(pieces)),
            };
            (Payload::Body { content_type: content_type(), bytes }, pieces)
        }
        ArgumentSource::Body => {
            let bytes = body::read(request, payload, state.body).await?;
            (Payload::Body { content_type: content_type(), bytes }, None)
        }
    };
    let request = RpcRequest {
        fqn,
        version,
        payload,
        serialized,
        extended: own.extended_forms(),
        mode,
        headers: headers::of_request(all, context.id.as_str()),
        key: own.presented_key(),
        node: own.node_headers(),
        beside: own.beside(),
        answered_for: false,
        peer: request.peer_addr().map(|address| address.ip()),
    };
    let relayed = runner.relay(request, body).await.map_err(|error| of_body(error, state.body.size))?;
    // Nodes read the serialised form of an error, whatever else they accept, and a body that is still to come has its
    // form already.
    let response = if serialized || relayed.rest.is_some() {
        reply::response(&relayed.reply, &Context { form: ErrorForm::Text, ..context.clone() })?
    } else {
        reply::response(&relayed.reply, context)?
    };
    Ok(match relayed.rest {
        Some(rest) => stream::response(response, rest),
        None => response,
    })
}

/// What went wrong with a body on its way is said as of one that was read here.
fn of_body(error: ServiceError, limit: usize) -> HttpError {
    match error {
        ServiceError::Remote { source: RemoteError::Body(kind), .. } => match kind {
            io::ErrorKind::FileTooLarge => HttpError::BodyTooLarge(limit),
            io::ErrorKind::TimedOut => HttpError::BodyTimeout,
            _ => HttpError::BodyBroken("the connection broke".to_owned()),
        },
        error => error.into(),
    }
}

/// The procedure's name in a path (spec 4.3).
fn fqn(path: &str) -> Result<String, HttpError> {
    let name = decode_path(path.get(PREFIX..).unwrap_or_default()).map_err(|_| HttpError::MalformedPath)?;
    match name.trim() {
        "" => Err(HttpError::MissingProcedureName),
        trimmed if trimmed.as_bytes().windows(2).any(|pair| pair == b"..") => Err(HttpError::InvalidProcedureName),
        trimmed if trimmed.len() < name.len() => Ok(trimmed.to_owned()),
        _ => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_name_from_the_path() {
        let cases = [
            ("/rpc/sayHello", Ok("sayHello")),
            ("/rpc/reporting/getMonthReport", Ok("reporting/getMonthReport")),
            ("/RPC/reporting%2FgetMonthReport", Ok("reporting/getMonthReport")),
            ("/rpc/str/", Ok("str/")),
            ("/rpc/%20a%20", Ok("a")),
            ("/rpc/%20", Err("Missing procedure name")),
            ("/rpc/", Err("Missing procedure name")),
            ("/rpc", Err("Missing procedure name")),
            ("/rpc/a/../b", Err("Invalid procedure name")),
            ("/rpc/%2e%2e/b", Err("Invalid procedure name")),
            ("/rpc/%zz", Err("malformed percent-encoding in the path")),
            ("/rpc/%ff", Err("malformed percent-encoding in the path")),
        ];
        for (path, expected) in cases {
            let name = fqn(path).map_err(|error| error.to_string());
            assert_eq!(name, expected.map(str::to_owned).map_err(str::to_owned), "{path}");
        }
    }
}
