//! The health of this process: the application's checks, asked at most once a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::execution::Isolates;
use crate::services::{HealthSource, ServiceError};

/// How long a result is good. Health is asked for by anybody, and checks may be expensive.
const LIFETIME: Duration = Duration::from_secs(1);

/// The health of this process.
#[derive(Default)]
pub(crate) struct Health {
    /// Where the checks run; none if the application has no checks.
    isolates: Option<Arc<dyn Isolates>>,
    /// The last results. Held while the checks run, so that they run once for all who ask.
    last: Mutex<Option<Results>>,
    is_stopping: AtomicBool,
}

/// What the checks said, and when.
struct Results {
    at: Instant,
    checks: Vec<(String, bool)>,
}

impl Health {
    /// Health by the checks that run in `isolates`.
    pub(crate) fn of_checks(isolates: Arc<dyn Isolates>) -> Self {
        Self { isolates: Some(isolates), ..Self::default() }
    }

    /// From now on the service is not well, so that load balancers look elsewhere.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl HealthSource for Health {
    async fn health(&self) -> Result<Vec<(String, bool)>, ServiceError> {
        let Some(isolates) = &self.isolates else { return Ok(Vec::new()) };
        let mut last = self.last.lock().await;
        match &*last {
            Some(results) if results.at.elapsed() < LIFETIME => Ok(results.checks.clone()),
            _ => {
                let checks = isolates.health().await?;
                *last = Some(Results { at: Instant::now(), checks: checks.clone() });
                Ok(checks)
            }
        }
    }

    async fn is_healthy(&self) -> bool {
        let is_stopping = self.is_stopping.load(Ordering::Relaxed);
        !is_stopping && self.health().await.is_ok_and(|results| results.iter().all(|(_, is_well)| *is_well))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::tests::FakeIsolates;

    #[tokio::test]
    async fn is_well_when_every_check_is() {
        let cases: &[(&[(&str, bool)], bool)] =
            &[(&[], true), (&[("db", true)], true), (&[("db", true), ("disk", false)], false)];
        for (checks, expected) in cases {
            let health = Health::of_checks(Arc::new(FakeIsolates::with_checks(checks)));
            assert_eq!(health.is_healthy().await, *expected, "{checks:?}");
            health.stop();
            assert!(!health.is_healthy().await);
        }
        assert!(Health::default().is_healthy().await);
    }

    #[tokio::test]
    async fn asks_once_for_many() {
        let isolates = Arc::new(FakeIsolates::with_checks(&[("db", true)]));
        let shared: Arc<dyn Isolates> = Arc::<FakeIsolates>::clone(&isolates);
        let health = Health::of_checks(shared);
        let (first, second) = tokio::join!(health.health(), health.health());
        assert_eq!(first.expect("answers"), second.expect("answers"));
        assert_eq!(isolates.n_health(), 1);
    }
}
