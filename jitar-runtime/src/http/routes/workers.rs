//! `/workers`: registration at a gateway.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use tracing::error;

use super::detailed;
use super::rpc::presented_key;
use crate::execution::decode_path;
use crate::http::body;
use crate::http::error::HttpError;
use crate::http::headers::CONTENT_KIND;
use crate::http::server::State;
use crate::services::{Registrar, Registration, RegistrationError, ServiceError, read_state};

/// Adds a worker.
pub(super) async fn add(state: &State, request: &HttpRequest, payload: Payload) -> Result<HttpResponse, HttpError> {
    let outcome = async {
        let registrar = registrar(state)?;
        let body = body::read(request, payload, state.body_limit).await?;
        let registration = Registration::from_json(&body).map_err(ServiceError::from)?;
        Ok(registrar.register(registration, peer(request))?)
    };
    let id = outcome.await.inspect_err(|error| complain("add", error))?;
    Ok(json_response(&json!({ "id": id })))
}

/// Takes a worker's report.
pub(super) async fn report(
    state: &State,
    request: &HttpRequest,
    payload: Payload,
    id: &str,
) -> Result<HttpResponse, HttpError> {
    let outcome = async {
        let registrar = registrar(state)?;
        let id = decode_path(id).map_err(|_| HttpError::MalformedPath)?;
        let body = body::read(request, payload, state.body_limit).await?;
        let worker_state = read_state(&body).map_err(ServiceError::from)?;
        Ok(registrar.report(&id, worker_state)?)
    };
    outcome.await.inspect_err(|error| complain("report", error))?;
    Ok(nothing())
}

/// Forgets a worker.
pub(super) fn remove(state: &State, id: &str) -> Result<HttpResponse, HttpError> {
    let outcome = registrar(state).and_then(|registrar| {
        let id = decode_path(id).map_err(|_| HttpError::MalformedPath)?;
        Ok(registrar.remove(&id)?)
    });
    outcome.inspect_err(|error| complain("remove", error))?;
    Ok(nothing())
}

/// Lists the workers, for the trusted.
pub(super) fn list(state: &State, request: &HttpRequest) -> Result<HttpResponse, HttpError> {
    let key = presented_key(request);
    let workers = registrar(state)?.list(key.as_ref(), peer(request))?;
    Ok(json_response(&json!(workers)))
}

fn registrar(state: &State) -> Result<&Arc<dyn Registrar>, HttpError> {
    let none = || ServiceError::from(RegistrationError::NotAGateway);
    Ok(state.services.registrar.as_ref().ok_or_else(none)?)
}

fn peer(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().map(|address| address.ip())
}

fn complain(action: &str, error: &HttpError) {
    error!("Failed to {action} worker: {}", detailed(error));
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
