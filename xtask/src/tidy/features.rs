//! V8 and all above it are compiled once, for build scripts and programs alike: possible only while both sides enable the
//! same features of every crate below the engine. Cargo resolves the two sides apart.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::Finding;
use crate::workspace::Workspace;
use crate::{cargo, tools};

/// Where the sides are made equal.
const MANIFEST: &str = "jitar-engine/Cargo.toml";

/// Compares the two sides of the example, which has both.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<Finding>> {
    let engine: BTreeSet<String> =
        tree(workspace, &["--package", "jitar-engine", "--edges", "normal"])?.into_keys().collect();
    let both = tree(workspace, &["--package", "example-service", "--edges", "normal,build"])?;
    let differing = both.into_iter().filter(|(package, features)| engine.contains(package) && features.len() > 1);
    let finding = |(package, features): (String, BTreeSet<String>)| {
        let sides: Vec<String> = features.into_iter().map(|features| format!("[{features}]")).collect();
        let message = format!(
            "`{package}` has the features {} in build scripts and programs: name it here with all of them, so that V8 is \
             compiled once",
            sides.join(" and ")
        );
        Finding { path: MANIFEST.to_owned(), line: 1, message }
    };
    Ok(differing.map(finding).collect())
}

/// Each package (name and version) with the sets of features that it is compiled with.
fn tree(workspace: &Workspace, arguments: &[&str]) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut command = cargo::query(workspace, "tree");
    command.args(["--prefix", "none", "--format", "{p}\t{f}"]).args(arguments);
    Ok(read(&String::from_utf8(tools::output_of(&mut command)?)?))
}

fn read(tree: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in tree.lines() {
        // After the first time cargo appends ` (*)`; kinds and paths stand in parentheses, too.
        let (package, features) = line.split_once('\t').unwrap_or((line, ""));
        let name: Vec<&str> = package.split(' ').take(2).collect();
        let features = features.trim_end_matches("(*)").trim_end();
        packages.entry(name.join(" ")).or_default().insert(features.to_owned());
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_packages_with_two_sets_of_features() {
        let tree = "a v1.0.0\tstd\nb v2.0.0 (proc-macro)\t\na v1.0.0\tstd (*)\na v1.0.0\talloc,std\na v2.0.0\tstd\n";
        let packages = read(tree);
        let n_sets: Vec<(&str, usize)> = packages.iter().map(|(name, sets)| (name.as_str(), sets.len())).collect();
        assert_eq!(n_sets, [("a v1.0.0", 2), ("a v2.0.0", 1), ("b v2.0.0", 1)]);
    }
}
