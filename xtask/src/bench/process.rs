//! What the system knows about a process: memory and processor time.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

/// Clock ticks per second in `/proc`: 100 on every Linux that V8 runs on.
const TICKS: u64 = 100;

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
        assert!(resident(std::process::id()).is_ok_and(|megabytes| megabytes > 0.1));
        assert!(processor_time(std::process::id()).is_ok());
    }
}
