//! `/health` and `/health/status`.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};
use tracing::{debug, error};

use super::detailed;
use crate::http::context::Context;
use crate::http::error::HttpError;
use crate::http::headers::{CONTENT_KIND, PEER};
use crate::http::server::State;

/// The result of each check.
pub(super) async fn health(state: &State, context: &Context) -> Result<HttpResponse, HttpError> {
    let results = state
        .services
        .health
        .health()
        .await
        .inspect_err(|error| error!(requestId = %context.id, "Failed to get health: {}", detailed(error)))?;
    debug!("Got health");
    let body: Map<String, Value> = results.into_iter().map(|(name, is_well)| (name, Value::from(is_well))).collect();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json; charset=utf-8"))
        .insert_header((CONTENT_KIND, "application/json"))
        .body(Value::from(body).to_string()))
}

/// Whether all is well and the service is not about to stop: 200 or 503, so that load balancers understand it.
pub(super) async fn status(state: &State) -> HttpResponse {
    let is_healthy = state.services.health.is_healthy().await;
    debug!("Got health status");
    boolean(is_healthy)
}

fn boolean(value: bool) -> HttpResponse {
    let mut response = if value { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CONTENT_KIND, "application/boolean"))
        .insert_header((PEER, "1"))
        .body(value.to_string())
}

/// Whether the process is there. It answers, so it is.
pub(super) fn live() -> HttpResponse {
    boolean(true)
}
