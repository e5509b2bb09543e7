//! The arrows between the packages: what each of them may depend on.

use super::Finding;
use super::file::SourceFile;

/// Package folder and the packages of ours that it may name.
const ARROWS: [(&str, &[&str]); 9] = [
    ("jitar-engine", &[]),
    ("jitar-macros", &["jitar-stub"]),
    ("jitar-macros/tests/stub", &["jitar-macros"]),
    ("jitar-build", &["jitar-engine"]),
    ("jitar-runtime", &["jitar-engine", "jitar-macros"]),
    ("example-service", &["jitar-build", "jitar-runtime"]),
    ("tests", &["jitar-engine", "jitar-build", "jitar-runtime"]),
    ("tests/app", &["jitar-build", "jitar-runtime"]),
    ("xtask", &[]),
];

/// A dependency and the only package that may have it.
const OWNERS: [(&str, &str); 8] = [
    ("v8", "jitar-engine"),
    ("deno_core", "jitar-engine"),
    ("deno_web", "jitar-engine"),
    ("deno_webidl", "jitar-engine"),
    ("swc_core", "jitar-build"),
    ("actix-web", "jitar-runtime"),
    ("hyper", "jitar-runtime"),
    ("reqwest", "jitar-runtime"),
];

/// Findings of one manifest.
pub(super) fn check(file: &SourceFile) -> Vec<Finding> {
    let Some(package) = file.path.strip_suffix("/Cargo.toml") else { return Vec::new() };
    let Some((_, allowed)) = ARROWS.iter().find(|(folder, _)| *folder == package) else { return Vec::new() };
    let mut findings = Vec::new();
    for (number, line) in dependencies(&file.text) {
        let key = line.split(['.', ' ', '=']).next().unwrap_or_default();
        let renamed = line.split_once("package = \"").and_then(|(_, rest)| rest.split('"').next());
        let name = renamed.unwrap_or(key);
        let is_ours = ARROWS.iter().any(|(folder, _)| *folder == name) || name == "jitar-stub" || name == "jitar-app";
        let message = if is_ours && !allowed.contains(&name) {
            format!("`{package}` may not depend on `{name}`")
        } else if let Some((_, owner)) = OWNERS.iter().find(|(owned, owner)| *owned == name && *owner != package) {
            format!("only `{owner}` may depend on `{name}`")
        } else {
            continue;
        };
        findings.push(Finding { path: file.path.clone(), line: number, message });
    }
    findings
}

/// The lines of the dependency tables, with their numbers.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut inside = false;
    let mut lines = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim_end_matches(']').ends_with("dependencies");
        } else if inside && line.starts_with(char::is_alphabetic) {
            lines.push((index + 1, line));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;

    #[test]
    fn arrows_go_one_way() {
        for (path, dependency, found) in [
            ("jitar-build/Cargo.toml", "jitar-engine.workspace = true", 0),
            ("jitar-build/Cargo.toml", "jitar-runtime.workspace = true", 1),
            ("xtask/Cargo.toml", "jitar-engine.workspace = true", 1),
            ("jitar-runtime/Cargo.toml", "deno_core.workspace = true", 1),
            ("jitar-macros/Cargo.toml", "jitar = { package = \"jitar-stub\", path = \"tests/stub\" }", 0),
            ("jitar-macros/Cargo.toml", "jitar = { package = \"jitar-runtime\", path = \"x\" }", 1),
            ("jitar-engine/Cargo.toml", "deno_core.workspace = true", 0),
        ] {
            for table in ["[dependencies]", "[dev-dependencies]"] {
                let text = format!("[package]\nname = \"x\"\n\n{table}\n{dependency}\n");
                assert_eq!(findings(path, &text).len(), found, "{path}: {dependency}");
            }
        }
    }
}
