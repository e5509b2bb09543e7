//! Modules for the browser: for each segmented module its public procedures as calls and its classes as themselves.
//! No other code of the application leaves the server.

use std::collections::{BTreeMap, BTreeSet};

use jitar_engine::manifest::Access;

use super::browser;
use super::emit::{Names, Rewrites, Rewritten, SourcesContent, emit};
use super::stubs::StubModule;
use super::text::{double, relative_path};
use crate::config::without_extension;
use crate::link::{Linked, MemberKind, Origin};
use crate::scan::graph::{Body, DeclarationKind, Graph, Module, Target};

/// What `jitar` and `jitar/client` are in the browser; it also has `__run`.
const RUNTIME: &str = "/jitar/client/jitar.js";

/// Path below `client/` and code of every module for the browser.
pub(super) fn modules(linked: &Linked<'_>) -> BTreeMap<String, String> {
    let client = Client { linked, graph: linked.exports.graph };
    let mut modules = BTreeMap::new();
    let mut queue: Vec<&Module> =
        linked.members.modules().filter_map(|(specifier, _)| client.graph.modules.get(specifier)).collect();
    let classes = client.classes();
    queue.extend(classes.iter().filter_map(|class| client.graph.modules.get(&class.module)));
    while let Some(module) = queue.pop() {
        let Some(path) = client_path(module) else { continue };
        if modules.contains_key(&path) {
            continue;
        }
        let (code, needed) = if client.is_data(module) {
            let code = client.itself(module, &path) + &registrations(&module.specifier, &path, &classes);
            (code, client.imported(module).collect())
        } else {
            client.stubs(module, &path)
        };
        modules.insert(path, code);
        queue.extend(needed);
    }
    let classes = classes.into_iter().map(|class| (class.fqn, format!("./{}", class.path)));
    modules.insert("jitar.js".to_owned(), browser::runtime(&classes.collect()));
    modules
}

/// A class of a segment that browsers can have: its module holds nothing but data.
struct ClientClass {
    /// By which its instances are known on the way.
    fqn: String,
    /// The module that declares it.
    module: String,
    /// Its name there.
    export: String,
    /// Path of that module below `client/`.
    path: String,
}

/// Statements at the end of a module that let instances of its classes cross.
fn registrations(specifier: &str, path: &str, classes: &[ClientClass]) -> String {
    let own: Vec<&ClientClass> = classes.iter().filter(|class| class.module == specifier).collect();
    if own.is_empty() {
        return String::new();
    }
    let file = path.rsplit('/').next().unwrap_or(path);
    let mut text = format!(
        "import {{ __registerClass as $register }} from {};\nimport * as $self from {};\n",
        double(RUNTIME),
        double(&format!("./{file}"))
    );
    for class in own {
        text.extend(["$register(", &double(&class.fqn), ", $self[", &double(&class.export), "]);\n"]);
    }
    text
}

struct Client<'l, 'a> {
    linked: &'l Linked<'a>,
    graph: &'a Graph,
}

impl<'a> Client<'_, 'a> {
    /// The classes that segments list, as far as browsers can have them.
    fn classes(&self) -> Vec<ClientClass> {
        let listed = self.linked.segments.iter().flat_map(|linked| &linked.segment.classes);
        let found = listed.filter_map(|class| {
            let found = self.linked.exports.find(self.graph.modules.get(&class.module)?, &class.export)?;
            let (declared_in, export) = found.trace.last()?;
            let path = client_path(declared_in).filter(|_| self.is_data(declared_in))?;
            let (module, export) = (declared_in.specifier.clone(), (*export).to_owned());
            Some(ClientClass { fqn: class.fqn.clone(), module, export, path })
        });
        found.collect()
    }

    /// Whether the module and everything that it imports are classes and constants only.
    fn is_data(&self, module: &'a Module) -> bool {
        let mut seen = BTreeSet::new();
        let mut queue = vec![module];
        while let Some(module) = queue.pop() {
            if !seen.insert(&module.specifier) {
                continue;
            }
            if !self.declares_data(module) {
                return false;
            }
            queue.extend(self.imported(module));
        }
        true
    }

    fn declares_data(&self, module: &Module) -> bool {
        let data = |kind: &DeclarationKind| matches!(kind, DeclarationKind::Class | DeclarationKind::Constant(_));
        let known = |target: &Target| match target {
            Target::Module(specifier) => self.graph.modules.contains_key(specifier),
            Target::Runtime(_) => true,
            Target::Host(_) | Target::Unresolved => false,
        };
        client_path(module).is_some()
            && matches!(module.body, Body::JavaScript(_))
            && !self.linked.members.is_resource(&module.specifier)
            && module.dynamic_imports.is_empty()
            && !module.has_top_level_await
            && module.declarations.values().all(|declaration| data(&declaration.kind))
            && module.imports.iter().all(|import| known(&import.target))
    }

    fn imported<'m>(&self, module: &'m Module) -> impl Iterator<Item = &'a Module> + use<'m, 'a, '_> {
        let graph = self.graph;
        module.imports.iter().filter_map(move |import| match &import.target {
            Target::Module(specifier) => graph.modules.get(specifier),
            Target::Runtime(_) | Target::Host(_) | Target::Unresolved => None,
        })
    }

    /// A module of data, as it is.
    fn itself(&self, module: &Module, path: &str) -> String {
        let statements = module.imports.iter().map(|import| {
            let specifier = match &import.target {
                Target::Module(specifier) => self.graph.modules.get(specifier).and_then(client_path),
                Target::Runtime(_) | Target::Host(_) | Target::Unresolved => None,
            };
            let specifier = specifier.map_or(RUNTIME.to_owned(), |target| relative_path(path, &target));
            vec![Rewritten { specifier, names: Names::All }]
        });
        let rewrites = Rewrites { imports: statements.collect(), dynamic_imports: Vec::new() };
        emit(module, &rewrites, SourcesContent::Omitted).code
    }

    /// A module with procedures; also gives the modules of data that it re-exports from.
    fn stubs(&self, module: &'a Module, path: &str) -> (String, Vec<&'a Module>) {
        let names = self.linked.exports.names(module);
        let mut stubs = StubModule::new(names.iter().copied());
        let mut needed = Vec::new();
        for name in names {
            match self.kind(module, name) {
                Kind::Procedure(stub) => stubs.call(name, stub),
                Kind::Class(declared_in, declared_as, target) => {
                    stubs.re_export(name, &relative_path(path, &target), declared_as);
                    needed.push(declared_in);
                }
                Kind::Hidden(reason) => {
                    let file = module.path.as_deref().unwrap_or(path);
                    stubs.unavailable(name, &format!("'{name}' of '{file}' is not available in the browser: {reason}"));
                }
            }
        }
        (stubs.finish(RUNTIME), needed)
    }

    fn kind(&self, module: &'a Module, name: &'a str) -> Kind<'_, 'a> {
        let member = self.linked.members.of(&module.specifier).and_then(|members| members.get(name));
        if let Some(MemberKind::Procedure(stub)) = member.map(|member| &member.kind) {
            return match stub.access {
                Access::Public => Kind::Procedure(stub),
                Access::Protected | Access::Private => Kind::Hidden("it is not public"),
            };
        }
        let Some(found) = self.linked.exports.find(module, name) else { return Kind::Hidden("it is not public") };
        match (found.origin, found.trace.last()) {
            (Origin::Declared(declaration), Some((declared_in, declared_as)))
                if matches!(declaration.kind, DeclarationKind::Class) =>
            {
                match client_path(declared_in).filter(|_| self.is_data(declared_in)) {
                    Some(target) => Kind::Class(declared_in, declared_as, target),
                    None => Kind::Hidden("its module holds server code; move the class to a module of its own"),
                }
            }
            _ => Kind::Hidden("it is no public procedure"),
        }
    }
}

/// What an export is in the browser.
enum Kind<'l, 'a> {
    Procedure(&'l crate::link::Stub),
    Class(&'a Module, &'a str, String),
    Hidden(&'static str),
}

fn client_path(module: &Module) -> Option<String> {
    Some(format!("{}.js", without_extension(module.path.as_deref()?)?))
}
