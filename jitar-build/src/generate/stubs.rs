//! Writes modules that stand in for others: functions that call over the network, constants, and things that say why
//! they are not there.

use std::collections::BTreeSet;

use super::parameters;
use super::text::{double, export_name, is_name, single};
use crate::link::Stub;

/// Makes something that throws whatever is done with it: every trap of the inner proxy is looked up in the outer one.
const UNAVAILABLE: &str = "const $unavailable = (message) => new Proxy(function () {}, new Proxy({}, { get: () => () => { throw new Error(message); } }));\n";

/// A module that is being written.
#[derive(Debug, Default)]
pub(super) struct StubModule {
    body: Vec<String>,
    taken: BTreeSet<String>,
    next: usize,
    imported: BTreeSet<&'static str>,
    has_unavailable: bool,
}

impl StubModule {
    /// A module that will have these exports.
    pub(super) fn new<'a>(exports: impl IntoIterator<Item = &'a str>) -> Self {
        let taken = exports.into_iter().chain(["__run", "ProcedureNotAccessible", "$unavailable"]);
        Self { taken: taken.map(str::to_owned).collect(), ..Self::default() }
    }

    /// A procedure that is called over the network.
    pub(super) fn call(&mut self, export: &str, stub: &Stub) {
        self.imported.insert("__run");
        let (fqn, version) = (single(&stub.fqn), single(&stub.version.to_string()));
        let body = format!("return __run({fqn}, {version}, {}, this);", parameters::arguments(&stub.parameters));
        self.function(export, stub, &body);
    }

    /// A procedure that cannot be called from here.
    pub(super) fn inaccessible(&mut self, export: &str, stub: &Stub) {
        self.imported.insert("ProcedureNotAccessible");
        let (fqn, version) = (single(&stub.fqn), single(&stub.version.to_string()));
        self.function(export, stub, &format!("throw new ProcedureNotAccessible({fqn}, {version});"));
    }

    /// The export of another module.
    pub(super) fn re_export(&mut self, export: &str, specifier: &str, name: &str) {
        let (name, export) = (export_name(name), export_name(export));
        let renamed = if name == export { name } else { format!("{name} as {export}") };
        self.body.push(format!("export {{ {renamed} }} from {};\n", double(specifier)));
    }

    /// A constant with the text of its value.
    pub(super) fn constant(&mut self, export: &str, value: &str) {
        if export == "default" {
            self.body.push(format!("export default {value};\n"));
        } else if is_name(export) {
            self.body.push(format!("export const {export} = {value};\n"));
        } else {
            let name = self.fresh_name();
            self.body.push(format!("const {name} = {value};\nexport {{ {name} as {} }};\n", export_name(export)));
        }
    }

    /// Something that says why it is not there when it is used.
    pub(super) fn unavailable(&mut self, export: &str, message: &str) {
        self.has_unavailable = true;
        self.constant(export, &format!("$unavailable({})", double(message)));
    }

    /// The whole text. `runtime` is the specifier of the module that has `__run`.
    pub(super) fn finish(self, runtime: &str) -> String {
        let names: Vec<&str> = self.imported.into_iter().rev().collect();
        let import =
            (!names.is_empty()).then(|| format!("import {{ {} }} from {};\n", names.join(", "), double(runtime)));
        let unavailable = self.has_unavailable.then(|| UNAVAILABLE.to_owned());
        import.into_iter().chain(unavailable).chain(self.body).collect()
    }

    fn function(&mut self, export: &str, stub: &Stub, body: &str) {
        let signature = parameters::signature(&stub.parameters);
        let (start, name, end) = self.declaration(export, stub);
        self.body.push(format!("{start}async function {name}({signature}) {{\n  {body}\n}}\n{end}"));
    }

    /// What stands before the function, its name, and what stands behind it. A default export is called like the
    /// procedure, unless that is another export's name.
    fn declaration(&mut self, export: &str, stub: &Stub) -> (&'static str, String, String) {
        if export == "default" {
            let name = stub.fqn.rsplit('/').next().unwrap_or(&stub.fqn);
            let is_free = is_name(name) && self.taken.insert(name.to_owned());
            return ("export default ", if is_free { name.to_owned() } else { String::new() }, String::new());
        }
        if is_name(export) && export != "__run" && export != "ProcedureNotAccessible" && export != "$unavailable" {
            return ("export ", export.to_owned(), String::new());
        }
        let name = self.fresh_name();
        let end = format!("export {{ {name} as {} }};\n", export_name(export));
        ("", name, end)
    }

    fn fresh_name(&mut self) -> String {
        loop {
            self.next += 1;
            let name = format!("${}", self.next);
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}
