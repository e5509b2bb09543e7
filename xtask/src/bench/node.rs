//! Node as the peer: the same functions behind `node:http`, from the modules that the build generated.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::service::{Output, Service};
use crate::workspace::Workspace;
use crate::{term, tools};

/// How the generated modules name the application's files.
const APP: &str = "file:///app/";
/// How an import ends in what the build prints.
const FROM: &str = " from \"";
/// How they name the runtime.
const RUNTIME: &str = "jitar:runtime";

/// A function that Node serves.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    /// Where Node lies.
    pub(super) program: PathBuf,
    /// Arguments but for the port.
    arguments: Vec<String>,
}

impl Peer {
    /// Serves the default export of a module at a path. None, and a line that says so, without Node.
    pub(super) fn of_module(workspace: &Workspace, module: &Path, path: &str, parameters: &[&str]) -> Option<Self> {
        let Some(program) = tools::find("node") else {
            term::status("Skipped", "Node: it is not installed, so there is nothing to compare with");
            return None;
        };
        let server = workspace.root.join("xtask/peers/node-http.mjs");
        let mut arguments = vec![server.display().to_string(), module.display().to_string(), path.to_owned()];
        arguments.push(parameters.join(","));
        Some(Self { program, arguments })
    }

    /// Its arguments for a port.
    pub(super) fn arguments(&self, port: u16) -> Vec<String> {
        let mut arguments = self.arguments.clone();
        arguments.push(port.to_string());
        arguments
    }

    /// Starts it on a port of its choice.
    pub(super) fn start(&self) -> Result<Service> {
        Service::start("node", &self.program, &self.arguments(0), Output::Kept)
    }
}

/// Copies the generated modules of a unit so that Node finds their imports. Returns the copy of one of them.
pub(super) fn copy_modules(workspace: &Workspace, modules: &Path, wanted: &str) -> Result<PathBuf> {
    let folder = workspace.target.join("bench/node");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    let runtime = workspace.root.join("xtask/peers/jitar-runtime.mjs");
    let copy = Copy { root: modules, folder: &folder, runtime: format!("file://{}", runtime.display()) };
    copy.files(modules)?;
    Ok(folder.join(name_of(wanted)))
}

/// Where a file is copied to. Node takes the last part of a name for the kind of file, so all are called `.mjs`.
fn name_of(path: &str) -> String {
    format!("{}.mjs", path.strip_suffix(".js").unwrap_or(path))
}

struct Copy<'a> {
    root: &'a Path,
    folder: &'a Path,
    runtime: String,
}

impl Copy<'_> {
    fn files(&self, from: &Path) -> Result<()> {
        for entry in fs::read_dir(from).with_context(|| format!("cannot read `{}`", from.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                self.files(&path)?;
            } else if path.extension().is_some_and(|extension| extension == "js" || extension == "json") {
                self.file(&path)?;
            }
        }
        Ok(())
    }

    fn file(&self, path: &Path) -> Result<()> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let is_data = path.extension().is_some_and(|extension| extension == "json");
        let text = if is_data { format!("export default {text};\n") } else { self.moved(&text) };
        let copy = self.folder.join(name_of(&path.strip_prefix(self.root)?.to_string_lossy()));
        if let Some(folder) = copy.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        }
        fs::write(&copy, text).with_context(|| format!("cannot write `{}`", copy.display()))
    }

    /// The module with its imports led to the copies.
    fn moved(&self, text: &str) -> String {
        let mut pieces = text.split(FROM);
        let mut moved = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (specifier, rest) = piece.split_at(piece.find('"').unwrap_or(piece.len()));
            moved.extend([FROM, &self.leading(specifier), &without_attributes(rest)]);
        }
        moved
    }

    fn leading(&self, specifier: &str) -> String {
        if let Some(path) = specifier.strip_prefix(APP) {
            return format!("file://{}/{}", self.folder.display(), name_of(path));
        }
        match specifier {
            RUNTIME => self.runtime.clone(),
            _ if specifier.starts_with('.') => name_of(specifier),
            _ => specifier.to_owned(),
        }
    }
}

/// The text after an import's path, from its quote on, without `with { type: "json" }`: data is copied as code.
fn without_attributes(text: &str) -> String {
    let (quote, rest) = text.split_at(text.len().min(1));
    match rest.trim_start().strip_prefix("with").and_then(|rest| rest.split_once('}')) {
        Some((_, after)) => format!("{quote}{after}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_lead_to_the_copies() {
        let copy = Copy { root: Path::new("/m"), folder: Path::new("/n"), runtime: "file:///r.mjs".to_owned() };
        for (text, expected) in [
            ("import a from \"file:///app/src/a.ts\";\nb();", "import a from \"file:///n/src/a.ts.mjs\";\nb();"),
            ("import a from \"file:///app/src/a.js\";", "import a from \"file:///n/src/a.mjs\";"),
            ("import a from \"../a.ts\";", "import a from \"../a.ts.mjs\";"),
            ("import a from \"node:fs\";", "import a from \"node:fs\";"),
            (
                "import t from \"file:///app/t.json\" with { type: \"json\" };\nt();",
                "import t from \"file:///n/t.json.mjs\";\nt();",
            ),
            ("import { BadRequest } from \"jitar:runtime\";", "import { BadRequest } from \"file:///r.mjs\";"),
        ] {
            assert_eq!(copy.moved(text), expected);
        }
        assert_eq!(name_of("src/a.ts.js"), name_of("src/a.ts"));
    }
}
