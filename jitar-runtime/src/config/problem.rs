//! What is wrong with a configuration: everything is collected, then reported at once.

use std::cell::RefCell;
use std::fmt;

/// One thing that is wrong, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    place: Place,
    text: String,
}

/// Where a wrong setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// A position in a service file.
    File { file: String, line: usize, column: usize },
    /// An environment variable.
    Variable(&'static str),
    /// The text names the place itself.
    None,
}

/// A configuration is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

/// Collects the problems of one service file by offset in its text.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: RefCell<Vec<(usize, String)>>,
    /// Every name that a reader asked for, with those of the objects around it.
    #[cfg(test)]
    pub(super) known: RefCell<std::collections::BTreeSet<String>>,
}

impl Problem {
    /// A problem at a position of a file's text.
    pub(super) fn in_file(file: &str, text: &str, offset: usize, problem: String) -> Self {
        let (line, column) = position(text, offset);
        Self { place: Place::File { file: file.to_owned(), line, column }, text: problem }
    }

    /// A problem with the value of an environment variable.
    pub(super) fn in_variable(name: &'static str, problem: String) -> Self {
        Self { place: Place::Variable(name), text: problem }
    }

    /// A problem whose text names its place.
    pub(super) fn general(problem: String) -> Self {
        Self { place: Place::None, text: problem }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File { file, line, column } => write!(f, "{file}:{line}:{column}: {}", self.text),
            Place::Variable(name) => write!(f, "environment variable `{name}`: {}", self.text),
            Place::None => f.write_str(&self.text),
        }
    }
}

impl ConfigError {
    /// The problems in the order of their places.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl From<Vec<Problem>> for ConfigError {
    fn from(problems: Vec<Problem>) -> Self {
        Self { problems }
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Invalid server configuration:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n => {problem}"))
    }
}

impl Problems {
    /// Adds a problem at an offset of the file's text.
    pub(super) fn add(&self, at: usize, text: impl Into<String>) {
        self.found.borrow_mut().push((at, text.into()));
    }

    /// Whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// The problems by position.
    pub(super) fn into_list(self, file: &str, text: &str) -> Vec<Problem> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|(at, _)| *at);
        found.into_iter().map(|(at, problem)| Problem::in_file(file, text, at, problem)).collect()
    }
}

/// Line and column, both from 1, of an offset; columns count characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// `; did you mean 'x'?` when one of the names is close to what was written, else nothing.
pub(super) fn suggestion<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    closest(written, names).map_or_else(String::new, |name| format!("; did you mean '{name}'?"))
}

/// The name that was probably meant.
fn closest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let limit = written.chars().count() / 3;
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&written, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters() {
        let text = "{\n  \"ü\": 1\n}";
        let cases = [(0, (1, 1)), (2, (2, 1)), (4, (2, 3)), (9, (2, 7)), (text.len(), (3, 2)), (999, (3, 2))];
        for (offset, expected) in cases {
            assert_eq!(position(text, offset), expected, "{offset}");
        }
    }

    #[test]
    fn suggests_what_is_close() {
        let names = ["worker", "gateway", "middleware"];
        let cases = [
            ("wroker", "; did you mean 'worker'?"),
            ("Worker", "; did you mean 'worker'?"),
            ("midleware", "; did you mean 'middleware'?"),
            ("x", ""),
            ("database", ""),
        ];
        for (written, expected) in cases {
            assert_eq!(suggestion(written, names), expected, "{written}");
        }
    }

    #[test]
    fn reports_everything_in_order_of_position() {
        let problems = Problems::default();
        problems.add(2, "second");
        problems.add(0, "first");
        let error = ConfigError::from(problems.into_list("services/x.json", "{\n}"));
        assert_eq!(
            error.to_string(),
            "Invalid server configuration:\n => services/x.json:1:1: first\n => services/x.json:2:1: second"
        );
    }
}
