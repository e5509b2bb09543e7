//! `cargo xtask tidy`: the invariants of the source tree, all findings at once, each with its file and line.

mod features;
mod file;
mod layers;
mod manifests;
mod text;

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::term;
use crate::workspace::Workspace;
use file::SourceFile;

/// Folders that are not ours to check.
const SKIPPED: [&str; 3] = ["target", ".git", "node_modules"];

/// Something that breaks an invariant.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl Display for Finding {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Checks the whole tree.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut files = Vec::new();
    collect(&workspace.root, &workspace.root, &mut files)?;
    let mut findings = check(&files);
    findings.extend(features::check(workspace)?);
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        term::status("Tidy", format_args!("{} files", files.len()));
        return Ok(());
    }
    bail!("{} findings in {} files; ARCHITECTURE.md gives the reasons", findings.len(), files.len())
}

fn check(files: &[SourceFile]) -> Vec<Finding> {
    let per_file = files.iter().flat_map(|file| {
        let mut findings = text::check(file);
        findings.extend(layers::check(file));
        findings.extend(manifests::check(file));
        findings
    });
    per_file.chain(text::unique_codes(files)).collect()
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut entries: Vec<_> = entries.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let kind = entry.file_type()?;
        // In a second working tree `.git` is a file.
        if SKIPPED.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if kind.is_dir() {
            collect(root, &path, files)?;
        } else if kind.is_file() {
            let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            let bytes = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
            // What is not text has no lines to check.
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(SourceFile::new(name, text));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Findings of one file as `line: message`.
    pub(super) fn findings(path: &str, text: &str) -> Vec<String> {
        let mut findings = check(&[SourceFile::new(path.to_owned(), text.to_owned())]);
        findings.sort();
        findings.iter().map(|finding| format!("{}: {}", finding.line, finding.message)).collect()
    }

    #[test]
    fn a_clean_file_has_no_findings() {
        assert_eq!(findings("jitar-build/src/link/a.rs", "//! Links.\n\nfn link() {}\n"), Vec::<String>::new());
    }

    #[test]
    fn all_findings_come_at_once() {
        let text = "fn f() {}\nuse deno_core::op2;\n#[ignore]\n";
        assert_eq!(findings("jitar-runtime/src/a.rs", text).len(), 3);
    }
}
