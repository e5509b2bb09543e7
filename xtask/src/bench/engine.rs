//! The engine without HTTP: what `jitar-engine/benches/engine.rs` and `host.rs` measure.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::measured::Measured;
use crate::workspace::Workspace;
use crate::{cargo, term};

const UNITS: [&str; 11] = ["s", "ms", "µs", "ns", "MB", "kB", "calls/s", "%", "×", "failures", ""];

/// Builds and runs the benchmark.
pub(super) fn measure(workspace: &Workspace) -> Result<Vec<Measured>> {
    term::status("Measuring", "the engine");
    let mut command = cargo::command(workspace, "bench");
    // The whole workspace is selected, as everywhere, so that nothing is compiled with other features.
    command.args(["--workspace", "--bench", "engine", "--bench", "host"]).stderr(Stdio::inherit());
    let output = command.output().context("cannot start cargo")?;
    ensure!(output.status.success(), "the benchmark of the engine failed; its messages stand above");
    figures(&output.stdout)
}

/// What a benchmark printed, a line of JSON for each quantity.
pub(super) fn figures(printed: &[u8]) -> Result<Vec<Measured>> {
    let text = std::str::from_utf8(printed).context("the benchmark printed something else than text")?;
    text.lines().filter(|line| line.starts_with('{')).map(measured).collect()
}

fn measured(line: &str) -> Result<Measured> {
    let context = || format!("the benchmark printed `{line}`");
    let parsed: Value = serde_json::from_str(line).with_context(context)?;
    let name = parsed["name"].as_str().with_context(context)?;
    let samples = parsed["samples"].as_array().with_context(context)?;
    let unit = parsed["unit"].as_str().with_context(context)?;
    let unit = UNITS.into_iter().find(|known| *known == unit).with_context(context)?;
    Ok(Measured::new(name, unit, samples.iter().filter_map(Value::as_f64).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_quantities() {
        let quantity = measured(r#"{"name":"x","unit":"µs","samples":[2.0,1.0,3.0]}"#).expect("is one");
        assert_eq!((quantity.name.as_str(), quantity.unit, quantity.spread()), ("x", "µs", Some((1.0, 3.0))));
        assert!(measured("x").is_err());
    }
}
