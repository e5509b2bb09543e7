//! Access levels of procedures (spec 1.5, 3.6).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who may call a procedure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Only code of the same service unit, by a plain function call.
    #[default]
    Private,
    /// Callers that show the trust key.
    Protected,
    /// Everybody.
    Public,
}

impl Access {
    /// Whether the procedure is listed and reachable over the network.
    pub fn is_exposed(self) -> bool {
        self != Self::Private
    }

    /// The word used in segment files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Protected => "protected",
            Self::Public => "public",
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
