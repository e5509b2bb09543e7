//! From an import specifier to the file, runtime module or host module that it means.
//!
//! Order: `jitar` and `host:` → relative path → `#name` of the package → tsconfig `paths` and `baseUrl` (application
//! only) → packages. Modules of Node come last: a package of that name wins, three of
//! them the runtime has, all others are refused.

mod builtins;
mod exports;
mod files;
mod package;
mod tsconfig;

use std::collections::HashMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostics::{Code, Diagnostics, codes, did_you_mean};

use super::parse::{Language, Options};
use super::specifier;

use self::files::{Preference, find};
pub(super) use self::package::Package;
use self::package::{Instead, Packages};
pub(super) use self::tsconfig::TsConfig;

/// The runtime's module that stands for what a package does without where there is no Node.
const EMPTY: &str = "jitar:empty";

/// A module file and the name V8 knows it by.
#[derive(Debug, Clone)]
pub(super) struct Location {
    /// Absolute path.
    pub(super) file: Utf8PathBuf,
    /// `file:///app/…`
    pub(super) specifier: String,
    /// The package it belongs to; `None` for modules of the application.
    pub(super) package: Option<Arc<Package>>,
}

impl Location {
    /// A file of the application.
    pub(super) fn of_app(app: &Utf8Path, file: Utf8PathBuf) -> Self {
        Self { specifier: specifier::of_app_file(app, &file), file, package: None }
    }

    /// A file of a package, by its real path.
    fn of_package(package: &Arc<Package>, file: Utf8PathBuf) -> Self {
        let path = file.strip_prefix(&package.folder).unwrap_or(&file);
        let specifier = specifier::of_package_file(&package.name, &package.version, path);
        Self { specifier, file, package: Some(Arc::clone(package)) }
    }

    fn folder(&self) -> &Utf8Path {
        self.file.parent().unwrap_or(&self.file)
    }
}

/// What a specifier means.
#[derive(Debug)]
pub(super) enum Resolved {
    /// A file.
    Module(Location),
    /// A module of the runtime.
    Runtime(&'static str),
    /// A Rust module of that name.
    Host(String),
}

/// Why a specifier means nothing.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: &'static Code,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Failure {
    fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// How a module asks for another one. Packages may have a file for each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// `import`
    Import,
    /// `require`
    Require,
}

/// Resolves specifiers and remembers what it has read for that.
pub(super) struct Resolver<'a> {
    app: &'a Utf8Path,
    tsconfig: TsConfig,
    packages: Packages,
    /// Files found for paths: modules are imported from many places.
    found: HashMap<(Utf8PathBuf, Preference), Option<Utf8PathBuf>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(app: &'a Utf8Path, tsconfig: TsConfig) -> Self {
        Self { app, tsconfig, packages: Packages::default(), found: HashMap::new() }
    }

    /// How the application's modules are compiled.
    pub(super) fn options(&self) -> &Options {
        &self.tsconfig.options
    }

    /// The `package.json` files that were read.
    pub(super) fn take_read(&mut self) -> Vec<Utf8PathBuf> {
        std::mem::take(&mut self.packages.read)
    }

    /// What was wrong with `package.json` files.
    pub(super) fn take_diagnostics(&mut self) -> Diagnostics {
        std::mem::take(&mut self.packages.diagnostics)
    }

    /// Resolves a specifier as written in the importing module.
    pub(super) fn resolve(&mut self, importer: &Location, specifier: &str, way: Way) -> Result<Resolved, Failure> {
        match specifier {
            "jitar" => return Ok(Resolved::Runtime("jitar:runtime")),
            "jitar/client" => return Ok(Resolved::Runtime("jitar:client")),
            _ => {}
        }
        if let Some(name) = specifier.strip_prefix("host:") {
            return Ok(Resolved::Host(name.to_owned()));
        }
        if let Some(failure) = refuse(specifier) {
            return Err(failure);
        }
        if matches!(specifier, "." | "..") || specifier.starts_with("./") || specifier.starts_with("../") {
            return self.relative(importer, specifier, way);
        }
        if specifier.starts_with('#') {
            return self.private(importer, specifier, way);
        }
        if importer.package.is_none()
            && let Some(file) = self.tsconfig.find(specifier, preference(importer))
        {
            return self.module(file, None).map(Resolved::Module);
        }
        self.bare(importer, specifier, way)
    }

    fn relative(&mut self, importer: &Location, specifier: &str, way: Way) -> Result<Resolved, Failure> {
        let path = specifier::normalize(&importer.folder().join(specifier));
        let only_folder = specifier.ends_with('/') || specifier.ends_with('.');
        let found = match &importer.package {
            Some(_) => self.in_package(&path, only_folder, way),
            None if only_folder => files::index(&path),
            None => {
                let key = (path.clone(), preference(importer));
                self.found.entry(key).or_insert_with_key(|(path, preference)| find(path, *preference)).clone()
            }
        };
        match (found, &importer.package) {
            (Some(file), Some(package)) => self.file_of(package, file),
            (Some(file), None) => self.module(file, None).map(Resolved::Module),
            (None, _) => Err(self.missing(&path, specifier)),
        }
    }

    /// The file at a path inside of a package. A folder may have a `package.json` of its own, which names its main file.
    fn in_package(&mut self, path: &Utf8Path, only_folder: bool, way: Way) -> Option<Utf8PathBuf> {
        let file = if only_folder { None } else { files::find_file(path, Preference::AsWritten) };
        file.or_else(|| self.packages.at(path)?.main_file(way).ok()).or_else(|| files::index(path))
    }

    /// A file of a package, or what the package wants instead of it.
    fn file_of(&mut self, package: &Arc<Package>, file: Utf8PathBuf) -> Result<Resolved, Failure> {
        let path = file.strip_prefix(&package.folder).map(|path| format!("./{}", specifier::with_slashes(path)));
        let instead = path.ok().and_then(|path| package.instead_of(&path));
        let file = match instead {
            Some(Instead::Nothing) => return Ok(Resolved::Runtime(EMPTY)),
            Some(Instead::Other(other)) => {
                let path = specifier::normalize(&package.folder.join(other));
                find(&path, Preference::AsWritten).ok_or_else(|| package.missing(other))?
            }
            None => file,
        };
        self.module(file, Some(package)).map(Resolved::Module)
    }

    fn missing(&self, path: &Utf8Path, specifier: &str) -> Failure {
        let shown = path.strip_prefix(self.app).unwrap_or(path);
        let failure = Failure::new(
            &codes::UNRESOLVED_IMPORT,
            format!("cannot find module `{specifier}`: there is no `{}`", specifier::with_slashes(shown)),
        );
        match files::similar(path, specifier) {
            Some(help) => failure.help(help),
            None => failure.help("extensions `.ts .tsx .mts .js .jsx .mjs .json` and `index` files are tried"),
        }
    }

    /// `#name`: the `imports` of the package that the importer belongs to.
    fn private(&mut self, importer: &Location, specifier: &str, way: Way) -> Result<Resolved, Failure> {
        let scope = self.packages.scope_of(importer.folder());
        let unknown = || {
            Failure::new(
                &codes::UNRESOLVED_IMPORT,
                format!("`{specifier}` is not among the `imports` of `package.json`"),
            )
        };
        let package = scope.ok_or_else(unknown)?;
        let imports = package.imports.as_ref().ok_or_else(unknown)?;
        let target = exports::lookup(imports, specifier, way).ok_or_else(unknown)?;
        let Some(path) = target.strip_prefix("./") else {
            let inside = Location { file: package.folder.join("package.json"), ..importer.clone() };
            return self.bare(&inside, &target, way);
        };
        let path = specifier::normalize(&package.folder.join(path));
        let file = find(&path, preference(importer)).ok_or_else(|| self.missing(&path, specifier))?;
        self.module(file, importer.package.as_ref()).map(Resolved::Module)
    }

    /// A package by name, with a path inside of it or not.
    fn bare(&mut self, importer: &Location, specifier: &str, way: Way) -> Result<Resolved, Failure> {
        let own = importer.package.as_ref();
        match own.and_then(|package| package.instead_of(specifier)) {
            Some(Instead::Nothing) => return Ok(Resolved::Runtime(EMPTY)),
            Some(Instead::Other(other)) if other.starts_with("./") => {
                let package = own.map(|package| package.folder.join("package.json"));
                let inside = Location { file: package.unwrap_or_default(), ..importer.clone() };
                return self.relative(&inside, other, way);
            }
            Some(Instead::Other(other)) if other != specifier => return self.bare(importer, other, way),
            _ => {}
        }
        let provided = builtins::provided(specifier).map(Resolved::Runtime);
        let builtin = builtins::find(specifier);
        if specifier.starts_with("node:") {
            return provided.ok_or_else(|| builtins::refuse(specifier, builtin));
        }
        let Some((name, subpath)) = package::split(specifier) else {
            return Err(Failure::new(&codes::UNRESOLVED_IMPORT, format!("`{specifier}` is not the name of a package")));
        };
        let Some(package) = self.packages.find(importer.folder(), name) else {
            return provided.ok_or_else(|| match builtin {
                Some(_) => builtins::refuse(specifier, builtin),
                None => Self::missing_package(importer, name),
            });
        };
        let file = self.entry(&package, &subpath, way)?;
        self.file_of(&package, file)
    }

    /// The file behind a package's name (`subpath` is `.`) or a path inside of it (`./…`).
    fn entry(&mut self, package: &Package, subpath: &str, way: Way) -> Result<Utf8PathBuf, Failure> {
        match &package.exports {
            Some(exports) => package.exported(exports, subpath, way),
            None if subpath == "." => package.main_file(way),
            None => {
                let path = specifier::normalize(&package.folder.join(subpath));
                self.in_package(&path, subpath.ends_with('/'), way).ok_or_else(|| package.missing(subpath))
            }
        }
    }

    fn missing_package(importer: &Location, name: &str) -> Failure {
        let failure = Failure::new(&codes::UNRESOLVED_IMPORT, format!("cannot find package `{name}`"));
        let installed = Packages::installed(importer.folder());
        match did_you_mean(name, installed.iter().map(String::as_str)) {
            Some(help) => failure.help(help),
            None => {
                failure.help(format!("install it below the application folder, for example with `npm install {name}`"))
            }
        }
    }

    /// Names a file that was found; refuses what cannot be a module.
    fn module(&mut self, file: Utf8PathBuf, package: Option<&Arc<Package>>) -> Result<Location, Failure> {
        let shown = file.strip_prefix(self.app).unwrap_or(&file);
        if file.extension() == Some("cjs") && !lies_in_node_modules(&file) {
            let message = format!("`{shown}` is written as CommonJS, which only packages can be");
            return Err(Failure::new(&codes::COMMONJS, message).help("write it as an ES module, `.mjs` or `.js`"));
        }
        if Language::of(&file).is_none() {
            let message = format!("`{shown}` cannot be a module");
            return Err(Failure::new(&codes::UNSUPPORTED_FILE, message).help(
                "modules are `.ts .tsx .mts .js .jsx .mjs .json` files; keep other data as text in one of these",
            ));
        }
        if let Some(package) = package.filter(|package| file.starts_with(&package.folder)) {
            return Ok(Location::of_package(package, file));
        }
        // Links are followed, so that a package has one name whatever way leads into it.
        let real = if lies_in_node_modules(&file) { file.canonicalize_utf8().ok() } else { None };
        Ok(match real.and_then(|real| Some((self.packages.containing(&real)?, real))) {
            Some((package, real)) => Location::of_package(&package, real),
            None => Location::of_app(self.app, file),
        })
    }
}

/// Specifiers that can never be resolved.
fn refuse(specifier: &str) -> Option<Failure> {
    if specifier.starts_with("jitar:") || specifier.starts_with("jitar/") {
        let message = format!("`{specifier}` belongs to the runtime and cannot be imported");
        let failure = Failure::new(&codes::RESERVED_SPECIFIER, message);
        return Some(failure.help("applications import from `jitar`, browser code also from `jitar/client`"));
    }
    if specifier.starts_with("http:") || specifier.starts_with("https:") {
        let message = format!("`{specifier}` would have to be downloaded, which a build does not do");
        let failure = Failure::new(&codes::UNRESOLVED_IMPORT, message);
        return Some(failure.help("install it as a package, or keep a copy below the source folder"));
    }
    if specifier.starts_with('/') || specifier.starts_with("file:") {
        let message = format!("`{specifier}` is an absolute path, which is different on every machine");
        let failure = Failure::new(&codes::UNRESOLVED_IMPORT, message);
        return Some(failure.help("write a path relative to this file, beginning with `./` or `../`"));
    }
    if specifier.starts_with("data:") || specifier.starts_with("blob:") || specifier.is_empty() {
        let message = format!("`{specifier}` cannot be imported");
        return Some(Failure::new(&codes::UNRESOLVED_IMPORT, message).help("import a file or a package"));
    }
    None
}

/// Whether a file lies in `node_modules`.
fn lies_in_node_modules(file: &Utf8Path) -> bool {
    file.components().any(|component| component.as_str() == "node_modules")
}

fn preference(importer: &Location) -> Preference {
    match Language::of(&importer.file) {
        Some(Language::TypeScript | Language::TypeScriptJsx) => Preference::TypeScript,
        _ => Preference::AsWritten,
    }
}

#[cfg(test)]
mod tests;
