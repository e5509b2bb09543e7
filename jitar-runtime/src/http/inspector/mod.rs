//! The address of debuggers (`--inspect`): a list of the isolates and a web socket to each, as Chrome and editors
//! expect them. A thread and a runtime of its own, because an isolate that stands still must not keep it waiting.

mod list;
mod socket;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use actix_web::http::header::HOST;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use crate::isolate::DebugTargets;

/// What every handler knows.
struct State {
    targets: Arc<DebugTargets>,
    /// For people: which service it is.
    title: String,
}

/// Serves the targets until the process ends. `title` names the service.
///
/// # Errors
/// When the system gives no thread for it.
pub(crate) fn serve(listener: TcpListener, targets: Arc<DebugTargets>, title: String) -> io::Result<()> {
    let state = web::Data::new(State { targets, title });
    let body = move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(state.clone())
                    .service(web::resource(["/json", "/json/list"]).to(list::targets))
                    .service(web::resource("/json/version").to(list::version))
                    .service(web::resource("/{id}").to(socket::open))
                    .default_service(web::to(HttpResponse::NotFound))
            });
            server.workers(1).disable_signals().listen(listener)?.run().await
        })
    };
    let run = move || {
        if let Err(error) = body() {
            tracing::error!("The inspector ended: {error}");
        }
    };
    std::thread::Builder::new().name("jitar-inspector".to_owned()).spawn(run).map(drop)
}

/// The host that a client asked for, when it is an address or this machine. A web page may reach a loopback address under a
/// name of its own (DNS rebinding); its requests carry that name.
fn host(request: &HttpRequest) -> Option<String> {
    let host = request.headers().get(HOST)?.to_str().ok()?;
    let url = url::Url::parse(&format!("http://{host}")).ok()?;
    let is_safe = match url.host()? {
        url::Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        url::Host::Ipv4(_) | url::Host::Ipv6(_) => true,
    };
    is_safe.then(|| host.to_owned())
}

fn refused() -> HttpResponse {
    HttpResponse::BadRequest().body("The inspector answers to `localhost` and to addresses only")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn answers_to_addresses_and_this_machine_only() {
        let cases = [
            ("127.0.0.1:9229", true),
            ("[::1]:9229", true),
            ("localhost:9229", true),
            ("localhost", true),
            ("evil.example:9229", false),
            ("localhost.evil.example", false),
            ("", false),
        ];
        for (name, expected) in cases {
            let request = TestRequest::default().insert_header((HOST, name)).to_http_request();
            assert_eq!(host(&request).is_some(), expected, "{name}");
        }
    }
}
