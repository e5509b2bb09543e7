//! A log record as a line: text for people and tools of the known implementation, or JSON.

use std::fmt::{Debug, Write as _};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};

use crate::config::{LogFormat, LogLevel};

/// A log record.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) level: LogLevel,
    pub(super) time: &'a str,
    pub(super) target: &'a str,
    pub(super) fields: Fields,
}

/// Message and other fields of a record.
#[derive(Debug, Default)]
pub(super) struct Fields {
    message: String,
    others: Map<String, Value>,
}

impl Record<'_> {
    /// The whole line, with its line break.
    pub(super) fn line(&self, format: LogFormat, colour: Option<Colour>) -> String {
        match format {
            LogFormat::Text => self.text_line(colour),
            LogFormat::Json => self.json_line(),
        }
    }

    /// `[INFO][<time>] message name=value`; further lines of the message follow, such as those of a stack.
    fn text_line(&self, colour: Option<Colour>) -> String {
        let name = self.level.name();
        let level = colour.map_or_else(|| name.to_owned(), |Colour(code)| format!("\x1b[{code}m{name}\x1b[0m"));
        let message = visible(&self.fields.message);
        let (first, further) = message.split_at(message.find('\n').unwrap_or(message.len()));
        let mut line = format!("[{level}][{}] {first}", self.time);
        for (name, value) in &self.fields.others {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            line.extend([" ", name, "=", &visible(&value.replace('\n', "\\n"))]);
        }
        line.extend([further, "\n"]);
        line
    }

    fn json_line(&self) -> String {
        let mut object = Map::new();
        for (name, value) in [("time", self.time), ("level", self.level.name()), ("target", self.target)] {
            object.insert(name.to_owned(), value.into());
        }
        object.insert("message".to_owned(), self.fields.message.as_str().into());
        for (name, value) in &self.fields.others {
            object.entry(name.clone()).or_insert_with(|| value.clone());
        }
        format!("{}\n", Value::Object(object))
    }
}

/// An ANSI colour code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(u8);

impl Colour {
    /// The colour of a level's name.
    pub(super) fn of(level: LogLevel) -> Self {
        Self(match level {
            LogLevel::Debug => 2,
            LogLevel::Info => 32,
            LogLevel::Warn => 33,
            LogLevel::Error => 31,
            LogLevel::Fatal => 35,
        })
    }
}

/// Control characters could move a terminal's cursor and hide lines; they are shown, except line breaks and tabs. A
/// line within a record that begins like a record is moved in, so that nobody takes it for one.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '[' if shown.ends_with('\n') => shown.push_str("  ["),
            '\n' | '\t' => shown.push(character),
            control if control.is_control() => shown.extend(control.escape_default()),
            other => shown.push(other),
        }
    }
    shown
}

impl Fields {
    fn set(&mut self, field: &Field, value: Value) {
        if field.name() == "message" {
            self.message = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        } else {
            self.others.insert(field.name().to_owned(), value);
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        if write!(text, "{value:?}").is_ok() {
            self.set(field, text.into());
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(message: &str, others: Value) -> Record<'static> {
        let Value::Object(others) = others else { panic!("fields are an object") };
        let fields = Fields { message: message.to_owned(), others };
        Record { level: LogLevel::Warn, time: "2026-11-22T09:30:46.606Z", target: "jitar::x", fields }
    }

    #[test]
    fn text_lines() {
        let cases = [
            ("Server stopped", serde_json::json!({}), "[WARN][2026-11-22T09:30:46.606Z] Server stopped\n"),
            ("a", serde_json::json!({"b": 1, "c": "d"}), "[WARN][2026-11-22T09:30:46.606Z] a b=1 c=d\n"),
            ("[\n  x\n]", serde_json::json!({}), "[WARN][2026-11-22T09:30:46.606Z] [\n  x\n]\n"),
            ("a\n[INFO][x] b", serde_json::json!({}), "[WARN][2026-11-22T09:30:46.606Z] a\n  [INFO][x] b\n"),
            ("a", serde_json::json!({"b": "\n[INFO][x]"}), "[WARN][2026-11-22T09:30:46.606Z] a b=\\n[INFO][x]\n"),
            ("a\n    at b", serde_json::json!({"c": 1}), "[WARN][2026-11-22T09:30:46.606Z] a c=1\n    at b\n"),
            ("a\x1b[2Kb\r\u{9b}ü", serde_json::json!({}), "[WARN][2026-11-22T09:30:46.606Z] a\\u{1b}[2Kb\\r\\u{9b}ü\n"),
        ];
        for (message, others, expected) in cases {
            assert_eq!(record(message, others).line(LogFormat::Text, None), expected);
        }
    }

    #[test]
    fn colours_only_when_asked_for() {
        let line = record("a", serde_json::json!({})).line(LogFormat::Text, Some(Colour::of(LogLevel::Warn)));
        assert_eq!(line, "[\x1b[33mWARN\x1b[0m][2026-11-22T09:30:46.606Z] a\n");
    }

    #[test]
    fn json_lines_are_one_object_each() {
        let line = record("a\n\"b\"", serde_json::json!({"ms": 2, "level": "forged"})).line(LogFormat::Json, None);
        let expected =
            r#"{"time":"2026-11-22T09:30:46.606Z","level":"WARN","target":"jitar::x","message":"a\n\"b\"","ms":2}"#;
        assert_eq!(line, format!("{expected}\n"));
    }
}
