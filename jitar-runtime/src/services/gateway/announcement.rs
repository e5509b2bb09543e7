//! What workers of ours say about themselves beyond address and procedures: versions, flags, weight.

use std::collections::BTreeMap;

use jitar_engine::manifest::Version;
use serde::{Deserialize, Serialize};

/// Format of the members below; other formats are refused.
pub(super) const FORMAT: u32 = 1;

/// The versions of a procedure of which nothing is said.
const UNVERSIONED: &[Version] = &[Version::new(0, 0, 0)];

/// Greatest weight.
const MAX_WEIGHT: u32 = 1000;

/// Versions of one procedure.
const MAX_VERSIONS: usize = 100;

/// Length of `listen`: longer paths of sockets do not exist.
const MAX_LISTEN: usize = 128;

/// The extra members of a registration among peers of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Extras {
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// Exposed versions by procedure, ascending. A procedure that is not named here has 0.0.0 only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) versions: BTreeMap<String, Vec<Version>>,
    /// `idempotent` and `safe` by `fqn:version`. Names that are not known are for others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) flags: BTreeMap<String, Vec<String>>,
    /// Share of calls where a gateway balances by weights.
    #[serde(default = "one")]
    pub(crate) weight: u32,
    /// Whether other workers may call it without a gateway between.
    #[serde(default)]
    pub(crate) direct: bool,
    /// `unix:` and the path of a socket that leads to the same service on the same machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) listen: Option<String>,
}

fn one() -> u32 {
    1
}

impl Default for Extras {
    fn default() -> Self {
        let (versions, flags) = (BTreeMap::new(), BTreeMap::new());
        Self { format: FORMAT, versions, flags, weight: 1, direct: false, listen: None }
    }
}

impl Extras {
    /// What is wrong with the values, for whoever sent them.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.format != FORMAT {
            problems.push(format!("Field 'format' is {}, this gateway knows {FORMAT}", self.format));
        }
        if !(1..=MAX_WEIGHT).contains(&self.weight) {
            problems.push(format!("Field 'weight' is not between 1 and {MAX_WEIGHT}"));
        }
        for (fqn, _) in self.versions.iter().filter(|(_, versions)| !(1..=MAX_VERSIONS).contains(&versions.len())) {
            problems.push(format!("Field 'versions.{fqn}' has not between 1 and {MAX_VERSIONS} items"));
        }
        if self.listen.as_ref().is_some_and(|listen| !listen.starts_with("unix:/") || listen.len() > MAX_LISTEN) {
            problems.push("Field 'listen' is not 'unix:' with the path of a socket".to_owned());
        }
        problems
    }

    /// The versions of a procedure.
    pub(super) fn versions_of(&self, fqn: &str) -> &[Version] {
        self.versions.get(fqn).map_or(UNVERSIONED, Vec::as_slice)
    }

    /// Whether repeating a call of this implementation does no harm.
    pub(super) fn is_idempotent(&self, fqn: &str, version: Version) -> bool {
        let flags = self.flags.get(&format!("{fqn}:{version}"));
        flags.is_some_and(|flags| flags.iter().any(|flag| matches!(flag.as_str(), "idempotent" | "safe")))
    }
}
