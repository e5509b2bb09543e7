//! `cargo xtask cluster`: the example as one process per segment and service, on loopback.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::cargo::{self, Built};
use crate::demo::{self, PACKAGE};
use crate::service::{Output, Service};
use crate::signals::Interrupt;
use crate::term::{self, Tone};
use crate::workspace::Workspace;
use crate::{check, ports, v8};

/// The processes in starting order, and what each does.
const PROCESSES: [(&str, &str); 5] = [
    ("gateway", "routes calls to the workers"),
    ("sales", "worker: segment sales"),
    ("reporting", "worker: segment reporting"),
    ("repository", "serves the page's files"),
    ("proxy", "one address for page and calls"),
];
/// How cargo builds them all.
pub(crate) const RELEASE_PROGRAMS: [&str; 14] = [
    "--release",
    "--workspace",
    "--bin",
    "standalone",
    "--bin",
    "gateway",
    "--bin",
    "sales",
    "--bin",
    "reporting",
    "--bin",
    "repository",
    "--bin",
    "proxy",
];
const POLL: Duration = Duration::from_millis(50);

/// How to run the cluster.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Call it, compare its answers with those of the standalone form, and end
    #[arg(long)]
    check: bool,
    /// First of five ports to listen on
    #[arg(long, value_name = "N")]
    port: Option<u16>,
}

/// Runs the cluster until Ctrl-C, or checks it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let files = ServiceFiles::read(workspace)?;
    let ports = match options.port {
        Some(first) => (first..).take(files.ports.len()).collect(),
        None if options.check => ports::free(files.ports.len())?,
        None => files.ports.clone(),
    };
    ports::ensure_free(&ports, "cargo xtask cluster")?;
    v8::prepare(workspace)?;
    let built = cargo::build(workspace, &RELEASE_PROGRAMS)?;
    cargo::link_output(workspace, PACKAGE, &built.app_output(PACKAGE)?)?;
    let interrupt = Interrupt::listen()?;
    let paths = files.write(&workspace.target.join("cluster"), &ports)?;
    let output = if options.check { Output::Kept } else { Output::Shown };
    let mut services = start(&built, &paths, output)?;
    if options.check {
        compare(&built, &services)?;
    } else {
        print_overview(&services);
        while !interrupt.came() {
            services.iter_mut().try_for_each(Service::ensure_running)?;
            thread::sleep(POLL);
        }
    }
    stop(services)?;
    if options.check {
        term::status("Checked", "the cluster: the same answers as in one process, byte for byte");
    }
    Ok(())
}

/// Starts all processes, and waits until a call through all of them succeeds.
pub(crate) fn start(built: &Built, files: &BTreeMap<&'static str, PathBuf>, output: Output) -> Result<Vec<Service>> {
    let mut services = Vec::new();
    for (name, _) in PROCESSES {
        let file = files.get(name).context("invariant: every process has a service file")?;
        let argument = format!("--service={}", file.display());
        services.push(Service::start(name, built.program(name)?, &[argument], output)?);
    }
    if let Some(entry) = services.last_mut() {
        let url = entry.url.clone();
        entry.wait_until("able to reach both segments", || check::answers(&url))?;
    }
    Ok(services)
}

/// Starts all processes on ports that are free, with service files in a folder.
pub(crate) fn start_somewhere(workspace: &Workspace, built: &Built, folder: &Path) -> Result<Vec<Service>> {
    let files = ServiceFiles::read(workspace)?;
    let ports = ports::free(files.ports.len())?;
    start(built, &files.write(&folder.join("cluster"), &ports)?, Output::Kept)
}

/// The address of the process that stands before the others.
pub(crate) fn entry(services: &[Service]) -> Result<&str> {
    services.last().map(|service| service.url.as_str()).context("invariant: a cluster has processes")
}

fn compare(built: &Built, services: &[Service]) -> Result<()> {
    let printed = || services.iter().map(|it| format!("{}{}", it.name, it.printed())).collect::<Vec<_>>().join("\n");
    let of_cluster = check::example(entry(services)?)
        .map_err(|error| error.context(format!("the cluster is wrong\n{}", printed())))?;
    let standalone = demo::start(built, 0, Output::Kept)?;
    let of_standalone = check::document(&standalone.url)?;
    ensure!(
        check::table(entry(services)?)? == check::table(&standalone.url)?,
        "cluster and standalone differ in the report"
    );
    standalone.stop()?;
    ensure!(of_cluster == of_standalone, "cluster and standalone differ in the bytes of the PDF document");
    Ok(())
}

/// Ends the processes, those first that others do not need. All are asked, even when one of them fails.
pub(crate) fn stop(services: Vec<Service>) -> Result<()> {
    let results: Vec<Result<()>> = services.into_iter().rev().map(Service::stop).collect();
    results.into_iter().collect()
}

fn print_overview(services: &[Service]) {
    let rows: Vec<Vec<String>> = services
        .iter()
        .zip(PROCESSES)
        .map(|(service, (name, what))| {
            vec![name.to_owned(), service.url.clone(), service.pid().to_string(), what.to_owned()]
        })
        .collect();
    println!("\n{}\n{}", term::style(Tone::Strong, "What runs where"), term::table(&rows, 4).trim_end());
    if let Ok(url) = entry(services) {
        demo::print_invitation(url);
    }
}

/// The example's service files, and the ports that they name.
#[derive(Debug)]
pub(crate) struct ServiceFiles {
    texts: BTreeMap<&'static str, String>,
    /// Every port, sorted.
    pub(crate) ports: Vec<u16>,
}

impl ServiceFiles {
    /// Reads the files of the processes.
    pub(crate) fn read(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.root.join(PACKAGE).join("app/services");
        let mut texts = BTreeMap::new();
        let mut ports = Vec::new();
        for (name, _) in PROCESSES {
            let file = folder.join(format!("{name}.json"));
            let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
            ports.push(port_of(&text).with_context(|| format!("`{}` has no `url` with a port", file.display()))?);
            texts.insert(name, text);
        }
        ports.sort_unstable();
        Ok(Self { texts, ports })
    }

    /// Writes the files anew with other ports, and returns their paths.
    pub(crate) fn write(&self, folder: &Path, ports: &[u16]) -> Result<BTreeMap<&'static str, PathBuf>> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        let mut paths = BTreeMap::new();
        for (name, text) in &self.texts {
            let file = folder.join(format!("{name}.json"));
            fs::write(&file, self.moved(text, ports)).with_context(|| format!("cannot write `{}`", file.display()))?;
            paths.insert(*name, file);
        }
        Ok(paths)
    }

    /// The text with each of our ports replaced. The new ones may be among the old, so this is done in one pass.
    fn moved(&self, text: &str, ports: &[u16]) -> String {
        const HOST: &str = "127.0.0.1:";
        let mut pieces = text.split(HOST);
        let mut moved = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let n_digits = piece.chars().take_while(char::is_ascii_digit).count();
            let (digits, rest) = piece.split_at(n_digits);
            let new = self.ports.iter().zip(ports).find(|(known, _)| digits.parse() == Ok(**known));
            let digits = new.map_or_else(|| digits.to_owned(), |(_, new)| new.to_string());
            moved.extend([HOST, &digits, rest]);
        }
        moved
    }
}

fn port_of(service_file: &str) -> Option<u16> {
    let service: Value = serde_json::from_str(service_file).ok()?;
    service["url"].as_str()?.rsplit_once(':')?.1.trim_end_matches('/').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_moved_in_one_pass() {
        let text =
            r#"{"url": "http://127.0.0.1:3000", "proxy": {"gateway": "http://127.0.0.1:3001/", "x": "127.0.0.1:9"}}"#;
        let files = ServiceFiles { texts: BTreeMap::new(), ports: vec![3000, 3001] };
        let expected =
            r#"{"url": "http://127.0.0.1:3001", "proxy": {"gateway": "http://127.0.0.1:3002/", "x": "127.0.0.1:9"}}"#;
        assert_eq!(files.moved(text, &[3001, 3002]), expected);
        assert_eq!(port_of(text), Some(3000));
        assert_eq!(port_of("{}"), None);
    }
}
