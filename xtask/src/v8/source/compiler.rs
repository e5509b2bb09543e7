//! A folder with Debian's clang in the shape of the compiler that V8's build downloads elsewhere.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{CLANG, write};

const WRAPPER: &str = include_str!("clang.sh");
const RUNTIME: &str = "lib/clang/19/lib/x86_64-unknown-linux-gnu";

/// Where Debian installs LLVM.
pub(super) fn llvm() -> PathBuf {
    PathBuf::from(format!("/usr/lib/llvm-{CLANG}"))
}

/// Makes the folder anew. `cases` chooses precompiled headers by the name of the object file.
pub(super) fn make(work: &Path, cases: &str) -> Result<()> {
    let folder = work.join("clang");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    fs::create_dir_all(folder.join("bin"))?;
    fs::create_dir_all(folder.join(RUNTIME))?;
    let programs = llvm().join("bin");
    for program in fs::read_dir(&programs).with_context(|| format!("cannot read `{}`", programs.display()))? {
        let program = program?;
        let name = program.file_name();
        let place = folder.join("bin").join(&name);
        if name == "clang" || name == "clang++" {
            let text = WRAPPER
                .replace("@VERSION@", CLANG)
                .replace("@COMPILER@", &program.path().to_string_lossy())
                .replace("@CASES@", cases);
            write(&place, &text)?;
            fs::set_permissions(&place, Permissions::from_mode(0o755))?;
        } else {
            symlink(program.path(), &place)?;
        }
    }
    symlink(llvm().join("lib/clang/19/include"), folder.join("lib/clang/19/include"))?;
    let builtins = llvm().join("lib/clang/19/lib/linux/libclang_rt.builtins-x86_64.a");
    symlink(builtins, folder.join(RUNTIME).join("libclang_rt.builtins.a")).context("cannot make the compiler folder")
}
