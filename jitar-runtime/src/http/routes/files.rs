//! Every other path: files.

use actix_http::{HttpMessage, Request};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use jitar_engine::call::Headers;
use tracing::{info, warn};

use super::{detailed, loggable};
use crate::execution::decode_path;
use crate::http::context::Context;
use crate::http::error::HttpError;
use crate::http::headers;
use crate::http::server::State;
use crate::services::{FILE_HEADERS, FileReply, FileRequest, ServiceError};

/// Provides a file.
pub(super) async fn provide(state: &State, request: &Request, context: &Context) -> Result<HttpResponse, HttpError> {
    match try_provide(state, request).await {
        Ok((name, reply)) => {
            info!(requestId = %context.id, status = reply.status, "Provided file: {}", loggable(&name));
            Ok(response(reply))
        }
        Err(error) => {
            warn!(requestId = %context.id, "Failed to provide file: {}", detailed(&error));
            Err(error)
        }
    }
}

async fn try_provide(state: &State, request: &Request) -> Result<(String, FileReply), HttpError> {
    let provider = state.services.provider.as_ref().ok_or(ServiceError::NotImplemented)?;
    let path = request.uri().path();
    let name = decode_path(path.strip_prefix('/').unwrap_or(path)).map_err(|_| HttpError::MalformedPath)?;
    let name = name.trim().to_owned();
    let file = FileRequest { name: name.clone(), headers: file_headers(request) };
    Ok((name, provider.provide(file).await?))
}

/// What decides about the form of the file. Only a GET can ask for a part (RFC 9110, 14.2).
fn file_headers(request: &Request) -> Headers {
    let counts = |name: &&str| *request.method() == Method::GET || !matches!(*name, "range" | "if-range");
    let value = |name: &str| Some((name.to_owned(), headers::joined(request.headers(), name)?));
    FILE_HEADERS.into_iter().filter(counts).filter_map(value).collect()
}

fn response(reply: FileReply) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = HttpResponse::build(status).body(reply.body);
    for (name, value) in reply.headers.iter().filter_map(|(name, value)| headers::encode(name, value)) {
        response.headers_mut().append(name, value);
    }
    response
}
