#![deny(warnings, missing_docs, unreachable_pub)]
//! Host functions of every form.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jitar::HostError;

/// Strings, borrowed and owned.
#[jitar::host(module = "passwords")]
pub async fn verify(password: &str, hash: String) -> Result<bool, HostError> {
    Ok(password == hash)
}

/// Another name in JavaScript.
#[jitar::host(module = "files/images", name = "resizeImage")]
pub fn resize_image(image: &[u8], width: Option<u32>) -> Result<Vec<u8>, std::io::Error> {
    let _ = width;
    Ok(image.to_vec())
}

/// Errors that are texts.
#[jitar::host(module = "text",)]
pub fn parse(text: String) -> Result<BTreeMap<String, f64>, String> {
    Err(text)
}

/// Nothing in, nothing out.
#[jitar::host(module = "text")]
pub fn nothing() {}

/// Patterns, raw names, options and lifetimes.
#[jitar::host(module = "text")]
pub async fn r#loop((a, b): (u8, u8), mut r#type: Option<String>) -> Option<Cow<'static, str>> {
    r#type.get_or_insert_default().push_str(&format!("{a}{b}"));
    r#type.map(Cow::Owned)
}

/// Names that the expansion might use, too.
#[jitar::host(module = "text")]
pub fn call(call: String, value: bytes_like::Bytes) -> bytes_like::Bytes {
    let _ = call;
    value
}

mod bytes_like {
    pub(crate) type Bytes = Vec<u8>;
}

fn main() {
    let found = [
        __jitar_host_verify,
        __jitar_host_resize_image,
        __jitar_host_parse,
        __jitar_host_nothing,
        __jitar_host_loop,
        __jitar_host_call,
    ];
    let found = found.map(|function| format!("{} {} {}", function.module, function.name, function.is_async));
    let expected = [
        "passwords verify true",
        "files/images resizeImage false",
        "text parse false",
        "text nothing false",
        "text loop true",
        "text call false",
    ];
    assert_eq!(found, expected);
}
