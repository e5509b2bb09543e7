//! TypeScript's types, as far as they say what may leave a process: what functions take and give, and the types that
//! files declare. Files that hold nothing but types are among them; they are in no module graph.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::graph::Range;

/// Files with types, by path.
pub(crate) type TypeFiles = BTreeMap<Utf8PathBuf, TypeFile>;

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Where it stands.
    pub range: Range,
    /// What it is.
    pub kind: ShapeKind,
}

/// Kinds of types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ShapeKind {
    /// Says nothing against travelling: texts, numbers, `any`, classes, and everything that is too clever to follow.
    Open,
    /// A function, a constructor, or an object that can be called.
    Function,
    /// A symbol.
    Symbol,
    /// The text of a literal type, for `Pick` and `Omit`.
    Literal(String),
    /// A type by name, with arguments.
    Named(String, Vec<Shape>),
    /// Members of an object, or of a tuple.
    Members(Vec<ShapeMember>),
    /// The items of a list.
    List(Box<Shape>),
    /// One of these; parts that are `undefined` or `null` are left out.
    Union(Vec<Shape>),
    /// All of these.
    Intersection(Vec<Shape>),
}

/// A member of an object or tuple.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShapeMember {
    /// How it follows in a path: `.name`, `[0]`, or `[key]` for any key.
    pub step: String,
    /// Declared with `?`, or as a method, which the class of the value may have: then it need not be an own member.
    pub optional: bool,
    /// Its type.
    pub shape: Shape,
}

/// What a function takes and gives, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Signature {
    /// Typed parameters: name, or position for a pattern, and type.
    pub parameters: Vec<(String, Shape)>,
    /// The type that it is declared to give.
    pub result: Option<Shape>,
}

/// The types of one file.
#[derive(Debug)]
pub(crate) struct TypeFile {
    /// Absolute path.
    pub file: Utf8PathBuf,
    /// Its text.
    pub text: Arc<str>,
    /// What it declares and imports.
    pub table: TypeTable,
}

/// What a file says about types.
#[derive(Debug, Default)]
pub(crate) struct TypeTable {
    /// Types, classes and enums that it declares, by name.
    pub declared: BTreeMap<String, TypeDeclaration>,
    /// Names that its types use and that come from other files.
    pub imports: BTreeMap<String, TypeSource>,
    /// Exports that have another name than what they stand for, or come from other files.
    pub exports: BTreeMap<String, TypeExport>,
    /// `export * from`
    pub stars: Vec<TypeSource>,
}

/// A declared type.
#[derive(Debug)]
pub(crate) struct TypeDeclaration {
    /// Its parameters with their defaults.
    pub parameters: Vec<(String, Option<Shape>)>,
    /// What it is.
    pub shape: Shape,
}

/// What an export stands for.
#[derive(Debug)]
pub(crate) enum TypeExport {
    /// A name of the same file, its own or an imported one.
    Local(String),
    /// A name of another file.
    From(TypeSource),
}

/// A name of another file.
#[derive(Debug, Clone)]
pub(crate) struct TypeSource {
    /// Specifier as written.
    pub specifier: String,
    /// Name there; `*` for all of them.
    pub name: String,
    /// The file, when it is one of the application.
    pub file: Option<Utf8PathBuf>,
}

impl TypeSource {
    pub(super) fn new(specifier: impl Into<String>, name: impl Into<String>) -> Self {
        Self { specifier: specifier.into(), name: name.into(), file: None }
    }
}

impl TypeTable {
    /// Everything that comes from other files.
    pub(super) fn sources_mut(&mut self) -> impl Iterator<Item = &mut TypeSource> {
        let exports = self.exports.values_mut().filter_map(|export| match export {
            TypeExport::From(source) => Some(source),
            TypeExport::Local(_) => None,
        });
        self.imports.values_mut().chain(exports).chain(&mut self.stars)
    }
}
