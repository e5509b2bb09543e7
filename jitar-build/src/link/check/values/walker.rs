//! Follows a type through names, files and type arguments to what cannot travel in it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::known::{self, Known, Reason};
use crate::scan::graph::Range;
use crate::scan::shapes::{Shape, ShapeKind, TypeDeclaration, TypeExport, TypeFile, TypeFiles, TypeSource};

/// So many types are looked at for one parameter or result: type arguments can make types grow without end.
const BUDGET: usize = 10_000;

/// Names lead to each other this far.
const MAX_DEPTH: usize = 64;

/// What a type is the type of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// What callers send.
    Parameter,
    /// What they get: the promise around it is the call itself.
    Result,
}

/// Something that cannot travel.
#[derive(Debug)]
pub(super) struct Finding<'a> {
    /// How it is reached, such as `result.items[].callback`.
    pub(super) path: String,
    /// Name of its type.
    pub(super) name: String,
    /// Why it cannot travel.
    pub(super) reason: Reason,
    /// Whether every value of the whole type has it. Optional members and parts of unions may be absent.
    pub(super) certain: bool,
    /// The file where it is written.
    pub(super) file: &'a TypeFile,
    /// Where in the file.
    pub(super) range: Range,
}

/// Walks through one type.
pub(super) struct Walker<'a> {
    files: &'a TypeFiles,
    budget: usize,
    /// Declarations that are being looked into: a type may contain itself.
    active: Vec<*const TypeDeclaration>,
    found: Vec<Finding<'a>>,
}

/// Where a type stands, and what type parameters mean there.
struct Scope<'a> {
    file: &'a TypeFile,
    bound: BTreeMap<&'a str, Option<(&'a Shape, Rc<Scope<'a>>)>>,
}

/// The way to a type.
#[derive(Clone)]
struct Way {
    path: String,
    certain: bool,
    /// Members that are of interest.
    keys: Keys,
}

#[derive(Clone)]
enum Keys {
    All,
    Only(Vec<String>),
    Without(Vec<String>),
}

impl Way {
    fn step(&self, step: &str) -> Self {
        Self { path: format!("{}{step}", self.path), certain: self.certain, keys: Keys::All }
    }

    fn perhaps(mut self, perhaps: bool) -> Self {
        self.certain &= !perhaps;
        self
    }

    fn includes(&self, step: &str) -> bool {
        let is_among = |keys: &[String]| keys.iter().any(|key| step.strip_prefix('.') == Some(key));
        match &self.keys {
            Keys::All => true,
            Keys::Only(keys) => is_among(keys),
            Keys::Without(keys) => !is_among(keys),
        }
    }
}

impl<'a> Walker<'a> {
    pub(super) fn new(files: &'a TypeFiles) -> Self {
        Self { files, budget: BUDGET, active: Vec::new(), found: Vec::new() }
    }

    /// Everything in a type that cannot travel; each path once.
    pub(super) fn walk(mut self, file: &'a TypeFile, shape: &'a Shape, name: &str, root: Root) -> Vec<Finding<'a>> {
        let scope = Rc::new(Scope { file, bound: BTreeMap::new() });
        let way = Way { path: name.to_owned(), certain: true, keys: Keys::All };
        let awaited = match root {
            Root::Result => awaited(shape, file),
            Root::Parameter => None,
        };
        self.visit(awaited.unwrap_or(shape), &scope, &way);
        self.found
    }

    fn visit(&mut self, shape: &'a Shape, scope: &Rc<Scope<'a>>, way: &Way) {
        let Some(budget) = self.budget.checked_sub(1) else { return };
        self.budget = budget;
        match &shape.kind {
            ShapeKind::Open | ShapeKind::Literal(_) => {}
            ShapeKind::Function => self.find(Reason::Function, "", shape, scope, way),
            ShapeKind::Symbol => self.find(Reason::Symbol, "", shape, scope, way),
            ShapeKind::Members(members) => {
                for member in members.iter().filter(|member| way.includes(&member.step)) {
                    self.visit(&member.shape, scope, &way.step(&member.step).perhaps(member.optional));
                }
            }
            ShapeKind::List(item) => self.visit(item, scope, &way.step("[]")),
            ShapeKind::Union(parts) => {
                for part in parts {
                    self.visit(part, scope, &way.clone().perhaps(true));
                }
            }
            ShapeKind::Intersection(parts) => parts.iter().for_each(|part| self.visit(part, scope, way)),
            ShapeKind::Named(name, arguments) => self.named(shape, (name, arguments), scope, way),
        }
    }

    fn named(&mut self, shape: &'a Shape, (name, arguments): (&'a str, &'a [Shape]), scope: &Rc<Scope<'a>>, way: &Way) {
        if let Some(bound) = scope.bound.get(name) {
            if let Some((argument, there)) = bound.clone() {
                self.visit(argument, &there, way);
            }
            return;
        }
        match self.look_up(scope.file, name, MAX_DEPTH) {
            LookUp::Declared(file, declaration) => self.declared(file, declaration, arguments, scope, way),
            LookUp::Elsewhere => {}
            LookUp::Global => {
                if let Some(known) = known::find(name) {
                    self.known(known, shape, (name, arguments), scope, way);
                }
            }
        }
    }

    fn declared(
        &mut self,
        file: &'a TypeFile,
        declaration: &'a TypeDeclaration,
        arguments: &'a [Shape],
        scope: &Rc<Scope<'a>>,
        way: &Way,
    ) {
        if self.active.len() >= MAX_DEPTH || self.active.iter().any(|active| std::ptr::eq(*active, declaration)) {
            return;
        }
        let bare = Rc::new(Scope { file, bound: BTreeMap::new() });
        let parameters = declaration.parameters.iter().enumerate().map(|(idx, (parameter, default))| {
            let given = arguments.get(idx).map(|argument| (argument, Rc::clone(scope)));
            let bound = given.or_else(|| default.as_ref().map(|default| (default, Rc::clone(&bare))));
            (parameter.as_str(), bound)
        });
        let inside = Rc::new(Scope { file, bound: parameters.collect() });
        self.active.push(declaration);
        self.visit(&declaration.shape, &inside, way);
        self.active.pop();
    }

    fn known(
        &mut self,
        known: Known,
        shape: &'a Shape,
        (name, arguments): (&str, &'a [Shape]),
        scope: &Rc<Scope<'a>>,
        way: &Way,
    ) {
        let keys = || match arguments.get(1).map(|keys| &keys.kind) {
            Some(ShapeKind::Literal(key)) => Some(vec![key.clone()]),
            Some(ShapeKind::Union(parts)) => parts
                .iter()
                .map(|part| match &part.kind {
                    ShapeKind::Literal(key) => Some(key.clone()),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        let (first, second) = (arguments.first(), arguments.get(1));
        match known {
            Known::Refused(reason) => self.find(reason, name, shape, scope, way),
            Known::List => first.into_iter().for_each(|item| self.visit(item, scope, &way.step("[]"))),
            Known::Entries => {
                let any = way.step("[key]");
                first.into_iter().chain(second).for_each(|part| self.visit(part, scope, &any));
            }
            Known::Partial | Known::Part => self.members_of(first, scope, &way.clone().perhaps(true)),
            Known::Same => self.members_of(first, scope, way),
            Known::Pick => {
                let keys = keys();
                let unsure = keys.is_none();
                let keys = keys.map_or(Keys::All, Keys::Only);
                self.members_of(first, scope, &Way { keys, ..way.clone() }.perhaps(unsure));
            }
            Known::Omit => {
                let keys = keys();
                let unsure = keys.is_none();
                let keys = keys.map_or(Keys::All, Keys::Without);
                self.members_of(first, scope, &Way { keys, ..way.clone() }.perhaps(unsure));
            }
        }
    }

    fn members_of(&mut self, shape: Option<&'a Shape>, scope: &Rc<Scope<'a>>, way: &Way) {
        shape.into_iter().for_each(|shape| self.visit(shape, scope, way));
    }

    fn find(&mut self, reason: Reason, name: &str, shape: &Shape, scope: &Scope<'a>, way: &Way) {
        if let Some(known) = self.found.iter_mut().find(|known| known.path == way.path && known.reason == reason) {
            known.certain |= way.certain;
            return;
        }
        self.found.push(Finding {
            path: way.path.clone(),
            name: name.to_owned(),
            reason,
            certain: way.certain,
            file: scope.file,
            range: shape.range,
        });
    }

    /// What a name means in a file.
    fn look_up(&self, file: &'a TypeFile, name: &str, depth: usize) -> LookUp<'a> {
        if let Some(declaration) = file.table.declared.get(name) {
            return LookUp::Declared(file, declaration);
        }
        let first = name.split('.').next().unwrap_or(name);
        match file.table.imports.get(first) {
            Some(source) if first == name => self.follow(source, &source.name, depth),
            Some(_) => LookUp::Elsewhere,
            None if file.table.declared.contains_key(first) => LookUp::Elsewhere,
            None => LookUp::Global,
        }
    }

    /// What an export of another file means.
    fn follow(&self, source: &'a TypeSource, name: &str, depth: usize) -> LookUp<'a> {
        let target = source.file.as_ref().and_then(|file| self.files.get(file));
        target.and_then(|target| self.exported(target, name, depth)).unwrap_or(LookUp::Elsewhere)
    }

    fn exported(&self, file: &'a TypeFile, name: &str, depth: usize) -> Option<LookUp<'a>> {
        let depth = depth.checked_sub(1)?;
        match file.table.exports.get(name) {
            Some(TypeExport::Local(local)) => match self.look_up(file, local, depth) {
                LookUp::Global => None,
                found => Some(found),
            },
            Some(TypeExport::From(source)) => Some(self.follow(source, &source.name, depth)),
            None => match file.table.declared.get(name) {
                Some(declaration) => Some(LookUp::Declared(file, declaration)),
                None => file.table.stars.iter().find_map(|star| {
                    let target = self.files.get(star.file.as_ref()?)?;
                    self.exported(target, name, depth)
                }),
            },
        }
    }
}

enum LookUp<'a> {
    /// A declaration of the application.
    Declared(&'a TypeFile, &'a TypeDeclaration),
    /// Something that is not known: a type of a package, or one that does not exist.
    Elsewhere,
    /// A name that no file declares.
    Global,
}

/// The type inside of `Promise<…>`.
fn awaited<'a>(shape: &'a Shape, file: &TypeFile) -> Option<&'a Shape> {
    let ShapeKind::Named(name, arguments) = &shape.kind else { return None };
    let is_own = file.table.declared.contains_key(name) || file.table.imports.contains_key(name);
    let inner = arguments.first().filter(|_| matches!(name.as_str(), "Promise" | "PromiseLike") && !is_own)?;
    // A promise of a promise is one promise.
    Some(awaited(inner, file).unwrap_or(inner))
}
