//! Builds an application once and prints what it cost, as JSON: `build APP OUT [--snapshots]`. One build for each
//! process, as in build scripts; `cargo xtask bench build` starts it.
#![expect(clippy::print_stdout, reason = "a program: it prints")]

use std::error::Error;
use std::time::{Duration, Instant};

use jitar_build::{Builder, Times};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    jitar_build::serve_snapshot_request();
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [app, out, flags @ ..] = &arguments[..] else {
        println!("usage: build APP OUT [--snapshots]; `cargo xtask bench build` runs it");
        return Ok(());
    };
    let with_snapshots = flags.iter().any(|flag| flag == "--snapshots");
    let start = Instant::now();
    let output = Builder::new().app(app).out_dir(out).snapshots(with_snapshots).try_build()?;
    let whole = start.elapsed();
    let Times { configuration, scan, link, generate, snapshots, .. } = output.times;
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let cost = json!({
        "configuration": milliseconds(configuration),
        "scan": milliseconds(scan),
        "link": milliseconds(link),
        "generate": milliseconds(generate),
        "stages": milliseconds(scan + link + generate),
        "snapshots": milliseconds(snapshots),
        "whole": milliseconds(whole),
        "peakMegabytes": peak_memory(),
    });
    println!("{cost}");
    Ok(())
}

/// The most memory that this process had, where the system tells.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(f64::from(kilobytes) * 1024.0 / 1e6)
}
