//! Set-up and chores of the workspace: `cargo xtask --help` lists them. Needs none of the workspace's other crates,
//! because it must run before V8 is there; it starts what it needs through cargo.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people: it prints")]

mod app;
mod bench;
mod cargo;
mod check;
mod cluster;
mod demo;
mod explain;
mod folders;
mod fuzz;
mod http;
mod inspect;
mod interop;
mod npm;
mod packages;
mod ports;
mod service;
mod signals;
mod term;
mod test;
mod tidy;
mod tools;
mod types;
mod v8;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use workspace::Workspace;

/// Set-up and chores of the workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build and start the example in one process, and say how to call it
    Demo(demo::Options),
    /// Build and start the example as one process per segment and service
    Cluster(cluster::Options),
    /// Build any application folder and run it
    App(app::Options),
    /// Build a package and print what is in its segments and units
    Inspect(inspect::Options),
    /// Print the page of a diagnostic code, such as JITAR0012, or list all codes
    Explain(explain::Options),
    /// Copy declarations of host modules beside the application
    Types(types::Options),
    /// Run all tests
    Test(test::Options),
    /// Feed damaged input to a part, guided by coverage
    Fuzz(fuzz::Options),
    /// Make V8 available to cargo
    V8(v8::Options),
    /// Check the invariants of the source tree
    Tidy,
    /// Measure, beside others that do the same
    Bench(bench::Options),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            term::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    match command {
        Command::Demo(options) => demo::run(&workspace, &options),
        Command::Cluster(options) => cluster::run(&workspace, &options),
        Command::App(options) => app::run(&workspace, options),
        Command::Inspect(options) => inspect::run(&workspace, &options),
        Command::Explain(options) => explain::run(&workspace, &options),
        Command::Types(options) => types::run(&workspace, &options),
        Command::Test(options) => test::run(&workspace, &options),
        Command::Fuzz(options) => fuzz::run(&workspace, &options),
        Command::V8(options) => v8::ensure(&workspace, &options),
        Command::Tidy => tidy::run(&workspace),
        Command::Bench(options) => bench::run(&workspace, &options),
    }
}
