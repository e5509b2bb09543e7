//! Segments, procedures and service units, as the build found them.

use serde::{Deserialize, Serialize};

use super::{Access, Parameter, Version};

/// A segment: what is deployed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Name of the segment file without `.json`.
    pub name: String,
    /// Modules of the segment (explicit and implicit), as specifiers, sorted.
    pub modules: Vec<String>,
    /// Procedures in definition order.
    pub procedures: Vec<Procedure>,
    /// Classes in definition order.
    pub classes: Vec<Class>,
}

/// All implementations of one FQN within a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Procedure {
    /// Fully qualified name, such as `reporting/getMonthReport`.
    pub fqn: String,
    /// In definition order; versions differ.
    pub implementations: Vec<Implementation>,
}

/// One version of a procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Implementation {
    /// Its version.
    pub version: Version,
    /// Who may call it.
    pub access: Access,
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// Specifier of the module named in the segment file.
    pub module: String,
    /// Name under which that module exports it.
    pub export: String,
    /// Whether repeating a call does no harm (`"idempotent": true`, implied by `safe`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub idempotent: bool,
    /// Whether a call changes nothing (`"safe": true`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub safe: bool,
    /// Limits of its own (`"limits": {…}`).
    #[serde(default, skip_serializing_if = "ProcedureLimits::is_empty")]
    pub limits: ProcedureLimits,
}

/// Limits that a segment file sets for one procedure. What it leaves out is as the service says; it can only be stricter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureLimits {
    /// Milliseconds of CPU time in one turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<u32>,
    /// Milliseconds from the start of a call to its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall: Option<u32>,
    /// Calls at the same time in one process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
}

impl ProcedureLimits {
    /// Whether nothing is limited.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A class whose instances cross segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Fully qualified name, the key on the wire.
    pub fqn: String,
    /// Specifier of the module named in the segment file.
    pub module: String,
    /// Name under which that module exports it.
    pub export: String,
}

/// A service unit: what one binary carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Sorted segment names joined by `+`, or `none`.
    pub id: String,
    /// Sorted segment names.
    pub segments: Vec<String>,
    /// Specifiers that service files of this unit may name as middleware, health check or script, sorted.
    pub scripts: Vec<String>,
}

impl Unit {
    /// The id of the unit with these segments, in any order.
    ///
    /// ```
    /// assert_eq!(jitar_engine::manifest::Unit::id_of(["sales", "reporting"]), "reporting+sales");
    /// assert_eq!(jitar_engine::manifest::Unit::id_of::<&str>([]), "none");
    /// ```
    pub fn id_of<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> String {
        let mut names: Vec<String> = segments.into_iter().map(|name| name.as_ref().to_owned()).collect();
        if names.is_empty() {
            return "none".to_owned();
        }
        names.sort();
        names.join("+")
    }
}
