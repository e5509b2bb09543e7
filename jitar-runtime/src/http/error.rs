//! Every failure as an HTTP response: the one file that knows which error has which status.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use jitar_engine::manifest::InvalidVersionNumber;
use serde_json::json;

use super::headers::CONTENT_KIND;
use crate::execution::{ArgumentsError, ExecutionError};
use crate::isolate::IsolateError;
use crate::services::{NOT_EXECUTED, RegistrationError, RemoteError, ServiceError};

/// Seconds after which a caller may try again when the service is busy.
const RETRY_SECONDS: &str = "1";

/// A request failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    /// A service failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The path is damaged.
    #[error("malformed percent-encoding in the path")]
    MalformedPath,
    /// `/rpc/` and nothing behind it.
    #[error("Missing procedure name")]
    MissingProcedureName,
    /// The name has `..` in it.
    #[error("Invalid procedure name")]
    InvalidProcedureName,
    /// The version header is no version.
    #[error(transparent)]
    Version(#[from] InvalidVersionNumber),
    /// The method means nothing for this path.
    #[error("method not allowed; use {0}")]
    Method(&'static str),
    /// The body is larger than allowed.
    #[error("the request body is larger than {0} bytes")]
    BodyTooLarge(usize),
    /// The body did not come in time.
    #[error("the request body did not arrive in time")]
    BodyTimeout,
    /// The connection broke within the body.
    #[error("the request body cannot be read: {0}")]
    BodyBroken(String),
    /// The body is compressed.
    #[error("the content encoding `{0}` is not supported; send the body as it is")]
    ContentEncoding(String),
    /// Application code answered with something that HTTP cannot carry.
    #[error("the procedure answered with {0}")]
    IllegalReply(String),
}

impl HttpError {
    /// The HTTP status.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Service(error) => StatusCode::from_u16(status_of(error)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            Self::MalformedPath
            | Self::MissingProcedureName
            | Self::InvalidProcedureName
            | Self::Version(_)
            | Self::BodyBroken(_) => StatusCode::BAD_REQUEST,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::ContentEncoding(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::IllegalReply(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The response.
    pub(super) fn response(&self, form: ErrorForm) -> HttpResponse {
        let status = self.status();
        let mut response = form.response(status, &self.to_string());
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
        }
        if let Self::Service(ServiceError::TooManyRequests(wait)) = self {
            // Whole seconds, and never a moment too early.
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        }
        if matches!(self, Self::Service(error) if nothing_happened(error)) {
            response.headers_mut().insert(HeaderName::from_static(NOT_EXECUTED), HeaderValue::from_static("1"));
        }
        let allowed = match self {
            Self::Method(allowed) => Some(*allowed),
            Self::Service(ServiceError::Execution(ExecutionError::NotSafe(_))) => Some("POST, OPTIONS"),
            _ => None,
        };
        if let Some(allowed) = allowed {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
        }
        response
    }
}

/// Whether the request was turned away before anything of it was executed, so that it may be sent to another node.
fn nothing_happened(error: &ServiceError) -> bool {
    use ExecutionError::{Isolate, TooManyCalls};
    matches!(
        error,
        ServiceError::NoWorkerAvailable(_)
            | ServiceError::Overloaded
            | ServiceError::Execution(TooManyCalls(_) | Isolate(IsolateError::QueueFull))
    )
}

/// How a caller wants errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrorForm {
    /// The bare message.
    Text,
    /// RFC 9457.
    Problem,
}

impl ErrorForm {
    /// What the value of `accept` asks for.
    pub(super) fn of_accept(accept: Option<&str>) -> Self {
        if accept.is_some_and(|accept| accept.contains("application/problem+json")) {
            Self::Problem
        } else {
            Self::Text
        }
    }

    /// The response with this message.
    pub(super) fn response(self, status: StatusCode, message: &str) -> HttpResponse {
        let mut response = HttpResponse::build(status);
        match self {
            Self::Text => response
                .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
                .insert_header((CONTENT_KIND, "text/plain"))
                .body(message.to_owned()),
            Self::Problem => {
                let title = status.canonical_reason().unwrap_or("Error");
                let body =
                    json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": message });
                response
                    .insert_header((CONTENT_TYPE, "application/problem+json"))
                    .insert_header((CONTENT_KIND, "application/json"))
                    .body(body.to_string())
            }
        }
    }
}

/// The HTTP status of a service's error.
pub(crate) fn status_of(error: &ServiceError) -> u16 {
    match error {
        ServiceError::NotImplemented => 501,
        ServiceError::Execution(error) => of_execution(error),
        ServiceError::Remote { source, .. } => of_remote(source),
        ServiceError::NoWorkerAvailable(_) | ServiceError::Overloaded => 503,
        ServiceError::TooManyRequests(_) => 429,
        ServiceError::IdempotencyKey(_) => 422,
        ServiceError::NoGateway(_) | ServiceError::FileNotFound(_) => 404,
        ServiceError::Health(error) => of_isolate(error),
        ServiceError::Registration(error) => of_registration(error),
    }
}

fn of_execution(error: &ExecutionError) -> u16 {
    match error {
        ExecutionError::ProcedureNotFound(_) | ExecutionError::VersionNotFound { .. } => 404,
        ExecutionError::NotTrusted => 401,
        ExecutionError::TooManyHops => 508,
        ExecutionError::TooManyCalls(_) => 503,
        ExecutionError::NotSafe(_) => 405,
        ExecutionError::PlainFormsOnly(_) => 415,
        ExecutionError::Arguments(ArgumentsError::UnsupportedMediaType(_)) => 415,
        ExecutionError::Arguments(ArgumentsError::TooDeep(_)) => 413,
        ExecutionError::Version(_) | ExecutionError::Arguments(_) => 400,
        ExecutionError::Isolate(error) => of_isolate(error),
    }
}

fn of_isolate(error: &IsolateError) -> u16 {
    match error {
        IsolateError::QueueFull | IsolateError::Replaced(_) | IsolateError::Stopped => 503,
        IsolateError::Deadline { .. } | IsolateError::Exceeded(_) => 504,
        IsolateError::Boot(_) | IsolateError::Script(_) => 500,
    }
}

fn of_remote(error: &RemoteError) -> u16 {
    match error {
        RemoteError::Unreachable { .. } | RemoteError::Refused { .. } | RemoteError::Answer { .. } => 502,
        RemoteError::Deadline { .. } => 504,
    }
}

fn of_registration(error: &RegistrationError) -> u16 {
    match error {
        RegistrationError::Invalid(_) | RegistrationError::NotAGateway | RegistrationError::InvalidState => 400,
        RegistrationError::InvalidTrustKey | RegistrationError::NotLocal => 401,
        RegistrationError::UnknownWorker(_) => 404,
        RegistrationError::Full(_) => 503,
    }
}
