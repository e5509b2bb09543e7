//! `proxy`: gateways (or a worker) and a repository under one address.

use url::Url;

use super::fields::Fields;
use super::file::{Segments, Written};
use super::{ProxyConfig, Role};

/// Reads the settings of a proxy; none when an address is missing.
pub(super) fn read(mut fields: Fields<'_>) -> Option<Written> {
    fields.require(&["gateway", "worker"]);
    fields.require(&["repository"]);
    let mut gateways: Vec<Url> = fields.urls("gateway", true).into_iter().map(|found| found.value).collect();
    if let (Some(0), Some(at)) = (fields.length("gateway"), fields.position("gateway")) {
        fields.problem(at, "'gateway' names no gateway");
    }
    gateways.extend(fields.url(&["worker"]).map(|found| found.value));
    let repository = fields.url(&["repository"]);
    fields.finish();

    let role = Role::Proxy(ProxyConfig { gateways, repository: repository?.value });
    Some(Written { role, segments: Segments::default() })
}
