//! Which request is meant for what. Fixed paths are matched without regard to case and a slash at the end (spec 4.2).

mod files;
mod health;
mod metrics;
mod rpc;
mod workers;

#[cfg(test)]
mod tests;

use std::error::Error;
use std::sync::Arc;

use actix_http::{HttpMessage, Request};
use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::header::{HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::http::{ConnectionType, Method, StatusCode, Version};
use jitar_engine::call::RunMode;

use super::context::{Context, REQUEST_ID_NAME};
use super::error::HttpError;
use super::idle::Entry;
use super::server::State;
use super::{outgoing, screen};
use crate::services::{Audience, ServiceError};

/// Methods of `/rpc`.
const RPC_METHODS: &str = "GET, HEAD, POST, OPTIONS";

/// Methods of what is only read.
const READ_METHODS: &str = "GET, HEAD";

/// Registered methods of extensions (`WebDAV` and others). They mean nothing here, but they are HTTP.
const EXTENSION_METHODS: [&str; 26] = [
    "ACL",
    "BIND",
    "CHECKOUT",
    "COPY",
    "LINK",
    "LOCK",
    "M-SEARCH",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MOVE",
    "NOTIFY",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "SOURCE",
    "SUBSCRIBE",
    "UNBIND",
    "UNLINK",
    "UNLOCK",
    "UNSUBSCRIBE",
];

/// Bytes of a request's line and headers together, as with the known implementation.
const MAX_HEAD: usize = 16 << 10;

/// What a request is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route<'a> {
    Rpc {
        arguments: ArgumentSource,
        mode: RunMode,
    },
    Health,
    HealthStatus,
    Live,
    Ready,
    Metrics,
    ListWorkers,
    DirectWorkers,
    OwnAnnouncement,
    WatchGateway {
        id: &'a str,
    },
    AddWorker,
    ReportWorker {
        id: &'a str,
    },
    RemoveWorker {
        id: &'a str,
    },
    File,
    NotAllowed(&'static str),
    /// The method is none that HTTP has.
    UnknownMethod,
}

/// Where a request for a procedure has its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ArgumentSource {
    Query,
    Body,
}

impl<'a> Route<'a> {
    fn of(method: &Method, path: &'a str) -> Self {
        if !is_known(method) {
            return Self::UnknownMethod;
        }
        let path = path.strip_prefix('/').unwrap_or(path);
        let is = |segment: &str, name: &str| segment.eq_ignore_ascii_case(name);
        if path.split_once('/').is_some_and(|(first, name)| is(first, "rpc") && !name.is_empty()) {
            return Self::rpc(method);
        }
        let mut segments: Vec<&str> = path.split('/').collect();
        if segments.last() == Some(&"") {
            segments.pop();
        }
        match segments[..] {
            [first] if is(first, "health") => Self::reading(method, Self::Health),
            [first, second] if is(first, "health") && is(second, "status") => Self::reading(method, Self::HealthStatus),
            [first, second] if is(first, "health") && is(second, "live") => Self::reading(method, Self::Live),
            [first, second] if is(first, "health") && is(second, "ready") => Self::reading(method, Self::Ready),
            [first, second] if is(first, "workers") && is(second, "self") && *method == Method::GET => {
                Self::OwnAnnouncement
            }
            [first, second] if is(first, "workers") && is(second, "direct") && *method == Method::GET => {
                Self::DirectWorkers
            }
            [first, id, last] if is(first, "workers") && is(last, "watch") && *method == Method::GET => {
                Self::WatchGateway { id }
            }
            [first] if is(first, "metrics") => Self::reading(method, Self::Metrics),
            [first] if is(first, "workers") => match *method {
                Method::GET | Method::HEAD => Self::ListWorkers,
                Method::POST => Self::AddWorker,
                _ => Self::NotAllowed("GET, HEAD, POST"),
            },
            [first, id, last] if is(first, "workers") && is(last, "report") && *method == Method::POST => {
                Self::ReportWorker { id }
            }
            [first, id] if is(first, "workers") && *method == Method::DELETE => Self::RemoveWorker { id },
            _ => Self::reading(method, Self::File),
        }
    }

    /// What the listener for operators answers.
    fn is_for_operators(self) -> bool {
        use Route::{Health, HealthStatus, ListWorkers, Live, Metrics, NotAllowed, Ready};
        matches!(self, Health | HealthStatus | Live | Ready | Metrics | ListWorkers | NotAllowed(_))
    }

    fn rpc(method: &Method) -> Self {
        let (arguments, mode) = match *method {
            Method::GET => (ArgumentSource::Query, RunMode::Normal),
            Method::HEAD => (ArgumentSource::Query, RunMode::Dry),
            Method::POST => (ArgumentSource::Body, RunMode::Normal),
            Method::OPTIONS => (ArgumentSource::Body, RunMode::Dry),
            _ => return Self::NotAllowed(RPC_METHODS),
        };
        Self::Rpc { arguments, mode }
    }

    fn reading(method: &Method, route: Self) -> Self {
        if matches!(*method, Method::GET | Method::HEAD) { route } else { Self::NotAllowed(READ_METHODS) }
    }
}

/// Whether a method is one of the standard, or one of its extensions that the known implementation's server knows.
fn is_known(method: &Method) -> bool {
    match *method {
        Method::GET
        | Method::POST
        | Method::OPTIONS
        | Method::HEAD
        | Method::DELETE
        | Method::PUT
        | Method::PATCH
        | Method::TRACE
        | Method::CONNECT => true,
        _ => EXTENSION_METHODS.contains(&method.as_str()),
    }
}

/// Answers every request.
pub(super) async fn handle(state: Arc<State>, mut request: Request) -> HttpResponse {
    let payload = request.take_payload();
    let _running = state.running.enter();
    let entry = request.conn_data::<Entry>();
    let _busy = entry.map(Entry::run);
    if entry.is_some_and(Entry::has_ended) {
        // Who knows whether it is a request at all.
        return HttpResponse::BadRequest().force_close().finish();
    }
    let context = Context::of(&request);
    let mut response = match state.cors.as_ref().and_then(|cors| cors.preflight(request.method(), request.headers())) {
        Some(preflight) => preflight,
        None => answer(&state, &request, payload, &context).await,
    };
    if request.version() < Version::HTTP_2 && response.head().connection_type() == ConnectionType::Close {
        // The library would go on with what came behind the request.
        if let Some(entry) = entry {
            entry.end();
        }
    }
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REQUEST_ID_NAME.clone(), context.id.header());
    if state.running.is_draining() {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    outgoing::in_parts(response, || entry.map(Entry::send))
}

async fn answer(state: &State, request: &Request, payload: Payload, context: &Context) -> HttpResponse {
    if head_length(request) > MAX_HEAD {
        return HttpResponse::build(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE).force_close().finish();
    }
    let outcome = match screen::check(request.head()) {
        Ok(()) => dispatch(state, request, payload, context).await,
        Err(error) => Err(error),
    };
    let mut response = outcome.unwrap_or_else(|error| error.response(context));
    if matches!(*request.method(), Method::TRACE | Method::CONNECT) {
        // Not meant for a service at all, and other servers see nothing behind them either.
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    if let Some(cors) = &state.cors {
        cors.complete(request.headers(), response.headers_mut());
    }
    response
}

fn head_length(request: &Request) -> usize {
    // Of each line, a colon, a space and its end.
    const AROUND: usize = 4;
    let headers = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + AROUND);
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    headers.sum::<usize>() + target
}

async fn dispatch(
    state: &State,
    request: &Request,
    payload: Payload,
    context: &Context,
) -> Result<HttpResponse, HttpError> {
    let route = Route::of(request.method(), request.uri().path());
    if state.services.operations.audience == Audience::Operators && !route.is_for_operators() {
        return Err(ServiceError::NotImplemented.into());
    }
    match route {
        Route::Rpc { arguments, mode } => rpc::run(state, request, payload, arguments, mode, context).await,
        Route::Health => health::health(state, context).await,
        Route::HealthStatus | Route::Ready => Ok(health::status(state).await),
        Route::Live => Ok(health::live()),
        Route::Metrics => metrics::show(state, request),
        Route::OwnAnnouncement if state.services.runner.is_some() => workers::announcement(state, request),
        Route::DirectWorkers if state.services.registrar.is_some() => workers::direct(state, request),
        Route::WatchGateway { id } if state.services.registrar.is_some() => workers::watch(state, request, id),
        Route::ListWorkers if state.services.registrar.is_some() => workers::list(state, request),
        Route::ListWorkers
        | Route::DirectWorkers
        | Route::OwnAnnouncement
        | Route::WatchGateway { .. }
        | Route::File => files::provide(state, request, context).await,
        Route::AddWorker => workers::add(state, request, payload, context).await,
        Route::ReportWorker { id } => workers::report(state, request, payload, id, context).await,
        Route::RemoveWorker { id } => workers::remove(state, request, id, context),
        // What is no other request is one for a file, by whatever method (spec 4.2).
        Route::NotAllowed(_) if state.services.provider.is_none() => Err(ServiceError::NotImplemented.into()),
        Route::NotAllowed(allowed) => Err(HttpError::Method(allowed)),
        Route::UnknownMethod => Ok(HttpResponse::BadRequest().force_close().finish()),
    }
}

/// An error for the log: with the cause that callers do not get to see.
fn detailed(error: &dyn Error) -> String {
    let message = error.to_string();
    let cause = error.source().map(ToString::to_string).filter(|cause| !message.contains(cause));
    loggable(&cause.map_or(message.clone(), |cause| format!("{message} ({cause})")))
}

/// Text of a client on one line of the log: control characters are escaped.
fn loggable(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let escaped = character.is_control().then(|| character.escape_default());
            let plain = (!character.is_control()).then_some(character);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}
