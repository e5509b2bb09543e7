//! Internal crate of Jitar for Cargo, no semver promise: use it through `jitar::service!`.
//!
//! The macro is small on purpose. It reads what the user wrote ([`service::input`]), checks it against the names that
//! build.rs left in `names.txt` ([`service::names`]) and expands to const data and one call ([`service::expand`]).

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
