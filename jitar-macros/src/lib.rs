//! Internal crate of Jitar for Cargo, no semver promise: use it through `jitar::service!`.
//!
//! The macros are small on purpose. `service!` reads what the user wrote ([`service::input`]), checks it against the names that
//! build.rs left in `names.txt` ([`service::names`]) and expands to const data and one call ([`service::expand`]).
//! `host` ([`host::expand`]) adds a constant beside a function.

mod errors;
mod host;
mod service;

use proc_macro::TokenStream;

/// Makes this binary a Jitar service: expands to the whole `fn main`.
///
/// ```text
/// jitar::service!(segment = "reporting");
/// jitar::service!(segments = ["reporting", "sales"], service = "services/standalone.json");
/// jitar::service!(service = "services/gateway.json");
/// jitar::service!();
/// ```
///
/// - `segment` or `segments` selects the service unit that the binary carries: the segments that run together.
/// - `service` embeds a service file as the default of `--service`. Alone it also selects the unit, because the file
///   lists the segments.
/// - Without arguments the binary carries every unit and chooses by `--service` when it starts, which suits
///   development and tests.
///
/// All names are checked against what `jitar_build::compile` in the package's build.rs found; a wrong one is a compile
/// error that points at it. A set of segments that no service file lists is made a unit in build.rs with
/// `Builder::unit(["a", "b"])`.
#[proc_macro]
pub fn service(input: TokenStream) -> TokenStream {
    service::expand(input.into()).into()
}

/// Lets application code import this function from `host:<module>`. It belongs on public functions of the package's
/// library, in public modules.
///
/// ```text
/// #[jitar::host(module = "passwords")]
/// pub async fn verify(password: &str, hash: &str) -> Result<bool, jitar::HostError> { … }
/// ```
///
/// ```text
/// import { verify } from "host:passwords";
/// ```
///
/// - `name = "…"` gives it another name in JavaScript.
/// - Parameters and results are whatever serde reads and writes; `Vec<u8>` and `bytes::Bytes` are a `Uint8Array`, `()` and
///   `None` are `undefined`, and a parameter may borrow (`&str`, `&[u8]`, `&T`). Trailing `Option` parameters may be left out.
/// - The error of a `Result` becomes an exception: `jitar::HostError` says class and code, any other error is an `Error` with
///   its text. A panic becomes an `Error` as well.
/// - An async function runs on the isolate's thread, inside its tokio runtime, and need not be `Send`; its future is dropped
///   when the call is cancelled. A plain function keeps its isolate from everything else until it returns: hand work that
///   takes longer than some microseconds to `tokio::task::spawn_blocking` in an async one.
/// - Only functions that a service unit imports are linked into its binary.
#[proc_macro_attribute]
pub fn host(arguments: TokenStream, item: TokenStream) -> TokenStream {
    host::expand(arguments.into(), &item.into()).into()
}
