//! Which service units the application has (design section 3, "Units").

use std::collections::{BTreeMap, BTreeSet};

use jitar_engine::manifest::Unit;

use super::exports::Exports;
use crate::config::{AppConfig, listed};
use crate::diagnostics::{Diagnostic, Diagnostics, codes, did_you_mean};

/// A unit before its modules are linked.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Sorted segment names.
    pub(super) segments: Vec<String>,
    /// Specifiers of its scripts, middleware and health checks.
    pub(super) scripts: BTreeSet<String>,
}

/// Every segment alone, every list of segments in a service file, and what the build script asks for; sorted by id.
pub(super) fn plan(
    config: &AppConfig,
    exports: &Exports<'_>,
    extra_units: &[Vec<String>],
    diagnostics: &mut Diagnostics,
) -> Vec<Plan> {
    let alone = config.segments.iter().map(|segment| vec![segment.name.clone()]);
    let extra = extra_units.iter().filter_map(|names| known_segments(names, config, diagnostics));
    let mut plans: BTreeMap<String, Plan> = BTreeMap::new();
    for segments in alone.chain(extra.collect::<Vec<_>>()) {
        add(&mut plans, &segments);
    }
    for service in &config.services {
        let files = service.scripts.iter().map(|path| config.sources.file(path));
        let modules = files.filter_map(|file| exports.module_of(&file));
        add(&mut plans, &service.segments).scripts.extend(modules.map(|module| module.specifier.clone()));
    }
    plans.into_values().collect()
}

fn add<'p>(plans: &'p mut BTreeMap<String, Plan>, segments: &[String]) -> &'p mut Plan {
    let plan = plans.entry(Unit::id_of(segments)).or_default();
    plan.segments = segments.to_vec();
    plan.segments.sort();
    plan
}

/// The names without repeats, when all are segments.
fn known_segments(names: &[String], config: &AppConfig, diagnostics: &mut Diagnostics) -> Option<Vec<String>> {
    let known = || config.segments.iter().map(|segment| segment.name.as_str());
    for name in names.iter().filter(|name| !known().any(|known| known == name.as_str())) {
        let message = format!("the build script asks for a unit with the segment `{name}`, which does not exist");
        let help = did_you_mean(name, known()).unwrap_or_else(|| format!("the segments are {}", listed(known())));
        diagnostics.push(Diagnostic::error(&codes::UNKNOWN_SEGMENT, message).help(help));
    }
    let unique: BTreeSet<String> =
        names.iter().filter(|name| known().any(|known| known == name.as_str())).cloned().collect();
    (!unique.is_empty()).then(|| unique.into_iter().collect())
}
