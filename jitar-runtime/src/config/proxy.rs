//! `proxy`: a gateway (or worker) and a repository under one address.

use super::fields::Fields;
use super::file::{Segments, Written};
use super::{ProxyConfig, Role};

/// Reads the settings of a proxy; none when an address is missing.
pub(super) fn read(mut fields: Fields<'_>) -> Option<Written> {
    fields.require(&["gateway", "worker"]);
    fields.require(&["repository"]);
    let gateway = fields.url(&["gateway", "worker"]);
    let repository = fields.url(&["repository"]);
    fields.finish();

    let role = Role::Proxy(ProxyConfig { gateway: gateway?.value, repository: repository?.value });
    Some(Written { role, segments: Segments::default() })
}
