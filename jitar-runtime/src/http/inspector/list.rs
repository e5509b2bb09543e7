//! What there is to debug, as JSON.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{State, host, refused};

/// The version of the protocol that V8 speaks.
const PROTOCOL: &str = "1.3";

/// `/json` and `/json/list`: one target for each isolate.
pub(super) async fn targets(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let Some(host) = host(&request) else { return refused() };
    let targets = state.targets.ids().enumerate().map(|(idx, id)| {
        let socket = format!("{host}/{id}");
        json!({
            "description": "Jitar isolate",
            "devtoolsFrontendUrl": format!("devtools://devtools/bundled/js_app.html?experiments=true&v8only=true&ws={socket}"),
            "id": id,
            "title": format!("{} (isolate {idx})", state.title),
            "type": "node",
            "url": "file:///app/",
            "webSocketDebuggerUrl": format!("ws://{socket}"),
        })
    });
    HttpResponse::Ok().json(targets.collect::<Vec<Value>>())
}

/// `/json/version`
pub(super) async fn version(request: HttpRequest) -> HttpResponse {
    if host(&request).is_none() {
        return refused();
    }
    let browser = concat!("Jitar/", env!("CARGO_PKG_VERSION"));
    HttpResponse::Ok().json(json!({ "Browser": browser, "Protocol-Version": PROTOCOL }))
}
