//! Programs of the system that some chores need: found, or installed with apt-get where that is possible.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::term;

/// A program and the Debian package that has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    /// Name of the program.
    pub(crate) program: &'static str,
    /// Name of the package.
    pub(crate) package: &'static str,
}

/// The path of a program, when it is installed.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Makes sure that the programs are there, and installs what is missing.
pub(crate) fn ensure(tools: &[Tool]) -> Result<()> {
    let missing: Vec<&str> =
        tools.iter().filter(|tool| find(tool.program).is_none()).map(|tool| tool.package).collect();
    install(&missing)?;
    match tools.iter().find(|tool| find(tool.program).is_none()) {
        Some(tool) => bail!("`{}` is still missing after installing `{}`", tool.program, tool.package),
        None => Ok(()),
    }
}

/// This machine, as rustc names it.
pub(crate) fn machine() -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let about = String::from_utf8(output_of(Command::new(rustc).arg("-vV"))?)?;
    about.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc names no host")
}

/// Whether a Debian package is installed.
pub(crate) fn is_installed(package: &str) -> bool {
    let query = Command::new("dpkg-query").args(["--show", "--showformat=${db:Status-Abbrev}", package]).output();
    query.is_ok_and(|output| output.stdout.starts_with(b"ii"))
}

/// Installs Debian packages.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    if find("apt-get").is_none() {
        bail!("missing: {list}; install them with the package manager of this system");
    }
    let Some(prefix) = administrator() else {
        bail!("missing: {list}; run `sudo apt-get install {list}`");
    };
    term::status("Installing", &list);
    let update = [prefix.as_slice(), &["apt-get", "update", "-qq"]].concat();
    let install =
        [prefix.as_slice(), &["apt-get", "install", "-y", "-qq", "--no-install-recommends"], packages].concat();
    run_quietly(&update)?;
    run_quietly(&install)
}

/// What must stand before a command that changes the system. None when this user may not.
fn administrator() -> Option<Vec<&'static str>> {
    let id = Command::new("id").arg("-u").output().ok()?;
    if id.stdout.trim_ascii() == b"0" {
        return Some(Vec::new());
    }
    let sudo = Command::new("sudo").args(["-n", "true"]).stderr(Stdio::null()).status();
    sudo.is_ok_and(|status| status.success()).then(|| vec!["sudo", "-n"])
}

fn run_quietly(words: &[&str]) -> Result<()> {
    let [program, arguments @ ..] = words else { bail!("invariant: a command has a program") };
    let mut command = Command::new(program);
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    output_of(&mut command).map(drop)
}

/// Runs a command to its end and returns its standard output. A failure carries what it printed.
pub(crate) fn output_of(command: &mut Command) -> Result<Vec<u8>> {
    let name = Path::new(command.get_program()).display().to_string();
    let output = command.output().with_context(|| format!("cannot start `{name}`"))?;
    if !output.status.success() {
        let printed = [output.stdout, output.stderr].concat();
        bail!("`{name}` failed ({}):\n{}", output.status, String::from_utf8_lossy(&printed).trim_end());
    }
    Ok(output.stdout)
}
