//! Every failure as an HTTP response: the one file that knows which error has which status.

use std::borrow::Cow;
use std::io;

use actix_web::HttpResponse;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::http::{ConnectionType, StatusCode};
use jitar_engine::manifest::InvalidVersionNumber;
use serde_json::json;

use super::context::{Context, ErrorForm, PROBLEM};
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
    /// The body is compressed in a way that is not known.
    #[error("the content encoding `{0}` is not supported; send gzip, deflate, br, or the body as it is")]
    ContentEncoding(String),
    /// The body is not what its encoding says.
    #[error("the request body is not valid {0}")]
    BodyCoding(&'static str),
    /// The request can be understood in more than one way, so that it is understood in none.
    #[error("malformed request: {0}")]
    Malformed(&'static str),
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
            | Self::BodyCoding(_)
            | Self::Malformed(_)
            | Self::BodyBroken(_) => StatusCode::BAD_REQUEST,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::ContentEncoding(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::IllegalReply(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A word for programs, which texts for people are not.
    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Service(error) => code_of(error).map_or_else(|| slug(self.status()), Cow::Borrowed),
            Self::MissingProcedureName | Self::InvalidProcedureName => "invalid-procedure-name".into(),
            Self::Version(_) => "invalid-version".into(),
            Self::IllegalReply(_) => "illegal-reply".into(),
            Self::MalformedPath
            | Self::Malformed(_)
            | Self::Method(_)
            | Self::BodyTooLarge(_)
            | Self::BodyTimeout
            | Self::BodyBroken(_)
            | Self::BodyCoding(_)
            | Self::ContentEncoding(_) => slug(self.status()),
        }
    }

    /// The response.
    pub(super) fn response(&self, context: &Context) -> HttpResponse {
        let status = self.status();
        let mut response = response(context, status, &self.to_string(), &self.code());
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
        if matches!(self, Self::Malformed(_)) {
            // Nobody knows where the next request begins.
            response.head_mut().set_connection_type(ConnectionType::Close);
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

/// What application code threw, in the form that the caller wants.
pub(super) fn thrown(context: &Context, status: StatusCode, message: &str) -> HttpResponse {
    response(context, status, message, "application-error")
}

/// An error: the bare message, or RFC 9457.
fn response(context: &Context, status: StatusCode, message: &str, code: &str) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    match context.form {
        ErrorForm::Text => response
            .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
            .insert_header((CONTENT_KIND, "text/plain"))
            .body(message.to_owned()),
        ErrorForm::Problem => {
            let body = json!({
                "type": "about:blank",
                "title": status.canonical_reason().unwrap_or("Error"),
                "status": status.as_u16(),
                "detail": message,
                "instance": context.target.path(),
                "code": code,
                "requestId": context.id.as_str(),
            });
            response
                .insert_header((CONTENT_TYPE, PROBLEM))
                .insert_header((CONTENT_KIND, "application/json"))
                .body(body.to_string())
        }
    }
}

/// `Not Found` as `not-found`.
fn slug(status: StatusCode) -> Cow<'static, str> {
    status.canonical_reason().unwrap_or("error").to_ascii_lowercase().replace(' ', "-").into()
}

/// A word for a service's error, where the status alone says too little.
fn code_of(error: &ServiceError) -> Option<&'static str> {
    Some(match error {
        ServiceError::NoWorkerAvailable(_) => "no-worker-available",
        ServiceError::FileNotFound(_) => "file-not-found",
        ServiceError::Remote { .. } => "upstream-failed",
        ServiceError::Execution(ExecutionError::ProcedureNotFound(_)) => "procedure-not-found",
        ServiceError::Execution(ExecutionError::VersionNotFound { .. }) => "version-not-found",
        ServiceError::Execution(ExecutionError::NotTrusted) => "not-trusted",
        ServiceError::Execution(ExecutionError::NotSafe(_)) => "not-safe",
        ServiceError::Execution(ExecutionError::TooManyCalls(_)) => "too-many-calls",
        ServiceError::Execution(ExecutionError::Version(_)) => "invalid-version",
        ServiceError::Execution(ExecutionError::Arguments(error)) if of_arguments(error) == 400 => "invalid-arguments",
        ServiceError::Execution(ExecutionError::Isolate(IsolateError::QueueFull)) => "queue-full",
        ServiceError::Execution(ExecutionError::Isolate(IsolateError::Deadline { .. })) => "deadline-exceeded",
        ServiceError::Execution(ExecutionError::Isolate(IsolateError::Exceeded(_))) => "limit-exceeded",
        _ => return None,
    })
}

/// The HTTP status of a service's error.
pub(crate) fn status_of(error: &ServiceError) -> u16 {
    match error {
        ServiceError::NotImplemented => 501,
        ServiceError::TooMuchBeside { .. } => 500,
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
        ExecutionError::Arguments(error) => of_arguments(error),
        ExecutionError::Version(_) => 400,
        ExecutionError::Isolate(error) => of_isolate(error),
    }
}

fn of_arguments(error: &ArgumentsError) -> u16 {
    match error {
        ArgumentsError::UnsupportedMediaType(_) | ArgumentsError::Multipart => 415,
        ArgumentsError::TooManyFields(_) | ArgumentsError::TooDeep(_) => 413,
        ArgumentsError::Json(_) | ArgumentsError::NotAnObject | ArgumentsError::Form(_) => 400,
    }
}

fn of_isolate(error: &IsolateError) -> u16 {
    match error {
        IsolateError::QueueFull | IsolateError::Replaced(_) | IsolateError::Lost | IsolateError::Stopped => 503,
        IsolateError::Deadline { .. } | IsolateError::Exceeded(_) => 504,
        IsolateError::Boot(_) | IsolateError::Script(_) => 500,
    }
}

fn of_remote(error: &RemoteError) -> u16 {
    match error {
        RemoteError::Unreachable { .. } | RemoteError::Refused { .. } | RemoteError::Answer { .. } => 502,
        RemoteError::Deadline { .. } => 504,
        RemoteError::Body(io::ErrorKind::FileTooLarge) => 413,
        RemoteError::Body(io::ErrorKind::TimedOut) => 408,
        RemoteError::Body(_) => 400,
        RemoteError::TooLong => 414,
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
