//! `/metrics`: what this process counts, for operators.

use actix_http::{HttpMessage, Request};
use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;

use super::workers::viewer;
use crate::execution::ExecutionError;
use crate::http::error::HttpError;
use crate::http::headers::OwnHeaders;
use crate::http::server::State;
use crate::services::ServiceError;

/// The media type of `OpenMetrics`.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All that is counted, as text.
pub(super) fn show(state: &State, request: &Request) -> Result<HttpResponse, HttpError> {
    let operations = &state.services.operations;
    let key = OwnHeaders::of(request.headers()).presented_key();
    if !viewer(state, request, key.as_ref()).may_see(&operations.keys) {
        return Err(ServiceError::from(ExecutionError::NotTrusted).into());
    }
    if let Some(registrar) = &state.services.registrar {
        for (worker_state, n_workers) in registrar.count() {
            operations.metrics.set_workers(worker_state.as_str(), n_workers);
        }
    }
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, OPEN_METRICS)).body(operations.metrics.text()))
}
