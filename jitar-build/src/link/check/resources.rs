//! A resource is imported directly wherever it is used, so it can be in no segment.

use super::Context;
use crate::diagnostics::{Diagnostics, codes};

pub(super) fn resources_are_in_no_segment(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for module in context.config.segments.iter().flat_map(|segment| &segment.modules) {
        for resource in context.config.resources.iter().filter(|resource| resource.path == module.path) {
            let message = format!("the resource `{}` is part of a segment", resource.key);
            let diagnostic = module.place.error(&codes::RESOURCE_SEGMENTED, message, "listed here").label(
                &resource.place.file,
                &resource.place.text,
                resource.place.range,
                "declared as a resource here",
            );
            diagnostics.push(diagnostic.help("move the procedures to a module of their own that imports the resource"));
        }
    }
}
