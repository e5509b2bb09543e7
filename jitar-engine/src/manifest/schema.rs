//! The manifest's JSON schema, for tools in other languages. Members that it does not name may be added within a format, so
//! readers skip what they do not know.

use serde_json::{Value, json};

use super::FORMAT;
use crate::schema::{any_of, boolean, document, integer, list, object, text, words};

/// The JSON schema of `manifest.json`.
///
/// ```
/// assert_eq!(jitar_engine::manifest::schema()["properties"]["format"]["minimum"], 1);
/// ```
pub fn schema() -> Value {
    let unit = open(&[("id", text()), ("segments", list(&text())), ("scripts", list(&text()))], &[]);
    let service = open(&[("path", text()), ("unit", text())], &[]);
    let format = integer(FORMAT.into(), FORMAT.into());
    let members = [
        ("format", format),
        ("source", text()),
        ("segments", list(&segment())),
        ("units", list(&unit)),
        ("services", list(&service)),
    ];
    let mut schema = document("Manifest of an application built by Jitar for Cargo", &open(&members, &[]));
    schema["$defs"] = json!({ "parameter": parameter() });
    schema
}

fn segment() -> Value {
    let class = open(&[("fqn", text()), ("module", text()), ("export", text())], &[]);
    let procedure = open(&[("fqn", text()), ("implementations", list(&implementation()))], &[]);
    let members =
        [("name", text()), ("modules", list(&text())), ("procedures", list(&procedure)), ("classes", list(&class))];
    open(&members, &[])
}

fn implementation() -> Value {
    let limit = any_of(&[integer(0, u32::MAX.into()), json!({ "type": "null" })]);
    let limits = open(&[], &[("cpu", limit.clone()), ("wall", limit.clone()), ("concurrency", limit)]);
    let members = [
        ("version", text()),
        ("access", words(&["private", "protected", "public"])),
        ("parameters", list(&a_parameter())),
        ("module", text()),
        ("export", text()),
    ];
    open(&members, &[("idempotent", boolean()), ("safe", boolean()), ("limits", limits)])
}

fn a_parameter() -> Value {
    json!({ "$ref": "#/$defs/parameter" })
}

fn parameter() -> Value {
    let kind = |name| ("kind", words(&[name]));
    let query = words(&["text", "number", "boolean", "bigint"]);
    let named =
        open(&[kind("named"), ("name", text()), ("optional", boolean())], &[("rest", boolean()), ("query", query)]);
    let item = any_of(&[a_parameter(), json!({ "type": "null" })]);
    let array = open(&[kind("array"), ("items", list(&item)), ("optional", boolean())], &[]);
    let member = open(&[("key", text()), ("value", a_parameter())], &[]);
    let object = open(&[kind("object"), ("members", list(&member)), ("optional", boolean())], &[]);
    any_of(&[named, array, object])
}

/// An object with at least these members.
fn open(required: &[(&'static str, Value)], optional: &[(&'static str, Value)]) -> Value {
    let names: Vec<&str> = required.iter().map(|(name, _)| *name).collect();
    let mut schema = object(required.iter().chain(optional).cloned(), &names);
    schema["additionalProperties"] = true.into();
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::AppManifest;
    use crate::schema::check;

    fn sample() -> Value {
        json!({
            "format": 1,
            "source": "src",
            "segments": [{
                "name": "sales",
                "modules": ["file:///app/src/a.ts"],
                "procedures": [{
                    "fqn": "a",
                    "implementations": [{
                        "version": "1.0.0",
                        "access": "public",
                        "parameters": [
                            { "kind": "named", "name": "x", "optional": false, "rest": true, "query": "number" },
                            { "kind": "array", "optional": true, "items": [null, { "kind": "named", "name": "y", "optional": true }] },
                            {
                                "kind": "object",
                                "optional": false,
                                "members": [{ "key": "k", "value": { "kind": "array", "items": [], "optional": true } }],
                            },
                        ],
                        "module": "file:///app/src/a.ts",
                        "export": "default",
                        "idempotent": true,
                        "safe": true,
                        "limits": { "cpu": 1, "wall": 2, "concurrency": 3 },
                    }],
                }],
                "classes": [{ "fqn": "A", "module": "file:///app/src/a.ts", "export": "A" }],
            }],
            "units": [{ "id": "sales", "segments": ["sales"], "scripts": ["file:///app/src/up.ts"] }],
            "services": [{ "path": "services/w.json", "unit": "sales" }],
        })
    }

    /// Every document that comes of replacing or leaving out one value, each with what was changed.
    fn variations(value: &Value) -> Vec<(String, Option<Value>)> {
        let replacements = [json!(null), json!(true), json!(-1), json!("text"), json!([7]), json!({ "other": 7 })];
        let mut found: Vec<(String, Option<Value>)> =
            replacements.into_iter().map(|replacement| (String::new(), Some(replacement))).collect();
        found.push((String::new(), None));
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), value)).collect(),
            Value::Array(items) => items.iter().enumerate().map(|(idx, item)| (idx.to_string(), item)).collect(),
            _ => Vec::new(),
        };
        for (step, value) in inner {
            found.extend(variations(value).into_iter().map(|(path, other)| (format!("/{step}{path}"), other)));
        }
        found
    }

    fn varied(document: &Value, path: &str, replacement: Option<&Value>) -> Option<Value> {
        let mut document = document.clone();
        if let Some(replacement) = replacement {
            *document.pointer_mut(path)? = replacement.clone();
            return Some(document);
        }
        let (parent, key) = path.rsplit_once('/')?;
        match document.pointer_mut(parent)? {
            Value::Object(members) => members.shift_remove(key)?,
            Value::Array(items) => items.remove(key.parse().ok()?),
            _ => return None,
        };
        Some(document)
    }

    #[test]
    fn reader_and_schema_give_the_same_verdict() {
        let (schema, sample) = (schema(), sample());
        let mut n_refused = 0;
        for (path, replacement) in variations(&sample) {
            let Some(document) = varied(&sample, &path, replacement.as_ref()) else { continue };
            // What a text means is the reader's affair.
            if path.ends_with("/version") && replacement == Some(json!("text")) {
                continue;
            }
            // Serde also takes a list for a struct.
            if matches!(&replacement, Some(Value::Array(_)))
                && check(&schema, &document)
                    .iter()
                    .any(|mistake| mistake.kind == crate::schema::MistakeKind::WrongType("an object"))
            {
                continue;
            }
            let read = AppManifest::from_json(document.to_string().as_bytes());
            let found = check(&schema, &document);
            assert_eq!(read.is_ok(), found.is_empty(), "{path} {replacement:?}: {read:?} {found:?}");
            n_refused += usize::from(read.is_err());
        }
        assert!(n_refused > 300, "{n_refused}");
        assert!(check(&schema, &sample).is_empty());
    }
}
