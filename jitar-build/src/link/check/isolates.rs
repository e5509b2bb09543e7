//! Isolates share nothing: state of a module exists in each of them.

use jitar_engine::manifest::Unit;

use super::state::states;
use super::{Context, real_modules};
use crate::config::Isolates;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};

pub(super) fn several_isolates_share_no_state(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for service in &context.config.services {
        let Isolates::Several(place) = &service.isolates else { continue };
        let id = Unit::id_of(&service.segments);
        let Some(unit) = context.units.iter().find(|unit| unit.id == id) else { continue };
        for module in real_modules(context, unit) {
            for state in states(module) {
                let message = format!("each isolate has its own variable `{}`", state.name);
                let diagnostic = Diagnostic::warning(&codes::SHARED_MUTABLE_STATE, message)
                    .label(&module.file, &module.text, state.declared, "declared here")
                    .label(&module.file, &module.text, state.changed, "changed here")
                    .label(&place.file, &place.text, place.range, "several isolates");
                diagnostics.push(diagnostic.help("keep state outside the process, or set `isolates` to 1"));
            }
        }
    }
}
