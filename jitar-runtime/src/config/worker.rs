//! `worker`: runs segments.

use std::time::Duration;

use super::fields::Fields;
use super::file::{Segments, Written};
use super::{Role, WorkerConfig};

/// Reads the settings of a worker.
pub(super) fn read(mut fields: Fields<'_>) -> Written {
    let segments = Segments::read(&mut fields);
    let gateway = match fields.position("gateway").filter(|_| fields.is_list("gateway")) {
        Some(at) => {
            fields.problem(at, "a list of gateways is not supported by this version");
            None
        }
        None => fields.url(&["gateway"]),
    };
    let trust_keys = fields.trust_keys();
    let report_interval = fields.milliseconds("reportInterval").unwrap_or(Duration::from_secs(5));
    fields.refuse(&["weight", "direct"]);
    fields.finish();

    let role = Role::Worker(WorkerConfig {
        segments: segments.names(),
        gateway: gateway.map(|found| found.value),
        trust_keys,
        report_interval,
    });
    Written { role, segments }
}
