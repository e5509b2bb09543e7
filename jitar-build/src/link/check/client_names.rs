//! Browsers know modules without their extension.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use crate::config::without_extension;
use crate::diagnostics::{Diagnostics, codes};

pub(super) fn client_modules_have_different_names(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for module in context.config.segments.iter().flat_map(|segment| &segment.modules) {
        let Some(stem) = without_extension(&module.path) else { continue };
        if !seen.insert(&module.path) {
            continue;
        }
        if let Some(other) = first.insert(stem, &module.path) {
            let message = format!("`{other}` and `{}` would be one module for the browser", module.path);
            let diagnostic = module.place.error(&codes::AMBIGUOUS_MODULE, message, "listed here");
            diagnostics.push(diagnostic.help("rename one of them; extensions do not count"));
        }
    }
}
