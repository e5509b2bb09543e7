//! The procedures that this process answers for, found by name and version.

use std::collections::BTreeMap;
use std::time::Duration;

use jitar_engine::manifest::{self, Access, AppManifest, ProcedureLimits, Version};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::ExecutionError;

/// The procedures of a service's segments. Built once; every lookup is one hash and one search in a short list.
#[derive(Debug, Default)]
pub(crate) struct Procedures {
    by_fqn: foldhash::HashMap<String, Vec<Implementation>>,
    names: Vec<String>,
}

/// One version of a procedure.
#[derive(Debug)]
pub(crate) struct Implementation {
    /// Its version.
    pub(crate) version: Version,
    /// Who may call it.
    pub(crate) access: Access,
    /// The name that isolates know it by: `fqn:version`.
    pub(crate) key: String,
    /// Whether a call changes nothing.
    pub(crate) safe: bool,
    /// Whether repeating a call does no harm.
    pub(crate) idempotent: bool,
    /// Limits of its own.
    pub(crate) limits: ProcedureLimits,
    /// One place per call that may run at the same time; none when their number is not limited.
    places: Option<Semaphore>,
}

impl Implementation {
    fn new(fqn: &str, declared: &manifest::Implementation) -> Self {
        let &manifest::Implementation { version, access, safe, idempotent, limits, .. } = declared;
        let places = limits.concurrency.map(|limit| Semaphore::new(limit as usize));
        Self { version, access, key: format!("{fqn}:{version}"), safe, idempotent, limits, places }
    }

    /// A place for one more call, until it is dropped.
    ///
    /// # Errors
    /// When as many calls run as `limits.concurrency` allows.
    pub(crate) fn enter(&self) -> Result<Option<SemaphorePermit<'_>>, ExecutionError> {
        let Some(places) = &self.places else { return Ok(None) };
        match places.try_acquire() {
            Ok(place) => Ok(Some(place)),
            Err(_full) => Err(ExecutionError::TooManyCalls(self.key.clone())),
        }
    }

    /// The CPU time that a call may use in one turn, by `limits.cpu`.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        self.limits.cpu.map(|millis| Duration::from_millis(millis.into()))
    }

    /// How long a call may take that has `deadline` left, by `limits.wall`.
    pub(crate) fn deadline(&self, deadline: Option<Duration>) -> Option<Duration> {
        let wall = self.limits.wall.map(|millis| Duration::from_millis(millis.into()));
        deadline.map_or(wall, |deadline| Some(wall.map_or(deadline, |wall| wall.min(deadline))))
    }
}

impl Procedures {
    /// The procedures of `segments`. Versions of one FQN in several segments are merged.
    pub(crate) fn of_segments(manifest: &AppManifest, segments: &[String]) -> Self {
        let mut all = Self::default();
        let procedures =
            segments.iter().filter_map(|name| manifest.segment(name)).flat_map(|segment| &segment.procedures);
        for procedure in procedures {
            for implementation in &procedure.implementations {
                all.add(&procedure.fqn, Implementation::new(&procedure.fqn, implementation));
            }
        }
        all
    }

    fn add(&mut self, fqn: &str, implementation: Implementation) {
        let implementations = self.by_fqn.entry(fqn.to_owned()).or_default();
        let was_exposed = implementations.iter().any(|known| known.access.is_exposed());
        if implementation.access.is_exposed() && !was_exposed {
            self.names.push(fqn.to_owned());
        }
        let position = implementations.partition_point(|known| known.version <= implementation.version);
        implementations.insert(position, implementation);
    }

    /// The implementation that serves a request for `version`: the greatest that is not greater, or for an unversioned
    /// request the lowest if all are greater (spec 12, "Version").
    ///
    /// # Errors
    /// When there is none that callers may reach over the network.
    pub(crate) fn find(&self, fqn: &str, version: Version) -> Result<&Implementation, ExecutionError> {
        let not_found = || ExecutionError::ProcedureNotFound(fqn.to_owned());
        let implementations = self.by_fqn.get(fqn).ok_or_else(not_found)?;
        match select(implementations, version) {
            Some(implementation) if implementation.access.is_exposed() => Ok(implementation),
            Some(_) => Err(not_found()),
            None => match exposed_versions(implementations) {
                Some(available) => {
                    Err(ExecutionError::VersionNotFound { fqn: fqn.to_owned(), requested: version, available })
                }
                None => Err(not_found()),
            },
        }
    }

    /// Whether any version of the procedure may be called over the network.
    pub(crate) fn exposes(&self, fqn: &str) -> bool {
        self.by_fqn.get(fqn).is_some_and(|versions| versions.iter().any(|known| known.access.is_exposed()))
    }

    /// The exposed procedures, in segment order and then in definition order.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The exposed versions of the procedures that have others than 0.0.0.
    pub(crate) fn versions(&self) -> BTreeMap<String, Vec<Version>> {
        let exposed = |fqn: &String| {
            let versions = self.by_fqn[fqn].iter().filter(|known| known.access.is_exposed());
            (fqn.clone(), versions.map(|known| known.version).collect::<Vec<_>>())
        };
        self.names.iter().map(exposed).filter(|(_, versions)| versions[..] != [Version::default()]).collect()
    }

    /// What is declared of exposed implementations, by their keys: `idempotent` and `safe`.
    pub(crate) fn flags(&self) -> BTreeMap<String, Vec<String>> {
        let exposed = self.names.iter().flat_map(|fqn| &self.by_fqn[fqn]).filter(|known| known.access.is_exposed());
        let flags = exposed.map(|known| {
            let flags = [("idempotent", known.idempotent), ("safe", known.safe)];
            let names = flags.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name.to_owned());
            (known.key.clone(), names.collect::<Vec<_>>())
        });
        flags.filter(|(_, names)| !names.is_empty()).collect()
    }

    /// The procedures of which some version needs the trust key.
    pub(crate) fn protected(&self) -> Vec<&str> {
        let is_protected = |name: &&String| self.by_fqn[*name].iter().any(|known| known.access == Access::Protected);
        self.names.iter().filter(is_protected).map(String::as_str).collect()
    }
}

fn select(sorted: &[Implementation], requested: Version) -> Option<&Implementation> {
    let not_greater = sorted.partition_point(|known| known.version <= requested);
    match not_greater.checked_sub(1) {
        Some(greatest) => sorted.get(greatest),
        None if requested.is_unversioned() => sorted.first(),
        None => None,
    }
}

fn exposed_versions(sorted: &[Implementation]) -> Option<String> {
    let exposed = sorted.iter().filter(|known| known.access.is_exposed());
    let versions: Vec<String> = exposed.map(|known| known.version.to_string()).collect();
    (!versions.is_empty()).then(|| versions.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn implementation(fqn: &str, version: Version, access: Access, limits: ProcedureLimits) -> Implementation {
        let (parameters, module, export) = (Vec::new(), String::new(), String::new());
        let (idempotent, safe) = (false, false);
        let declared =
            manifest::Implementation { version, access, parameters, module, export, idempotent, safe, limits };
        Implementation::new(fqn, &declared)
    }

    fn procedures(implementations: &[(&str, Version, Access)]) -> Procedures {
        let mut all = Procedures::default();
        for (fqn, version, access) in implementations {
            all.add(fqn, implementation(fqn, *version, *access, ProcedureLimits::default()));
        }
        all
    }

    #[test]
    fn selects_the_version_that_serves() {
        use Access::{Private, Protected, Public};
        let v = Version::new;
        let one_two = &[("f", v(2, 0, 0), Public), ("f", v(1, 0, 0), Protected)][..];
        let from_zero = &[("f", v(0, 0, 0), Public), ("f", v(1, 0, 0), Public)][..];
        let private = &[("f", v(1, 0, 0), Private), ("f", v(1, 1, 0), Public), ("f", v(1, 2, 0), Private)][..];
        let cases = [
            (one_two, v(1, 0, 0), Ok("f:1.0.0")),
            (one_two, v(1, 5, 0), Ok("f:1.0.0")),
            (one_two, v(2, 0, 0), Ok("f:2.0.0")),
            (one_two, v(99, 0, 0), Ok("f:2.0.0")),
            (one_two, v(0, 0, 0), Ok("f:1.0.0")),
            (one_two, v(0, 5, 0), Err("Procedure 'f' not found in version 0.5.0; it exists in 1.0.0, 2.0.0")),
            (from_zero, v(0, 0, 0), Ok("f:0.0.0")),
            (from_zero, v(0, 9, 0), Ok("f:0.0.0")),
            (private, v(1, 0, 0), Err("Procedure 'f' not found")),
            (private, v(1, 1, 9), Ok("f:1.1.0")),
            (private, v(1, 2, 0), Err("Procedure 'f' not found")),
            (private, v(0, 0, 1), Err("Procedure 'f' not found in version 0.0.1; it exists in 1.1.0")),
            (&private[..1], v(0, 0, 1), Err("Procedure 'f' not found")),
            (&[], v(0, 0, 0), Err("Procedure 'f' not found")),
        ];
        for (implementations, requested, expected) in cases {
            let all = procedures(implementations);
            let found = all.find("f", requested).map(|found| found.key.as_str()).map_err(|error| error.to_string());
            assert_eq!(found, expected.map_err(str::to_owned), "{requested} of {implementations:?}");
        }
    }

    #[test]
    fn lists_exposed_procedures_once_in_order() {
        let v = Version::new;
        let all = procedures(&[
            ("b", v(0, 0, 0), Access::Protected),
            ("a", v(1, 0, 0), Access::Private),
            ("c", v(0, 0, 0), Access::Private),
            ("a", v(2, 0, 0), Access::Public),
            ("b", v(1, 0, 0), Access::Public),
        ]);
        assert_eq!(all.names(), ["b", "a"]);
        assert_eq!(all.protected(), ["b"]);
        assert!(all.exposes("a") && all.exposes("b") && !all.exposes("c") && !all.exposes("d"));
    }

    #[test]
    fn procedures_have_limits_of_their_own() {
        let limits = ProcedureLimits { wall: Some(500), concurrency: Some(1), cpu: None };
        let limited = implementation("f", Version::default(), Access::Public, limits);
        let first = limited.enter().expect("a place");
        let refused = limited.enter().expect_err("no second place").to_string();
        assert_eq!(refused, "`f:0.0.0` runs as often as its `limits.concurrency` allows; try again");
        drop(first);
        drop(limited.enter().expect("a place again"));

        let free = implementation("f", Version::default(), Access::Public, ProcedureLimits::default());
        let millis = Duration::from_millis;
        for (implementation, caller, expected) in [
            (&limited, None, Some(500)),
            (&limited, Some(100), Some(100)),
            (&limited, Some(900), Some(500)),
            (&free, None, None),
            (&free, Some(900), Some(900)),
        ] {
            assert_eq!(implementation.deadline(caller.map(millis)), expected.map(millis), "{caller:?}");
        }
    }
}
