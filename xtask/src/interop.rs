//! Clusters of both kinds: services of the known implementation behind our gateway and the other way round, with
//! instances of classes and errors that cross.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use crate::cargo::Built;
use crate::service::{Output, Service};
use crate::workspace::Workspace;
use crate::{folders, http, npm, ports, term, tools};

/// The known implementation, and a Node that it runs on.
const PACKAGES: [&str; 2] = ["jitar@0.10.6", "node@24"];

const TOTAL: &str = "/rpc/shop/getTotal";

/// A report of the known implementation comes five seconds after a registration; before that it gets no calls.
const PATIENCE: Duration = Duration::from_secs(40);

/// Whose a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Known,
    Ours,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Ours => "ours",
        }
    }
}

/// Runs an application of two segments half on each, behind a gateway of each.
pub(crate) fn run(workspace: &Workspace, built: &Built) -> Result<()> {
    if tools::find("npm").is_none() {
        term::status("Skipped", "clusters of both kinds: npm is not installed");
        return Ok(());
    }
    let installation = npm::install(&PACKAGES)?.context("clusters of both kinds need them")?;
    let interop = Interop::prepare(workspace, built, installation)?;
    for gateway in [Kind::Ours, Kind::Known] {
        for (catalog, checkout) in [(Kind::Known, Kind::Ours), (Kind::Ours, Kind::Known)] {
            interop.check(gateway, catalog, checkout)?;
            let names = [gateway, catalog, checkout].map(Kind::name).join(", ");
            term::status("Checked", format_args!("a cluster with gateway, catalog, checkout: {names}"));
        }
    }
    Ok(())
}

/// The application, prepared for both.
struct Interop {
    folder: PathBuf,
    /// `node_modules` with the known implementation.
    modules: PathBuf,
    /// Our runner of applications.
    program: PathBuf,
}

impl Interop {
    /// Copies the application for each, and lets the known implementation build its copy.
    fn prepare(workspace: &Workspace, built: &Built, modules: PathBuf) -> Result<Self> {
        let folder = workspace.target.join("peers/interop");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
        }
        let source = workspace.root.join("xtask/peers/interop");
        for kind in [Kind::Known, Kind::Ours] {
            folders::copy(&source, &folder.join(kind.name()))?;
        }
        std::os::unix::fs::symlink(&modules, folder.join("known/node_modules"))
            .context("cannot link `node_modules`")?;
        let interop = Self { folder, modules, program: built.program("jitar-app")?.to_owned() };
        let output = tools::output_of(&mut interop.known("build"))?;
        drop(output);
        Ok(interop)
    }

    fn known(&self, arguments: &str) -> Command {
        let mut command = Command::new("sh");
        command.arg("-c").arg(self.script(arguments));
        command
    }

    /// The known implementation works in its current folder.
    fn script(&self, arguments: &str) -> String {
        let (node, cli) = (self.modules.join("node/bin/node"), self.modules.join("jitar/dist/cli.js"));
        let folder = self.folder.join("known");
        format!("cd '{}' && exec '{}' '{}' {arguments}", folder.display(), node.display(), cli.display())
    }

    fn start(&self, kind: Kind, name: &str, file: &serde_json::Value) -> Result<Service> {
        let path = self.folder.join(kind.name()).join("services").join(format!("{name}.json"));
        fs::write(&path, file.to_string()).with_context(|| format!("cannot write `{}`", path.display()))?;
        let argument = format!("--service=services/{name}.json");
        match kind {
            Kind::Known => {
                let script = self.script(&format!("start {argument}"));
                Service::start(name, Path::new("sh"), &["-c".to_owned(), script], Output::Kept)
            }
            Kind::Ours => {
                let app = self.folder.join("ours").display().to_string();
                Service::start(name, &self.program, &[app, argument], Output::Kept)
            }
        }
    }

    fn check(&self, gateway: Kind, catalog: Kind, checkout: Kind) -> Result<()> {
        let urls: Vec<String> = ports::free(3)?.iter().map(|port| format!("http://127.0.0.1:{port}")).collect();
        let worker = |url: &str, segment: &str| json!({ "url": url, "worker": { "gateway": urls[0], "segments": [segment], "reportInterval": 500 } });
        let gateway = self.start(gateway, "gateway", &json!({ "url": urls[0], "gateway": {} }))?;
        let catalog = self.start(catalog, "catalog", &worker(&urls[1], "catalog"))?;
        let checkout = self.start(checkout, "checkout", &worker(&urls[2], "checkout"))?;
        let all = [&gateway, &catalog, &checkout];
        let total = call_until_found(&urls[0], r#"{"products":["book","book"]}"#, &all)?;
        ensure!((total.status, total.text().as_str()) == (200, "24"), "2 books cost {} {}", total.status, total.text());
        let missing = call(&urls[0], r#"{"products":["car"]}"#)?;
        // The classes of errors cross between nodes of one kind only: the known implementation names them as its build
        // shortened them.
        let expected = (500, "There is no car");
        ensure!((missing.status, missing.text().as_str()) == expected, "a car: {} {}", missing.status, missing.text());
        Ok(())
    }
}

fn call(url: &str, body: &str) -> Result<http::Response> {
    http::send("POST", url, TOTAL, Some(body)).with_context(|| format!("{url} does not answer"))
}

/// Calls until both workers take calls.
fn call_until_found(url: &str, body: &str, services: &[&Service]) -> Result<http::Response> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = call(url, body)?;
        if answer.status == 200 {
            return Ok(answer);
        }
        if Instant::now() > deadline {
            let printed: Vec<String> =
                services.iter().map(|service| service.name.clone() + &service.printed()).collect();
            bail!("{url} answers {} {}\n{}", answer.status, answer.text(), printed.join("\n"));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
