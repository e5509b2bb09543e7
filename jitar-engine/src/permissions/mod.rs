//! What application code may reach outside its isolate. Everything is refused that is not listed.

mod environment;
mod hosts;
mod scope;

use std::path::PathBuf;

pub use environment::Environment;
pub use hosts::{HostPattern, Hosts, InvalidHost};
pub(crate) use scope::{enter, with_current};

/// Class of the error that application code gets, as `bootstrap.js` registers it.
pub(crate) const DENIED: &str = "PermissionDenied";

/// The permissions of an isolate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions {
    /// Hosts that may be reached.
    pub net: Hosts,
    /// Environment variables that may be read.
    pub env: Environment,
    /// Files that may be read.
    pub read: Files,
}

/// Files that application code may read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// The service's working folder, absolute.
    pub base: PathBuf,
    /// Absolute paths of folders and files. Whatever lies below a folder may be read, unless a link leads out of it.
    pub paths: Vec<PathBuf>,
}

/// What to write in the service file to permit an access.
pub(crate) fn advice(permission: &str, value: &str) -> String {
    format!("add \"{value}\" to \"permissions\": {{ \"{permission}\": [...] }} in the service file")
}
