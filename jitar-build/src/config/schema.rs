//! JSON schemas of the configuration files, from the tables that their readers use, and the check of service files against
//! the schema that the runtime's reader describes (`jitar::config::schema`).

use jitar_engine::manifest::Access;
use jitar_engine::schema::{
    self, Mistake, MistakeKind, boolean, document, entries, integer, list, object, text, words,
};
use serde_json::{Map, Value as Json};

use super::document::{Reader, SCHEMA, listed};
use super::{app_file, segments};
use crate::diagnostics::codes;
use crate::json::{Entry, Node, Value};

/// Written by a test of the runtime.
const SERVICE: &str = include_str!("service.schema.json");

/// The schemas of `jitar.json`, of segment and resource files, and of the manifest, by name.
pub(crate) fn schemas() -> [(&'static str, Json); 4] {
    let manifest = jitar_engine::manifest::schema();
    [("jitar", app()), ("segment", segment()), ("resource", resource()), ("manifest", manifest)]
}

/// `jitar.json`
fn app() -> Json {
    let build = object(app_file::BUILD_KEYS.map(|key| (key, list(&text()))), &[]);
    let keys = app_file::KEYS.map(|key| (key, if key == "build" { build.clone() } else { text() }));
    document("Application of Jitar", &object([(SCHEMA, text())].into_iter().chain(keys), &[]))
}

/// Segment files.
fn segment() -> Json {
    let limits = object(segments::LIMITS.map(|key| (key, integer(1, u32::MAX.into()))), &[]);
    let property = |key| match key {
        "access" => words(&segments::LEVELS.map(Access::as_str)),
        "idempotent" | "safe" => boolean(),
        "limits" => limits.clone(),
        _ => text(),
    };
    let export = object(segments::PROPERTIES.map(|key| (key, property(key))), &[]);
    let mut schema = entries(&entries(&export));
    schema["properties"] = serde_json::json!({ SCHEMA: text() });
    document("Segment of Jitar", &schema)
}

/// Resource files.
fn resource() -> Json {
    document("Resources of Jitar", &list(&text()))
}

/// Warns of what the runtime would refuse in a service file, as far as the names and types of settings tell. It ends no
/// build, because the service has the last word and may be given another file. Places where something was found already
/// are left out.
pub(super) fn check_service(reader: &mut Reader<'_>, root: &Node) {
    let schema: Json = serde_json::from_str(SERVICE).expect("invariant: a test compares the schema with the reader's");
    reader.only_warn();
    for Mistake { path, kind } in schema::check(&schema, &json(root)) {
        let (entry, node) = follow(root, &path);
        let place = entry.map_or(node.range, |entry| entry.key_range);
        // How many services a file has was looked at before.
        if reader.is_reported(place) || reader.is_reported(node.range) || path.is_empty() {
            continue;
        }
        let name = path.join(".");
        match kind {
            MistakeKind::UnknownKey(known) => {
                if let Some(entry) = entry {
                    reader.unknown_key(entry, &known.iter().map(String::as_str).collect::<Vec<_>>());
                }
            }
            MistakeKind::WrongType(wanted) => {
                reader.wrong_type::<()>(node, &name, wanted);
            }
            MistakeKind::WrongValue(wanted) => {
                reader.error(&codes::WRONG_VALUE, node.range, format!("`{name}` is not {wanted}"), "");
            }
            MistakeKind::MissingKey(key) => {
                reader.error(&codes::MISSING_KEY, place, format!("`{name}` has no `{key}`"), "here");
            }
            MistakeKind::NotOne(keys) => {
                let keys = listed(keys.iter().map(String::as_str));
                reader.error(&codes::MISSING_KEY, place, format!("`{name}` needs exactly one of {keys}"), "here");
            }
            MistakeKind::Alone(key) => {
                reader.error(&codes::MISSING_KEY, place, format!("`{name}` needs `{key}` beside it"), "here");
            }
        }
    }
}

/// The value that a path leads to, with its key when it is a member of an object.
fn follow<'n>(root: &'n Node, path: &[String]) -> (Option<&'n Entry>, &'n Node) {
    path.iter().fold((None, root), |(_, node), step| match &node.value {
        Value::Object(members) => match members.iter().find(|entry| entry.key == *step) {
            Some(entry) => (Some(entry), &entry.node),
            None => (None, node),
        },
        Value::List(items) => (None, step.parse().ok().and_then(|idx: usize| items.get(idx)).unwrap_or(node)),
        _ => (None, node),
    })
}

/// The value without its places; the first of repeated keys counts.
fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Boolean(value) => (*value).into(),
        Value::Number(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Object(members) => {
            let mut object = Map::new();
            for Entry { key, node, .. } in members {
                object.entry(key).or_insert_with(|| json(node));
            }
            Json::Object(object)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::{self, Environment};
    use crate::testing::Folder;

    #[test]
    fn the_schemas_in_the_documentation_are_those_of_the_readers() {
        for (name, schema) in schemas() {
            let text = serde_json::to_string_pretty(&schema).expect("plain data") + "\n";
            let file = format!("{}/../docs/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"));
            if crate::cargo::variable("JITAR_BLESS").is_some() {
                std::fs::write(&file, &text).expect("a schema to write");
            }
            let known = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(known == text, "`{file}` is not the schema of the reader: run this test with JITAR_BLESS=1");
        }
    }

    #[test]
    fn the_documentation_names_every_member_of_the_manifest() {
        let page = std::fs::read_to_string(format!("{}/../docs/manifest.md", env!("CARGO_MANIFEST_DIR")));
        let page = page.expect("docs/manifest.md");
        let mut names = BTreeSet::new();
        members(&jitar_engine::manifest::schema(), &mut names);
        assert!(names.len() > 25, "{names:?}");
        for name in names {
            assert!(page.contains(&format!("`{name}`")), "docs/manifest.md does not name `{name}`");
        }
    }

    /// The names of all properties in a schema.
    fn members(schema: &Json, names: &mut BTreeSet<String>) {
        if let Some(properties) = schema.get("properties").and_then(Json::as_object) {
            names.extend(properties.keys().cloned());
        }
        schema.as_object().into_iter().flat_map(Map::values).for_each(|inner| members(inner, names));
        schema.as_array().into_iter().flatten().for_each(|inner| members(inner, names));
    }

    fn is_right(file: &str, text: &str) -> bool {
        let folder = Folder::new(&[("src/a.ts", ""), ("web/x", ""), (file, text)]);
        config::read(&folder.path(""), &mut Environment::new(&|_| None)).1.is_empty()
    }

    #[test]
    fn readers_and_schemas_give_the_same_verdict() {
        let tables: [(&str, Json, &[&str], &[&str]); 3] = [
            (
                "jitar.json",
                app(),
                &[
                    "{}",
                    r#"{ "$schema": "../jitar.json", "source": "src", "target": "web", "build": { "ignore": ["x"] } }"#,
                    r#"{ "build": {} }"#,
                ],
                &[
                    "[]",
                    r#"{ "sorce": "src" }"#,
                    r#"{ "source": 1 }"#,
                    r#"{ "source": null }"#,
                    r#"{ "build": [] }"#,
                    r#"{ "build": { "ignore": "x" } }"#,
                    r#"{ "build": { "ignore": [1] } }"#,
                    r#"{ "build": { "ignored": [] } }"#,
                    r#"{ "$schema": 1 }"#,
                ],
            ),
            (
                "segments/s.json",
                segment(),
                &[
                    "{}",
                    r#"{ "$schema": "x", "./a": {} }"#,
                    r#"{ "./a": { "f": {}, "g": { "access": "public", "version": "1", "as": "h", "safe": true } } }"#,
                    r#"{ "./a": { "f": { "idempotent": false, "limits": { "cpu": 1, "wall": 4294967295 } } } }"#,
                ],
                &[
                    "[]",
                    r#"{ "./a": [] }"#,
                    r#"{ "./a": { "f": null } }"#,
                    r#"{ "./a": { "f": { "access": "open" } } }"#,
                    r#"{ "./a": { "f": { "access": 1 } } }"#,
                    r#"{ "./a": { "f": { "version": 1 } } }"#,
                    r#"{ "./a": { "f": { "safe": "yes" } } }"#,
                    r#"{ "./a": { "f": { "saf": true } } }"#,
                    r#"{ "./a": { "f": { "limits": { "cpu": 0 } } } }"#,
                    r#"{ "./a": { "f": { "limits": { "cpu": 1.5 } } } }"#,
                    r#"{ "./a": { "f": { "limits": { "heap": 1 } } } }"#,
                    r#"{ "$schema": {} }"#,
                ],
            ),
            ("resources/r.json", resource(), &["[]", r#"["./a"]"#], &["{}", "[1]", r#""./a""#, "null"]),
        ];
        for (file, schema, right, wrong) in tables {
            for (texts, expected) in [(right, true), (wrong, false)] {
                for text in texts {
                    let found = schema::check(&schema, &serde_json::from_str(text).expect("JSON"));
                    assert_eq!(
                        (is_right(file, text), found.is_empty()),
                        (expected, expected),
                        "{file} {text}: {found:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn service_files_are_checked_before_they_are_shipped() {
        let cases = [
            (r#"{ "url": "http://a", "worker": { "segments": [], "weigt": 1 } }"#, "JITAR0022 unknown key `weigt`"),
            (r#"{ "gateway": {}, "isolats": 2 }"#, "JITAR0022 unknown key `isolats`"),
            (r#"{ "gateway": {}, "log": { "level": 1 } }"#, "JITAR0023 `log.level` is not a string"),
            (r#"{ "gateway": {}, "setUp": [1] }"#, "JITAR0023 `setUp.0` is not a string"),
            (
                r#"{ "gateway": {}, "shutdown": { "grace": -1 } }"#,
                "JITAR0078 `shutdown.grace` is not between 0 and 31536000000",
            ),
            (r#"{ "proxy": { "gateway": "http://a" } }"#, "JITAR0079 `proxy` has no `repository`"),
            (
                r#"{ "proxy": { "repository": "http://a" } }"#,
                "JITAR0079 `proxy` needs exactly one of `gateway` and `worker`",
            ),
            (
                r#"{ "proxy": { "repository": "http://a", "gateway": "http://b" }, "remoteWorker": {} }"#,
                "JITAR0079 `remoteWorker` needs `gateway` beside it",
            ),
            (r#"{ "gateway": { "openRegistration": "${OPEN}" }, "shutdown": { "grace": "${MS:-1}" } }"#, ""),
        ];
        for (text, expected) in cases {
            let folder = Folder::new(&[("src/a.ts", ""), ("services/w.json", text)]);
            let (_, diagnostics) = config::read(&folder.path(""), &mut Environment::new(&|_| None));
            let found: Vec<String> =
                diagnostics.iter().map(|found| format!("{} {}", found.code.id, found.message)).collect();
            assert_eq!(found.join("; "), expected, "{text}");
        }
    }
}
