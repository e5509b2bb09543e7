//! What segments list: locates every listed export and makes procedures and classes of it (spec 1.5, 2.4).

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use jitar_engine::manifest::{Access, Class, Implementation, Parameter, Procedure, Segment, Version};

use super::exports::{Exports, Found, Origin};
use super::fqn::Named;
use crate::config::{AppConfig, Place, SegmentExport, SegmentFile, SegmentModule, listed};
use crate::diagnostics::{Diagnostic, Diagnostics, codes, did_you_mean};
use crate::scan::graph::{Declaration, DeclarationKind, Function, Module, Range};

/// The members of all segmented modules.
#[derive(Debug, Default)]
pub(crate) struct Members {
    by_module: BTreeMap<String, IndexMap<String, Member>>,
    resources: BTreeSet<String>,
}

/// An export that at least one segment has, by listing it or by re-exporting it.
#[derive(Debug)]
pub(crate) struct Member {
    /// Names of the segments that have it.
    pub(crate) segments: BTreeSet<String>,
    /// What it is.
    pub(crate) kind: MemberKind,
}

/// Kinds of members.
#[derive(Debug)]
pub(crate) enum MemberKind {
    /// A class: data, importable from everywhere.
    Class,
    /// A procedure, as callers in other units see it.
    Procedure(Stub),
}

/// What a call over the network needs to know of a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stub {
    /// Fully qualified name.
    pub(crate) fqn: String,
    /// Its version.
    pub(crate) version: Version,
    /// Who may call it.
    pub(crate) access: Access,
    /// Its parameters.
    pub(crate) parameters: Vec<Parameter>,
}

/// A segment, and what its registration imports.
#[derive(Debug)]
pub(crate) struct LinkedSegment {
    /// What the manifest says of it.
    pub(crate) segment: Segment,
    /// Specifiers of the modules that its file lists, in source order, and the exports that are registered.
    pub(crate) listed: Vec<(String, Vec<String>)>,
}

/// A name that a segment gives to a function or class.
#[derive(Debug)]
pub(super) struct Definition {
    /// The segment.
    pub(super) segment: String,
    /// Fully qualified name.
    pub(super) fqn: String,
    /// Version of a procedure; `None` for classes, which have names of their own.
    pub(super) version: Option<Version>,
    /// Who may call it.
    pub(super) access: Access,
    /// Where it is listed.
    pub(super) place: Place,
    /// Module and place of the declaration.
    pub(super) origin: (String, Range),
}

impl Members {
    /// The members of a module, when a segment has any of it and it is no resource.
    pub(crate) fn of(&self, specifier: &str) -> Option<&IndexMap<String, Member>> {
        self.by_module.get(specifier).filter(|_| !self.is_resource(specifier))
    }

    /// All segmented modules, sorted by specifier.
    pub(crate) fn modules(&self) -> impl Iterator<Item = (&str, &IndexMap<String, Member>)> {
        self.by_module.iter().map(|(specifier, members)| (specifier.as_str(), members))
    }

    /// Whether the module holds machine-wide state and is imported directly everywhere.
    pub(crate) fn is_resource(&self, specifier: &str) -> bool {
        self.resources.contains(specifier)
    }

    fn add(&mut self, specifier: &str, export: &str, segment: &str, kind: MemberKind) {
        let members = self.by_module.entry(specifier.to_owned()).or_default();
        let Some(member) = members.get_mut(export) else {
            let member = Member { segments: BTreeSet::from([segment.to_owned()]), kind };
            members.insert(export.to_owned(), member);
            return;
        };
        member.segments.insert(segment.to_owned());
        // Of several names for one function, callers get one that they may call.
        let MemberKind::Procedure(known) = &member.kind else { return };
        if known.access == Access::Private && matches!(&kind, MemberKind::Procedure(stub) if stub.access.is_exposed()) {
            member.kind = kind;
        }
    }

    fn add_module(&mut self, specifier: &str) {
        self.by_module.entry(specifier.to_owned()).or_default();
    }
}

/// Locates everything that segments list. Segments come back in the order of the configuration.
pub(super) fn collect(
    config: &AppConfig,
    exports: &Exports<'_>,
    diagnostics: &mut Diagnostics,
) -> (Vec<LinkedSegment>, Members, Vec<Definition>) {
    let mut members = Members::default();
    let resources =
        config.resources.iter().filter_map(|resource| exports.module_of(&config.sources.file(&resource.path)));
    members.resources = resources.map(|module| module.specifier.clone()).collect();
    let mut implicit = Vec::new();
    let (mut segments, mut definitions) = (Vec::new(), Vec::new());
    for file in &config.segments {
        let (members, implicit, definitions) = (&mut members, &mut implicit, &mut definitions);
        segments.push(Collector { exports, file, members, implicit, definitions, diagnostics }.segment(config));
    }
    // Listed exports come first, so that what a segment says of one wins over what a re-export of it says.
    for ImplicitMember { module, export, segment, kind } in implicit {
        members.add(module, export, segment, kind);
    }
    (segments, members, definitions)
}

/// A member that belongs to a segment because a listed export leads to it.
struct ImplicitMember<'a> {
    module: &'a str,
    export: &'a str,
    segment: &'a str,
    kind: MemberKind,
}

struct Collector<'c, 'a> {
    exports: &'c Exports<'a>,
    file: &'a SegmentFile,
    members: &'c mut Members,
    implicit: &'c mut Vec<ImplicitMember<'a>>,
    definitions: &'c mut Vec<Definition>,
    diagnostics: &'c mut Diagnostics,
}

impl<'a> Collector<'_, 'a> {
    fn segment(mut self, config: &AppConfig) -> LinkedSegment {
        let mut segment =
            Segment { name: self.file.name.clone(), modules: Vec::new(), procedures: Vec::new(), classes: Vec::new() };
        let mut registered = Vec::new();
        for listed in &self.file.modules {
            let Some(module) = self.exports.module_of(&config.sources.file(&listed.path)) else { continue };
            self.members.add_module(&module.specifier);
            segment.modules.push(module.specifier.clone());
            let exports =
                listed.exports.iter().filter(|export| self.export(module, listed, export, &mut segment).is_some());
            registered.push((module.specifier.clone(), exports.map(|export| export.name.clone()).collect()));
        }
        segment.modules.sort();
        segment.modules.dedup();
        LinkedSegment { segment, listed: registered }
    }

    /// Adds a listed export to the segment; `None` when it cannot be part of one.
    fn export(
        &mut self,
        module: &'a Module,
        key: &'a SegmentModule,
        export: &'a SegmentExport,
        segment: &mut Segment,
    ) -> Option<()> {
        let Some(found) = self.exports.find(module, &export.name) else {
            let diagnostic = missing_export(self.exports, module, key, export);
            self.diagnostics.push(diagnostic);
            return None;
        };
        let (declaration, declared_in) = match (found.origin, found.trace.last()) {
            (Origin::Declared(declaration), Some((declared_in, _))) => (declaration, *declared_in),
            // The import that it comes through is reported already.
            (Origin::Unknown, _) => return None,
            _ => {
                self.diagnostics.push(not_a_procedure(key, export, None));
                return None;
            }
        };
        let named = Named {
            module: &key.path,
            export: &export.name,
            alias: export.alias.as_deref(),
            declared: declaration.name.as_deref(),
            declared_in: declared_in.path.as_deref().unwrap_or(&key.path),
        };
        let fqn = named.fqn();
        match &declaration.kind {
            DeclarationKind::Class => {
                self.define(&fqn, None, export, (declared_in, declaration));
                self.class(&found, export, fqn, segment);
            }
            DeclarationKind::Function(function) => {
                self.diagnostics.extend(check_function(function, declaration, declared_in, export, &fqn));
                self.define(&fqn, Some(export.version), export, (declared_in, declaration));
                self.procedure(&found, export, fqn, function, segment);
            }
            DeclarationKind::Constant(_) | DeclarationKind::Value => {
                self.diagnostics.push(not_a_procedure(key, export, Some((declaration, declared_in))));
                return None;
            }
        }
        Some(())
    }

    fn define(
        &mut self,
        fqn: &str,
        version: Option<Version>,
        export: &SegmentExport,
        (module, declaration): (&Module, &Declaration),
    ) {
        self.definitions.push(Definition {
            segment: self.file.name.clone(),
            fqn: fqn.to_owned(),
            version,
            access: export.access,
            place: export.place.clone(),
            origin: (module.specifier.clone(), declaration.range),
        });
    }

    fn class(&mut self, found: &Found<'a>, export: &'a SegmentExport, fqn: String, segment: &mut Segment) {
        self.record(found, segment, || MemberKind::Class);
        let module = found.trace[0].0.specifier.clone();
        segment.classes.push(Class { fqn, module, export: export.name.clone() });
    }

    fn procedure(
        &mut self,
        found: &Found<'a>,
        export: &'a SegmentExport,
        fqn: String,
        function: &Function,
        segment: &mut Segment,
    ) {
        let SegmentExport { version, access, idempotent, safe, limits, .. } = *export;
        let parameters = function.parameters.clone();
        let stub = Stub { fqn: fqn.clone(), version, access, parameters: parameters.clone() };
        self.record(found, segment, || MemberKind::Procedure(stub.clone()));
        let module = found.trace[0].0.specifier.clone();
        let export = export.name.clone();
        let implementation = Implementation { version, access, parameters, module, export, idempotent, safe, limits };
        match segment.procedures.iter_mut().find(|procedure| procedure.fqn == fqn) {
            Some(procedure) => procedure.implementations.push(implementation),
            None => segment.procedures.push(Procedure { fqn, implementations: vec![implementation] }),
        }
    }

    /// The first module of the trace is listed, the others belong to the segment because it re-exports from them. Packages
    /// belong to nobody: who imports them directly has them.
    fn record(&mut self, found: &Found<'a>, segment: &mut Segment, kind: impl Fn() -> MemberKind) {
        for (idx, (module, name)) in found.trace.iter().enumerate() {
            if idx == 0 {
                self.members.add(&module.specifier, name, &self.file.name, kind());
            } else if module.path.is_some() && !self.members.is_resource(&module.specifier) {
                segment.modules.push(module.specifier.clone());
                let (module, export, segment) = (module.specifier.as_str(), *name, self.file.name.as_str());
                self.implicit.push(ImplicitMember { module, export, segment, kind: kind() });
            }
        }
    }
}

fn missing_export(exports: &Exports<'_>, module: &Module, key: &SegmentModule, export: &SegmentExport) -> Diagnostic {
    let names = exports.names(module);
    let message = format!("the module `{}` does not export `{}`", key.key, export.name);
    let help = did_you_mean(&export.name, names.iter().copied())
        .unwrap_or_else(|| format!("it exports {}", listed(names.iter().copied())));
    export.place.error(&codes::MISSING_EXPORT, message, "no such export").help(help)
}

fn not_a_procedure(
    key: &SegmentModule,
    export: &SegmentExport,
    declared: Option<(&Declaration, &Module)>,
) -> Diagnostic {
    let message = format!("the export `{}` of `{}` is neither a function nor a class", export.name, key.key);
    let diagnostic = export.place.error(&codes::NOT_A_PROCEDURE, message, "listed here");
    let diagnostic = match declared {
        Some((declaration, module)) => diagnostic.label(&module.file, &module.text, declaration.range, "declared here"),
        None => diagnostic,
    };
    diagnostic.help("remove it from the segment; it can be imported from everywhere without being listed")
}

fn check_function(
    function: &Function,
    declaration: &Declaration,
    module: &Module,
    export: &SegmentExport,
    fqn: &str,
) -> Option<Diagnostic> {
    let at = |code, message: String, range, label: &str| {
        Diagnostic::error(code, message).label(&module.file, &module.text, range, label).label(
            &export.place.file,
            &export.place.text,
            export.place.range,
            "listed here",
        )
    };
    if function.is_generator {
        let message = format!("the procedure `{fqn}` is a generator");
        let help = "return a list, or make it an `async` function that gives one page at a time";
        return Some(at(&codes::GENERATOR, message, declaration.range, "gives several values").help(help));
    }
    if !function.is_async {
        let message = format!("the procedure `{fqn}` is not async");
        let help = "declare it with `async`: a call may cross the network";
        return Some(at(&codes::NOT_ASYNC, message, declaration.range, "not async").help(help));
    }
    function.unnameable.map(|range| {
        let message = format!("the procedure `{fqn}` has a parameter that callers cannot name");
        let help = "take the whole object or list as one parameter";
        at(&codes::UNNAMEABLE_PARAMETER, message, range, "has no name").help(help)
    })
}
