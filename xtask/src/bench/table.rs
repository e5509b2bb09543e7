//! Results as tables: for a terminal, and as Markdown.

use std::fmt::Write as _;

use super::measured::{Measured, OURS};
use crate::term::{self, Tone};

/// One table.
#[derive(Debug)]
pub(super) struct Table {
    title: String,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Tables of results: one for each case with contestants, and one of everything else.
pub(super) fn tables(results: &[Measured]) -> Vec<Table> {
    let mut cases: Vec<&str> = Vec::new();
    for measured in results {
        if !measured.case.is_empty() && !cases.contains(&measured.case.as_str()) {
            cases.push(&measured.case);
        }
    }
    let mut tables: Vec<Table> = cases.into_iter().map(|case| of_case(case, results)).collect();
    let plain: Vec<&Measured> = results.iter().filter(|it| it.case.is_empty()).collect();
    if !plain.is_empty() {
        tables.push(of_plain(&plain));
    }
    tables
}

/// Who has results in a case, and what was measured of them, both in order.
pub(super) fn axes<'a>(case: &str, results: &'a [Measured]) -> (Vec<&'a str>, Vec<(&'a str, &'static str)>) {
    let (mut subjects, mut quantities) = (Vec::new(), Vec::new());
    for measured in results.iter().filter(|it| it.case == case) {
        if !subjects.contains(&measured.subject.as_str()) {
            subjects.push(measured.subject.as_str());
        }
        if !quantities.contains(&(measured.name.as_str(), measured.unit)) {
            quantities.push((measured.name.as_str(), measured.unit));
        }
    }
    (subjects, quantities)
}

/// The quantity of a subject in a case.
pub(super) fn find<'a>(results: &'a [Measured], case: &str, subject: &str, name: &str) -> Option<&'a Measured> {
    results.iter().find(|it| it.key() == (case, subject, name))
}

fn of_case(case: &str, results: &[Measured]) -> Table {
    let (subjects, quantities) = axes(case, results);
    let is_led = subjects.contains(&OURS);
    let mut header = vec![String::new()];
    for (name, unit) in &quantities {
        header.push(with_unit(name, unit));
        header.push("±".to_owned());
        if is_led {
            header.push("lead".to_owned());
        }
    }
    let row = |subject: &&str| {
        let mut row = vec![(*subject).to_owned()];
        for (name, _) in &quantities {
            let measured = find(results, case, subject, name);
            row.push(measured.map(|it| number(it.median())).unwrap_or_default());
            row.push(measured.map(deviation).unwrap_or_default());
            if is_led {
                let ours = find(results, case, OURS, name).filter(|_| *subject != OURS);
                let lead = ours.zip(measured).and_then(|(ours, theirs)| ours.lead_over(theirs));
                row.push(lead.map(|lead| format!("{lead:.2}×")).unwrap_or_default());
            }
        }
        row
    };
    Table { title: case.to_owned(), header, rows: subjects.iter().map(row).collect() }
}

fn of_plain(results: &[&Measured]) -> Table {
    let row = |measured: &&Measured| {
        let spread = measured.spread().map(|(least, most)| format!("{} – {}", number(least), number(most)));
        vec![measured.name.clone(), number(measured.median()), measured.unit.to_owned(), spread.unwrap_or_default()]
    };
    let header = ["", "median", "unit", "spread"].map(str::to_owned).to_vec();
    Table { title: String::new(), header, rows: results.iter().map(row).collect() }
}

fn with_unit(name: &str, unit: &str) -> String {
    if name.contains(unit) { name.to_owned() } else { format!("{name}, {unit}") }
}

/// Three digits that mean something.
pub(super) fn number(value: f64) -> String {
    let n_digits = match value.abs() {
        magnitude if magnitude >= 100.0 => 0,
        magnitude if magnitude >= 10.0 => 1,
        _ => 2,
    };
    let digits = format!("{value:.n_digits$}");
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    grouped(whole) + rest
}

/// Digits in groups of three, from 10,000 on.
fn grouped(digits: &str) -> String {
    if digits.len() < 5 {
        return digits.to_owned();
    }
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Half of the spread, as a part of the median.
fn deviation(measured: &Measured) -> String {
    let spread = measured.middle().map(|(least, most)| (most - least) / 2.0 / measured.median() * 100.0);
    spread.map(|percent| format!("{percent:.0} %")).unwrap_or_default()
}

impl Table {
    /// For a terminal.
    pub(super) fn text(&self) -> String {
        let rows: Vec<Vec<String>> = std::iter::once(&self.header).chain(&self.rows).cloned().collect();
        let title = if self.title.is_empty() { String::new() } else { term::style(Tone::Strong, &self.title) + "\n" };
        format!("\n{title}{}", term::table(&rows, 1))
    }

    /// For documents.
    pub(super) fn markdown(&self) -> String {
        let mut text = String::new();
        if !self.title.is_empty() {
            writeln!(text, "**{}**\n", self.title).unwrap_or_default();
        }
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        text.push_str(&line(&self.header));
        text.push_str("|---|");
        text.push_str(&"---:|".repeat(self.header.len() - 1));
        text.push('\n');
        text.extend(self.rows.iter().map(|row| line(row)));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contestants_stand_below_each_other() {
        let results = [
            Measured::new("calls", "calls/s", vec![200.0, 220.0]).of("hello", OURS),
            Measured::new("p99", "µs", vec![10.0, 10.0]).of("hello", OURS),
            Measured::new("calls", "calls/s", vec![100.0, 110.0]).of("hello", "node"),
            Measured::once("memory", "MB", 35.26),
        ];
        let tables = tables(&results);
        assert_eq!(
            tables[0].markdown(),
            "**hello**\n\n|  | calls, calls/s | ± | lead | p99, µs | ± | lead |\n|---|---:|---:|---:|---:|---:|---:|\n\
             | jitar | 210 | 5 % |  | 10.0 | 0 % |  |\n| node | 105 | 5 % | 2.00× |  |  |  |\n"
        );
        assert_eq!(
            tables[1].markdown(),
            "|  | median | unit | spread |\n|---|---:|---:|---:|\n| memory | 35.3 | MB |  |\n"
        );
        assert!(tables[0].text().contains("node"));
    }

    #[test]
    fn numbers_have_three_digits() {
        for (value, expected) in [
            (0.123, "0.12"),
            (1.5, "1.50"),
            (12.34, "12.3"),
            (123.4, "123"),
            (9999.0, "9999"),
            (1_234_567.8, "1,234,568"),
        ] {
            assert_eq!(number(value), expected);
        }
    }
}
