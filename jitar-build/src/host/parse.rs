//! Walks the modules of a library and collects the functions that `#[jitar::host]` marks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, FnArg, Item, ItemFn, ItemMod, Lit, Meta, MetaNameValue, Pat, Token, Visibility};

use super::library::Library;
use super::names::{ModulePath, Names};
use super::types::{OwnType, Types};
use super::{HostFunction, HostParameter};
use crate::config::Place;
use crate::diagnostics::{Diagnostic, Diagnostics, Range, codes};
use crate::fs;

/// What was found.
pub(super) struct Parsed {
    /// Functions by module and name.
    pub(super) modules: BTreeMap<String, BTreeMap<String, HostFunction>>,
    /// The library's types that they name, by number.
    pub(super) types: Vec<OwnType>,
    /// Every file that was read.
    pub(super) files: BTreeSet<Utf8PathBuf>,
    /// The first file that is not valid Rust.
    pub(super) failure: Option<Diagnostic>,
}

/// Reads a library from its first file on.
pub(super) fn library(library: &Library, diagnostics: &mut Diagnostics) -> Parsed {
    let parsed = Parsed { modules: BTreeMap::new(), types: Vec::new(), files: BTreeSet::new(), failure: None };
    let mut walk = Walk { parsed, names: Names::of(&library.name), found: Vec::new() };
    let folder = library.root.parent().unwrap_or(&library.root).to_owned();
    let root = Inside { path: format!("::{}", library.name), module: Vec::new(), folder, hidden_by: None };
    walk.file(&library.root, &root);
    walk.finish(diagnostics)
}

/// A module on the way.
struct Inside {
    /// Its Rust path.
    path: String,
    /// The same below the crate.
    module: ModulePath,
    /// Where files of its modules lie.
    folder: Utf8PathBuf,
    /// The private module on the way to it.
    hidden_by: Option<String>,
}

/// A file that is being read.
struct Source {
    file: Utf8PathBuf,
    text: Arc<str>,
}

impl Source {
    fn place(&self, span: proc_macro2::Span) -> Place {
        let range = span.byte_range();
        let range = Range { start: range.start, end: range.end };
        Place { file: self.file.clone(), text: Arc::clone(&self.text), range }
    }
}

/// A function that is marked.
struct Found {
    /// Module and name in JavaScript.
    exported: (String, String),
    function: ItemFn,
    /// Where it stands.
    module: ModulePath,
    constant: String,
    place: Place,
    hidden_by: Option<String>,
}

struct Walk {
    parsed: Parsed,
    names: Names,
    found: Vec<Found>,
}

impl Walk {
    /// A file that is missing or wrong is rustc's to report; here it matters only when something is imported.
    fn file(&mut self, file: &Utf8Path, inside: &Inside) {
        if !self.parsed.files.insert(file.to_owned()) {
            return;
        }
        let Ok(text) = fs::read(file) else { return };
        let source = Source { file: file.to_owned(), text: text.into() };
        match syn::parse_file(&source.text) {
            Ok(parsed) => self.items(&parsed.items, &source, inside),
            Err(error) => {
                let message = format!("the package's library is not valid Rust: {}", in_one_line(&error));
                let diagnostic = source.place(error.span()).error(&codes::HOST_LIBRARY, message, "");
                self.parsed.failure.get_or_insert(diagnostic);
            }
        }
    }

    fn items(&mut self, items: &[Item], source: &Source, inside: &Inside) {
        self.names.add(&inside.module, items);
        for item in items {
            match item {
                Item::Fn(function) if !is_for_tests(&function.attrs) => self.function(function, source, inside),
                Item::Mod(module) if !is_for_tests(&module.attrs) => self.module(module, source, inside),
                _ => {}
            }
        }
    }

    fn module(&mut self, module: &ItemMod, source: &Source, outer: &Inside) {
        let name = module.ident.unraw().to_string();
        let hidden_by = outer.hidden_by.clone();
        let hidden_by = hidden_by.or_else(|| (!is_public(&module.vis)).then(|| format!("the module `{name}`")));
        let path = format!("{}::{}", outer.path, module.ident);
        let below = [&outer.module[..], std::slice::from_ref(&name)].concat();
        let inner = Inside { path, module: below, folder: outer.folder.join(&name), hidden_by };
        if let Some((_, items)) = &module.content {
            return self.items(items, source, &inner);
        }
        if let Some(path) = path_attribute(&module.attrs) {
            let file = fs::normalise(&source.file.parent().unwrap_or(&source.file).join(path));
            let folder = file.parent().unwrap_or(&file).to_owned();
            self.file(&file, &Inside { folder, ..inner });
        } else {
            let beside = outer.folder.join(format!("{name}.rs"));
            let file = if beside.is_file() { beside } else { inner.folder.join("mod.rs") };
            self.file(&file, &inner);
        }
    }

    fn function(&mut self, function: &ItemFn, source: &Source, inside: &Inside) {
        let Some((module, name)) = function.attrs.iter().find_map(host_attribute) else { return };
        let rust_name = function.sig.ident.unraw().to_string();
        let name = name.unwrap_or_else(|| rust_name.clone());
        let place = source.place(function.sig.ident.span());
        let hidden_by = inside.hidden_by.clone();
        let hidden_by =
            hidden_by.or_else(|| (!is_public(&function.vis)).then(|| format!("the function `{rust_name}`")));
        self.found.push(Found {
            exported: (module, name),
            function: function.clone(),
            module: inside.module.clone(),
            constant: format!("{}::__jitar_host_{rust_name}", inside.path),
            place,
            hidden_by,
        });
    }

    /// What types mean is known once all modules were read.
    fn finish(self, diagnostics: &mut Diagnostics) -> Parsed {
        let Self { mut parsed, names, found } = self;
        let mut types = Types::new(&names);
        for Found { exported: (module, name), function, module: within, constant, place, hidden_by } in found {
            let functions = parsed.modules.entry(module.clone()).or_default();
            if let Some(first) = functions.get(&name) {
                diagnostics.push(twice(&module, &name, &place, &first.place));
                continue;
            }
            let found = HostFunction {
                constant,
                is_async: function.sig.asyncness.is_some(),
                parameters: parameters(&function, &within, &mut types),
                result: types.result(&within, &function.sig.output),
                docs: docs(&function.attrs),
                place,
                hidden_by,
            };
            functions.insert(name, found);
        }
        parsed.types = types.own;
        parsed
    }
}

fn twice(module: &str, name: &str, second: &Place, first: &Place) -> Diagnostic {
    let message = format!("the host module `{module}` has two functions called `{name}`");
    let diagnostic = second.error(&codes::DUPLICATE_HOST_FUNCTION, message, "second one");
    let diagnostic = diagnostic.label(&first.file, &first.text, first.range, "first one");
    diagnostic.help("give one of them another name: `#[jitar::host(module = \"…\", name = \"…\")]`")
}

/// Module and name of `#[jitar::host(module = "…", name = "…")]`. What is wrong with it the attribute itself says.
fn host_attribute(attribute: &Attribute) -> Option<(String, Option<String>)> {
    let segments: Vec<String> = attribute.path().segments.iter().map(|segment| segment.ident.to_string()).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    if !matches!(segments[..], ["host"] | ["jitar", "host"]) {
        return None;
    }
    let Meta::List(list) = &attribute.meta else { return None };
    let settings = list.parse_args_with(Punctuated::<MetaNameValue, Token![,]>::parse_terminated).ok()?;
    let value = |key: &str| settings.iter().find(|setting| setting.path.is_ident(key)).and_then(text_of);
    Some((value("module")?, value("name")))
}

fn text_of(setting: &MetaNameValue) -> Option<String> {
    match &setting.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes
        .iter()
        .filter_map(|attribute| attribute.meta.require_name_value().ok())
        .find_map(|setting| if setting.path.is_ident("path") { text_of(setting) } else { None })
}

/// `#[cfg(test)]`. Other conditions are for rustc to decide: it says when a function is not there.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    };
    attributes.iter().any(is_test)
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn parameters(function: &ItemFn, module: &[String], known: &mut Types<'_>) -> Vec<HostParameter> {
    let typed = function.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    let parameters = typed.enumerate().map(|(idx, typed)| {
        let name = match &*typed.pat {
            Pat::Ident(name) => name.ident.unraw().to_string(),
            _ => format!("argument{}", idx + 1),
        };
        let (ty, is_optional) = known.parameter(module, &typed.ty);
        HostParameter { name, ty, is_optional }
    });
    parameters.collect()
}

pub(super) fn docs(attributes: &[Attribute]) -> Vec<String> {
    let lines = attributes.iter().filter_map(|attribute| attribute.meta.require_name_value().ok());
    let lines = lines.filter(|setting| setting.path.is_ident("doc")).filter_map(text_of);
    let lines = lines.flat_map(|text| text.split('\n').map(str::to_owned).collect::<Vec<_>>());
    lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned()).collect()
}

fn in_one_line(error: &syn::Error) -> String {
    error.to_string().replace('\n', " ")
}
