//! Memory of services that have nothing to do, and what a further isolate adds; sizes of what is shipped.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use super::cluster::Nginx;
use super::measured::{Measured, OURS};
use super::peers::{Peer, Peers};
use super::process;
use super::startup::{self, Example};
use crate::demo::PACKAGE;
use crate::service::Service;
use crate::workspace::Workspace;
use crate::{check, http, ports, term};

const IDLE: Duration = Duration::from_secs(2);
const SERVICE: &str = "a call, 2 s of nothing, and another call";
const GATEWAY: &str = "a gateway that is asked for its health after 2 s";
const NAME: &str = "resident memory";
/// Isolates that are compared with one.
const MANY: usize = 5;

/// Seconds that this takes, about.
pub(super) const fn estimate() -> u64 {
    60
}

/// Measures the example's program `reporting`, and gateways.
pub(super) fn measure(workspace: &Workspace, peers: &Peers<'_>) -> Result<Vec<Measured>> {
    let example = Example::start(workspace)?;
    let url = example.reporting_url.clone();
    term::status("Measuring", "memory");
    let one = after_a_call(OURS, &mut example.reporting(&[]), &url)?;
    let many = after_a_call(OURS, &mut example.reporting(&[format!("--isolates={MANY}")]), &url)?;
    let mut results = vec![Measured::once(NAME, "MB", one).of(SERVICE, OURS)];
    for (peer, mut command, url) in startup::others(workspace, peers, &example)? {
        let resident = after_a_call(peer.name(), &mut command, &url)?;
        results.push(Measured::once(NAME, "MB", resident).of(SERVICE, peer.name()));
    }
    results.extend(gateways(workspace, peers, &example)?);
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    results.push(Measured::once("a further isolate", "MB", (many - one) / (MANY - 1) as f64));
    results.extend(sizes(example.built.program("reporting")?, &example.built.app_output(PACKAGE)?)?);
    example.stop()?;
    Ok(results)
}

fn after_a_call(name: &str, command: &mut std::process::Command, url: &str) -> Result<f64> {
    let mut service = Service::start_foreign(name, command, url)?;
    service.wait_until("able to answer", || check::answers(url))?;
    thread::sleep(IDLE);
    // Ours gives back what only its start needed; what a call needs is to be counted.
    service.wait_until("able to answer", || check::answers(url))?;
    process::resident_with_children(service.pid())
}

fn gateways(workspace: &Workspace, peers: &Peers<'_>, example: &Example) -> Result<Vec<Measured>> {
    let idle = |service: Service| {
        thread::sleep(IDLE);
        http::send("GET", &service.url, "/health/status", None)
            .with_context(|| format!("no answer from `{}`", service.url))?;
        process::resident_with_children(service.pid())
    };
    let measured = |name: &str, resident| Measured::once(NAME, "MB", resident).of(GATEWAY, name);
    let url = || anyhow::Ok(format!("http://127.0.0.1:{}", ports::free(1)?[0]));

    let ours = url()?;
    let file = super::record::folder(workspace)?.join("gateway.json");
    fs::write(&file, json!({ "url": ours, "gateway": {} }).to_string())
        .with_context(|| format!("cannot write `{}`", file.display()))?;
    let mut command = std::process::Command::new(example.built.program("gateway")?);
    command.arg(format!("--service={}", file.display()));
    let mut results = vec![measured(OURS, idle(Service::start_foreign(OURS, &mut command, &ours)?)?)];
    if let Some(nginx) = Nginx::find(peers) {
        results.push(measured(Peer::Nginx.name(), idle(nginx.start(workspace, &ours, None)?)?));
    }
    if let Some(known) = peers.known(&workspace.root.join("xtask/peers/calls"), "gateway")? {
        let url = url()?;
        let mut command = known.service("gateway", &json!({ "url": url, "gateway": {} }))?;
        results.push(measured(Peer::Known.name(), idle(Service::start_foreign("known", &mut command, &url)?)?));
    }
    Ok(results)
}

fn sizes(program: &Path, output: &Path) -> Result<Vec<Measured>> {
    let mut results = vec![Measured::once("size of the program `reporting`", "MB", process::size(program)?)];
    let folder = output.join("snapshots");
    let mut blobs = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let path = entry?.path();
        // Beside each blob lies a list of its deferred modules.
        if path.extension().is_some_and(|extension| extension == "bin") {
            blobs.push(path);
        }
    }
    blobs.sort();
    for blob in blobs {
        let name = blob.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let unit = name.rsplit_once('-').map_or(name.as_str(), |(unit, _)| unit);
        results.push(Measured::once(format!("size of the blob {unit}"), "MB", process::size(&blob)?));
    }
    Ok(results)
}
