//! How the crates of the web API are set up: `fetch` with its certificates and permissions, and what each isolate needs of
//! them.

mod files;
mod roots;

use std::rc::Rc;
use std::sync::Arc;

use deno_core::OpState;
use deno_error::JsErrorBox;
use deno_fetch::ReqBody;
use deno_permissions::{PermissionsContainer, RuntimePermissionDescriptorParser};
use sys_traits::impls::RealSys;

use self::files::FileHandler;
pub use self::roots::{Certificates, InvalidCertificates};
use crate::permissions::{self, DENIED};

/// What `fetch` has for all isolates; certificates come with [`install`].
pub(crate) fn fetch_options() -> deno_fetch::Options {
    deno_fetch::Options {
        user_agent: concat!("Jitar/", env!("CARGO_PKG_VERSION")).to_owned(),
        request_builder_hook: Some(check_request),
        file_fetch_handler: Rc::new(FileHandler),
        ..Default::default()
    }
}

/// Gives an isolate what the ops of `fetch` look for.
pub(crate) fn install(state: &mut OpState, certificates: Certificates) {
    // `deno_fetch` asks its own permissions too. Ours are asked in `check_request` and `FileHandler`, where the refusal can
    // name the setting; two lists of the same would only drift apart.
    let parser = RuntimePermissionDescriptorParser::new(RealSys);
    state.put(PermissionsContainer::allow_all(Arc::new(parser)));
    state.borrow_mut::<deno_fetch::Options>().root_cert_store_provider = Some(Arc::new(certificates));
}

/// Asks for permission before a request leaves, redirects included.
fn check_request(request: &mut http::Request<ReqBody>) -> Result<(), JsErrorBox> {
    let uri = request.uri();
    let host = uri.host().unwrap_or_default();
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    let checked = permissions::with_current(|current| current.net.check(host, port));
    checked
        .unwrap_or_else(|| Err("net access is not possible while no call runs".to_owned()))
        .map_err(|message| JsErrorBox::new(DENIED, message))
}
