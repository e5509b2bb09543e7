//! Asks workers for an answer: new ones before they get calls, and lost ones until they are back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::{debug, info, warn};

use super::registry::Registry;
use super::worker::RegisteredWorker;
use crate::schedule::BackOff;
use crate::services::{NodeStatus, Remote, RemoteError, WorkerState};

/// How long whoever registers waits for the first probe of it. Workers near by answer within milliseconds.
const INTRODUCTION: Duration = Duration::from_secs(2);

/// What asks workers for an answer.
pub(crate) struct Prober {
    registry: Arc<dyn Registry>,
    remote: Arc<dyn Remote>,
    /// Where probes run; the threads that serve requests may end earlier.
    handle: Handle,
}

/// What came of a probe.
enum Probed {
    Answered(NodeStatus),
    /// It does not have what it was registered with.
    Denied(String),
}

impl Prober {
    /// A prober of the workers in `registry`.
    pub(super) fn new(registry: Arc<dyn Registry>, remote: Arc<dyn Remote>, handle: Handle) -> Self {
        Self { registry, remote, handle }
    }

    /// The connection to a worker was lost: it gets no calls until it answers.
    pub(super) fn lost(self: &Arc<Self>, worker: &Arc<RegisteredWorker>) {
        worker.lost();
        self.watch(worker);
    }

    /// Asks a worker until it answers or is gone.
    pub(super) fn watch(self: &Arc<Self>, worker: &Arc<RegisteredWorker>) {
        let (asked, _nobody) = oneshot::channel();
        self.start(worker, asked);
    }

    /// As [`Self::watch`], and waits until the worker was asked once: one that answers takes calls from then on.
    ///
    /// # Errors
    /// What it was registered with and does not have. Then it is forgotten.
    pub(super) async fn introduce(self: &Arc<Self>, worker: &Arc<RegisteredWorker>) -> Result<(), String> {
        let (asked, denied) = oneshot::channel();
        self.start(worker, asked);
        // When it takes too long it goes on behind the scenes; when there is no answer, nothing was denied.
        match tokio::time::timeout(INTRODUCTION, denied).await {
            Ok(Ok(reason)) => Err(reason),
            Ok(Err(_)) | Err(_) => Ok(()),
        }
    }

    fn start(self: &Arc<Self>, worker: &Arc<RegisteredWorker>, asked: oneshot::Sender<String>) {
        if worker.start_probe() {
            let (prober, worker) = (Arc::clone(self), Arc::clone(worker));
            self.handle.spawn(async move {
                prober.until_reached(&worker, asked).await;
                worker.probe_ended();
            });
        }
    }

    async fn until_reached(&self, worker: &Arc<RegisteredWorker>, asked: oneshot::Sender<String>) {
        let mut back_off = BackOff::default();
        let mut asked = Some(asked);
        while self.registry.worker(worker.id()).is_some() {
            let answer = self.ask(worker).await;
            // Used or dropped when the outcome is in place, so that whoever waits finds it.
            let asked = asked.take();
            match answer {
                Ok(Probed::Answered(status)) => {
                    worker.reached(WorkerState::of_health(status.is_healthy), Instant::now());
                    debug!("Reached worker: {}", worker.shown());
                    return;
                }
                Ok(Probed::Denied(reason)) => {
                    warn!("Removed worker: {} {reason}", worker.shown());
                    self.registry.remove(worker.id());
                    if let Some(asked) = asked {
                        // Whoever registered may have hung up.
                        drop(asked.send(reason));
                    }
                    return;
                }
                Err(error) => {
                    drop(asked);
                    if back_off.is_fresh() {
                        info!("Waiting for worker: {error}");
                    }
                    tokio::time::sleep(back_off.next_delay()).await;
                }
            }
        }
    }

    /// A worker that says to be one of ours must confirm its procedures, so that nobody can lay claim to the calls of
    /// others with somebody else's address. The key that registered it is the one that it accepts itself.
    async fn ask(&self, worker: &RegisteredWorker) -> Result<Probed, RemoteError> {
        let status = self.remote.status(worker.node()).await?;
        let registered = worker.registration();
        if registered.extras.is_none() {
            return Ok(Probed::Answered(status));
        }
        if !status.is_peer {
            return Ok(Probed::Denied("was registered as one of ours, but is something else".to_owned()));
        }
        let said = match self.remote.announcement(worker.node(), registered.trust_key.as_ref()).await {
            Err(RemoteError::Refused { status, message, .. }) => {
                return Ok(Probed::Denied(format!("does not confirm its registration: {status} {message}")));
            }
            outcome => outcome?,
        };
        let known: BTreeSet<&String> = said.procedure_names.iter().collect();
        let foreign = registered.procedure_names.iter().find(|name| !known.contains(name));
        Ok(match foreign {
            Some(name) => Probed::Denied(format!("was registered for `{name}`, which it does not have")),
            None => Probed::Answered(status),
        })
    }
}
