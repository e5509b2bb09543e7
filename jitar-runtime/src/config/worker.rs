//! `worker`: runs segments.

use std::time::Duration;

use super::fields::Fields;
use super::file::{Segments, Written};
use super::{Role, WorkerConfig};

/// Reads the settings of a worker.
pub(super) fn read(mut fields: Fields<'_>) -> Written {
    let segments = Segments::read(&mut fields);
    let gateways = fields.urls("gateway", true).into_iter().map(|found| found.value).collect();
    let trust_keys = fields.trust_keys();
    let report_interval = fields.milliseconds("reportInterval").unwrap_or(Duration::from_secs(5));
    let weight = fields.integer("weight", &(1..=1000)).unwrap_or(1);
    let direct = fields.boolean(&["direct"]).unwrap_or(false);
    fields.finish();

    let role = Role::Worker(WorkerConfig {
        segments: segments.names(),
        gateways,
        trust_keys,
        report_interval,
        weight,
        direct,
    });
    Written { role, segments }
}
