//! Every other path: files.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use tracing::{info, warn};

use super::{detailed, loggable};
use crate::execution::decode_path;
use crate::http::error::HttpError;
use crate::http::headers;
use crate::http::server::State;
use crate::services::{FileReply, FileRequest, ServiceError};

/// Provides a file.
pub(super) async fn provide(state: &State, request: &HttpRequest) -> Result<HttpResponse, HttpError> {
    match try_provide(state, request).await {
        Ok((name, reply)) => {
            info!("Provided file: {}", loggable(&name));
            Ok(response(reply))
        }
        Err(error) => {
            warn!("Failed to provide file: {}", detailed(&error));
            Err(error)
        }
    }
}

async fn try_provide(state: &State, request: &HttpRequest) -> Result<(String, FileReply), HttpError> {
    let provider = state.services.provider.as_ref().ok_or(ServiceError::NotImplemented)?;
    let path = request.uri().path();
    let name = decode_path(path.strip_prefix('/').unwrap_or(path)).map_err(|_| HttpError::MalformedPath)?;
    let name = name.trim().to_owned();
    let file = FileRequest {
        name: name.clone(),
        accept: headers::joined(request.headers(), ACCEPT.as_str()),
        if_none_match: headers::joined(request.headers(), IF_NONE_MATCH.as_str()),
    };
    Ok((name, provider.provide(file).await?))
}

fn response(reply: FileReply) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = HttpResponse::build(status).body(reply.body);
    for (name, value) in reply.headers.iter().filter_map(|(name, value)| headers::encode(name, value)) {
        response.headers_mut().append(name, value);
    }
    response
}
