//! The `exports` and `imports` maps of `package.json`.

use serde_json::Value;

/// Conditions that hold here. The order is the package's.
const CONDITIONS: [&str; 5] = ["jitar", "worker", "browser", "import", "default"];
/// Conditions under which packages offer `CommonJS`.
const COMMONJS_CONDITIONS: [&str; 4] = ["require", "node", "module-sync", "default"];

/// The target of a subpath (`.` or `./…`) in an `exports` map.
pub(super) fn lookup_exports(exports: &Value, subpath: &str) -> Option<String> {
    lookup_under(exports, subpath, &CONDITIONS)
}

/// Whether the package has something for Node's `require` there.
pub(super) fn offers_commonjs(exports: &Value, subpath: &str) -> bool {
    lookup_under(exports, subpath, &COMMONJS_CONDITIONS).is_some()
}

/// The target of a key in a map of subpaths or of `#names`.
pub(super) fn lookup(map: &Value, key: &str) -> Option<String> {
    lookup_key(map, key, &CONDITIONS)
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
            (json!({ "require": "./c.js" }), ".", None),
            (json!({ "node": "./n.js", "browser": "./b.js", "default": "./d.js" }), ".", Some("./b.js")),
            (json!({ "default": "./d.js", "jitar": "./j.js" }), ".", Some("./d.js")),
            (json!({ ".": { "import": { "types": "./a.d.ts", "default": "./a.js" } } }), ".", Some("./a.js")),
            (json!({ ".": "./a.js", "./sub": "./s.js" }), "./sub", Some("./s.js")),
            (json!({ "./*": "./lib/*.js", "./x/*": "./y/*.js" }), "./x/z", Some("./y/z.js")),
            (json!({ "./*": "./lib/*.js", "./x/*": null }), "./x/z", None),
            (json!({ "./f/*.css": "./css/*.css" }), "./f/a.css", Some("./css/a.css")),
            (json!([{ "require": "./c.js" }, "./a.js"]), ".", Some("./a.js")),
        ];
        for (exports, subpath, expected) in cases {
            assert_eq!(lookup_exports(&exports, subpath).as_deref(), expected, "{exports} {subpath}");
        }
    }

    #[test]
    fn imports_are_looked_up_by_name() {
        let imports = json!({ "#db": "./src/db.ts", "#lib/*": { "browser": "./b/*.js", "default": "./d/*.js" } });
        assert_eq!(lookup(&imports, "#db").as_deref(), Some("./src/db.ts"));
        assert_eq!(lookup(&imports, "#lib/x").as_deref(), Some("./b/x.js"));
        assert_eq!(lookup(&imports, "#other"), None);
    }
}
