//! What the reader of service files asks for, as a JSON schema. The reader itself is run over a file without members and
//! notes each name and type that it asks for, so the schema cannot say anything else than the reader does.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;
use jitar_engine::schema::{any_of, boolean, document, integer, list, number, object, or_variable, text};
use serde_json::{Value, json};

use super::fields::Fields;
use super::file::{SERVICES, ServiceFile};
use super::problem::Problems;

/// The JSON schema of service files.
///
/// ```
/// let schema = jitar::config::schema();
/// assert_eq!(schema["properties"]["url"]["type"], "string");
/// ```
pub fn schema() -> Value {
    let description = Rc::new(Description::default());
    ServiceFile::read(Fields::describing(&Problems::default(), &description));
    let mut schema = description.schema();
    schema["oneOf"] = SERVICES.map(|service| json!({ "required": [service] })).to_vec().into();
    schema["dependentRequired"] = json!({ "remoteWorker": ["gateway"] });
    document("Service file of Jitar", &schema)
}

/// The members of an object that were asked for.
#[derive(Debug, Default)]
pub(super) struct Description {
    members: RefCell<IndexMap<&'static str, Vec<Kind>>>,
    /// Of each of these lists exactly one member must be there.
    required: RefCell<Vec<Vec<&'static str>>>,
}

/// Types of members.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// A string.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number from one to another.
    Integer(u64, u64),
    /// A number from 0 to 1.
    Fraction,
    /// A whole number or a word.
    IntegerOrText,
    /// A list of strings.
    Texts,
    /// A list of whatever.
    AnyList,
    /// An object with these members.
    Group(Rc<Description>),
    /// An object with whatever members.
    AnyGroup,
}

impl Description {
    /// Notes that a member may be there, under any of its names.
    pub(super) fn note(&self, names: &[&'static str]) {
        let mut members = self.members.borrow_mut();
        for name in names {
            members.entry(name).or_default();
        }
    }

    /// Notes of which type it may be.
    pub(super) fn note_kind(&self, names: &[&'static str], kind: &Kind) {
        let mut members = self.members.borrow_mut();
        for name in names {
            members.entry(name).or_default().push(kind.clone());
        }
    }

    /// Notes that one of these must be there.
    pub(super) fn note_required(&self, names: &[&'static str]) {
        self.required.borrow_mut().push(names.to_vec());
    }

    /// Notes an object, and gives what its members are noted in.
    pub(super) fn group(&self, name: &'static str) -> Rc<Self> {
        let mut members = self.members.borrow_mut();
        let kinds = members.entry(name).or_default();
        let known = kinds.iter().find_map(|kind| match kind {
            Kind::Group(description) => Some(Rc::clone(description)),
            _ => None,
        });
        known.unwrap_or_else(|| {
            let description = Rc::new(Self::default());
            kinds.push(Kind::Group(Rc::clone(&description)));
            description
        })
    }

    /// Takes out what is refused.
    pub(super) fn forget(&self, name: &str) {
        self.members.borrow_mut().shift_remove(name);
    }

    fn schema(&self) -> Value {
        let required = self.required.borrow();
        let always: Vec<&str> = required.iter().filter(|names| names.len() == 1).map(|names| names[0]).collect();
        let members = self.members.borrow();
        let mut schema = object(members.iter().map(|(name, kinds)| (*name, schema_of(kinds))), &always);
        if let Some(names) = required.iter().find(|names| names.len() > 1) {
            schema["oneOf"] = names.iter().map(|name| json!({ "required": [name] })).collect();
        }
        schema
    }
}

fn schema_of(kinds: &[Kind]) -> Value {
    let has_texts = kinds.iter().any(|kind| matches!(kind, Kind::Texts));
    let mut schemas: Vec<Value> = Vec::new();
    // A list of which the items are known says more than one of whatever.
    for kind in kinds.iter().filter(|kind| !(has_texts && matches!(kind, Kind::AnyList))) {
        let schema = kind.schema();
        if !schemas.contains(&schema) {
            schemas.push(schema);
        }
    }
    match &schemas[..] {
        [] => json!({}),
        [only] => only.clone(),
        several => any_of(several),
    }
}

impl Kind {
    fn schema(&self) -> Value {
        match self {
            Self::Text => text(),
            Self::Boolean => or_variable(&boolean()),
            Self::Integer(least, most) => or_variable(&integer(*least, *most)),
            Self::Fraction => or_variable(&number(0, 1)),
            Self::IntegerOrText => any_of(&[integer(1, u64::from(u32::MAX)), text()]),
            Self::Texts => list(&text()),
            Self::AnyList => json!({ "type": "array" }),
            Self::Group(description) => description.schema(),
            Self::AnyGroup => json!({ "type": "object" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use jitar_engine::schema::check;

    use super::super::json::parse;
    use super::*;

    /// Where the schema is kept: for readers of the documentation, and for `jitar-build`, which checks service files.
    const FILES: [&str; 2] = ["../docs/schemas/service.json", "../jitar-build/src/config/service.schema.json"];

    #[test]
    fn the_schema_in_the_source_tree_is_that_of_the_reader() {
        let text = serde_json::to_string_pretty(&schema()).expect("plain data") + "\n";
        for file in FILES {
            let file = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
            if env::var_os("JITAR_BLESS").is_some() {
                fs::write(&file, &text).expect("a schema to write");
            }
            let known = fs::read_to_string(&file).unwrap_or_default();
            let what = "the settings have changed: run this test with JITAR_BLESS=1";
            assert!(known == text, "`{file}` is not the schema of the reader; {what}");
        }
    }

    /// What the reader finds wrong with a file.
    fn read(text: &str) -> Vec<String> {
        let problems = Problems::default();
        let node = parse(text).expect("valid JSON");
        if let Some(fields) = Fields::root(&node, &problems) {
            ServiceFile::read(fields);
        }
        problems.into_list("f", text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn reader_and_schema_give_the_same_verdict() {
        let schema = schema();
        let right = [
            r#"{ "url": "http://a:1", "standalone": { "segments": ["a"], "assets": ["*"], "serveIndexOnNotFound": true } }"#,
            r#"{ "$schema": "x.json", "url": "http://a:1", "worker": { "segments": ["a"], "gateway": "http://g:1", "trustKey": "k" } }"#,
            r#"{ "worker": { "segments": ["a"], "gateway": ["http://g:1", "http://h:1"], "trustKey": ["k", "l"] } }"#,
            r#"{ "worker": { "segments": ["a"], "reportInterval": 1 }, "isolates": "auto", "middlewares": ["./m"] }"#,
            r#"{ "gateway": { "monitorInterval": 1000 }, "remoteWorker": { "unavailableThreshold": 1, "stoppedThreshold": 2 } }"#,
            r#"{ "proxy": { "worker": "http://w:1", "repository": "http://r:1" }, "healthChecks": [] }"#,
            r#"{ "proxy": { "gateway": "http://w:1", "repository": "http://r:1" }, "shutdown": { "grace": 0 } }"#,
            r#"{ "repository": { "index": "a.html" }, "log": { "level": "debug" }, "limits": { "wall": 5, "heap": 33554432 } }"#,
        ];
        let wrong = [
            "[]",
            "{}",
            r#"{ "worker": { "segments": ["a"] }, "gateway": {} }"#,
            r#"{ "worker": {} }"#,
            r#"{ "worker": { "segments": "a" } }"#,
            r#"{ "worker": { "segments": ["a", 1] } }"#,
            r#"{ "worker": { "segments": ["a"], "weigth": 1 } }"#,
            r#"{ "worker": { "segments": ["a"] }, "isolates": true }"#,
            r#"{ "worker": { "segments": ["a"] }, "setUp": "./a" }"#,
            r#"{ "worker": { "segments": ["a"] }, "limits": { "wall": 0 } }"#,
            r#"{ "worker": { "segments": ["a"] }, "limits": { "wall": "5" } }"#,
            r#"{ "worker": { "segments": ["a"] }, "limits": [] }"#,
            r#"{ "worker": { "segments": ["a"] }, "limits": { "wal": 5 } }"#,
            r#"{ "worker": { "segments": ["a"], "trustKey": 1 } }"#,
            r#"{ "worker": { "segments": ["a"] }, "remoteWorker": {} }"#,
            r#"{ "gateway": { "openRegistration": "yes" } }"#,
            r#"{ "gateway": null }"#,
            r#"{ "gateway": {}, "url": 1 }"#,
            r#"{ "proxy": { "repository": "http://r:1" } }"#,
            r#"{ "proxy": { "gateway": "http://w:1" } }"#,
            r#"{ "repository": {}, "log": { "level": 1 } }"#,
            r#"{ "repository": {}, "unknown": 1 }"#,
        ];
        for (texts, is_right) in [(&right[..], true), (&wrong[..], false)] {
            for text in texts {
                let found = check(&schema, &serde_json::from_str(text).expect("JSON"));
                let read = read(text);
                assert_eq!((read.is_empty(), found.is_empty()), (is_right, is_right), "{text}: {read:?} {found:?}");
            }
        }
    }
}
