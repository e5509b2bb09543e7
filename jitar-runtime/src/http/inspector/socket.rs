//! A debugger's web socket: messages of the protocol pass through it in both directions.

use actix_web::{Error, HttpRequest, HttpResponse, web};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, Session};
use futures::future::{Either, select};
use jitar_engine::inspector::{DebugCommands, DebugEvents};

use super::{State, host, refused};

/// Bytes of a message from a debugger: it may set a whole script.
const MAX_MESSAGE: usize = 64 << 20;

/// `/<id>`
pub(super) async fn open(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<String>,
    body: web::Payload,
) -> Result<HttpResponse, Error> {
    if host(&request).is_none() {
        return Ok(refused());
    }
    if !state.targets.knows(&id) {
        return Ok(HttpResponse::NotFound().body("There is no such target; `/json` lists them"));
    }
    let Some((commands, events)) = state.targets.attach(&id) else {
        return Ok(HttpResponse::ServiceUnavailable().body("The isolate is not there yet"));
    };
    let (response, session, messages) = actix_ws::handle(&request, body)?;
    let messages = messages.max_frame_size(MAX_MESSAGE).aggregate_continuations().max_continuation_size(MAX_MESSAGE);
    tracing::info!("A debugger is attached");
    actix_web::rt::spawn(async move {
        // Whichever side ends first ends both: dropping the commands lets an isolate that stands still run on.
        let incoming = Box::pin(forward_commands(messages, session.clone(), commands));
        let outgoing = Box::pin(forward_events(events, session.clone()));
        match select(incoming, outgoing).await {
            Either::Left(_) | Either::Right(_) => {}
        }
        // A client that is gone already needs no farewell.
        drop(session.close(None).await);
        tracing::info!("A debugger is detached");
    });
    Ok(response)
}

async fn forward_commands(mut messages: AggregatedMessageStream, mut session: Session, commands: DebugCommands) {
    while let Some(Ok(message)) = messages.recv().await {
        let is_open = match message {
            AggregatedMessage::Text(text) => commands.send(text.to_string()),
            AggregatedMessage::Ping(bytes) => session.pong(&bytes).await.is_ok(),
            AggregatedMessage::Pong(_) => true,
            AggregatedMessage::Binary(_) | AggregatedMessage::Close(_) => false,
        };
        if !is_open {
            return;
        }
    }
}

async fn forward_events(mut events: DebugEvents, mut session: Session) {
    while let Some(event) = events.next().await {
        if session.text(event).await.is_err() {
            return;
        }
    }
}
