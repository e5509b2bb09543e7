//! What goes wrong under load, at full size: what `tests/chaos` measures.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::engine;
use super::measured::Measured;
use crate::workspace::Workspace;
use crate::{cargo, term};

/// For five thousand connections, at both of their ends.
const OPEN_FILES: usize = 16_384;

/// Seconds that this takes, about.
pub(super) const fn estimate(is_quick: bool) -> u64 {
    if is_quick { 60 } else { 540 }
}

/// Builds and runs the benchmark.
pub(super) fn measure(workspace: &Workspace, is_quick: bool) -> Result<Vec<Measured>> {
    let built = cargo::build(workspace, &["--release", "--workspace", "--bench", "chaos", "--bins"])?;
    let mut command = Command::new("sh");
    let script = format!("ulimit -n {OPEN_FILES} 2> /dev/null; exec \"$0\" \"$@\"");
    command.arg("-c").arg(script).arg(built.program("chaos")?).args(is_quick.then_some("--quick"));
    let output = command.stderr(Stdio::inherit()).output().context("cannot start the benchmark")?;
    if !output.status.success() {
        term::status("Failed", "a part of chaos; its messages stand above, and its figures are missing");
    }
    engine::figures(&output.stdout)
}
