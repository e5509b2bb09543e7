//! Imports from host modules lead to Rust functions that binaries can name, and calls fit them.

use std::collections::BTreeSet;

use super::Context;
use crate::config::listed;
use crate::diagnostics::{Diagnostic, Diagnostics, codes, did_you_mean};
use crate::host::{HostCatalog, HostFunction, Origin};
use crate::link::host::{HostImport, mentions};

pub(super) fn imports_lead_to_functions(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let catalog = context.host;
    let modules = context.exports.graph.modules.values();
    let mentions = modules.flat_map(|module| mentions(module).into_iter().map(move |mention| (module, mention)));
    for (module, mention) in mentions {
        let diagnostic = match (catalog.module(mention.module), mention.name) {
            // What a file that cannot be read would hold is not known.
            _ if catalog.failure.is_some() => catalog.failure.clone(),
            (None, None) => Some(no_module(catalog, mention.module).label(
                &module.file,
                &module.text,
                mention.range,
                "imported here",
            )),
            (Some(known), Some(name)) if !known.contains_key(name) => {
                let known = || known.keys().map(String::as_str);
                let message = format!("the host module `{}` has no function `{name}`", mention.module);
                let diagnostic = Diagnostic::error(&codes::MISSING_HOST_FUNCTION, message);
                let diagnostic = diagnostic.label(&module.file, &module.text, mention.range, "imported here");
                let help = did_you_mean(name, known()).unwrap_or_else(|| format!("it has {}", listed(known())));
                Some(diagnostic.help(help))
            }
            _ => None,
        };
        diagnostics.extend(diagnostic);
    }
}

fn no_module(catalog: &HostCatalog, name: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(&codes::HOST_MODULE, format!("there is no host module `{name}`"));
    let known = || catalog.modules.keys().map(String::as_str);
    match catalog.origin {
        Origin::NoPackage => diagnostic.help(
            "host functions are Rust functions of a crate, and this application is built by its folder alone; give it a crate \
             with a build script",
        ),
        Origin::NoLibrary => diagnostic.help(format!(
            "host functions are in the package's library: make a `src/lib.rs` with functions that have \
             `#[jitar::host(module = \"{name}\")]`"
        )),
        Origin::Library if catalog.modules.is_empty() => {
            diagnostic.help(format!("no function of the library has `#[jitar::host(module = \"{name}\")]`"))
        }
        Origin::Library => {
            let help = did_you_mean(name, known());
            diagnostic.help(help.unwrap_or_else(|| format!("the host modules are {}", listed(known()))))
        }
    }
}

pub(super) fn calls_have_the_right_number_of_arguments(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for module in context.exports.graph.modules.values() {
        for call in &module.host_calls {
            let Some(function) = context.host.function(&call.module, &call.function) else { continue };
            let (least, most) = (function.required(), function.parameters.len());
            if (least..=most).contains(&call.arguments) {
                continue;
            }
            let wanted = if least == most { counted(most) } else { format!("{least} to {}", counted(most)) };
            let message = format!("`{}` takes {wanted}, not {}", call.function, call.arguments);
            let diagnostic = Diagnostic::error(&codes::HOST_ARGUMENTS, message);
            let diagnostic = diagnostic.label(&module.file, &module.text, call.range, "called here");
            diagnostics.push(at_function(diagnostic, function, "declared here"));
        }
    }
}

fn counted(arguments: usize) -> String {
    if arguments == 1 { "1 argument".to_owned() } else { format!("{arguments} arguments") }
}

pub(super) fn imported_functions_are_public(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let imported: BTreeSet<&HostImport> = context.units.iter().flat_map(|unit| &unit.host).collect();
    for import in imported {
        let Some(function) = context.host.function(&import.module, &import.function) else { continue };
        let Some(hidden_by) = &function.hidden_by else { continue };
        let message =
            format!("the host function `{}` cannot be named by a binary: {hidden_by} is private", import.function);
        let diagnostic = function.place.error(&codes::HIDDEN_HOST_FUNCTION, message, "imported by the application");
        diagnostics.push(diagnostic.help("make it `pub`"));
    }
}

fn at_function(diagnostic: Diagnostic, function: &HostFunction, label: &str) -> Diagnostic {
    diagnostic.label(&function.place.file, &function.place.text, function.place.range, label)
}
