//! `cargo xtask demo`: the example in its embedded default, one process with the page and both segments.

use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::cargo::{self, Built};
use crate::service::{Output, Service};
use crate::signals::Interrupt;
use crate::term::{self, Tone};
use crate::workspace::Workspace;
use crate::{check, ports, v8};

/// The example's package.
pub(crate) const PACKAGE: &str = "example-service";
const PORT: u16 = 3000;
const POLL: Duration = Duration::from_millis(50);

/// How to run the example.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Call it, compare the answers and end
    #[arg(long)]
    check: bool,
    /// Port to listen on
    #[arg(long, value_name = "N")]
    port: Option<u16>,
}

/// Runs the example until Ctrl-C, or checks it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let port = options.port.unwrap_or(if options.check { 0 } else { PORT });
    ports::ensure_free(&[port], "cargo xtask demo")?;
    v8::prepare(workspace)?;
    let built = cargo::build(workspace, &["--release", "--workspace", "--bin", "standalone"])?;
    let output = cargo::link_output(workspace, PACKAGE, &built.app_output(PACKAGE)?)?;
    let interrupt = Interrupt::listen()?;
    let mut service = start(&built, port, if options.check { Output::Kept } else { Output::Shown })?;
    if options.check {
        check::print_report(&output)?;
        check::example(&service.url)
            .map_err(|error| error.context(format!("the example is wrong{}", service.printed())))?;
        service.stop()?;
        term::status("Checked", "the example: page, PDF, JSON and a refused month");
        return Ok(());
    }
    println!("\n{}", term::style(Tone::Strong, "Build"));
    check::print_report(&output)?;
    println!("{}", term::style(Tone::Faint, format!("Generated modules and report: {}", output.display())));
    print_invitation(&service.url);
    wait(&mut service, &interrupt)?;
    service.stop()
}

/// Starts the standalone service and waits until it is healthy.
pub(crate) fn start(built: &Built, port: u16, output: Output) -> Result<Service> {
    let url = format!("--url=http://127.0.0.1:{port}");
    let mut service = Service::start("standalone", built.program("standalone")?, &[url], output)?;
    service.wait_until_healthy()?;
    Ok(service)
}

/// Says where the example is, what to try, and how it ends.
pub(crate) fn print_invitation(url: &str) {
    println!("\n{} {url}\n", term::style(Tone::Strong, "Open"));
    for line in check::curl_lines(url) {
        println!("  {line}");
    }
    println!("\n{} Ctrl-C\n", term::style(Tone::Strong, "Stop"));
}

fn wait(service: &mut Service, interrupt: &Interrupt) -> Result<()> {
    while !interrupt.came() {
        service.ensure_running()?;
        thread::sleep(POLL);
    }
    Ok(())
}
