//! Output for people: aligned, short, with colours on a terminal only.

use std::env;
use std::fmt::{Display, Write as _};
use std::io::{IsTerminal, stderr, stdout};

/// How a piece of text stands out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tone {
    /// Something went well.
    Good,
    /// Something is wrong.
    Bad,
    /// A heading.
    Strong,
    /// Less important than the rest.
    Faint,
}

impl Tone {
    fn code(self) -> &'static str {
        match self {
            Self::Good => "\x1b[1;32m",
            Self::Bad => "\x1b[1;31m",
            Self::Strong => "\x1b[1m",
            Self::Faint => "\x1b[2m",
        }
    }
}

/// Says on standard error what is being done, in the form of cargo's own lines.
pub(crate) fn status(verb: &str, text: impl Display) {
    eprintln!("{} {text}", paint(Tone::Good, format!("{verb:>12}"), stderr().is_terminal()));
}

/// Reports a failure and its causes on standard error.
pub(crate) fn error(error: &anyhow::Error) {
    eprintln!("{}: {error:#}", paint(Tone::Bad, "error", stderr().is_terminal()));
}

/// Text for standard output in a tone.
pub(crate) fn style(tone: Tone, text: impl Display) -> String {
    paint(tone, text, stdout().is_terminal())
}

/// Whether a person is there who can answer a question.
pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && stderr().is_terminal()
}

fn paint(tone: Tone, text: impl Display, terminal: bool) -> String {
    if terminal && env::var_os("NO_COLOR").is_none() {
        format!("{}{text}\x1b[0m", tone.code())
    } else {
        text.to_string()
    }
}

/// Rows in aligned columns, indented by two spaces. Columns after the first `n_left` are right-aligned.
pub(crate) fn table(rows: &[Vec<String>], n_left: usize) -> String {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..n_columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let width = widths[column];
            let cell = if column < n_left { format!("  {cell:<width$}") } else { format!("  {cell:>width$}") };
            line.push_str(&cell);
        }
        writeln!(text, "{}", line.trim_end()).unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_aligned() {
        let rows = [vec!["a".to_owned(), "1".to_owned()], vec!["bcd".to_owned(), "100".to_owned()]];
        assert_eq!(table(&rows, 1), "  a      1\n  bcd  100\n");
        assert_eq!(table(&rows, 2), "  a    1\n  bcd  100\n");
    }
}
