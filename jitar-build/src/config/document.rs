//! A configuration file while it is read: its text, its values with their places, and the mistakes found in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Range, Severity, codes, did_you_mean};
use crate::fs;
use crate::json::{self, Entry, Node, Value};

/// Names the JSON schema of a file, for editors. Every object file may have it.
pub(crate) const SCHEMA: &str = "$schema";

/// A place in a configuration file.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Absolute path of the file.
    pub(crate) file: Utf8PathBuf,
    /// Its text.
    pub(crate) text: Arc<str>,
    /// The bytes meant.
    pub(crate) range: Range,
}

impl Place {
    /// An error that points here.
    pub(crate) fn error(&self, code: &'static Code, message: impl Into<String>, label: &str) -> Diagnostic {
        Diagnostic::error(code, message).label(&self.file, &self.text, self.range, label)
    }

    /// A warning that points here.
    pub(crate) fn warning(&self, code: &'static Code, message: impl Into<String>, label: &str) -> Diagnostic {
        Diagnostic::warning(code, message).label(&self.file, &self.text, self.range, label)
    }
}

/// Reads typed values out of one file. What does not fit becomes a diagnostic and `None`.
pub(crate) struct Reader<'a> {
    file: Utf8PathBuf,
    text: Arc<str>,
    diagnostics: &'a mut Diagnostics,
    /// Places of what was found so far.
    reported: BTreeSet<Range>,
    /// What is found is worth a warning only.
    only_warns: bool,
}

impl<'a> Reader<'a> {
    /// Reads and parses the file.
    pub(crate) fn open(file: &Utf8Path, diagnostics: &'a mut Diagnostics) -> Option<(Self, Node)> {
        let text: Arc<str> = match fs::read(file) {
            Ok(text) => text.into(),
            Err(error) => {
                diagnostics.push(Diagnostic::error(&codes::UNREADABLE_FILE, error.to_string()));
                return None;
            }
        };
        let mut reader =
            Self { file: file.to_owned(), text, diagnostics, reported: BTreeSet::new(), only_warns: false };
        match json::parse(&Arc::clone(&reader.text)) {
            Ok(root) => Some((reader, root)),
            Err(malformed) => {
                let end = malformed.offset + reader.text[malformed.offset..].chars().next().map_or(0, char::len_utf8);
                let range = Range { start: malformed.offset, end };
                reader.error(&codes::INVALID_JSON, range, malformed.message, "here");
                None
            }
        }
    }

    /// A place in this file.
    pub(crate) fn place(&self, range: Range) -> Place {
        Place { file: self.file.clone(), text: Arc::clone(&self.text), range }
    }

    /// Records an error.
    pub(crate) fn error(&mut self, code: &'static Code, range: Range, message: impl Into<String>, label: &str) {
        self.push(self.place(range).error(code, message, label));
    }

    /// Records a diagnostic.
    pub(crate) fn push(&mut self, mut diagnostic: Diagnostic) {
        if self.only_warns {
            diagnostic.severity = Severity::Warning;
        }
        self.reported.extend(diagnostic.primary().map(|label| label.range));
        self.diagnostics.push(diagnostic);
    }

    /// From here on, what is found ends no build.
    pub(crate) fn only_warn(&mut self) {
        self.only_warns = true;
    }

    /// Whether something was found at this place.
    pub(crate) fn is_reported(&self, range: Range) -> bool {
        self.reported.contains(&range)
    }

    /// The members of an object; `name` is what messages call it. Keys that stand twice are reported.
    pub(crate) fn object<'n>(&mut self, node: &'n Node, name: &str) -> Option<&'n [Entry]> {
        let Value::Object(entries) = &node.value else { return self.wrong_type(node, name, "an object") };
        for (idx, entry) in entries.iter().enumerate() {
            if let Some(first) = entries[..idx].iter().find(|first| first.key == entry.key) {
                self.duplicate_key(&entry.key, entry.key_range, first.key_range);
            }
        }
        Some(entries)
    }

    /// Reports that a key stands twice.
    pub(crate) fn duplicate_key(&mut self, key: &str, range: Range, first: Range) {
        let diagnostic = self
            .place(range)
            .error(&codes::DUPLICATE_KEY, format!("the key `{key}` stands twice"), "again here")
            .label(&self.file, &self.text, first, "first here");
        self.push(diagnostic);
    }

    /// The items of a list.
    pub(crate) fn list<'n>(&mut self, node: &'n Node, name: &str) -> Option<&'n [Node]> {
        match &node.value {
            Value::List(items) => Some(items),
            _ => self.wrong_type(node, name, "a list"),
        }
    }

    /// A string.
    pub(crate) fn text<'n>(&mut self, node: &'n Node, name: &str) -> Option<&'n str> {
        match &node.value {
            Value::Text(text) => Some(text),
            _ => self.wrong_type(node, name, "a string"),
        }
    }

    /// A list of strings with their places; items of other types are reported and left out.
    pub(crate) fn texts<'n>(&mut self, node: &'n Node, name: &str) -> Vec<(&'n str, Place)> {
        let items = self.list(node, name).unwrap_or_default();
        let mut texts = Vec::new();
        for (idx, item) in items.iter().enumerate() {
            if let Some(text) = self.text(item, &format!("{name}.{idx}")) {
                texts.push((text, self.place(item.range)));
            }
        }
        texts
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self, node: &Node, name: &str) -> Option<bool> {
        match node.value {
            Value::Boolean(value) => Some(value),
            _ => self.wrong_type(node, name, "a boolean"),
        }
    }

    /// A whole number from 1 to `u32::MAX`.
    pub(crate) fn positive(&mut self, node: &Node, name: &str) -> Option<u32> {
        match node.value {
            Value::Number(number) if number.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&number) =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "checked in the line above"
                )]
                Some(number as u32)
            }
            _ => self.wrong_type(node, name, "a positive whole number"),
        }
    }

    /// Reports a key that is none of the known ones.
    pub(crate) fn unknown_key(&mut self, entry: &Entry, known: &[&str]) {
        let help = did_you_mean(&entry.key, known.iter().copied())
            .unwrap_or_else(|| format!("the keys are {}", listed(known.iter().copied())));
        let diagnostic = self
            .place(entry.key_range)
            .error(&codes::UNKNOWN_KEY, format!("unknown key `{}`", entry.key), "")
            .help(help);
        self.push(diagnostic);
    }

    /// Reports a value of another type than the wanted one.
    pub(crate) fn wrong_type<T>(&mut self, node: &Node, name: &str, wanted: &str) -> Option<T> {
        let found = match node.value {
            Value::Null => "null",
            Value::Boolean(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        };
        let message = format!("`{name}` is not {wanted}");
        self.error(&codes::WRONG_TYPE, node.range, message, &format!("this is {found}"));
        None
    }
}

/// Names for a sentence: `` `a`, `b` and `c` ``.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.pop() {
        None => "none".to_owned(),
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} and {last}", names.join(", ")),
    }
}
