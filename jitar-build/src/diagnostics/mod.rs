//! What is wrong with an application, as values: one [`Diagnostic`] per mistake, pointing into the user's files.
//!
//! Stages collect them and go on; `render` draws them.

pub mod codes;
pub(crate) mod render;

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

pub use codes::Code;

pub use crate::scan::graph::Range;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The build fails.
    Error,
    /// The build goes on.
    Warning,
}

/// A mistake, or something to look at.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Its entry in the table of codes.
    pub code: &'static Code,
    /// Whether it ends the build.
    pub severity: Severity,
    /// One line: lower case, names the user's thing in backticks, no final period.
    pub message: String,
    /// Places in the user's files; the first is the primary one. May be empty.
    pub labels: Vec<Label>,
    /// How to repair it.
    pub help: Option<String>,
}

/// A place in a file and what is to be said about it.
#[derive(Debug, Clone)]
pub struct Label {
    /// Absolute path of the file.
    pub file: Utf8PathBuf,
    /// Its whole text.
    pub text: Arc<str>,
    /// Bytes of the text.
    pub range: Range,
    /// Short note, may be empty.
    pub message: String,
    /// Whether this is the place where the mistake is.
    pub primary: bool,
}

/// Line and column of a place, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// All diagnostics of a stage or a build.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(code: &'static Code, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), labels: Vec::new(), help: None }
    }

    /// A warning without a place yet.
    pub fn warning(code: &'static Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Adds a place. The first one is the primary place, the others explain it.
    #[must_use]
    pub fn label(mut self, file: &Utf8Path, text: &Arc<str>, range: Range, message: impl Into<String>) -> Self {
        self.labels.push(Label {
            file: file.to_owned(),
            text: Arc::clone(text),
            range,
            message: message.into(),
            primary: self.labels.is_empty(),
        });
        self
    }

    /// Says how to repair it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says how to repair it, when that is known.
    #[must_use]
    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// The primary place.
    pub fn primary(&self) -> Option<&Label> {
        self.labels.iter().find(|label| label.primary)
    }
}

impl Label {
    /// Line and column of its first byte.
    pub fn position(&self) -> Position {
        let start = floor_char_boundary(&self.text, self.range.start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of another stage.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Diagnostic>) {
        self.0.extend(others);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of diagnostics.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether one of them ends the build.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// All of them in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Orders them by file and position; those without a place come first. Equal ones are kept once.
    pub fn sort(&mut self) {
        self.0.sort_by(|left, right| sort_key(left).cmp(&sort_key(right)));
        self.0.dedup_by(|left, right| sort_key(left) == sort_key(right));
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

/// `did you mean …?` for a name that is not one of the known ones.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(name, known).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// The known name that is most like this one: at most a third of its letters may be wrong.
pub(crate) fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let most = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The nearest byte at or before `idx` where a character begins.
pub(crate) fn floor_char_boundary(text: &str, idx: usize) -> usize {
    (0..=idx.min(text.len())).rev().find(|&candidate| text.is_char_boundary(candidate)).unwrap_or(0)
}

fn sort_key(diagnostic: &Diagnostic) -> (Option<(&Utf8Path, Range)>, &str, &str) {
    let place = diagnostic.primary().map(|label| (label.file.as_path(), label.range));
    (place, diagnostic.code.id, &diagnostic.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, start: usize) -> Diagnostic {
        let range = Range { start, end: start };
        Diagnostic::error(&codes::SYNTAX, "x").label(Utf8Path::new("/a.ts"), &Arc::from(text), range, "")
    }

    #[test]
    fn positions_count_lines_and_characters() {
        let cases =
            [("abc", 0, (1, 1)), ("abc", 2, (1, 3)), ("a\nbc", 2, (2, 1)), ("äb", 2, (1, 2)), ("a", 99, (1, 2))];
        for (text, start, (line, column)) in cases {
            let diagnostic = at(text, start);
            assert_eq!(diagnostic.labels[0].position(), Position { line, column }, "{text:?} at {start}");
        }
    }

    #[test]
    fn sorting_orders_by_place_and_drops_repeats() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.extend([at("abc", 2), at("abc", 1), Diagnostic::error(&codes::SYNTAX, "no place"), at("abc", 2)]);
        diagnostics.sort();
        let starts: Vec<_> = diagnostics.iter().map(|d| d.primary().map(|label| label.range.start)).collect();
        assert_eq!(starts, [None, Some(1), Some(2)]);
    }

    #[test]
    fn suggests_only_names_that_are_alike() {
        let known = ["source", "target", "segments"];
        assert_eq!(did_you_mean("sorce", known).as_deref(), Some("did you mean `source`?"));
        assert_eq!(did_you_mean("Segment", known).as_deref(), Some("did you mean `segments`?"));
        assert_eq!(did_you_mean("zzz", known), None);
    }
}
