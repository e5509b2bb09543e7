//! What stands in for a module of which a unit lacks members: every export name of the module, each as far as it can
//! work there (spec 12, "Common exports, …").

use super::exports::{Exports, Origin};
use super::members::{MemberKind, Members, Stub};
use super::split::{Reach, reach};
use crate::scan::graph::{DeclarationKind, Module};

/// The exports of a stub module.
#[derive(Debug)]
pub(crate) struct RemoteModule {
    /// Specifier of the module that it stands in for.
    pub(crate) of: String,
    /// Every export name.
    pub(crate) exports: Vec<RemoteExport>,
}

/// An export of a stub module.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RemoteExport {
    /// Its name.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: RemoteKind,
}

/// What an export of a stub module is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RemoteKind {
    /// A procedure of another unit.
    Stub(Stub),
    /// The thing itself, from this specifier and under this name.
    Itself(String, String),
    /// A constant: the text of its value.
    Constant(String),
    /// Something that belongs to no segment and cannot be had without running the module.
    Unavailable,
}

impl RemoteModule {
    /// Specifiers of the modules that it re-exports from.
    pub(super) fn origins(&self) -> impl Iterator<Item = &String> {
        self.exports.iter().filter_map(|export| match &export.kind {
            RemoteKind::Itself(specifier, _) => Some(specifier),
            RemoteKind::Stub(_) | RemoteKind::Constant(_) | RemoteKind::Unavailable => None,
        })
    }
}

/// The stubs for a module in a unit with these segments.
pub(super) fn link(module: &Module, exports: &Exports<'_>, members: &Members, unit: &[String]) -> RemoteModule {
    let linker = Linker { module, exports, members, unit };
    let names = exports.names(module);
    let exports = names.iter().map(|name| RemoteExport { name: (*name).to_owned(), kind: linker.kind(name) });
    RemoteModule { of: module.specifier.clone(), exports: exports.collect() }
}

struct Linker<'l, 'a> {
    module: &'a Module,
    exports: &'l Exports<'a>,
    members: &'l Members,
    unit: &'l [String],
}

impl<'a> Linker<'_, 'a> {
    fn kind(&self, name: &'a str) -> RemoteKind {
        let members = self.members.of(&self.module.specifier);
        if let Some(MemberKind::Procedure(stub)) =
            members.and_then(|members| members.get(name)).map(|member| &member.kind)
        {
            return match reach(self.members, &self.module.specifier, name, self.unit) {
                Reach::Remote => RemoteKind::Stub(stub.clone()),
                Reach::Local => self.itself(name),
            };
        }
        let Some(found) = self.exports.find(self.module, name) else { return RemoteKind::Unavailable };
        let Some((declared_in, declared_as)) = found.trace.last() else { return RemoteKind::Unavailable };
        match found.origin {
            Origin::Declared(declaration) => match declaration.kind {
                DeclarationKind::Class => RemoteKind::Itself(declared_in.specifier.clone(), (*declared_as).to_owned()),
                DeclarationKind::Constant(range) => {
                    RemoteKind::Constant(declared_in.text[range.start..range.end].to_owned())
                }
                DeclarationKind::Function(_) | DeclarationKind::Value => self.common(name),
            },
            Origin::Runtime(specifier, name) => RemoteKind::Itself(specifier.to_owned(), name.to_owned()),
            Origin::Namespace | Origin::Unknown => self.common(name),
        }
    }

    /// What belongs to no segment is there when the module runs in this unit anyway.
    fn common(&self, name: &str) -> RemoteKind {
        let members = self.members.of(&self.module.specifier).into_iter().flatten();
        let mut members = members.filter(|(_, member)| matches!(member.kind, MemberKind::Procedure(_)));
        let runs_here = members.any(|(_, member)| self.unit.iter().any(|segment| member.segments.contains(segment)));
        if runs_here { self.itself(name) } else { RemoteKind::Unavailable }
    }

    fn itself(&self, name: &str) -> RemoteKind {
        RemoteKind::Itself(self.module.specifier.clone(), name.to_owned())
    }
}
