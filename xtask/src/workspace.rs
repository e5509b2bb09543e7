//! Where the workspace and its build output lie, whatever folder the program was started from.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The workspace that this program belongs to.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Cargo's target folder: the one that holds this program.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Finds the workspace of this program.
    pub(crate) fn find() -> Result<Self> {
        let program = env::current_exe().context("cannot tell where this program lies")?;
        let target = target_of(&program);
        let compiled_in = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        let above_target = target.as_deref().and_then(Path::parent);
        let Some(root) = [compiled_in, above_target].into_iter().flatten().find(|folder| is_root(folder)) else {
            bail!("the workspace of `{}` is gone; build xtask again inside its checkout", program.display());
        };
        Ok(Self { root: root.to_owned(), target: target.clone().unwrap_or_else(|| root.join("target")) })
    }

    /// The folder beside the checkout that may hold things shared by several of them.
    pub(crate) fn shared(&self) -> PathBuf {
        self.root.with_file_name("shared")
    }
}

/// Cargo marks its target folder with this file.
fn target_of(program: &Path) -> Option<PathBuf> {
    program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).map(Path::to_owned)
}

fn is_root(folder: &Path) -> bool {
    folder.join("Cargo.lock").is_file() && folder.join("xtask/Cargo.toml").is_file()
}
