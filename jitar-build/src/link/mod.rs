//! Second stage: decides which member of which module runs where.
//!
//! Modules are linked once per service unit (spec 12, "Module instances"): a member of a segmented module is local when
//! any segment of the unit has it, and a call over the network otherwise.

mod check;
mod exports;
mod fqn;
mod host;
mod members;
mod remote;
mod split;
#[cfg(test)]
mod tests;
mod units;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use exports::{Exports, Origin};
pub(crate) use host::HostImport;
pub(crate) use members::{LinkedSegment, MemberKind, Members, Stub};
pub(crate) use remote::{RemoteKind, RemoteModule};
pub(crate) use split::{LinkedModule, RealModule, in_graph};

use crate::config::AppConfig;
use crate::diagnostics::Diagnostics;
use crate::host::HostCatalog;
use crate::scan::graph::Graph;

/// The application, split.
#[derive(Debug)]
pub(crate) struct Linked<'a> {
    /// The modules and what they export.
    pub(crate) exports: Exports<'a>,
    /// Segments, sorted by name.
    pub(crate) segments: Vec<LinkedSegment>,
    /// What segments list, by module.
    pub(crate) members: Members,
    /// Service units, sorted by id.
    pub(crate) units: Vec<LinkedUnit>,
    /// What the package offers.
    pub(crate) host: &'a HostCatalog,
}

/// A service unit with its modules.
#[derive(Debug)]
pub(crate) struct LinkedUnit {
    /// Sorted segment names joined by `+`, or `none`.
    pub(crate) id: String,
    /// Sorted segment names.
    pub(crate) segments: Vec<String>,
    /// Specifiers of scripts, middleware and health checks, sorted.
    pub(crate) scripts: Vec<String>,
    /// Every module that the segments and scripts reach, by specifier; stubs end in `?remote`.
    pub(crate) modules: BTreeMap<String, LinkedModule>,
    /// The host functions that these modules import.
    pub(crate) host: BTreeSet<HostImport>,
}

/// Links the application. `extra_units` are lists of segment names that the build script asks for.
pub(crate) fn link<'a>(
    config: &AppConfig,
    graph: &'a Graph,
    host: &'a HostCatalog,
    extra_units: &[Vec<String>],
) -> (Linked<'a>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let exports = Exports::new(graph);
    let (segments, members, definitions) = members::collect(config, &exports, &mut diagnostics);
    let plans = units::plan(config, &exports, extra_units, &mut diagnostics);
    let splitter = split::Splitter::new(&exports, &members, &segments);
    let mut units: Vec<LinkedUnit> = plans.into_iter().map(|plan| splitter.link(plan)).collect();
    for unit in &mut units {
        unit.host = host::imported(unit, graph, host);
    }

    let context =
        check::Context { config, exports: &exports, members: &members, definitions: &definitions, units: &units, host };
    for rule in check::RULES {
        rule(&context, &mut diagnostics);
    }
    diagnostics.sort();
    (Linked { exports, segments, members, units, host }, diagnostics)
}
