//! Where a gateway keeps its workers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use indexmap::IndexMap;

use super::route::Route;
use super::worker::RegisteredWorker;
use crate::services::RegistrationError;

/// Workers of one gateway.
const MAX_WORKERS: usize = 4096;

/// The workers of a gateway, and the ways to their procedures.
pub(crate) trait Registry: Send + Sync {
    /// Adds a worker; an older registration of the same address is replaced, and given.
    ///
    /// # Errors
    /// When there is no room.
    fn add(&self, worker: &Arc<RegisteredWorker>) -> Result<Option<Arc<RegisteredWorker>>, RegistrationError>;
    /// Forgets a worker, and gives it.
    fn remove(&self, id: &str) -> Option<Arc<RegisteredWorker>>;
    /// The worker with this id.
    fn worker(&self, id: &str) -> Option<Arc<RegisteredWorker>>;
    /// All workers in order of registration.
    fn workers(&self) -> Vec<Arc<RegisteredWorker>>;
    /// The way to a procedure; none when no worker has it.
    fn route(&self, fqn: &str) -> Option<Arc<Route>>;
}

/// A registry that lives and dies with its process. Looking up takes one hash, and adding a worker as many steps as it
/// has procedures, however many others there are.
#[derive(Default)]
pub(crate) struct InMemory {
    tables: RwLock<Tables>,
    /// Held while workers come and go, so that the tables are locked for moments only.
    changing: Mutex<()>,
}

#[derive(Default)]
struct Tables {
    by_id: IndexMap<String, Arc<RegisteredWorker>>,
    ids_by_url: HashMap<String, String>,
    routes: foldhash::HashMap<String, Arc<Route>>,
}

impl InMemory {
    /// The guards protect nothing that a panic could leave half done.
    fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Tables> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a worker out of everything. To be called by whoever holds `changing`.
    fn take(&self, id: &str) -> Option<Arc<RegisteredWorker>> {
        let worker = {
            let mut tables = self.write();
            let worker = tables.by_id.shift_remove(id)?;
            if tables.ids_by_url.get(worker.url().as_str()).is_some_and(|known| known == id) {
                tables.ids_by_url.remove(worker.url().as_str());
            }
            worker
        };
        for fqn in &worker.registration().procedure_names {
            let is_left = self.route(fqn).is_none_or(|route| route.remove(fqn, &worker));
            if !is_left {
                self.write().routes.remove(fqn);
            }
        }
        Some(worker)
    }
}

impl Registry for InMemory {
    fn add(&self, worker: &Arc<RegisteredWorker>) -> Result<Option<Arc<RegisteredWorker>>, RegistrationError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let (n_workers, known) = {
            let tables = self.read();
            (tables.by_id.len(), tables.ids_by_url.get(worker.url().as_str()).cloned())
        };
        if known.is_none() && n_workers >= MAX_WORKERS {
            return Err(RegistrationError::Full(MAX_WORKERS));
        }
        if let Some(older) = known.as_ref().and_then(|id| self.worker(id)) {
            worker.succeed(&older);
        }
        // First the new one, so that no call finds nobody in between.
        for fqn in &worker.registration().procedure_names {
            let known = self.route(fqn);
            let route = known.unwrap_or_else(|| Arc::clone(self.write().routes.entry(fqn.clone()).or_default()));
            route.add(fqn, worker);
        }
        let replaced = known.and_then(|id| self.take(&id));
        let mut tables = self.write();
        tables.ids_by_url.insert(worker.url().to_string(), worker.id().to_owned());
        tables.by_id.insert(worker.id().to_owned(), Arc::clone(worker));
        Ok(replaced)
    }

    fn remove(&self, id: &str) -> Option<Arc<RegisteredWorker>> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.take(id)
    }

    fn worker(&self, id: &str) -> Option<Arc<RegisteredWorker>> {
        self.read().by_id.get(id).cloned()
    }

    fn workers(&self) -> Vec<Arc<RegisteredWorker>> {
        self.read().by_id.values().cloned().collect()
    }

    fn route(&self, fqn: &str) -> Option<Arc<Route>> {
        self.read().routes.get(fqn).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::WorkerState;
    use crate::services::gateway::registration::Registration;
    use jitar_engine::manifest::Version;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::time::{Duration, Instant};

    fn worker(port: u16, names: &[&str]) -> Arc<RegisteredWorker> {
        let url = format!("http://127.0.0.1:{port}").parse().expect("a URL");
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let registration = Registration::new(url, names, None);
        Arc::new(RegisteredWorker::new(registration, Duration::ZERO, Instant::now()))
    }

    fn ports(registry: &InMemory, fqn: &str) -> Option<BTreeSet<u16>> {
        let group = registry.route(fqn)?.select(fqn, Version::default()).expect("a version");
        Some(group.candidates.items().iter().filter_map(|worker| worker.url().port()).collect())
    }

    #[test]
    fn a_worker_that_comes_back_replaces_its_older_self() {
        let registry = InMemory::default();
        let (old, new) = (worker(1, &["f", "h"]), worker(1, &["f", "f", "g"]));
        assert!(registry.add(&old).expect("room").is_none());
        let replaced = registry.add(&new).expect("room").expect("its older self");
        assert!(Arc::ptr_eq(&replaced, &old));
        assert!(registry.worker(old.id()).is_none() && registry.worker(new.id()).is_some());
        assert_eq!(registry.workers().len(), 1);
        assert_eq!((ports(&registry, "f"), ports(&registry, "g")), (Some([1].into()), Some([1].into())));
        assert!(registry.route("h").is_none());
        assert!(registry.remove(old.id()).is_none() && registry.remove(new.id()).is_some());
        assert!(registry.route("f").is_none());
    }

    #[test]
    fn what_was_confirmed_need_not_be_confirmed_again() {
        for (names, is_available) in [(vec!["f"], true), (vec!["f", "g"], true), (vec!["f", "x"], false)] {
            let registry = InMemory::default();
            let (old, new, now) = (worker(1, &["f", "g"]), worker(1, &names), Instant::now());
            registry.add(&old).expect("room");
            old.reached(WorkerState::Available, now);
            registry.add(&new).expect("room");
            assert_eq!(new.is_available(), is_available, "{names:?}");
        }
    }

    #[derive(Debug, Clone)]
    enum Step {
        Add(u16, Vec<usize>),
        Remove(u16),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let add = (1u16..6, prop::collection::vec(0usize..4, 0..4)).prop_map(|(port, names)| Step::Add(port, names));
        prop::collection::vec(prop_oneof![2 => add, 1 => (1u16..6).prop_map(Step::Remove)], 0..40)
    }

    proptest! {
        #[test]
        fn routes_are_what_the_workers_have(steps in steps()) {
            const NAMES: [&str; 4] = ["a", "b", "c", "d"];
            let registry = InMemory::default();
            let mut expected: HashMap<u16, (String, Vec<&str>)> = HashMap::new();
            for step in steps {
                match step {
                    Step::Add(port, names) => {
                        let names: Vec<&str> = names.into_iter().map(|idx| NAMES[idx]).collect();
                        let worker = worker(port, &names);
                        registry.add(&worker).expect("room");
                        expected.insert(port, (worker.id().to_owned(), names));
                    }
                    Step::Remove(port) => {
                        if let Some((id, _)) = expected.remove(&port) {
                            prop_assert!(registry.remove(&id).is_some());
                        }
                    }
                }
                for name in NAMES {
                    let has = |(port, (_, names)): (&u16, &(String, Vec<&str>))| names.contains(&name).then_some(*port);
                    let ports_of: BTreeSet<u16> = expected.iter().filter_map(has).collect();
                    prop_assert_eq!(ports(&registry, name).unwrap_or_default(), ports_of);
                }
                prop_assert_eq!(registry.workers().len(), expected.len());
            }
        }
    }
}
