//! A worker's place at its gateway: registers, reports, registers again when the gateway lost it, and leaves.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tracing::{debug, info, warn};
use url::Url;

use crate::schedule::BackOff;
use crate::services::remote::shown;
use crate::services::{HealthSource, Registration, Remote, RemoteError, WorkerState};

/// Time to say good-bye. The gateway finds out by itself if it takes longer.
const FAREWELL: Duration = Duration::from_secs(2);

/// A worker's place at its gateway.
pub(crate) struct Membership {
    gateway: Url,
    registration: Registration,
    remote: Arc<dyn Remote>,
    health: Arc<dyn HealthSource>,
    interval: Duration,
    /// The id that the gateway gave, while it knows this worker.
    id: Mutex<Option<String>>,
}

impl Membership {
    /// A place at `gateway`, not yet taken; reports follow each other after `interval`.
    pub(crate) fn new(
        gateway: Url,
        registration: Registration,
        remote: Arc<dyn Remote>,
        health: Arc<dyn HealthSource>,
        interval: Duration,
    ) -> Self {
        Self { gateway, registration, remote, health, interval, id: Mutex::default() }
    }

    /// Registers and reports, for ever. Nothing that the gateway does or fails to do ends it.
    pub(crate) async fn run(&self) {
        let mut back_off = BackOff::default();
        loop {
            match self.step().await {
                Ok(()) => {
                    back_off.reset();
                    tokio::time::sleep(self.interval).await;
                }
                Err(error) if error.says_unknown_worker() && self.id().is_some() => {
                    info!(
                        "The gateway `{}` does not know this worker any more; registering again",
                        shown(&self.gateway)
                    );
                    self.set_id(None);
                    back_off.reset();
                    tokio::time::sleep(back_off.next_delay()).await;
                }
                Err(error) => {
                    self.complain(&error, &back_off);
                    tokio::time::sleep(back_off.next_delay()).await;
                }
            }
        }
    }

    /// Registers if the gateway does not know this worker, and reports.
    async fn step(&self) -> Result<(), RemoteError> {
        let id = self.membership_id().await?;
        let state = WorkerState::of_health(self.health.is_healthy().await);
        self.remote.report(&self.gateway, &id, state).await
    }

    async fn membership_id(&self) -> Result<String, RemoteError> {
        if let Some(id) = self.id() {
            return Ok(id);
        }
        let id = self.remote.register(&self.gateway, &self.registration).await?;
        info!("Registered at the gateway `{}`", shown(&self.gateway));
        self.set_id(Some(id.clone()));
        Ok(id)
    }

    /// One warning per outage; what follows is only for those who look closely.
    fn complain(&self, error: &RemoteError, back_off: &BackOff) {
        if back_off.is_fresh() {
            let action = if self.id().is_some() { "report to" } else { "register at" };
            warn!("Cannot {action} the gateway, trying again until it works: {error}");
        } else {
            debug!("Still no gateway: {error}");
        }
    }

    /// Tells the gateway that this worker stops, and leaves. Best effort.
    pub(crate) async fn leave(&self) {
        let Some(id) = self.id() else { return };
        self.set_id(None);
        let farewell = async {
            let stopping = self.remote.report(&self.gateway, &id, WorkerState::Stopping).await;
            let removed = self.remote.remove(&self.gateway, &id).await;
            stopping.and(removed)
        };
        match tokio::time::timeout(FAREWELL, farewell).await {
            Ok(Ok(())) => debug!("Left the gateway `{}`", shown(&self.gateway)),
            Ok(Err(error)) => warn!("Cannot leave the gateway: {error}"),
            Err(_) => warn!("Cannot leave the gateway: `{}` does not answer", shown(&self.gateway)),
        }
    }

    fn id(&self) -> Option<String> {
        self.id.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_id(&self, id: Option<String>) {
        *self.id.lock().unwrap_or_else(PoisonError::into_inner) = id;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::Health;
    use crate::services::tests::FakeRemote;

    fn membership(remote: &Arc<FakeRemote>, interval: Duration) -> Membership {
        let registration = Registration {
            url: "http://127.0.0.1:3001".parse().expect("a URL"),
            procedure_names: vec!["f".to_owned()],
            trust_key: None,
        };
        let gateway = "http://127.0.0.1:3000".parse().expect("a URL");
        let remote: Arc<dyn Remote> = Arc::<FakeRemote>::clone(remote);
        Membership::new(gateway, registration, remote, Arc::new(Health::default()), interval)
    }

    /// Runs the membership until the gateway was asked `n` times.
    async fn until_logged(membership: &Membership, remote: &FakeRemote, n: usize) {
        tokio::select! {
            () = membership.run() => panic!("it runs until it is dropped"),
            logged = tokio::time::timeout(Duration::from_secs(20), remote.logged(n)) => logged.expect("in time"),
        }
    }

    #[tokio::test]
    async fn registers_reports_and_leaves() {
        let remote = Arc::new(FakeRemote::default());
        let membership = membership(&remote, Duration::from_millis(1));
        until_logged(&membership, &remote, 3).await;
        membership.leave().await;
        let expected = ["register", "report 1 available", "report 1 available", "report 1 stopping", "remove 1"];
        assert_eq!(remote.log(), expected);
    }

    #[tokio::test]
    async fn comes_back_after_every_kind_of_loss() {
        let unreachable = || RemoteError::Unreachable { node: "g".to_owned(), reason: "refused".to_owned() };
        let refused =
            |status, message: &str| RemoteError::Refused { node: "g".to_owned(), status, message: message.to_owned() };
        let cases = [
            (
                vec![None, Some(refused(404, "Unknown worker id '1'"))],
                "register,report 1 available,register,report 2 available",
            ),
            (
                vec![None, Some(refused(500, "Unknown worker id '1'"))],
                "register,report 1 available,register,report 2 available",
            ),
            (vec![Some(unreachable()), Some(unreachable())], "register,register,register,report 1 available"),
            (vec![None, Some(unreachable())], "register,report 1 available,report 1 available"),
            (vec![Some(refused(401, "Invalid trust key"))], "register,register,report 1 available"),
        ];
        for (failures, expected) in cases {
            let remote = Arc::new(FakeRemote::failing(failures));
            let membership = membership(&remote, Duration::from_mins(1));
            until_logged(&membership, &remote, expected.split(',').count()).await;
            assert_eq!(remote.log().join(","), expected);
        }
    }
}
