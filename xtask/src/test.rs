//! `cargo xtask test`: all tests, and with `--peers` those that need programs of the system.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum as _;

use crate::cargo::Built;
use crate::service::{Output, Service};
use crate::tools::{self, Tool};
use crate::workspace::Workspace;
use crate::{cargo, check, cluster, demo, interop, packages, term, v8};

/// Tests of the engine's JavaScript that need no engine of ours.
const SCRIPTS: &str = "jitar-engine/src/js/tests/run.mjs";

/// An application whose page does everything that browser modules can do.
const BROWSER_APP: &str = "xtask/peers/browser";

const TOOLS: [Tool; 5] = [
    Tool { program: "node", package: "nodejs" },
    Tool { program: "chromium", package: "chromium" },
    Tool { program: "pdftotext", package: "poppler-utils" },
    Tool { program: "python3", package: "python3" },
    Tool { program: "nginx", package: "nginx-light" },
];

/// Which tests to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Also those that need Node, npm, Chromium, poppler, nginx and Python; installs what it can
    #[arg(long)]
    peers: bool,
    /// Only these parts
    #[arg(long, value_enum, value_name = "PART", num_args = 1..)]
    only: Vec<Part>,
}

/// A part of the tests, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The engine's JavaScript under Node
    Scripts,
    /// `cargo test` of the workspace
    Workspace,
    /// Odd requests, answered by nginx too
    Nginx,
    /// Pages in Chromium, and the example's document in poppler
    Browser,
    /// Packages from npm, which must do what they do under Node
    Packages,
    /// Clusters with services of the known implementation
    Interop,
}

impl Options {
    fn parts(&self) -> Vec<Part> {
        let all = Part::value_variants();
        if !self.only.is_empty() {
            return all.iter().copied().filter(|part| self.only.contains(part)).collect();
        }
        if self.peers { all.to_vec() } else { vec![Part::Workspace] }
    }
}

/// Runs the tests.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let parts = options.parts();
    if parts != [Part::Workspace] {
        tools::ensure(&TOOLS)?;
    }
    v8::prepare(workspace)?;
    for part in parts {
        match part {
            Part::Scripts => scripts(workspace)?,
            Part::Workspace => cargo::run(workspace, "test", &["--workspace", "--no-fail-fast"])?,
            Part::Nginx => like_nginx(workspace)?,
            Part::Browser => page_and_document(workspace)?,
            Part::Packages => packages::run(workspace, &app(workspace)?)?,
            Part::Interop => interop::run(workspace, &app(workspace)?)?,
        }
    }
    Ok(())
}

/// Builds the program that runs any application.
fn app(workspace: &Workspace) -> Result<Built> {
    cargo::build(workspace, &["--workspace", "--bin", "jitar-app"])
}

fn scripts(workspace: &Workspace) -> Result<()> {
    let status =
        Command::new("node").arg(SCRIPTS).current_dir(&workspace.root).status().context("cannot start node")?;
    ensure!(status.success(), "`node {SCRIPTS}` failed; its messages stand above");
    Ok(())
}

/// What services take for one request, nginx takes for one, too.
fn like_nginx(workspace: &Workspace) -> Result<()> {
    let arguments = ["--workspace", "--features", "jitar-tests/peers", "--test", "cluster", "smuggling"];
    cargo::run(workspace, "test", &arguments)
}

/// The page in a real browser, and the document in a real reader.
fn page_and_document(workspace: &Workspace) -> Result<()> {
    let built = cargo::build(workspace, &["--workspace", "--bins"])?;
    let service = demo::start(&built, 0, Output::Kept)?;
    let folder = workspace.target.join("peers");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    document(&service.url, &folder)?;
    page(&service.url, &folder)?;
    service.stop()?;
    let services = cluster::start_somewhere(workspace, &built, &folder)?;
    page(cluster::entry(&services)?, &folder)?;
    cluster::stop(services)?;
    imports(workspace, &built, &folder)?;
    term::status("Checked", format_args!("page and document; what they look like lies in {}", folder.display()));
    Ok(())
}

/// `pdftotext` finds the title and every row of the report.
fn document(url: &str, folder: &Path) -> Result<()> {
    let file = folder.join("report.pdf");
    fs::write(&file, check::document(url)?).with_context(|| format!("cannot write `{}`", file.display()))?;
    let text = tools::output_of(Command::new("pdftotext").arg("-layout").arg(&file).arg("-"))?;
    let text = String::from_utf8_lossy(&text);
    let report = check::table(url)?;
    let title = report["title"].as_str().unwrap_or_default();
    ensure!(text.contains(title), "the document does not show its title `{title}`:\n{text}");
    for row in report["rows"].as_array().into_iter().flatten() {
        let cells = ["product", "region"].map(|column| row[column].as_str().unwrap_or_default());
        let shown = text.lines().any(|line| cells.iter().all(|cell| line.contains(cell)));
        ensure!(shown, "the document does not show the row {row}:\n{text}");
    }
    Ok(())
}

/// Chromium shows the report in the page.
fn page(url: &str, folder: &Path) -> Result<()> {
    let picture = folder.join("page.png");
    let html = tools::output_of(chromium(folder).arg("--dump-dom").arg(url))?;
    let html = String::from_utf8_lossy(&html);
    let report = check::table(url)?;
    let title = report["title"].as_str().unwrap_or_default();
    ensure!(html.contains(title), "the page does not show the title `{title}`:\n{html}");
    let (shown, rows) = (html.matches("<tr").count(), report["rows"].as_array().map_or(0, Vec::len));
    ensure!(shown >= rows, "the page shows {shown} rows of the report's {rows}:\n{html}");
    let screenshot = format!("--screenshot={}", picture.display());
    tools::output_of(chromium(folder).args([&screenshot, "--window-size=1100,1000"]).arg(url))?;
    ensure!(picture.is_file(), "Chromium made no picture");
    Ok(())
}

/// A page that imports server functions: instances and errors cross with their classes.
fn imports(workspace: &Workspace, built: &Built, folder: &Path) -> Result<()> {
    let app = workspace.root.join(BROWSER_APP);
    let arguments = ["--service=services/standalone.json", "--url=http://127.0.0.1:0"].map(str::to_owned);
    let arguments: Vec<String> = [app.display().to_string()].into_iter().chain(arguments).collect();
    let service = Service::start("shop", built.program("jitar-app")?, &arguments, Output::Kept)?;
    let html = tools::output_of(chromium(folder).arg("--dump-dom").arg(&service.url))?;
    let html = String::from_utf8_lossy(&html);
    ensure!(html.contains(">all right<"), "the page `{BROWSER_APP}` says:\n{html}\n{}", service.printed());
    service.stop()
}

fn chromium(folder: &Path) -> Command {
    let mut chromium = Command::new("chromium");
    // Time runs until the page has nothing more to do, at most this many milliseconds of it.
    chromium.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=10000"]);
    chromium.args([
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]);
    chromium.arg(format!("--user-data-dir={}", folder.join("chromium").display()));
    chromium
}
