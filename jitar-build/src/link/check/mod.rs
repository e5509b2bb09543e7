//! Rules that need the whole application. One rule, one file, one diagnostic, one test.

mod client_names;
mod host_modules;
mod isolates;
mod names;
mod private;
mod resources;
mod state;
mod values;

use super::LinkedUnit;
use super::exports::Exports;
use super::members::{Definition, Members};
use super::split::LinkedModule;
use crate::config::AppConfig;
use crate::diagnostics::Diagnostics;
use crate::host::HostCatalog;
use crate::scan::graph::Module;

/// What rules look at.
pub(super) struct Context<'a> {
    pub(super) config: &'a AppConfig,
    pub(super) exports: &'a Exports<'a>,
    pub(super) members: &'a Members,
    pub(super) definitions: &'a [Definition],
    pub(super) units: &'a [LinkedUnit],
    pub(super) host: &'a HostCatalog,
}

type Rule = fn(&Context<'_>, &mut Diagnostics);

/// Every rule.
pub(super) const RULES: [Rule; 12] = [
    host_modules::imports_lead_to_functions,
    host_modules::calls_have_the_right_number_of_arguments,
    host_modules::imported_functions_are_public,
    resources::resources_are_in_no_segment,
    names::names_are_unique_in_a_segment,
    names::names_are_unique_in_a_unit,
    names::names_mean_the_same_everywhere,
    private::private_procedures_are_within_reach,
    client_names::client_modules_have_different_names,
    isolates::several_isolates_share_no_state,
    state::segments_share_no_state,
    values::values_can_travel,
];

fn real_modules<'a>(context: &Context<'a>, unit: &'a LinkedUnit) -> impl Iterator<Item = &'a Module> {
    let graph = context.exports.graph;
    let real = unit.modules.iter().filter(|(_, module)| matches!(module, LinkedModule::Real(_)));
    real.filter_map(move |(specifier, _)| graph.modules.get(specifier))
}
