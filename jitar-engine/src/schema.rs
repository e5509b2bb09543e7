//! JSON schemas of configuration files: made by the readers of the files, used by editors and to check a document before
//! its reader sees it. Only the part of the standard that these schemas use is known here.

use serde_json::{Map, Value, json};

/// A part of a document that its schema does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Keys and positions that lead to it, from the whole document.
    pub path: Vec<String>,
    /// What is wrong.
    pub kind: MistakeKind,
}

/// What a schema finds wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MistakeKind {
    /// The last part of the path is a key that is not known; these are.
    UnknownKey(Vec<String>),
    /// A key is missing in the object.
    MissingKey(String),
    /// The value has another type: what it should be, such as `a string`.
    WrongType(&'static str),
    /// The value has the right type and is none of those that are possible: what it should be.
    WrongValue(String),
    /// The object has not exactly one of these keys.
    NotOne(Vec<String>),
    /// The last part of the path is a key that needs this one beside it.
    Alone(String),
}

/// Whole document of one kind of file.
///
/// ```
/// use jitar_engine::schema;
/// let schema = schema::document("Names", &schema::list(&schema::text()));
/// assert!(schema::check(&schema, &serde_json::json!(["a"])).is_empty());
/// assert_eq!(schema::check(&schema, &serde_json::json!(["a", 1]))[0].path, ["1"]);
/// ```
pub fn document(title: &str, schema: &Value) -> Value {
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    whole.insert("title".to_owned(), title.into());
    whole.extend(schema.as_object().cloned().unwrap_or_default());
    Value::Object(whole)
}

/// A string.
pub fn text() -> Value {
    json!({ "type": "string" })
}

/// `true` or `false`.
pub fn boolean() -> Value {
    json!({ "type": "boolean" })
}

/// A whole number in a range.
pub fn integer(least: u64, most: u64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

/// A number in a range.
pub fn number(least: u32, most: u32) -> Value {
    json!({ "type": "number", "minimum": least, "maximum": most })
}

/// One of these words.
pub fn words(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

/// A list.
pub fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// An object with these members and no others.
pub fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Value)>, required: &[&str]) -> Value {
    let members: Map<String, Value> = members.into_iter().map(|(key, schema)| (key.into(), schema)).collect();
    let mut schema = json!({ "type": "object", "properties": members, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

/// An object with any keys, all of one type.
pub fn entries(values: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": values })
}

/// One of several types.
pub fn any_of(schemas: &[Value]) -> Value {
    json!({ "anyOf": schemas })
}

/// A value that may also stand in an environment variable, as text that is exactly one `${NAME}`.
pub fn or_variable(schema: &Value) -> Value {
    any_of(&[schema.clone(), json!({ "type": "string", "pattern": VARIABLE })])
}

/// Matches a text that is exactly one variable.
const VARIABLE: &str = r"^\$\{[^}]*\}$";

/// Everything in a document that the schema does not allow.
pub fn check(schema: &Value, document: &Value) -> Vec<Mistake> {
    check_part(schema, schema, document)
}

fn check_part(root: &Value, schema: &Value, value: &Value) -> Vec<Mistake> {
    let mut checker = Checker { root, path: Vec::new(), mistakes: Vec::new() };
    checker.value(schema, value);
    checker.mistakes
}

struct Checker<'a> {
    /// The whole schema, in which references lead.
    root: &'a Value,
    path: Vec<String>,
    mistakes: Vec<Mistake>,
}

impl Checker<'_> {
    fn mistake(&mut self, kind: MistakeKind) {
        self.mistakes.push(Mistake { path: self.path.clone(), kind });
    }

    fn value(&mut self, schema: &Value, value: &Value) {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.root.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
            self.value(target, value);
            return;
        }
        if let Some(forms) = schema["anyOf"].as_array() {
            self.any_of(forms, value);
            return;
        }
        match schema["type"].as_str() {
            Some("object") => match value.as_object() {
                Some(members) => self.members(schema, members),
                None => self.mistake(MistakeKind::WrongType("an object")),
            },
            Some("array") => match value.as_array() {
                Some(items) => self.items(&schema["items"], items),
                None => self.mistake(MistakeKind::WrongType("a list")),
            },
            Some("string") => match value.as_str() {
                Some(text) => self.text(schema, text),
                None => self.mistake(MistakeKind::WrongType("a string")),
            },
            Some("null") if !value.is_null() => self.mistake(MistakeKind::WrongType("null")),
            Some("boolean") if !value.is_boolean() => self.mistake(MistakeKind::WrongType("a boolean")),
            Some("integer") => self.number(schema, value, "an integer"),
            Some("number") => self.number(schema, value, "a number"),
            _ => {}
        }
    }

    /// When no form fits, the mistakes of the first are told: it is the usual one.
    fn any_of(&mut self, forms: &[Value], value: &Value) {
        let root = self.root;
        if !forms.iter().any(|form| check_part(root, form, value).is_empty())
            && let Some(first) = forms.first()
        {
            self.value(first, value);
        }
    }

    fn members(&mut self, schema: &Value, members: &Map<String, Value>) {
        let known = schema["properties"].as_object();
        for (key, value) in members {
            self.path.push(key.clone());
            match (known.and_then(|known| known.get(key)), &schema["additionalProperties"]) {
                (Some(schema), _) => self.value(schema, value),
                (None, Value::Bool(false)) => {
                    let known = known.into_iter().flat_map(Map::keys).cloned().collect();
                    self.mistake(MistakeKind::UnknownKey(known));
                }
                (None, others) => self.value(others, value),
            }
            self.path.pop();
        }
        for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(key) {
                self.mistake(MistakeKind::MissingKey(key.to_owned()));
            }
        }
        if let Some(forms) = schema["oneOf"].as_array() {
            let fits = |form: &&Value| {
                let mut required = form["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                required.all(|key| members.contains_key(key))
            };
            if forms.iter().filter(fits).count() != 1 {
                let keys = forms.iter().filter_map(|form| form["required"][0].as_str());
                self.mistake(MistakeKind::NotOne(keys.map(str::to_owned).collect()));
            }
        }
        for (key, needed) in schema["dependentRequired"].as_object().into_iter().flatten() {
            let mut needed = needed.as_array().into_iter().flatten().filter_map(Value::as_str);
            if let Some(needed) = needed.find(|needed| members.contains_key(key) && !members.contains_key(*needed)) {
                self.path.push(key.clone());
                self.mistake(MistakeKind::Alone(needed.to_owned()));
                self.path.pop();
            }
        }
    }

    fn items(&mut self, schema: &Value, items: &[Value]) {
        for (idx, item) in items.iter().enumerate() {
            self.path.push(idx.to_string());
            self.value(schema, item);
            self.path.pop();
        }
    }

    fn text(&mut self, schema: &Value, text: &str) {
        if let Some(words) = schema["enum"].as_array()
            && !words.iter().any(|word| word == text)
        {
            let words: Vec<String> = words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
            self.mistake(MistakeKind::WrongValue(format!("one of {}", words.join(", "))));
        }
        // The one pattern that schemas have.
        let is_variable = || text.starts_with("${") && text.find('}') == Some(text.len() - 1);
        if schema["pattern"] == VARIABLE && !is_variable() {
            self.mistake(MistakeKind::WrongValue("a variable".to_owned()));
        }
    }

    fn number(&mut self, schema: &Value, value: &Value, name: &'static str) {
        let is_of_type = |number: &f64| schema["type"] == "number" || number.fract() == 0.0;
        let Some(number) = value.as_f64().filter(is_of_type) else {
            self.mistake(MistakeKind::WrongType(name));
            return;
        };
        let (least, most) = (&schema["minimum"], &schema["maximum"]);
        let is_above = least.as_f64().is_none_or(|least| number >= least);
        let is_below = most.as_f64().is_none_or(|most| number <= most);
        if !(is_above && is_below) {
            self.mistake(MistakeKind::WrongValue(format!("between {least} and {most}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_checked() {
        let inner = object([("size", or_variable(&integer(1, 9))), ("kind", words(&["a", "b"]))], &[]);
        let mut schema = object(
            [("name", text()), ("on", boolean()), ("inner", inner), ("list", list(&text())), ("other", text())],
            &["name"],
        );
        schema["oneOf"] = json!([{ "required": ["on"] }, { "required": ["inner"] }]);
        schema["dependentRequired"] = json!({ "other": ["inner"] });
        let cases = [
            (json!({ "name": "x", "on": true }), ""),
            (json!({ "name": "x", "inner": { "size": 9, "kind": "b" }, "list": ["a"] }), ""),
            (json!({ "name": "x", "inner": { "size": "${SIZE}" } }), ""),
            (json!({ "name": "x", "inner": { "size": "SIZE" } }), "inner.size WrongType(\"an integer\")"),
            (json!({ "name": "x", "inner": { "size": 10 } }), "inner.size WrongValue(\"between 1 and 9\")"),
            (json!({ "name": "x", "inner": { "size": 1.5 } }), "inner.size WrongType(\"an integer\")"),
            (json!({ "name": "x", "inner": { "kind": "c" } }), "inner.kind WrongValue(\"one of `a`, `b`\")"),
            (json!({ "name": 1, "on": true }), "name WrongType(\"a string\")"),
            (json!({ "name": "x", "on": 1 }), "on WrongType(\"a boolean\")"),
            (json!({ "name": "x", "on": true, "list": ["a", 1] }), "list.1 WrongType(\"a string\")"),
            (json!({ "name": "x", "on": true, "list": {} }), "list WrongType(\"a list\")"),
            (json!({ "on": true }), " MissingKey(\"name\")"),
            (json!({ "name": "x" }), " NotOne([\"on\", \"inner\"])"),
            (json!({ "name": "x", "on": true, "inner": {} }), " NotOne([\"on\", \"inner\"])"),
            (json!({ "name": "x", "on": true, "other": "x" }), "other Alone(\"inner\")"),
            (json!([]), " WrongType(\"an object\")"),
        ];
        for (document, expected) in cases {
            let mistakes = check(&schema, &document);
            let shown: Vec<String> =
                mistakes.iter().map(|mistake| format!("{} {:?}", mistake.path.join("."), mistake.kind)).collect();
            assert_eq!(shown.join("; "), expected, "{document}");
        }
        let unknown = check(&schema, &json!({ "name": "x", "on": true, "inne": 1 }));
        assert!(matches!(&unknown[..], [Mistake { kind: MistakeKind::UnknownKey(known), .. }] if known.len() == 5));
    }

    #[test]
    fn entries_have_any_key() {
        let schema = document("X", &entries(&entries(&integer(0, 1))));
        assert!(check(&schema, &json!({ "a": { "b": 1 }, "c": {} })).is_empty());
        assert_eq!(check(&schema, &json!({ "a": { "b": 2 } }))[0].path, ["a", "b"]);
    }
}
