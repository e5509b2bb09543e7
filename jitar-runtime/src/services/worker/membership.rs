//! A worker's place at a gateway: registers, reports, registers again when the gateway lost it, and leaves.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tracing::{debug, info, warn};
use url::Url;

use crate::schedule::BackOff;
use crate::services::remote::shown;
use crate::services::{GatewayKind, HealthSource, PlaceAt, Registration, Remote, RemoteError, WorkerState};

/// Time to say good-bye. The gateway finds out by itself if it takes longer.
const FAREWELL: Duration = Duration::from_secs(2);

/// Longest time between two attempts to come back to a gateway.
const LONGEST_DELAY: Duration = Duration::from_millis(500);

/// A worker's place at a gateway.
pub(crate) struct Membership {
    gateway: Url,
    registration: Registration,
    remote: Arc<dyn Remote>,
    health: Arc<dyn HealthSource>,
    interval: Duration,
    /// The place, while the gateway knows this worker.
    place: Mutex<Option<PlaceAt>>,
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
        Self { gateway, registration, remote, health, interval, place: Mutex::default() }
    }

    /// Registers and reports, for ever. Nothing that the gateway does or fails to do ends it.
    pub(crate) async fn run(&self) {
        let mut back_off = BackOff::up_to(LONGEST_DELAY);
        loop {
            let error = match self.step().await {
                Ok(place) => {
                    back_off.reset();
                    self.stay(&place).await
                }
                Err(error) => error,
            };
            if error.says_unknown_worker() && self.place().is_some() {
                info!("The gateway `{}` does not know this worker any more; registering again", shown(&self.gateway));
                self.set_place(None);
                back_off.reset();
            } else {
                self.complain(&error, &back_off);
            }
            tokio::time::sleep(back_off.next_delay()).await;
        }
    }

    /// Registers if the gateway does not know this worker, and reports.
    async fn step(&self) -> Result<PlaceAt, RemoteError> {
        let place = match self.place() {
            Some(place) => place,
            None => self.register().await?,
        };
        self.report(&place).await?;
        Ok(place)
    }

    /// Reports for as long as that works. A gateway of ours that goes away between two reports is noticed at once.
    async fn stay(&self, place: &PlaceAt) -> RemoteError {
        let watch = async {
            match place.kind {
                GatewayKind::Peer => self.remote.watch(place).await,
                GatewayKind::Known => std::future::pending().await,
            }
        };
        let reports = async {
            loop {
                tokio::time::sleep(self.interval).await;
                if let Err(error) = self.report(place).await {
                    return error;
                }
            }
        };
        tokio::select! {
            error = watch => error,
            error = reports => error,
        }
    }

    async fn report(&self, place: &PlaceAt) -> Result<(), RemoteError> {
        let state = WorkerState::of_health(self.health.is_healthy().await);
        self.remote.report(place, state).await
    }

    async fn register(&self) -> Result<PlaceAt, RemoteError> {
        let status = self.remote.status(&self.gateway).await?;
        let kind = if status.is_peer { GatewayKind::Peer } else { GatewayKind::Known };
        let id = self.remote.register(&self.gateway, &self.registration, kind).await?;
        info!("Registered at the gateway `{}`", shown(&self.gateway));
        let key = self.registration.trust_key.clone().filter(|_| status.is_peer);
        let place = PlaceAt { gateway: self.gateway.clone(), id, kind, key };
        self.set_place(Some(place.clone()));
        Ok(place)
    }

    /// One warning per outage; what follows is only for those who look closely.
    fn complain(&self, error: &RemoteError, back_off: &BackOff) {
        if back_off.is_fresh() {
            let action = if self.place().is_some() { "report to" } else { "register at" };
            warn!("Cannot {action} the gateway, trying again until it works: {error}");
        } else {
            debug!("Still no gateway: {error}");
        }
    }

    /// Tells the gateway that this worker stops, and leaves. Best effort.
    pub(crate) async fn leave(&self) {
        let Some(place) = self.place() else { return };
        self.set_place(None);
        let farewell = async {
            let stopping = self.remote.report(&place, WorkerState::Stopping).await;
            let removed = self.remote.remove(&place).await;
            stopping.and(removed)
        };
        match tokio::time::timeout(FAREWELL, farewell).await {
            Ok(Ok(())) => debug!("Left the gateway `{}`", shown(&self.gateway)),
            Ok(Err(error)) => warn!("Cannot leave the gateway: {error}"),
            Err(_) => warn!("Cannot leave the gateway: `{}` does not answer", shown(&self.gateway)),
        }
    }

    fn place(&self) -> Option<PlaceAt> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_place(&self, place: Option<PlaceAt>) {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::Health;
    use crate::services::tests::FakeRemote;

    fn membership(remote: &Arc<FakeRemote>, interval: Duration) -> Membership {
        let url = "http://127.0.0.1:3001".parse().expect("a URL");
        let registration = Registration::new(url, vec!["f".to_owned()], None);
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
        let expected =
            ["register at Known", "report 1 available", "report 1 available", "report 1 stopping", "remove 1"];
        assert_eq!(remote.log(), expected);
    }

    #[tokio::test]
    async fn comes_back_after_every_kind_of_loss() {
        let unreachable =
            || RemoteError::Unreachable { node: "g".to_owned(), reason: "refused".to_owned(), was_sent: false };
        let refused =
            |status, message: &str| RemoteError::Refused { node: "g".to_owned(), status, message: message.to_owned() };
        let cases = [
            (
                vec![None, Some(refused(404, "Unknown worker id '1'"))],
                "register at Known,report 1 available,register at Known,report 2 available",
            ),
            (
                vec![None, Some(refused(500, "Unknown worker id '1'"))],
                "register at Known,report 1 available,register at Known,report 2 available",
            ),
            (
                vec![Some(unreachable()), Some(unreachable())],
                "register at Known,register at Known,register at Known,report 1 available",
            ),
            (vec![None, Some(unreachable())], "register at Known,report 1 available,report 1 available"),
            (vec![Some(refused(401, "Invalid trust key"))], "register at Known,register at Known,report 1 available"),
        ];
        for (failures, expected) in cases {
            let remote = Arc::new(FakeRemote::failing(failures));
            let membership = membership(&remote, Duration::from_mins(1));
            until_logged(&membership, &remote, expected.split(',').count()).await;
            assert_eq!(remote.log().join(","), expected);
        }
    }
}
