//! Temporary folders and small applications for the unit tests.

use camino::Utf8PathBuf;

use crate::config::{self, AppConfig, Environment};
use crate::diagnostics::{Diagnostic, Diagnostics, Label};
use crate::host::{self, HostCatalog};
use crate::link::{self, Linked};
use crate::scan::graph::Graph;
use crate::scan::{self, ScanInput};

/// A folder that is removed when the test ends.
pub(crate) struct Folder {
    root: Utf8PathBuf,
    _guard: tempfile::TempDir,
}

impl Folder {
    /// A folder with these files: path and text.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let guard = tempfile::tempdir().expect("a temporary folder");
        let real = guard.path().canonicalize().expect("exists");
        let folder = Self { root: Utf8PathBuf::from_path_buf(real).expect("UTF-8"), _guard: guard };
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    /// The absolute path of something in it.
    pub(crate) fn path(&self, path: &str) -> Utf8PathBuf {
        if path.is_empty() { self.root.clone() } else { self.root.join(path) }
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, path: &str, text: &str) {
        crate::fs::write_if_changed(&self.path(path), text.as_bytes()).expect("writes");
    }
}

/// An application that was configured and scanned.
pub(crate) struct App {
    /// Where it lies.
    pub(crate) folder: Folder,
    /// Its configuration.
    pub(crate) config: AppConfig,
    /// Its modules.
    pub(crate) graph: Graph,
    /// The host functions of the package in the same folder, when it has a `Cargo.toml`.
    pub(crate) host: HostCatalog,
    /// Mistakes found so far.
    pub(crate) diagnostics: Diagnostics,
}

impl App {
    /// An application of these files: path and text.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Folder::new(files);
        folder.write("src/.keep", "");
        let (config, mut diagnostics) = config::read(&folder.path(""), &mut Environment::new(&|_| None));
        let config = config.expect("has an application folder");
        let files = config.roots();
        let sources = config.sources.files();
        let input =
            ScanInput { app: &config.folders.app, source: &config.folders.source, files: &files, sources: &sources };
        let (graph, found, _) = scan::scan(&input);
        diagnostics.extend(found);
        let package = Some(folder.path("")).filter(|package| package.join("Cargo.toml").exists());
        let (host, found, _) = host::read(package.as_deref());
        diagnostics.extend(found);
        Self { folder, config, graph, host, diagnostics }
    }

    /// Links it; fails when there is any mistake.
    pub(crate) fn link(&self) -> Linked<'_> {
        let (linked, diagnostics) = link::link(&self.config, &self.graph, &self.host, &[]);
        let mistakes = self.mistakes(&diagnostics);
        assert!(mistakes.is_empty(), "{mistakes:#?}");
        linked
    }

    /// Links it and gives every mistake as `code file:line:column message`, secondary places behind it.
    pub(crate) fn link_mistakes(&self) -> Vec<String> {
        self.mistakes(&link::link(&self.config, &self.graph, &self.host, &[]).1)
    }

    fn mistakes(&self, linking: &Diagnostics) -> Vec<String> {
        let place = |label: &Label| {
            let file = crate::fs::below(&label.file, &self.folder.path("")).expect("is in the application");
            format!("{file}:{}:{}", label.position().line, label.position().column)
        };
        let text = |diagnostic: &Diagnostic| {
            let places: Vec<String> = diagnostic.labels.iter().map(place).collect();
            format!("{} {} {}", diagnostic.code.id, places.join(" "), diagnostic.message)
        };
        self.diagnostics.iter().chain(linking).map(text).collect()
    }
}
