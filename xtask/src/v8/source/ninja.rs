//! Runs ninja and turns its many lines into a few.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, IsTerminal, stderr};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::term;

/// Lines that are kept for the message of a failure.
const N_KEPT: usize = 60;

/// Builds the targets.
pub(super) fn run(folder: &Path, targets: &[&str], n_jobs: usize) -> Result<()> {
    let mut ninja = Command::new("ninja");
    ninja.arg("-C").arg(folder).arg("-j").arg(n_jobs.to_string()).args(targets).stdout(Stdio::piped());
    let mut child = ninja.spawn().context("cannot start ninja")?;
    let mut last = VecDeque::new();
    if let Some(stdout) = child.stdout.take() {
        let mut progress = Progress::default();
        for line in BufReader::new(stdout).lines() {
            let line = line.context("cannot read what ninja says")?;
            if let Some((done, all)) = count(&line) {
                progress.show(done, all);
            }
            last.push_back(line);
            if last.len() > N_KEPT {
                last.pop_front();
            }
        }
    }
    let status = child.wait().context("cannot wait for ninja")?;
    if !status.success() {
        bail!("ninja failed ({status}):\n{}", Vec::from(last).join("\n"));
    }
    Ok(())
}

/// The numbers in `[12/345] CXX …`.
fn count(line: &str) -> Option<(usize, usize)> {
    let (done, all) = line.strip_prefix('[')?.split_once(']')?.0.split_once('/')?;
    Some((done.parse().ok()?, all.parse().ok()?))
}

#[derive(Default)]
struct Progress {
    shown: usize,
}

impl Progress {
    /// Every twentieth part gets a line; on a terminal every hundredth.
    fn show(&mut self, done: usize, all: usize) {
        let step = if stderr().is_terminal() { 1 } else { 5 };
        let percent = done * 100 / all.max(1);
        if percent >= self.shown + step {
            self.shown = percent;
            term::status("V8", format_args!("{percent:>3} % ({done} of {all})"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_counts() {
        for (line, expected) in [
            ("[12/345] CXX obj/a.o", Some((12, 345))),
            ("ninja: Entering directory `x'", None),
            ("[x/345] CXX", None),
            ("[12", None),
        ] {
            assert_eq!(count(line), expected, "{line}");
        }
    }
}
