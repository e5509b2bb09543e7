//! `cargo xtask fuzz`: damaged input, guided by coverage. The crate `fuzz` is compiled for it with LLVM's counters, which
//! need no other toolchain, and libFuzzer runs it.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, IsTerminal, Write as _, stderr};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::Workspace;
use crate::{cargo, term, tools, v8};

/// What rustc is told besides its profile, so that libFuzzer sees which code an input reaches and what it compares.
const FLAGS: [&str; 7] = [
    "--cfg",
    "fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// How libFuzzer runs: inputs are this long at most, none takes longer than these seconds, nor more megabytes.
const LIMITS: [&str; 3] = ["-max_len=8192", "-timeout=20", "-rss_limit_mb=4096"];

/// How often a line says how it goes, where there is no terminal.
const PAUSE: Duration = Duration::from_secs(30);

/// What is fuzzed, and for how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// What gets damaged input
    #[arg(value_enum)]
    target: Target,
    /// How long
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    seconds: u64,
    /// Run this one input instead, such as one that was found before
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

/// A target of the crate `fuzz`.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Target {
    /// The build: sources, configuration and packages
    Build,
    /// Parts of requests: names, queries, bodies, versions and headers
    Requests,
}

impl Target {
    const fn program(self) -> &'static str {
        match self {
            Self::Build => "fuzz-build",
            Self::Requests => "fuzz-requests",
        }
    }

    /// The runtime is only compiled for what needs it.
    const fn features(self) -> &'static [&'static str] {
        match self {
            Self::Build => &[],
            Self::Requests => &["--features", "requests"],
        }
    }
}

/// Builds the target and runs it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    v8::prepare(workspace)?;
    let name = options.target.program();
    let program = build(workspace, options.target)?;
    let folder = workspace.root.join("fuzz/target").join(name);
    let corpus = folder.join("corpus");
    fs::create_dir_all(&corpus).with_context(|| format!("cannot make `{}`", corpus.display()))?;
    let ground = Ground::new()?;
    let mut command = Command::new(program);
    command.args(LIMITS).arg(format!("-artifact_prefix={}/", folder.display()));
    command.current_dir(&ground.0).stdin(Stdio::null());
    if let Some(input) = &options.input {
        let input = input.canonicalize().with_context(|| format!("cannot read `{}`", input.display()))?;
        let status = command.arg(input).status().context("cannot start the target")?;
        ensure!(status.success(), "the input makes it fail; its messages stand above");
        return Ok(());
    }
    term::status("Fuzzing", format_args!("{name} for {} s; the corpus lies in {}", options.seconds, corpus.display()));
    command.arg(&corpus).arg(format!("-max_total_time={}", options.seconds));
    term::status("Fuzzed", watch(&mut command)?);
    Ok(())
}

/// A folder in which the target may lay out files, in memory where the system has such a folder: a disk would be waited for.
struct Ground(PathBuf);

impl Ground {
    fn new() -> Result<Self> {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
        let folder = parent.join(format!("jitar-fuzz-{}", process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // What cannot be removed is gone when the machine starts again.
        drop(fs::remove_dir_all(&self.0));
    }
}

fn build(workspace: &Workspace, target: Target) -> Result<PathBuf> {
    let (fuzz, machine, name) = (workspace.root.join("fuzz"), tools::machine()?, target.program());
    let mut command = cargo::query(workspace, "build");
    command.args(["--release", "--bin", name, "--target", &machine]).args(target.features());
    // With a target named, build scripts and macros are compiled without the flags.
    command.arg("--manifest-path").arg(fuzz.join("Cargo.toml")).arg("--target-dir").arg(fuzz.join("target"));
    command.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1f"));
    ensure!(command.status().context("cannot start cargo")?.success(), "the crate `fuzz` cannot be built");
    Ok(fuzz.join("target").join(machine).join("release").join(name))
}

/// Runs libFuzzer to its end, and shows how far it is. When it finds something, everything that it says is shown.
fn watch(command: &mut Command) -> Result<Figures> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().context("cannot start the target")?;
    let said = BufReader::new(child.stderr.take().context("invariant: it is piped")?);
    let (mut figures, mut others) = (Figures::default(), Vec::new());
    let (start, mut shown) = (Instant::now(), Instant::now());
    for line in said.split(b'\n') {
        let line = line.context("cannot read what the target says")?;
        let line = String::from_utf8_lossy(&line);
        if !figures.read(&line) {
            others.push(line.into_owned());
            continue;
        }
        figures.seconds = start.elapsed().as_secs();
        if stderr().is_terminal() {
            write!(stderr(), "\r\x1b[K{:>12} {figures}", "").context("cannot write to the terminal")?;
        } else if shown.elapsed() >= PAUSE {
            term::status("", &figures);
            shown = Instant::now();
        }
    }
    if stderr().is_terminal() {
        writeln!(stderr()).context("cannot write to the terminal")?;
    }
    figures.seconds = start.elapsed().as_secs();
    if child.wait().context("cannot wait for the target")?.success() {
        return Ok(figures);
    }
    let found = others.iter().find_map(|line| line.split_once("Test unit written to ")).map(|(_, path)| path.trim());
    let again = found.map(|path| format!("; run it again with `--input {path}`"));
    bail!("{}\n\nsomething was found after {figures}{}", others.join("\n"), again.unwrap_or_default())
}

/// What libFuzzer counts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Figures {
    runs: u64,
    edges: u64,
    inputs: u64,
    seconds: u64,
}

impl Figures {
    /// Reads a line such as `#1024 NEW    cov: 95 ft: 101 corp: 7/2Kb lim: 4 exec/s: 512 rss: 40Mb`; gives whether it is one.
    fn read(&mut self, line: &str) -> bool {
        let Some((runs, event)) = line.strip_prefix('#').and_then(|line| line.split_once('\t')) else { return false };
        let Ok(runs) = runs.trim().parse() else { return false };
        let words: Vec<&str> = event.split_whitespace().collect();
        let after = |name: &str| words.iter().position(|word| *word == name).and_then(|idx| words.get(idx + 1));
        self.runs = runs;
        self.edges = after("cov:").and_then(|edges| edges.parse().ok()).unwrap_or(self.edges);
        let inputs = after("corp:").and_then(|corpus| corpus.split('/').next()).and_then(|inputs| inputs.parse().ok());
        self.inputs = inputs.unwrap_or(self.inputs);
        true
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { runs, edges, inputs, seconds } = self;
        write!(f, "{runs} runs in {seconds} s, {edges} edges reached by {inputs} inputs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_libfuzzer_says() {
        let mut figures = Figures::default();
        assert!(figures.read("#2\tINITED cov: 17211 ft: 17212 corp: 1/1b exec/s: 0 rss: 126Mb"));
        assert_eq!(figures, Figures { runs: 2, edges: 17211, inputs: 1, seconds: 0 });
        let line = "#1024\tREDUCE cov: 18000 ft: 9 corp: 812/120Kb lim: 43 exec/s: 512 rss: 1Mb L: 5/43 MS: 1 Custom-";
        assert!(figures.read(line));
        assert!(figures.read("#2048\tDONE   cov: 18001 ft: 9 corp: 813/120Kb lim: 43 exec/s: 512 rss: 1Mb"));
        assert_eq!(figures, Figures { runs: 2048, edges: 18001, inputs: 813, seconds: 0 });
        for line in ["INFO: Running with entropic power schedule (0xFF, 100).", "", "#x\ty", "    #8 0x55 in main"] {
            assert!(!figures.read(line), "{line}");
        }
    }
}
