//! The module graph: what every later stage knows of the application's sources.

use std::sync::Arc;

use camino::Utf8PathBuf;
use indexmap::IndexMap;
use jitar_engine::manifest::Parameter;

use super::shapes::{Signature, TypeFiles};

/// A range of bytes in a file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Range {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// All modules that the application can reach, in the order in which they were found.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// By specifier.
    pub modules: IndexMap<String, Module>,
    /// What files of the application say about types, also those that are no modules.
    pub types: TypeFiles,
}

/// A parsed module.
#[derive(Debug)]
pub(crate) struct Module {
    /// What V8 knows it by, such as `file:///app/src/sales/getMonthData.ts` (design section 3).
    pub specifier: String,
    /// Where it lies on disk.
    pub file: Utf8PathBuf,
    /// Path below the source folder with `/` and its extension; `None` for modules of packages and for modules outside
    /// the source folder.
    pub path: Option<String>,
    /// The file's text.
    pub text: Arc<str>,
    /// Code or data.
    pub body: Body,
    /// Static imports and re-exports that are left once types are stripped, in source order. Those of a module that is
    /// written for `require` are what it requires, and an [`ImportKind::ExportAll`] for each module whose names it hands on.
    pub imports: Vec<Import>,
    /// `import(…)` expressions.
    pub dynamic_imports: Vec<DynamicImport>,
    /// What it exports, in source order. `export *` is an [`Import`] with [`ImportKind::ExportAll`].
    pub exports: Vec<Export>,
    /// Whether it may have exports that only running it would tell; what somebody imports from it is added to `exports`.
    pub is_open: bool,
    /// Top-level declarations by name. An anonymous default export is there under `default`.
    pub declarations: IndexMap<String, Declaration>,
    /// Whether it awaits at the top level.
    pub has_top_level_await: bool,
    /// Calls of host functions that can be seen: by an imported name or through an imported namespace.
    pub host_calls: Vec<HostCall>,
}

/// The content of a module.
#[derive(Debug)]
pub(crate) enum Body {
    /// Parsed, with types stripped and JSX compiled; only `generate/emit` looks inside.
    JavaScript(super::parse::Syntax),
    /// Written for `require`: its text, but for these places.
    CommonJs(Vec<super::parse::Edit>),
    /// A JSON module.
    Json,
}

/// One `import … from` or `export … from`.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    /// Specifier as written.
    pub specifier: String,
    /// Where the specifier's literal stands (with quotes); the first JSX element for the import that JSX brings with it.
    pub range: Range,
    /// What it resolves to.
    pub target: Target,
    /// Form of the statement.
    pub kind: ImportKind,
    /// Named members; empty for side-effect imports and `export *`.
    pub names: Vec<ImportedName>,
    /// Value of the attribute `type`, such as `json`.
    pub attribute: Option<String>,
    /// Whether the module can do without: a `require` that stands in a `try`.
    pub is_optional: bool,
}

/// Forms of import statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImportKind {
    /// `import …`
    Import,
    /// `export { … } from` or `export * as ns from`
    ExportNamed,
    /// `export * from`
    ExportAll,
}

/// A member of an import or re-export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImportedName {
    /// Name in the other module: an export name, `default`, or `*` for its namespace.
    pub imported: String,
    /// Local name of an import; exported name of a re-export.
    pub local: String,
    /// Where it stands.
    pub range: Range,
}

/// What a specifier resolves to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A module of the graph, by specifier.
    Module(String),
    /// The runtime's own module: `jitar` is `jitar:runtime`, `jitar/client` is `jitar:client`.
    Runtime(&'static str),
    /// A Rust host module, `host:<name>`.
    Host(String),
    /// Nothing; a diagnostic was made.
    Unresolved,
}

/// `import(…)`.
#[derive(Debug, Clone)]
pub(crate) struct DynamicImport {
    /// Where the argument stands.
    pub range: Range,
    /// Specifier and target when the argument is a literal.
    pub literal: Option<(String, Target)>,
    /// How a computed specifier begins and ends, when it begins like a relative path.
    pub ends: Option<(String, String)>,
    /// The modules of the source folder that a computed specifier may mean.
    pub reachable: Vec<Target>,
}

/// A call of a function of a host module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostCall {
    /// The module, without `host:`.
    pub module: String,
    /// The function's name there.
    pub function: String,
    /// Where the call stands.
    pub range: Range,
    /// How many arguments it has; none of them is spread.
    pub arguments: usize,
}

/// One exported name.
#[derive(Debug, Clone)]
pub(crate) struct Export {
    /// The exported name.
    pub name: String,
    /// Where the name stands.
    pub range: Range,
    /// What it stands for.
    pub source: ExportSource,
}

/// What an exported name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExportSource {
    /// A declaration of this module, by its key in [`Module::declarations`].
    Local(String),
    /// A name of another module: index into [`Module::imports`] and the name there (`*` for its namespace). Both
    /// `export { a } from` and `import { a } from …; export { a }` are recorded like this.
    Import(usize, String),
}

/// A top-level declaration.
#[derive(Debug, Clone)]
pub(crate) struct Declaration {
    /// Declared identifier; `None` for an anonymous default export.
    pub name: Option<String>,
    /// Where the name stands, or the whole declaration when it has none.
    pub range: Range,
    /// What it is.
    pub kind: DeclarationKind,
    /// A place where a function changes it: then it is state that outlives a call.
    pub changed: Option<Range>,
}

/// Kinds of top-level declarations.
#[derive(Debug, Clone)]
pub(crate) enum DeclarationKind {
    /// A function declaration, or a `const` bound to an arrow function or function expression.
    Function(Function),
    /// A class declaration, or a `const` bound to a class expression.
    Class,
    /// A `const`, or an anonymous default export, whose value is a literal (or a template, array or object of literals):
    /// `range` of that value, which is JavaScript without types. Such constants may be copied into remote modules.
    Constant(Range),
    /// Any other variable, enum, namespace or default expression.
    Value,
}

/// What the split must know of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    /// Declared `async`.
    pub is_async: bool,
    /// Declared with `*`.
    pub is_generator: bool,
    /// Parameters without `this`.
    pub parameters: Vec<Parameter>,
    /// A parameter that callers cannot name, such as `{ [key]: value }` or `...[a, b]`: where it stands. Such a function
    /// cannot be a procedure.
    pub unnameable: Option<Range>,
    /// Its types.
    pub signature: Signature,
}
