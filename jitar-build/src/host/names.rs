//! The types of a library by their Rust paths, and what a path means in one of its modules.

use std::collections::BTreeMap;

use syn::ext::IdentExt;
use syn::{Attribute, Ident, Item, ItemEnum, ItemStruct, ItemType, UseTree};

/// The path of a module below the crate.
pub(super) type ModulePath = Vec<String>;

/// A type that the library declares.
pub(super) enum Declared {
    Struct(ItemStruct),
    Enum(ItemEnum),
    Alias(ItemType),
    /// One that is there under conditions only: rustc decides which.
    Conditional,
}

/// Where a type is declared, and its name there.
pub(super) type TypePath = (ModulePath, String);

/// What a path names.
pub(super) enum Meaning<'a> {
    /// A type of the library.
    Own(&'a TypePath, &'a Declared),
    /// A type of another crate, by its last name.
    Foreign(String),
}

/// A module's names.
#[derive(Default)]
struct Module {
    /// Names that `use` brings, with what they stand for.
    uses: BTreeMap<String, Vec<String>>,
    /// Modules and enums of which `use` brings everything.
    globs: Vec<Vec<String>>,
}

/// The names of a library.
#[derive(Default)]
pub(super) struct Names {
    /// What other crates call it.
    library: String,
    types: BTreeMap<TypePath, Declared>,
    modules: BTreeMap<ModulePath, Module>,
}

/// Longer chains of `use` are circles.
const LONGEST_CHAIN: usize = 32;

impl Names {
    pub(super) fn of(library: &str) -> Self {
        Self { library: library.to_owned(), ..Self::default() }
    }

    /// Notes the names of a module.
    pub(super) fn add(&mut self, path: &[String], items: &[Item]) {
        let mut module = self.modules.remove(path).unwrap_or_default();
        for item in items {
            match item {
                Item::Struct(found) => {
                    self.declare(path, &found.ident, &found.attrs, || Declared::Struct(found.clone()));
                }
                Item::Enum(found) => {
                    self.declare(path, &found.ident, &found.attrs, || Declared::Enum(found.clone()));
                }
                Item::Type(found) => {
                    self.declare(path, &found.ident, &found.attrs, || Declared::Alias(found.clone()));
                }
                Item::Use(found) => module.bring(&found.tree, &mut Vec::new()),
                _ => {}
            }
        }
        self.modules.insert(path.to_owned(), module);
    }

    fn declare(&mut self, module: &[String], name: &Ident, attributes: &[Attribute], declared: impl Fn() -> Declared) {
        let declared = if is_conditional(attributes) { Declared::Conditional } else { declared() };
        self.types.insert((module.to_owned(), plain(name)), declared);
    }

    /// What a path means in a module. A name that nobody here knows is one of another crate.
    pub(super) fn meaning(&self, module: &[String], path: &syn::Path) -> Meaning<'_> {
        let mut segments: Vec<String> = path.segments.iter().map(|segment| plain(&segment.ident)).collect();
        if path.leading_colon.is_some() && segments.first() != Some(&self.library) {
            return Meaning::Foreign(segments.pop().unwrap_or_default());
        }
        self.follow(module, &segments, 0)
            .unwrap_or_else(|foreign| Meaning::Foreign(foreign.last().cloned().unwrap_or_default()))
    }

    /// `Err` is the path as another crate has it.
    fn follow(&self, module: &[String], path: &[String], depth: usize) -> Result<Meaning<'_>, Vec<String>> {
        let Some((first, rest)) = path.split_first().filter(|_| depth < LONGEST_CHAIN) else {
            return Err(path.to_vec());
        };
        match first.as_str() {
            "crate" => return self.follow(&[], rest, depth + 1),
            "self" => return self.follow(module, rest, depth + 1),
            "super" => return self.follow(&module[..module.len().saturating_sub(1)], rest, depth + 1),
            _ => {}
        }
        let own = (module.to_vec(), first.clone());
        if let (Some((path, declared)), true) = (self.types.get_key_value(&own), rest.is_empty()) {
            return Ok(Meaning::Own(path, declared));
        }
        let inner = [module, std::slice::from_ref(first)].concat();
        if !rest.is_empty() && self.modules.contains_key(&inner) {
            return self.follow(&inner, rest, depth + 1);
        }
        let known = self.modules.get(module);
        if let Some(target) = known.and_then(|known| known.uses.get(first)) {
            // `use a::b;` may also stand for something outside: then it is the crate `a`.
            let target = [&target[..], rest].concat();
            return self.follow_use(module, &target, depth + 1);
        }
        let globs = known.into_iter().flat_map(|known| &known.globs);
        let through = |glob: &Vec<String>| self.follow_use(module, &[&glob[..], path].concat(), depth + 1).ok();
        if let Some(found) = globs.into_iter().find_map(through) {
            return Ok(found);
        }
        if *first == self.library && !rest.is_empty() {
            return self.follow(&[], rest, depth + 1);
        }
        Err(path.to_vec())
    }

    /// What a path of `use` means, which does not begin with a name that the same `use` brings.
    fn follow_use(&self, module: &[String], path: &[String], depth: usize) -> Result<Meaning<'_>, Vec<String>> {
        let known = self.modules.get(module);
        let is_itself = path.first().is_some_and(|first| {
            known.and_then(|known| known.uses.get(first)).is_some_and(|target| path.starts_with(target))
        });
        if is_itself { Err(path.to_vec()) } else { self.follow(module, path, depth) }
    }
}

impl Module {
    fn bring(&mut self, tree: &UseTree, path: &mut Vec<String>) {
        match tree {
            UseTree::Path(part) => {
                path.push(plain(&part.ident));
                self.bring(&part.tree, path);
                path.pop();
            }
            UseTree::Name(part) if part.ident == "self" => {
                if let Some(last) = path.last().cloned() {
                    self.uses.insert(last, path.clone());
                }
            }
            UseTree::Name(part) => {
                let name = plain(&part.ident);
                self.uses.insert(name.clone(), [&path[..], &[name]].concat());
            }
            UseTree::Rename(part) => {
                self.uses.insert(plain(&part.rename), [&path[..], &[plain(&part.ident)]].concat());
            }
            UseTree::Glob(_) => self.globs.push(path.clone()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.bring(tree, path)),
        }
    }
}

/// Whether `cfg` or `cfg_attr` decides about it.
pub(super) fn is_conditional(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr"))
}

fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}
