//! The workers of one procedure, by version. Calls read an immutable list that is swapped when workers come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use jitar_engine::manifest::Version;

use super::balancer::Candidates;
use super::worker::RegisteredWorker;
use crate::execution::ExecutionError;

/// The way to one procedure.
#[derive(Debug, Default)]
pub(crate) struct Route {
    members: ArcSwap<Members>,
    /// Turns for round robin; they outlive changes of the list.
    turns: AtomicUsize,
}

/// One state of the list.
#[derive(Debug, Default)]
struct Members {
    /// In order of registration.
    workers: Vec<Arc<RegisteredWorker>>,
    /// By version, ascending. Workers that do not say their versions are in each of them.
    groups: Vec<(Version, Arc<Group>)>,
    /// The workers that do not say their versions.
    silent: Arc<Group>,
}

/// The workers that run one implementation.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// The workers.
    pub(super) candidates: Candidates<Arc<RegisteredWorker>>,
    /// Whether all who say something about it say that repeating a call does no harm, and somebody does.
    pub(super) is_idempotent: bool,
    /// Whether all of them are ours, so that they know the extended forms of values.
    pub(super) is_ours: bool,
}

impl Route {
    /// The next turn.
    pub(super) fn turn(&self) -> usize {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    /// The workers for a call of `version`, by the rule that workers themselves use: the greatest version that is not
    /// greater, or for an unversioned call the lowest if all are greater (spec 12, "Version").
    ///
    /// # Errors
    /// When the procedure exists in greater versions only.
    pub(super) fn select(&self, fqn: &str, version: Version) -> Result<Arc<Group>, ExecutionError> {
        let members = self.members.load();
        let not_greater = members.groups.partition_point(|(known, _)| *known <= version);
        let found = match not_greater.checked_sub(1) {
            Some(greatest) => members.groups.get(greatest),
            None if version.is_unversioned() => members.groups.first(),
            None => None,
        };
        match found {
            Some((_, group)) => Ok(Arc::clone(group)),
            None if members.silent.candidates.items().is_empty() && !members.groups.is_empty() => {
                let available: Vec<String> = members.groups.iter().map(|(version, _)| version.to_string()).collect();
                let available = available.join(", ");
                Err(ExecutionError::VersionNotFound { fqn: fqn.to_owned(), requested: version, available })
            }
            None => Ok(Arc::clone(&members.silent)),
        }
    }

    /// Adds a worker. Only one thread changes a route at a time.
    pub(super) fn add(&self, fqn: &str, worker: &Arc<RegisteredWorker>) {
        let mut workers = self.members.load().workers.clone();
        // A worker that names a procedure twice has one share all the same.
        if !workers.iter().any(|known| Arc::ptr_eq(known, worker)) {
            workers.push(Arc::clone(worker));
            self.members.store(Arc::new(Members::of(fqn, workers)));
        }
    }

    /// Removes a worker; whether any are left.
    pub(super) fn remove(&self, fqn: &str, worker: &Arc<RegisteredWorker>) -> bool {
        let known = self.members.load();
        let workers: Vec<_> = known.workers.iter().filter(|known| !Arc::ptr_eq(known, worker)).cloned().collect();
        let is_left = !workers.is_empty();
        self.members.store(Arc::new(Members::of(fqn, workers)));
        is_left
    }
}

impl Members {
    fn of(fqn: &str, workers: Vec<Arc<RegisteredWorker>>) -> Self {
        let said = workers.iter().filter_map(|worker| worker.registration().versions_of(fqn));
        let mut versions: Vec<Version> = said.flatten().copied().collect();
        versions.sort_unstable();
        versions.dedup();
        let group = |version: &Version| {
            let runs = |worker: &&Arc<RegisteredWorker>| {
                worker.registration().versions_of(fqn).is_none_or(|known| known.contains(version))
            };
            (*version, Arc::new(Group::of(fqn, *version, workers.iter().filter(runs).cloned().collect())))
        };
        let groups = versions.iter().map(group).collect();
        let is_silent = |worker: &&Arc<RegisteredWorker>| worker.registration().extras.is_none();
        let silent = workers.iter().filter(is_silent).cloned().collect();
        let silent = Arc::new(Group { candidates: Candidates::new(silent), is_idempotent: false, is_ours: false });
        Self { workers, groups, silent }
    }
}

impl Group {
    fn of(fqn: &str, version: Version, workers: Vec<Arc<RegisteredWorker>>) -> Self {
        let extras = || workers.iter().filter_map(|worker| worker.registration().extras.as_ref());
        let is_idempotent = extras().next().is_some() && extras().all(|extras| extras.is_idempotent(fqn, version));
        let is_ours = workers.iter().all(|worker| worker.registration().extras.is_some());
        Self { is_idempotent, is_ours, candidates: Candidates::new(workers) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::gateway::announcement::Extras;
    use crate::services::gateway::registration::Registration;
    use std::time::{Duration, Instant};

    fn worker(port: u16, extras: Option<Extras>) -> Arc<RegisteredWorker> {
        let url = format!("http://127.0.0.1:{port}").parse().expect("a URL");
        let registration = Registration { extras, ..Registration::new(url, vec!["f".to_owned()], None) };
        Arc::new(RegisteredWorker::new(registration, Duration::ZERO, Instant::now()))
    }

    fn with(versions: &[Version], idempotent: &[&str]) -> Option<Extras> {
        let versions = [("f".to_owned(), versions.to_vec())].into();
        let flags = idempotent.iter().map(|key| ((*key).to_owned(), vec!["idempotent".to_owned()])).collect();
        Some(Extras { versions, flags, ..Extras::default() })
    }

    /// The ports of the workers for a version, or the problem.
    fn ports(route: &Route, version: Version) -> Result<Vec<u16>, String> {
        let group = route.select("f", version).map_err(|error| error.to_string())?;
        Ok(group.candidates.items().iter().filter_map(|worker| worker.url().port()).collect())
    }

    #[test]
    fn versions_decide_who_is_asked() {
        let v = Version::new;
        let route = Route::default();
        route.add("f", &worker(1, with(&[v(1, 0, 0)], &[])));
        route.add("f", &worker(2, with(&[v(1, 0, 0), v(2, 0, 0)], &[])));
        let cases = [
            (v(2, 0, 0), Ok(vec![2])),
            (v(9, 0, 0), Ok(vec![2])),
            (v(1, 5, 0), Ok(vec![1, 2])),
            (v(0, 0, 0), Ok(vec![1, 2])),
            (v(0, 5, 0), Err("Procedure 'f' not found in version 0.5.0; it exists in 1.0.0, 2.0.0".to_owned())),
        ];
        for (version, expected) in cases {
            assert_eq!(ports(&route, version), expected, "{version}");
        }
        let silent = worker(3, None);
        route.add("f", &silent);
        route.add("f", &silent);
        assert_eq!(ports(&route, v(2, 0, 0)), Ok(vec![2, 3]));
        assert_eq!(ports(&route, v(0, 5, 0)), Ok(vec![3]), "only whoever does not say may have it");
        assert!(route.remove("f", &silent));
        assert_eq!(ports(&route, v(1, 0, 0)), Ok(vec![1, 2]));
    }

    #[test]
    fn only_what_everybody_declares_may_be_repeated() {
        let v = Version::new(1, 0, 0);
        let is_idempotent = |workers: &[Option<Extras>]| {
            let route = Route::default();
            for (port, extras) in (1..).zip(workers) {
                route.add("f", &worker(port, extras.clone()));
            }
            route.select("f", v).expect("somebody").is_idempotent
        };
        let (declared, plain) = (with(&[v], &["f:1.0.0"]), with(&[v], &["f:2.0.0"]));
        assert!(is_idempotent(&[declared.clone()]) && is_idempotent(&[declared.clone(), None]));
        assert!(!is_idempotent(&[declared, plain.clone()]) && !is_idempotent(&[plain]) && !is_idempotent(&[None]));
    }
}
