//! `/workers`: registration at a gateway.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_http::{HttpMessage, Request};
use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use bytes::Bytes;
use serde_json::json;
use tracing::error;

use super::detailed;
use crate::execution::{PresentedKey, decode_path};
use crate::http::body;
use crate::http::context::Context;
use crate::http::error::HttpError;
use crate::http::headers::{CONTENT_KIND, OwnHeaders};
use crate::http::server::State;
use crate::services::{Registrar, Registration, RegistrationError, ServiceError, Viewer, read_state};

/// Time between two signs of life; a third of what a worker waits for them.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);

/// Adds a worker.
pub(super) async fn add(
    state: &State,
    request: &Request,
    payload: Payload,
    context: &Context,
) -> Result<HttpResponse, HttpError> {
    let outcome = async {
        let registrar = registrar(state)?;
        let body = body::read(request, payload, state.body).await?;
        let is_peer = request.uri().query().unwrap_or_default().split('&').any(|pair| pair == "peer=1");
        let registration = if is_peer { Registration::from_peer(&body) } else { Registration::from_json(&body) };
        Ok(registrar.register(registration.map_err(ServiceError::from)?, peer(request)).await?)
    };
    let id = outcome.await.inspect_err(|error| complain("add", error, context))?;
    Ok(json_response(&json!({ "id": id })))
}

/// Takes a worker's report.
pub(super) async fn report(
    state: &State,
    request: &Request,
    payload: Payload,
    id: &str,
    context: &Context,
) -> Result<HttpResponse, HttpError> {
    let outcome = async {
        let registrar = registrar(state)?;
        let id = decode_path(id).map_err(|_| HttpError::MalformedPath)?;
        let body = body::read(request, payload, state.body).await?;
        let worker_state = read_state(&body).map_err(ServiceError::from)?;
        Ok(registrar.report(&id, worker_state, OwnHeaders::of(request.headers()).presented_key().as_ref())?)
    };
    outcome.await.inspect_err(|error| complain("report", error, context))?;
    Ok(nothing())
}

/// Forgets a worker.
pub(super) fn remove(state: &State, request: &Request, id: &str, context: &Context) -> Result<HttpResponse, HttpError> {
    let outcome = registrar(state).and_then(|registrar| {
        let id = decode_path(id).map_err(|_| HttpError::MalformedPath)?;
        Ok(registrar.remove(&id, OwnHeaders::of(request.headers()).presented_key().as_ref())?)
    });
    outcome.inspect_err(|error| complain("remove", error, context))?;
    Ok(nothing())
}

/// Lists the workers, for the trusted.
pub(super) fn list(state: &State, request: &Request) -> Result<HttpResponse, HttpError> {
    let key = OwnHeaders::of(request.headers()).presented_key();
    let workers = registrar(state)?.list(&viewer(state, request, key.as_ref()))?;
    Ok(json_response(&json!(workers)))
}

/// What this worker says about itself, for gateways.
pub(super) fn announcement(state: &State, request: &Request) -> Result<HttpResponse, HttpError> {
    let runner = state.services.runner.as_ref().ok_or(ServiceError::NotImplemented)?;
    Ok(json_response(&runner.announcement(OwnHeaders::of(request.headers()).presented_key().as_ref())?))
}

/// The workers that other workers may call directly, for the trusted.
pub(super) fn direct(state: &State, request: &Request) -> Result<HttpResponse, HttpError> {
    let key = OwnHeaders::of(request.headers()).presented_key();
    let workers = registrar(state)?.direct(&viewer(state, request, key.as_ref()))?;
    Ok(json_response(&json!(workers)))
}

/// A sign of life now and then, as long as this process lives: so a worker learns at once that its gateway is gone.
pub(super) fn watch(state: &State, request: &Request, id: &str) -> Result<HttpResponse, HttpError> {
    let id = decode_path(id).map_err(|_| HttpError::MalformedPath)?;
    registrar(state)?.knows(&id, OwnHeaders::of(request.headers()).presented_key().as_ref())?;
    let running = Arc::clone(&state.running);
    let signs = futures::stream::unfold(true, move |is_first| {
        let running = Arc::clone(&running);
        async move {
            if !is_first {
                tokio::time::sleep(SIGN_OF_LIFE).await;
            }
            (!running.is_draining()).then_some((Ok::<_, Infallible>(Bytes::from_static(b"\n")), false))
        }
    });
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain")).streaming(signs))
}

/// Who wants to see what only operators may see.
pub(super) fn viewer<'a>(state: &State, request: &Request, key: Option<&'a PresentedKey>) -> Viewer<'a> {
    Viewer { audience: state.services.operations.audience, key, peer: peer(request) }
}

fn registrar(state: &State) -> Result<&Arc<dyn Registrar>, HttpError> {
    let none = || ServiceError::from(RegistrationError::NotAGateway);
    Ok(state.services.registrar.as_ref().ok_or_else(none)?)
}

fn peer(request: &Request) -> Option<IpAddr> {
    request.peer_addr().map(|address| address.ip())
}

fn complain(action: &str, error: &HttpError, context: &Context) {
    error!(requestId = %context.id, "Failed to {action} worker: {}", detailed(error));
}

fn json_response(value: &serde_json::Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json; charset=utf-8"))
        .insert_header((CONTENT_KIND, "application/json"))
        .body(value.to_string())
}

fn nothing() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain"))
        .insert_header((CONTENT_KIND, "application/undefined"))
        .finish()
}
