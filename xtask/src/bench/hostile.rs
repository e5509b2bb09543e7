//! What hostile values cost: time and memory of each row that `tests/cluster/hostile.rs` sends.

use std::fs;

use anyhow::{Context, Result};

use super::measured::Measured;
use super::record;
use crate::cargo;
use crate::workspace::Workspace;

/// How many of the slowest are named.
const N_SLOWEST: usize = 10;

/// Seconds that this takes, about.
pub(super) const fn estimate() -> u64 {
    60
}

/// Runs the test, and reads what it noted.
pub(super) fn measure(workspace: &Workspace) -> Result<Vec<Measured>> {
    let arguments = ["--release", "--workspace", "--test", "cluster", "--quiet", "hostile_values"];
    cargo::run(workspace, "test", &arguments)?;
    let file = workspace.target.join("hostile.tsv");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let kept = record::folder(workspace)?.join("hostile.tsv");
    fs::write(&kept, &text).with_context(|| format!("cannot write `{}`", kept.display()))?;
    let mut rows: Vec<Row> = text
        .lines()
        .skip(1)
        .map(|line| Row::parse(line).with_context(|| format!("`{}` has the line `{line}`", file.display())))
        .collect::<Result<_>>()?;
    Ok(summary(&mut rows))
}

#[derive(Debug)]
struct Row {
    name: String,
    status: u16,
    milliseconds: f64,
    megabytes: f64,
}

impl Row {
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.rsplitn(4, '\t');
        let megabytes = fields.next()?.parse::<f64>().ok()? * 1024.0 / 1e6;
        let milliseconds = fields.next()?.parse().ok()?;
        let status = fields.next()?.parse().ok()?;
        Some(Self { name: fields.next()?.to_owned(), status, milliseconds, megabytes })
    }
}

fn summary(rows: &mut [Row]) -> Vec<Measured> {
    let mut results = Vec::new();
    for (what, is_meant) in [("taken as data", true), ("refused", false)] {
        let times: Vec<f64> =
            rows.iter().filter(|row| (row.status == 200) == is_meant).map(|row| row.milliseconds).collect();
        results.push(Measured::new(format!("{} hostile values that were {what}", times.len()), "ms", times));
    }
    let memory = |row: Option<&Row>| row.map_or(f64::NAN, |row| row.megabytes);
    let most = rows.iter().map(|row| row.megabytes).fold(f64::NAN, f64::max);
    results.push(Measured::once("memory after the first of them", "MB", memory(rows.first())));
    results.push(Measured::once("memory after the last of them", "MB", memory(rows.last())));
    results.push(Measured::once("the most memory after one of them", "MB", most));
    rows.sort_by(|a, b| b.milliseconds.total_cmp(&a.milliseconds));
    let slowest = rows.iter().take(N_SLOWEST);
    results.extend(slowest.map(|row| Measured::once(format!("{} ({})", row.name, row.status), "ms", row.milliseconds)));
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_summed_up() {
        let lines = ["a\tb\t200\t1\t1000000", "c\t413\t5\t2000000", "d\t400\t3\t1500000"];
        let mut rows: Vec<Row> = lines.iter().filter_map(|line| Row::parse(line)).collect();
        assert_eq!(rows[0].name, "a\tb");
        let results = summary(&mut rows);
        let named: Vec<(&str, f64)> = results.iter().map(|it| (it.name.as_str(), it.median())).collect();
        assert_eq!(named[0], ("1 hostile values that were taken as data", 1.0));
        assert_eq!(named[1], ("2 hostile values that were refused", 4.0));
        assert_eq!(named[4], ("the most memory after one of them", 2048.0));
        assert_eq!(named[5], ("c (413)", 5.0));
        assert!(Row::parse("a\tb").is_none());
    }
}
