//! Ctrl-C and SIGTERM: noted, so that what was started can be ended first. Sending signals goes through `kill`, which
//! every system has.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use signal_hook::consts::{SIGINT, SIGTERM};

/// Whether someone asked this program to stop.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on the signals are noted, and no longer end this program: it ends what it started, and then itself.
    pub(crate) fn listen() -> Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&flag)).context("cannot listen for signals")?;
        }
        Ok(Self(flag))
    }

    /// Whether a signal came.
    pub(crate) fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Sends a signal, such as `TERM`, to a process that this program started.
pub(crate) fn send(pid: u32, signal: &str) -> Result<()> {
    let status = Command::new("kill").arg(format!("-{signal}")).arg(pid.to_string()).status();
    let status = status.context("cannot run `kill`; install procps or util-linux")?;
    anyhow::ensure!(status.success(), "cannot send SIG{signal} to process {pid}");
    Ok(())
}

/// Ends a process that leads a group, with the whole group and without a word. Whether that was possible.
pub(crate) fn end_group(pid: u32) -> bool {
    let status = Command::new("kill").args(["-KILL", "--"]).arg(format!("-{pid}")).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
