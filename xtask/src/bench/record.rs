//! What stays of a run: JSON for programs, drawings, and the tables of `docs/performance.md`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::measured::Measured;
use super::{chart, table};
use crate::term;
use crate::workspace::Workspace;

/// Where and when something was measured.
#[derive(Debug)]
pub(super) struct Circumstances {
    /// One line about machine, system and date.
    machine: String,
    /// Names and versions of who took part.
    versions: Vec<(String, String)>,
    is_quick: bool,
}

impl Circumstances {
    /// Those of this run.
    pub(super) fn now(workspace: &Workspace, is_quick: bool) -> Self {
        let said = |program: &str, arguments: &[&str]| {
            let output = Command::new(program).args(arguments).current_dir(&workspace.root).output().ok()?;
            let text = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned();
            (output.status.success() && !text.is_empty()).then_some(text)
        };
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
        let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
        let system = said("uname", &["-sr"]).unwrap_or_default();
        let date = said("date", &["-u", "+%F"]).unwrap_or_default();
        let machine =
            format!("{date}, {n_cores} cores, {}, {system}", model.trim_start_matches([' ', '\t', ':']).trim());
        let versions = [
            ("jitar", said("git", &["rev-parse", "--short", "HEAD"])),
            ("rustc", said("rustc", &["--version"]).and_then(|it| it.split(' ').nth(1).map(str::to_owned))),
        ];
        let versions = versions.into_iter().filter_map(|(name, version)| Some((name.to_owned(), version?))).collect();
        Self { machine, versions, is_quick }
    }

    /// Adds those who took part in one bench.
    pub(super) fn with(&self, versions: &[(String, String)]) -> Self {
        let versions = self.versions.iter().chain(versions).cloned().collect();
        Self { machine: self.machine.clone(), versions, is_quick: self.is_quick }
    }

    /// A sentence for documents.
    fn sentence(&self) -> String {
        let versions: Vec<String> = self.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let quick = if self.is_quick { " Quick rounds." } else { "" };
        format!("{}. {}.{quick}", self.machine, versions.join(", "))
    }

    fn json(&self) -> Value {
        let versions: Map<String, Value> =
            self.versions.iter().map(|(name, version)| (name.clone(), Value::from(version.clone()))).collect();
        json!({ "machine": self.machine, "versions": versions, "quick": self.is_quick })
    }
}

/// What one bench gave.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Name of the bench.
    pub(super) bench: &'static str,
    /// Where and when.
    pub(super) circumstances: Circumstances,
    /// What.
    pub(super) results: Vec<Measured>,
}

impl Outcome {
    fn json(&self) -> Value {
        let mut value = self.circumstances.json();
        value["results"] = self.results.iter().map(Measured::json).collect();
        value
    }

    fn markdown(&self) -> String {
        let tables: Vec<String> = table::tables(&self.results).iter().map(table::Table::markdown).collect();
        format!("{}\n\n{}", self.circumstances.sentence(), tables.join("\n"))
    }
}

/// Results of earlier runs, by bench.
#[derive(Debug, Default)]
pub(super) struct Record(Map<String, Value>);

impl Record {
    /// Reads a file that an earlier run wrote.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
        let value: Value =
            serde_json::from_str(&text).with_context(|| format!("`{}` holds no results of a bench", file.display()))?;
        match value {
            Value::Object(benches) => Ok(Self(benches)),
            _ => anyhow::bail!("`{}` holds no results of a bench", file.display()),
        }
    }

    /// One line for everything that became worse.
    pub(super) fn regressions(&self, outcome: &Outcome) -> Vec<String> {
        let earlier: Vec<Measured> = self
            .0
            .get(outcome.bench)
            .and_then(|it| it["results"].as_array())
            .map_or_else(Vec::new, |results| results.iter().filter_map(Measured::from_json).collect());
        let worse = |now: &Measured| {
            let then = earlier.iter().find(|then| then.key() == now.key())?;
            let percent = now.regression(then)? * 100.0;
            let what = [&now.case, &now.subject, &now.name].map(String::as_str);
            let what: Vec<&str> = what.into_iter().filter(|word| !word.is_empty()).collect();
            let [before, after] = [then.median(), now.median()].map(table::number);
            Some(format!("{}: {before} → {after} {}, {percent:.0} % worse", what.join(", "), now.unit))
        };
        outcome.results.iter().filter_map(worse).collect()
    }
}

/// The folder of results.
pub(super) fn folder(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    Ok(folder)
}

/// Writes drawings, and the results into the file of all benches, in which those of other benches stay.
pub(super) fn write(workspace: &Workspace, outcome: &Outcome) -> Result<()> {
    let folder = folder(workspace)?;
    let file = folder.join("results.json");
    let mut record = if file.is_file() { Record::read(&file).unwrap_or_default() } else { Record::default() };
    record.0.insert(outcome.bench.to_owned(), outcome.json());
    let text = serde_json::to_string_pretty(&Value::Object(record.0))?;
    fs::write(&file, text + "\n").with_context(|| format!("cannot write `{}`", file.display()))?;
    let n_charts = write_charts(&folder, outcome)?;
    term::status("Measured", format_args!("{} and {n_charts} drawings beside it", file.display()));
    Ok(())
}

fn write_charts(folder: &Path, outcome: &Outcome) -> Result<usize> {
    let charts = chart::charts(&outcome.results);
    for (case, svg) in &charts {
        let file = folder.join(chart::file_name(outcome.bench, case));
        fs::write(&file, svg).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    Ok(charts.len())
}

/// Replaces the tables of a bench in `docs/performance.md`.
pub(super) fn write_document(workspace: &Workspace, outcome: &Outcome) -> Result<()> {
    let file = workspace.root.join("docs/performance.md");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let text = replaced(&text, outcome.bench, &outcome.markdown())?;
    fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    term::status("Wrote", format_args!("the tables of {} in {}", outcome.bench, file.display()));
    Ok(())
}

fn replaced(document: &str, bench: &str, tables: &str) -> Result<String> {
    let (start, end) = (format!("<!-- bench {bench} -->\n"), format!("<!-- end {bench} -->\n"));
    let parts = document.split_once(&start).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    ensure!(
        parts.is_some(),
        "docs/performance.md has no place for `{bench}`: lines `{}` and `{}`",
        start.trim(),
        end.trim()
    );
    let (before, after) = parts.unwrap_or_default();
    Ok(format!("{before}{start}\n{}\n\n{end}{after}", tables.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_a_document_are_replaced() {
        let document = "# P\n<!-- bench rpc -->\nold\n<!-- end rpc -->\nafter\n";
        let once = replaced(document, "rpc", "new\n").expect("it has a place");
        assert_eq!(once, "# P\n<!-- bench rpc -->\n\nnew\n\n<!-- end rpc -->\nafter\n");
        assert_eq!(replaced(&once, "rpc", "new").expect("it still has"), once);
        assert!(replaced(document, "memory", "new").is_err());
    }

    #[test]
    fn regressions_name_what_became_worse() {
        let circumstances = Circumstances { machine: String::new(), versions: Vec::new(), is_quick: true };
        let outcome = |value| Outcome {
            bench: "rpc",
            circumstances: circumstances.with(&[]),
            results: vec![Measured::once("p99", "µs", value).of("hello", "jitar")],
        };
        let record = Record([("rpc".to_owned(), outcome(100.0).json())].into_iter().collect());
        assert_eq!(record.regressions(&outcome(200.0)), ["hello, jitar, p99: 100 → 200 µs, 100 % worse"]);
        assert_eq!(record.regressions(&outcome(100.0)), [""; 0]);
    }
}
