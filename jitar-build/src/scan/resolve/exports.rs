//! The `exports` and `imports` maps of `package.json`.

use serde_json::Value;

use super::Way;

/// Conditions that hold for `import`. The order is the package's.
const IMPORT: [&str; 5] = ["jitar", "worker", "browser", "import", "default"];
/// Conditions that hold for `require`.
const REQUIRE: [&str; 5] = ["jitar", "worker", "browser", "require", "default"];
/// What is better than nothing, for a package that offers no file for the way in which it is asked for.
const ANY: [&str; 8] = ["jitar", "worker", "browser", "import", "require", "node", "module-sync", "default"];

/// The target of a subpath (`.` or `./…`) in an `exports` map.
pub(super) fn lookup_exports(exports: &Value, subpath: &str, way: Way) -> Option<String> {
    choices(way).into_iter().find_map(|conditions| lookup_under(exports, subpath, conditions))
}

/// The target of a key in a map of subpaths or of `#names`.
pub(super) fn lookup(map: &Value, key: &str, way: Way) -> Option<String> {
    choices(way).into_iter().find_map(|conditions| lookup_key(map, key, conditions))
}

fn choices(way: Way) -> [&'static [&'static str]; 2] {
    match way {
        Way::Import => [&IMPORT, &ANY],
        Way::Require => [&REQUIRE, &ANY],
    }
}

fn lookup_under(exports: &Value, subpath: &str, conditions: &[&str]) -> Option<String> {
    let has_subpaths = exports.as_object().is_some_and(|map| map.keys().any(|key| key.starts_with('.')));
    if has_subpaths {
        lookup_key(exports, subpath, conditions)
    } else if subpath == "." {
        target(exports, None, conditions)
    } else {
        None
    }
}

fn lookup_key(map: &Value, key: &str, conditions: &[&str]) -> Option<String> {
    let map = map.as_object()?;
    if let Some(exact) = map.get(key).filter(|_| !key.contains('*')) {
        return target(exact, None, conditions);
    }
    let patterns = map.iter().filter_map(|(pattern, value)| {
        let (before, after) = pattern.split_once('*')?;
        let matched = key.strip_prefix(before)?.strip_suffix(after).filter(|matched| !matched.is_empty())?;
        Some((before.len(), pattern.len(), matched, value))
    });
    // The longest text before the star wins, then the longest pattern.
    let (_, _, matched, value) = patterns.max_by_key(|(before, whole, ..)| (*before, *whole))?;
    target(value, Some(matched), conditions)
}

fn target(value: &Value, matched: Option<&str>, conditions: &[&str]) -> Option<String> {
    match value {
        Value::String(path) => Some(matched.map_or_else(|| path.clone(), |matched| path.replace('*', matched))),
        Value::Array(choices) => choices.iter().find_map(|choice| target(choice, matched, conditions)),
        Value::Object(map) => map
            .iter()
            .filter(|(condition, _)| conditions.contains(&condition.as_str()))
            .find_map(|(_, value)| target(value, matched, conditions)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn exports_are_looked_up_by_subpath_and_condition() {
        let cases = [
            (json!("./a.js"), ".", Some("./a.js")),
            (json!("./a.js"), "./b", None),
            (json!({ "import": "./m.js", "require": "./c.js" }), ".", Some("./m.js")),
            (json!({ "require": "./c.js" }), ".", Some("./c.js")),
            (json!({ "types": "./c.d.ts" }), ".", None),
            (json!({ "node": "./n.js", "browser": "./b.js", "default": "./d.js" }), ".", Some("./b.js")),
            (json!({ "default": "./d.js", "jitar": "./j.js" }), ".", Some("./d.js")),
            (json!({ ".": { "import": { "types": "./a.d.ts", "default": "./a.js" } } }), ".", Some("./a.js")),
            (json!({ ".": "./a.js", "./sub": "./s.js" }), "./sub", Some("./s.js")),
            (json!({ "./*": "./lib/*.js", "./x/*": "./y/*.js" }), "./x/z", Some("./y/z.js")),
            (json!({ "./*": "./lib/*.js", "./x/*": null }), "./x/z", None),
            (json!({ "./f/*.css": "./css/*.css" }), "./f/a.css", Some("./css/a.css")),
            (json!([{ "require": "./c.js" }, "./a.js"]), ".", Some("./a.js")),
            (json!({ "node": { "require": "./n.cjs" } }), ".", Some("./n.cjs")),
        ];
        for (exports, subpath, expected) in cases {
            assert_eq!(lookup_exports(&exports, subpath, Way::Import).as_deref(), expected, "{exports} {subpath}");
        }
    }

    #[test]
    fn the_way_decides_between_conditions() {
        let exports = json!({ "import": "./m.js", "require": "./c.js" });
        assert_eq!(lookup_exports(&exports, ".", Way::Require).as_deref(), Some("./c.js"));
        let only_modules = json!({ "import": "./m.js" });
        assert_eq!(lookup_exports(&only_modules, ".", Way::Require).as_deref(), Some("./m.js"));
    }

    #[test]
    fn imports_are_looked_up_by_name() {
        let imports = json!({ "#db": "./src/db.ts", "#lib/*": { "browser": "./b/*.js", "default": "./d/*.js" } });
        assert_eq!(lookup(&imports, "#db", Way::Import).as_deref(), Some("./src/db.ts"));
        assert_eq!(lookup(&imports, "#lib/x", Way::Import).as_deref(), Some("./b/x.js"));
        assert_eq!(lookup(&imports, "#other", Way::Import), None);
    }
}
