//! The example for others: the modules that our build generated, as plain JavaScript with relative imports.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::check;
use crate::workspace::Workspace;

/// How the generated modules name the application's files.
const APP: &str = "file:///app/";
/// How an import ends in what the build prints.
const FROM: &str = " from \"";
/// How they name the runtime, how the known implementation does, and what stands for it elsewhere.
const RUNTIME: &str = "jitar:runtime";
const PACKAGE: &str = "jitar";
const STAND_IN: &str = "jitar-runtime.js";
/// What only programs of ours have.
const HOST: &str = "\"host:";

/// The unit with the whole application.
const UNIT: &str = "reporting+sales";
/// What is called, and where it lies.
const MODULE: &str = "src/reporting/getMonthTable.js";
const SEGMENT: &str = r#"{
  "./reporting/getMonthTable": { "default": { "access": "public" } },
  "./sales/getMonthData": { "default": { "access": "protected" } }
}"#;

/// The name of the one segment that the known implementation gets.
pub(super) const KNOWN_SEGMENT: &str = "all";

/// The application as a module that says what is called at which path.
pub(super) fn routes(workspace: &Workspace, output: &Path) -> Result<PathBuf> {
    let folder = workspace.target.join("bench/example");
    let copy = Copy { root: &output.join("modules").join(UNIT), folder: &folder, runtime: None };
    copy.write()?;
    let stand_in = workspace.root.join("xtask/peers/jitar-runtime.mjs");
    fs::copy(&stand_in, folder.join(STAND_IN)).with_context(|| format!("cannot copy `{}`", stand_in.display()))?;
    let text = format!(
        "import getMonthTable from './{MODULE}';\n\n\
         export default {{ '{}': ({{ year, month }}) => getMonthTable(year, month) }};\n",
        check::TABLE
    );
    write(&folder.join("routes.js"), &text)?;
    Ok(folder.join("routes.js"))
}

/// The application as the known implementation takes it, in one segment.
pub(super) fn for_known(workspace: &Workspace, output: &Path) -> Result<PathBuf> {
    let folder = workspace.target.join("bench/example-for-known");
    let copy = Copy { root: &output.join("modules").join(UNIT), folder: &folder, runtime: Some(PACKAGE) };
    copy.write()?;
    let settings = r#"{ "source": "./src", "target": "./build", "segments": "./segments" }"#;
    write(&folder.join("jitar.json"), settings)?;
    write(&folder.join("segments").join(format!("{KNOWN_SEGMENT}.json")), SEGMENT)?;
    Ok(folder)
}

struct Copy<'a> {
    root: &'a Path,
    folder: &'a Path,
    /// The package that is the runtime. Without one a module beside the others stands in for it.
    runtime: Option<&'a str>,
}

impl Copy<'_> {
    fn write(&self) -> Result<()> {
        if self.folder.exists() {
            fs::remove_dir_all(self.folder).with_context(|| format!("cannot remove `{}`", self.folder.display()))?;
        }
        self.files(self.root)?;
        write(&self.folder.join("package.json"), r#"{ "private": true, "type": "module" }"#)
    }

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
        let name = name_of(&path.strip_prefix(self.root)?.to_string_lossy());
        if path.extension().is_some_and(|extension| extension == "json") {
            // The known implementation's parser takes no literal behind `export default`.
            return write(&self.folder.join(name), &format!("const data = {};\nexport default data;\n", text.trim()));
        }
        if text.contains(HOST) {
            return Ok(());
        }
        write(&self.folder.join(&name), &self.moved(&name, &text))
    }

    /// The module with its imports led to the copies.
    fn moved(&self, name: &str, text: &str) -> String {
        let mut pieces = text.split(FROM);
        let mut moved = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (specifier, rest) = piece.split_at(piece.find('"').unwrap_or(piece.len()));
            moved.extend([FROM, &self.leading(name, specifier), &without_attributes(rest)]);
        }
        moved
    }

    fn leading(&self, from: &str, specifier: &str) -> String {
        let relative = |path: &str| {
            let up = match from.matches('/').count() {
                0 => "./".to_owned(),
                levels => "../".repeat(levels),
            };
            up + path
        };
        if let Some(path) = specifier.strip_prefix(APP) {
            return relative(&name_of(path));
        }
        match (specifier, self.runtime) {
            (RUNTIME, Some(package)) => package.to_owned(),
            (RUNTIME, None) => relative(STAND_IN),
            _ if specifier.starts_with('.') => name_of(specifier),
            _ => specifier.to_owned(),
        }
    }
}

/// Where a module is copied to: all are JavaScript.
fn name_of(path: &str) -> String {
    let path = path.strip_suffix(".js").unwrap_or(path);
    format!("{}.js", path.strip_suffix(".ts").unwrap_or(path))
}

fn write(file: &Path, text: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))
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
        let copy = |runtime| Copy { root: Path::new("/m"), folder: Path::new("/n"), runtime };
        for (text, expected) in [
            ("import a from \"file:///app/src/a.ts\";\nb();", "import a from \"../../src/a.js\";\nb();"),
            ("import a from \"../a.ts\";", "import a from \"../a.js\";"),
            ("import a from \"node:fs\";", "import a from \"node:fs\";"),
            (
                "import t from \"file:///app/t.json\" with { type: \"json\" };\nt();",
                "import t from \"../../t.json.js\";\nt();",
            ),
            ("import { BadRequest } from \"jitar:runtime\";", "import { BadRequest } from \"../../jitar-runtime.js\";"),
        ] {
            assert_eq!(copy(None).moved("src/x/b.js", text), expected);
        }
        let known = copy(Some("jitar"));
        assert_eq!(known.moved("b.js", "import \"x\" from \"jitar:runtime\""), "import \"x\" from \"jitar\"");
        assert_eq!(known.moved("b.js", "import a from \"file:///app/a.js\""), "import a from \"./a.js\"");
        assert_eq!(name_of("src/a.ts.js"), name_of("src/a.ts"));
        assert_eq!(name_of("src/a.json"), "src/a.json.js");
    }
}
