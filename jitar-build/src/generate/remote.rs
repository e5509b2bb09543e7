//! Remote modules: what a unit imports instead of a module whose procedures run elsewhere (spec 2.7).

use super::stubs::StubModule;
use super::text;
use crate::link::{RemoteKind, RemoteModule};

/// The code of the remote module with this specifier.
pub(super) fn code(specifier: &str, module: &RemoteModule) -> String {
    let mut stubs = StubModule::new(module.exports.iter().map(|export| export.name.as_str()));
    for export in &module.exports {
        let name = export.name.as_str();
        match &export.kind {
            RemoteKind::Stub(stub) if stub.access.is_exposed() => stubs.call(name, stub),
            RemoteKind::Stub(stub) => stubs.inaccessible(name, stub),
            RemoteKind::Itself(from, exported) => stubs.re_export(name, &text::relative(specifier, from), exported),
            RemoteKind::Constant(value) => stubs.constant(name, value),
            RemoteKind::Unavailable => {
                let file = module.of.strip_prefix("file:///app/").unwrap_or(&module.of);
                stubs.unavailable(
                    name,
                    &format!("'{name}' of '{file}' is in no segment and not available in this service"),
                );
            }
        }
    }
    stubs.finish("jitar:remote")
}
