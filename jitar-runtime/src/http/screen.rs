//! What the parser lets through and another server might understand differently is refused before it means anything.
//!
//! The parser itself refuses two lengths, a length beside chunks, folded lines, blanks before a colon and every transfer
//! coding but one `chunked` (`tests/src/smuggling.rs` at the root has a table of them). What is left needs the parsed head only.

use actix_web::dev::RequestHead;
use actix_web::http::header::{CONTENT_LENGTH, HOST, HeaderMap, UPGRADE};
use actix_web::http::{Method, Version};

use super::error::HttpError;

/// Refuses a request that can be understood in more than one way.
pub(super) fn check(head: &RequestHead) -> Result<(), HttpError> {
    check_target(head)?;
    if head.version < Version::HTTP_2 {
        check_host(&head.headers)?;
        check_upgrade(head)?;
    }
    Ok(())
}

/// A path, or `*` where it means something. `CONNECT` names a host, and is refused as a method.
fn check_target(head: &RequestHead) -> Result<(), HttpError> {
    let path = head.uri.path();
    if path.starts_with('/') || head.method == Method::CONNECT || (head.method == Method::OPTIONS && path == "*") {
        return Ok(());
    }
    Err(HttpError::Malformed("its target is not a path"))
}

/// The characters of RFC 3986, 3.2, without those of user names: whether a byte is one.
const IN_HOSTS: [bool; 256] = {
    let all = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+,;=:[]";
    let (mut is_in, mut idx) = ([false; 256], 0);
    while idx < all.len() {
        is_in[all[idx] as usize] = true;
        idx += 1;
    }
    is_in
};

fn check_host(headers: &HeaderMap) -> Result<(), HttpError> {
    let Some(host) = headers.get(HOST) else { return Ok(()) };
    if !host.is_empty() && host.as_bytes().iter().all(|byte| IN_HOSTS[usize::from(*byte)]) {
        return Ok(());
    }
    Err(HttpError::Malformed("its `host` is not the name of a host"))
}

/// For the parser everything after a request for a web socket belongs to it, whatever its length says.
fn check_upgrade(head: &RequestHead) -> Result<(), HttpError> {
    let asks =
        head.headers.get_all(UPGRADE).any(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"websocket"));
    if asks && (head.method != Method::GET || head.headers.contains_key(CONTENT_LENGTH)) {
        return Err(HttpError::Malformed("a request for a web socket has no body"));
    }
    Ok(())
}
