//! V8 and all above it are compiled once, for build scripts and programs alike: possible only while both sides enable the
//! same features of every crate below the engine. Cargo resolves the two sides apart.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::Finding;
use crate::workspace::Workspace;
use crate::{cargo, tools};

/// Where the sides are made equal.
const MANIFEST: &str = "jitar-engine/Cargo.toml";

/// Compares the two sides of the example, which has both; and the example alone, as the package of a user is, with the
/// whole workspace and its tests, whose compiled crates tests use for packages outside of it.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<Finding>> {
    let machine = tools::machine()?;
    let below = |package: &str| tree(workspace, &["--package", package, "--edges", "normal"]);
    // Without a target cargo takes the two sides for one.
    let both = |which: &[&str]| tree(workspace, &[which, &["--target", &machine]].concat());
    let example = both(&["--package", "example-service", "--edges", "normal,build"])?;
    let (engine, build) = (below("jitar-engine")?, below("jitar-build")?);
    let all = both(&["--workspace", "--edges", "normal,build,dev"])?;
    let differing = example.into_iter().filter_map(|(package, features)| {
        let unknown = |features: &String| all.get(&package).is_none_or(|known| !known.contains(features));
        if engine.contains_key(&package) && features.len() > 1 {
            Some((package, features, "in build scripts and programs"))
        } else if build.contains_key(&package) && features.iter().any(unknown) {
            let features = &features | &all.get(&package).cloned().unwrap_or_default();
            Some((package, features, "alone and with the rest of the workspace"))
        } else {
            None
        }
    });
    Ok(differing.map(|(package, features, places)| finding(&package, &features, places)).collect())
}

fn finding(package: &str, features: &BTreeSet<String>, places: &str) -> Finding {
    let sides: Vec<String> = features.iter().map(|features| format!("[{features}]")).collect();
    let message = format!(
        "`{package}` has the features {} {places}: name it here with all of them, so that V8 is compiled once",
        sides.join(" and ")
    );
    Finding { path: MANIFEST.to_owned(), line: 1, message }
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
