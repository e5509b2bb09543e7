//! Looks at the age of the workers' last reports: silent workers get no calls, then they are forgotten.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::info;

use super::registry::Registry;
use super::worker::shortened;
use crate::config::GatewayConfig;

/// The monitor of a gateway.
pub(crate) struct Monitor {
    registry: Arc<dyn Registry>,
    interval: Duration,
    thresholds: Thresholds,
}

/// Ages of the last report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thresholds {
    /// From here on a worker gets no calls.
    pub(super) unavailable: Duration,
    /// From here on a worker is forgotten.
    pub(super) stopped: Duration,
}

impl Monitor {
    pub(super) fn new(registry: Arc<dyn Registry>, config: &GatewayConfig) -> Self {
        let thresholds = Thresholds { unavailable: config.unavailable_threshold, stopped: config.stopped_threshold };
        Self { registry, interval: config.monitor_interval, thresholds }
    }

    /// Looks once per interval, for ever.
    pub(crate) async fn run(self) {
        loop {
            tokio::time::sleep(self.interval).await;
            for id in sweep(&*self.registry, Instant::now(), self.thresholds) {
                info!("Removed worker: {}", shortened(&id));
            }
        }
    }
}

/// Applies the thresholds, and gives the ids of the workers that were forgotten.
pub(super) fn sweep(registry: &dyn Registry, now: Instant, thresholds: Thresholds) -> Vec<String> {
    let mut forgotten = Vec::new();
    for worker in registry.workers() {
        let age = Duration::from_millis(worker.age(now));
        if age >= thresholds.stopped {
            if registry.remove(worker.id()).is_some() {
                forgotten.push(worker.id().to_owned());
            }
        } else if age >= thresholds.unavailable {
            worker.silent();
        }
    }
    forgotten
}
