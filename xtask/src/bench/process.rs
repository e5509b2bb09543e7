//! What the system knows about a process and all that it started: memory and processor time. And where it may run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

/// Clock ticks per second in `/proc`: 100 on every Linux that V8 runs on.
const TICKS: u64 = 100;

/// Processors that a process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cores {
    /// The first.
    First,
    /// The second, where there is one.
    Second,
    /// The first two.
    Both,
}

impl Cores {
    fn list(self) -> &'static str {
        let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
        match self {
            _ if n_cores < 2 => "0",
            Self::First => "0",
            Self::Second => "1",
            Self::Both => "0,1",
        }
    }

    /// How many they are at most.
    pub(super) const fn count(self) -> usize {
        match self {
            Self::First | Self::Second => 1,
            Self::Both => 2,
        }
    }

    /// The command, held to these processors.
    pub(super) fn pin(self, command: &Command) -> Command {
        let mut pinned = Command::new("taskset");
        pinned.args(["--cpu-list", self.list()]).arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => pinned.env(name, value),
                None => pinned.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            pinned.current_dir(folder);
        }
        pinned
    }
}

/// Resident memory in megabytes, of a process and those that it started.
pub(super) fn resident_with_children(pid: u32) -> Result<f64> {
    family(pid)?.into_iter().map(resident).sum()
}

/// Processor time used so far by a process and those that it started, in user and kernel.
pub(super) fn processor_time_with_children(pid: u32) -> Result<Duration> {
    family(pid)?.into_iter().map(processor_time).sum()
}

/// A process and its descendants.
fn family(pid: u32) -> Result<Vec<u32>> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc").context("cannot read `/proc`")? {
        let name = entry.context("cannot read `/proc`")?.file_name();
        let Some(child) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // It may be gone by now.
        let stat = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        if let Some(parent) = parent_of(&stat) {
            children.entry(parent).or_default().push(child);
        }
    }
    let mut family = vec![pid];
    let mut index = 0;
    while let Some(member) = family.get(index) {
        family.extend(children.remove(member).unwrap_or_default());
        index += 1;
    }
    Ok(family)
}

fn parent_of(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Resident memory in megabytes.
pub(super) fn resident(pid: u32) -> Result<f64> {
    let file = format!("/proc/{pid}/status");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{file}`"))?;
    resident_of(&text).with_context(|| format!("`{file}` has no VmRSS"))
}

fn resident_of(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(f64::from(kilobytes) * 1024.0 / 1e6)
}

/// Processor time used so far, in user and kernel.
pub(super) fn processor_time(pid: u32) -> Result<Duration> {
    let file = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{file}`"))?;
    let ticks = ticks_of(&text).with_context(|| format!("cannot understand `{file}`"))?;
    Ok(Duration::from_millis(ticks * 1000 / TICKS))
}

fn ticks_of(stat: &str) -> Option<u64> {
    // The name in parentheses may hold anything; the fields after it are numbered from 3.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

/// Size of a file in megabytes.
pub(super) fn size(file: &Path) -> Result<f64> {
    let length = fs::metadata(file).with_context(|| format!("cannot read `{}`", file.display()))?.len();
    #[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
    Ok(length as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_proc() {
        assert_eq!(resident_of("Name:\tx\nVmRSS:\t  125000 kB\n"), Some(128.0));
        assert_eq!(resident_of("Name:\tx\n"), None);
        let stat = "1 (a) b) S 1 1 1 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 100 0 0";
        assert_eq!(ticks_of(stat), Some(300));
        assert_eq!(parent_of(stat), Some(1));
        assert!(resident(std::process::id()).is_ok_and(|megabytes| megabytes > 0.1));
        assert!(processor_time(std::process::id()).is_ok());
    }

    #[test]
    fn children_count() {
        let mut shell =
            Command::new("sh").args(["-c", "sleep 30 & echo; wait"]).stdout(std::process::Stdio::piped()).spawn();
        let shell = shell.as_mut().expect("it starts");
        let mut line = [0];
        std::io::Read::read_exact(&mut shell.stdout.take().expect("piped"), &mut line).expect("a line");
        let members = family(shell.id()).expect("it lives");
        assert_eq!(members.len(), 2, "{members:?}");
        assert!(resident_with_children(shell.id()).is_ok() && processor_time_with_children(shell.id()).is_ok());
        Command::new("kill").args(members.iter().map(u32::to_string)).status().expect("kill starts");
        shell.wait().expect("it ends");
    }

    #[test]
    fn a_pinned_command_is_the_same() {
        let mut command = Command::new("a");
        command.args(["b"]).env("C", "d").current_dir("/");
        let pinned = Cores::First.pin(&command);
        assert_eq!(format!("{pinned:?}"), r#"cd "/" && C="d" "taskset" "--cpu-list" "0" "a" "b""#);
        assert_eq!([Cores::First, Cores::Both].map(Cores::count), [1, 2]);
    }
}
