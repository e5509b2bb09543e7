//! Scripts, middleware and health checks: from the names in a service file to the modules of the unit.

/// Extensions of modules. A service file may leave them out, or write `.js` for all of them.
const EXTENSIONS: [&str; 7] = ["ts", "tsx", "mts", "js", "jsx", "mjs", "json"];

/// Where application modules lie for V8.
const APP: &str = "file:///app/";

/// Why a name stands for no module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ScriptError {
    /// The path leaves the source folder.
    Outside,
    /// The unit has no such module.
    Unknown,
}

/// Finds the module that a service file names, among the specifiers that it may name.
pub(super) fn specifier<'a>(name: &str, source: &str, scripts: &'a [String]) -> Result<&'a str, ScriptError> {
    let path = below(name).ok_or(ScriptError::Outside)?;
    let wanted = [path.clone(), without_extension(&path).to_owned(), format!("{}/index", without_extension(&path))];
    let find = |wanted: &String| {
        scripts.iter().find(|script| {
            let found = name_of(script, source);
            found.is_some_and(|found| found == wanted || without_extension(found) == wanted)
        })
    };
    wanted.iter().find_map(find).map(String::as_str).ok_or(ScriptError::Unknown)
}

/// How a service file writes a specifier: its path below the source folder.
pub(super) fn name_of<'a>(specifier: &'a str, source: &str) -> Option<&'a str> {
    let path = specifier.strip_prefix(APP)?;
    if source.is_empty() { Some(path) } else { path.strip_prefix(source)?.strip_prefix('/') }
}

/// A path relative to a folder without `.`, `..` and doubled slashes; none when it leaves the folder.
pub(super) fn below(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn without_extension(path: &str) -> &str {
    match path.rsplit_once('.') {
        Some((stem, extension)) if EXTENSIONS.contains(&extension) => stem,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_paths_below_the_source_folder() {
        let scripts = [
            "file:///app/src/a.ts",
            "file:///app/src/b/a.js",
            "file:///app/src/c/index.mts",
            "file:///app/src/d.v1.ts",
        ];
        let scripts: Vec<String> = scripts.map(str::to_owned).to_vec();
        let cases = [
            ("a", Ok("file:///app/src/a.ts")),
            ("./a", Ok("file:///app/src/a.ts")),
            ("/a", Ok("file:///app/src/a.ts")),
            ("./a.js", Ok("file:///app/src/a.ts")),
            ("./a.ts", Ok("file:///app/src/a.ts")),
            ("./b/a", Ok("file:///app/src/b/a.js")),
            ("b/../a", Ok("file:///app/src/a.ts")),
            ("c", Ok("file:///app/src/c/index.mts")),
            ("d.v1", Ok("file:///app/src/d.v1.ts")),
            ("src/a", Err(ScriptError::Unknown)),
            ("../a", Err(ScriptError::Outside)),
            ("", Err(ScriptError::Unknown)),
        ];
        for (name, expected) in cases {
            assert_eq!(specifier(name, "src", &scripts), expected, "{name}");
        }
    }

    #[test]
    fn the_source_folder_may_be_the_application_folder() {
        let scripts = ["file:///app/set/up.ts".to_owned()];
        assert_eq!(specifier("./set/up", "", &scripts), Ok("file:///app/set/up.ts"));
        assert_eq!(name_of("file:///app/srcs/a.ts", "src"), None);
    }
}
