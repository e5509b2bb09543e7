//! Links the modules of one service unit: which import leads to the module itself and which to its stubs.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;
use jitar_engine::manifest::Unit;

use super::LinkedUnit;
use super::exports::Exports;
use super::members::{LinkedSegment, Member, MemberKind, Members};
use super::remote::{self, RemoteModule};
use super::units::Plan;
use crate::scan::graph::{Body, Import, ImportKind, Module, Target};

/// What marks the specifier of a stub module.
const REMOTE: &str = "?remote";

/// What marks the specifier under which a module that is written for `require` can be required; its own specifier is
/// for those who import it.
const COMMONJS: &str = "?commonjs";

/// A module as a unit has it.
#[derive(Debug)]
pub(crate) enum LinkedModule {
    /// The module itself.
    Real(RealModule),
    /// Stubs for it.
    Remote(RemoteModule),
    /// Runs a module that is written for `require` and exports what it gives: the specifier of that one.
    Required(String),
}

/// Where the imports of a module lead in a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RealModule {
    /// By index in the module's imports.
    pub(crate) imports: Vec<Vec<Redirect>>,
    /// By index in its dynamic imports: the specifier, when it is a literal.
    pub(crate) dynamic_imports: Vec<Option<String>>,
    /// Specifiers of the modules that its computed dynamic imports may load.
    pub(crate) reachable: Vec<String>,
}

/// Where some or all members of an import come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Redirect {
    /// Absolute specifier.
    pub(crate) target: String,
    /// Indices of the members, or `None` for the statement as a whole.
    pub(crate) names: Option<Vec<usize>>,
}

/// Whether a member is in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// A plain import.
    Local,
    /// A call over the network.
    Remote,
}

/// Links units.
#[derive(Debug)]
pub(super) struct Splitter<'a> {
    exports: &'a Exports<'a>,
    members: &'a Members,
    segments: &'a [LinkedSegment],
}

impl<'a> Splitter<'a> {
    /// For the units of one application.
    pub(super) fn new(exports: &'a Exports<'a>, members: &'a Members, segments: &'a [LinkedSegment]) -> Self {
        Self { exports, members, segments }
    }

    /// Follows everything that the unit's segments and scripts reach.
    pub(super) fn link(&self, plan: Plan) -> LinkedUnit {
        let listed = self.segments.iter().filter(|linked| plan.segments.contains(&linked.segment.name));
        let roots = listed.flat_map(|linked| linked.segment.modules.iter()).chain(&plan.scripts);
        let mut queue: BTreeSet<String> = roots.cloned().collect();
        let mut modules = BTreeMap::new();
        while let Some(specifier) = queue.pop_first() {
            let Some(module) = self.module(&specifier, &plan.segments) else { continue };
            let targets = module.targets().filter(|target| !modules.contains_key(*target) && **target != specifier);
            queue.extend(targets.cloned());
            modules.insert(specifier, module);
        }
        LinkedUnit {
            id: Unit::id_of(&plan.segments),
            segments: plan.segments,
            scripts: plan.scripts.into_iter().collect(),
            modules,
            host: BTreeSet::new(),
        }
    }

    /// `None` for what is not of the application, such as `jitar:runtime`.
    fn module(&self, specifier: &str, unit: &[String]) -> Option<LinkedModule> {
        let graph = self.exports.graph;
        if let Some(real) = specifier.strip_suffix(REMOTE) {
            let module = graph.modules.get(real)?;
            return Some(LinkedModule::Remote(remote::link(module, self.exports, self.members, unit)));
        }
        if let Some(required) = specifier.strip_suffix(COMMONJS) {
            return Some(LinkedModule::Real(self.requiring(graph.modules.get(required)?, unit)));
        }
        let module = graph.modules.get(specifier)?;
        Some(match module.body {
            Body::CommonJs(_) => LinkedModule::Required(format!("{specifier}{COMMONJS}")),
            Body::JavaScript(_) | Body::Json => LinkedModule::Real(self.real(module, unit)),
        })
    }

    /// A module that is written for `require`: what it requires is there in that form too, where it has one.
    fn requiring(&self, module: &Module, unit: &[String]) -> RealModule {
        let RealModule { mut imports, dynamic_imports, reachable } = self.real(module, unit);
        for (import, redirects) in module.imports.iter().zip(&mut imports) {
            if import.kind == ImportKind::ExportAll {
                redirects.clear();
            }
            for Redirect { target, .. } in redirects {
                let required = self.exports.graph.modules.get(target);
                if required.is_some_and(|module| matches!(module.body, Body::CommonJs(_))) {
                    target.push_str(COMMONJS);
                }
            }
        }
        RealModule { imports, dynamic_imports, reachable }
    }

    fn real(&self, module: &Module, unit: &[String]) -> RealModule {
        let imports = module.imports.iter().map(|import| self.import(import, unit)).collect();
        let dynamic_imports = module.dynamic_imports.iter().map(|import| {
            let (_, target) = import.literal.as_ref()?;
            self.whole(target, unit)
        });
        let reachable = module.dynamic_imports.iter().flat_map(|import| &import.reachable);
        let reachable = reachable.filter_map(|target| self.whole(target, unit)).collect();
        RealModule { imports, dynamic_imports: dynamic_imports.collect(), reachable }
    }

    fn import(&self, import: &Import, unit: &[String]) -> Vec<Redirect> {
        let is_whole = import.kind == ImportKind::ExportAll || import.names.iter().any(|name| name.imported == "*");
        let (Target::Module(specifier), false) = (&import.target, is_whole) else {
            let target = self.whole(&import.target, unit);
            return target.map(|target| Redirect { target, names: None }).into_iter().collect();
        };
        let is_local = |idx: &usize| reach(self.members, specifier, &import.names[*idx].imported, unit) == Reach::Local;
        let (local, remote): (Vec<usize>, Vec<usize>) = (0..import.names.len()).partition(is_local);
        let redirect = |target: String, names| Redirect { target, names };
        match (local.is_empty(), remote.is_empty()) {
            (_, true) => vec![redirect(specifier.clone(), None)],
            (true, false) => vec![redirect(stubs_of(specifier), None)],
            (false, false) => {
                vec![redirect(specifier.clone(), Some(local)), redirect(stubs_of(specifier), Some(remote))]
            }
        }
    }

    /// Where an import of all members of a module leads: to its stubs, when any member is remote.
    fn whole(&self, target: &Target, unit: &[String]) -> Option<String> {
        match target {
            Target::Module(specifier) => {
                let mut members = self.members.of(specifier).into_iter().flatten();
                let has_remote = members.any(|(_, member)| reach_of(member, unit) == Reach::Remote);
                Some(if has_remote { stubs_of(specifier) } else { specifier.clone() })
            }
            Target::Runtime(specifier) => Some((*specifier).to_owned()),
            Target::Host(name) => Some(format!("host:{name}")),
            Target::Unresolved => None,
        }
    }
}

impl LinkedModule {
    /// Specifiers of its static imports in source order, each once.
    pub(crate) fn static_imports(&self) -> IndexSet<&str> {
        match self {
            Self::Real(real) => real.imports.iter().flatten().map(|redirect| redirect.target.as_str()).collect(),
            Self::Remote(remote) => remote.origins().map(String::as_str).collect(),
            Self::Required(required) => IndexSet::from([required.as_str()]),
        }
    }

    /// Everything that it may load.
    fn targets(&self) -> impl Iterator<Item = &String> {
        let (real, remote, required) = match self {
            Self::Real(real) => (Some(real), None, None),
            Self::Remote(remote) => (None, Some(remote), None),
            Self::Required(required) => (None, None, Some(required)),
        };
        let imports = real.into_iter().flat_map(|real| real.imports.iter().flatten().map(|redirect| &redirect.target));
        let dynamic = real.into_iter().flat_map(|real| real.dynamic_imports.iter().flatten().chain(&real.reachable));
        imports.chain(dynamic).chain(remote.into_iter().flat_map(RemoteModule::origins)).chain(required)
    }
}

/// Whether a unit with these segments has an export of a module. What no segment has, and classes, are everywhere.
pub(super) fn reach(members: &Members, specifier: &str, export: &str, unit: &[String]) -> Reach {
    members.of(specifier).and_then(|members| members.get(export)).map_or(Reach::Local, |member| reach_of(member, unit))
}

fn reach_of(member: &Member, unit: &[String]) -> Reach {
    match member.kind {
        MemberKind::Procedure(_) if !unit.iter().any(|name| member.segments.contains(name)) => Reach::Remote,
        MemberKind::Procedure(_) | MemberKind::Class => Reach::Local,
    }
}

/// The specifier that the graph knows a module by.
pub(crate) fn in_graph(specifier: &str) -> &str {
    specifier.strip_suffix(COMMONJS).unwrap_or(specifier)
}

fn stubs_of(specifier: &str) -> String {
    format!("{specifier}{REMOTE}")
}
