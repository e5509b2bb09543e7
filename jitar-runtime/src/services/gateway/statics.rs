//! Workers of a list in the service file: the gateway asks them what they run, and how they are.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::{debug, info, warn};
use url::Url;

use super::registration::Registration;
use super::registry::Registry;
use super::worker::RegisteredWorker;
use crate::execution::PresentedKey;
use crate::schedule::BackOff;
use crate::services::remote::shown;
use crate::services::{Remote, RemoteError, WorkerState};

/// Follows the workers of a list.
pub(crate) struct StaticWorkers {
    pub(super) registry: Arc<dyn Registry>,
    pub(super) remote: Arc<dyn Remote>,
    pub(super) urls: Vec<Url>,
    pub(super) key: Option<PresentedKey>,
    /// Time between two questions to a worker that answers.
    pub(super) interval: Duration,
    pub(super) slow_start: Duration,
}

impl StaticWorkers {
    /// Asks all of them, for ever.
    pub(crate) async fn run(self) {
        let all = self.urls.iter().map(|url| self.follow(url));
        futures::future::join_all(all).await;
    }

    async fn follow(&self, url: &Url) {
        let mut known: Option<Arc<RegisteredWorker>> = None;
        let mut back_off = BackOff::default();
        loop {
            match self.ask(url, known.as_ref()).await {
                Ok(worker) => {
                    known = Some(worker);
                    back_off.reset();
                    tokio::time::sleep(self.interval).await;
                }
                Err(error) => {
                    if back_off.is_fresh() {
                        warn!("Cannot ask the worker, trying again until it works: {error}{}", way_out(&error));
                    } else {
                        debug!("Still no worker: {error}");
                    }
                    if let Some(worker) = &known {
                        worker.silent();
                    }
                    tokio::time::sleep(back_off.next_delay()).await;
                }
            }
        }
    }

    /// Asks one, and registers it when it is new or runs other procedures than before.
    async fn ask(
        &self,
        url: &Url,
        known: Option<&Arc<RegisteredWorker>>,
    ) -> Result<Arc<RegisteredWorker>, RemoteError> {
        let status = self.remote.status(url).await?;
        let said = self.remote.announcement(url, self.key.as_ref()).await?;
        let registration = Registration { url: url.clone(), trust_key: None, ..said };
        let worker = match known.filter(|worker| is_same(worker, &registration)) {
            Some(worker) if self.registry.worker(worker.id()).is_some() => Arc::clone(worker),
            _ => self.add(registration)?,
        };
        let (state, now) = (WorkerState::of_health(status.is_healthy), Instant::now());
        worker.report(state, now);
        worker.reached(state, now);
        Ok(worker)
    }

    fn add(&self, registration: Registration) -> Result<Arc<RegisteredWorker>, RemoteError> {
        let url = registration.url.clone();
        let worker = Arc::new(RegisteredWorker::new(registration, self.slow_start, Instant::now()));
        let refused = |error: crate::services::RegistrationError| RemoteError::Answer {
            node: shown(&url),
            reason: error.to_string(),
        };
        self.registry.add(&worker).map_err(refused)?;
        info!("Added worker: {}", worker.shown());
        Ok(worker)
    }
}

fn is_same(worker: &RegisteredWorker, registration: &Registration) -> bool {
    let known = worker.registration();
    known.procedure_names == registration.procedure_names && known.extras == registration.extras
}

/// What to do about a worker that cannot be asked.
fn way_out(error: &RemoteError) -> &'static str {
    match error {
        RemoteError::Refused { status: 401, .. } => "; the gateway and the worker need the same `trustKey`",
        RemoteError::Refused { .. } | RemoteError::Answer { .. } => {
            "; only workers of this implementation can stand in `workers`, others register by themselves"
        }
        RemoteError::Unreachable { .. }
        | RemoteError::Deadline { .. }
        | RemoteError::Body(_)
        | RemoteError::TooLong => "",
    }
}
