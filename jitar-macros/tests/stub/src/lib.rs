//! Stands in for the library `jitar` in the tests of the macros: the same names and types, and no V8. The tests depend
//! on it under the name `jitar`.

mod functions;

pub use functions::HostError;
pub use jitar_macros::{host, service};

/// What the macro's output names.
#[doc(hidden)]
pub mod __private {
    use std::process::ExitCode;

    pub mod host {
        //! Host functions.
        pub use crate::functions::*;
    }

    /// An embedded application.
    #[derive(Debug, Clone, Copy)]
    pub struct App {
        /// `manifest.json`.
        pub manifest: &'static [u8],
        /// The base blob.
        pub base: &'static [u8],
        /// Service files.
        pub services: &'static [(&'static str, &'static [u8])],
        /// Files for browsers.
        pub assets: &'static [(&'static str, &'static [u8])],
        /// Browser modules.
        pub client: &'static [(&'static str, &'static [u8])],
        /// As in the real library.
        pub encoded: &'static [(&'static str, &'static [u8], &'static [u8])],
    }

    /// An embedded service unit.
    #[derive(Debug, Clone, Copy)]
    pub struct Unit {
        /// The sorted segments joined by `+`, or `none`.
        pub id: &'static str,
        /// The unit blob.
        pub snapshot: &'static [u8],
        pub code: &'static [u8],
        /// Deferred modules.
        pub deferred: &'static [&'static str],
        /// The packed module archive.
        pub archive: &'static [u8],
        /// The host functions that it imports.
        pub host: &'static [host::HostFunction],
    }

    /// Succeeds when the program was given what its name promises: `<unit ids joined by comma>` and the default service.
    pub fn main(app: &'static App, units: &'static [Unit], default_service: Option<&'static str>) -> ExitCode {
        let ids: Vec<&str> = units.iter().map(|unit| unit.id).collect();
        let found = format!("{} {}", ids.join(","), default_service.unwrap_or("-"));
        let embedded = default_service.is_none_or(|path| app.services.iter().any(|(known, _)| *known == path));
        if embedded && EXPECTED.contains(&found.as_str()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// What the passing cases ask for.
    const EXPECTED: [&str; 5] = [
        "reporting -",
        "reporting+sales services/standalone.json",
        "none services/gateway.json",
        "none,reporting,reporting+sales,sales -",
        "reporting services/reporting.json",
    ];
}
