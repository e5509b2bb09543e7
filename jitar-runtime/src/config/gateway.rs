//! `gateway`: routes calls to workers; with `remoteWorker`, which stands beside it in the file.

use std::time::Duration;

use super::fields::Fields;
use super::file::{Segments, Written};
use super::{GatewayConfig, Role, routing};

/// Reads the settings of a gateway and of how it judges its workers.
pub(super) fn read(mut fields: Fields<'_>, remote_worker: Option<Fields<'_>>) -> Written {
    let monitor_interval = fields.milliseconds("monitorInterval").unwrap_or(Duration::from_secs(5));
    let trust_keys = fields.trust_keys();
    let open_registration = fields.boolean(&["openRegistration"]).unwrap_or(false);
    let workers = fields.urls("workers", false).into_iter().map(|found| found.value).collect();
    let routing = routing::read(&mut fields);
    fields.finish();
    let (unavailable_threshold, stopped_threshold) = read_thresholds(remote_worker);

    let role = Role::Gateway(GatewayConfig {
        monitor_interval,
        trust_keys,
        open_registration,
        unavailable_threshold,
        stopped_threshold,
        workers,
        routing,
    });
    Written { role, segments: Segments::default() }
}

/// After how long without a report a worker is unavailable, and stopped.
fn read_thresholds(remote_worker: Option<Fields<'_>>) -> (Duration, Duration) {
    let defaults = (Duration::from_secs(6), Duration::from_secs(18));
    let Some(mut fields) = remote_worker else { return defaults };
    let unavailable = fields.milliseconds("unavailableThreshold").unwrap_or(defaults.0);
    let stopped = fields.milliseconds("stoppedThreshold").unwrap_or(defaults.1);
    if stopped < unavailable {
        let (unavailable, stopped) = (unavailable.as_millis(), stopped.as_millis());
        let text = format!("'stoppedThreshold' ({stopped}) is less than 'unavailableThreshold' ({unavailable})");
        fields.problem(fields.at(), text);
    }
    fields.finish();
    (unavailable, stopped)
}
