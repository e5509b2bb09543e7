//! `cargo xtask explain`: the page of a diagnostic code, read from the source tree.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::term::{self, Tone};
use crate::workspace::Workspace;

/// Where the pages lie, one for each code.
const PAGES: &str = "jitar-build/src/diagnostics/explanations";

/// Which code.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Such as JITAR0045, or only 45; all codes are listed without one
    code: Option<String>,
}

/// Prints a page, or the titles of all.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let folder = workspace.root.join(PAGES);
    let Some(wanted) = &options.code else {
        for code in codes(&folder)? {
            println!("{}", title(&read(&folder, &code)?));
        }
        return Ok(());
    };
    let code = full(wanted);
    if !codes(&folder)?.contains(&code) {
        bail!("there is no code `{wanted}`; `cargo xtask explain` lists all");
    }
    let page = read(&folder, &code)?;
    println!("{}\n{}", term::style(Tone::Strong, title(&page)), page.lines().skip(1).collect::<Vec<_>>().join("\n"));
    Ok(())
}

/// `45`, `0045` and `jitar0045` mean `JITAR0045`.
fn full(wanted: &str) -> String {
    let upper = wanted.trim().to_ascii_uppercase();
    match upper.strip_prefix("JITAR").unwrap_or(&upper).parse::<u16>() {
        Ok(number) => format!("JITAR{number:04}"),
        Err(_) => upper,
    }
}

fn codes(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut codes = Vec::new();
    for entry in entries {
        codes.extend(entry?.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    codes.sort();
    Ok(codes)
}

fn read(folder: &Path, code: &str) -> Result<String> {
    let file = folder.join(format!("{code}.md"));
    fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))
}

/// The heading of a page.
fn title(page: &str) -> &str {
    page.lines().next().unwrap_or_default().trim_start_matches("# ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_may_be_written_short() {
        for (wanted, code) in [("45", "JITAR0045"), ("jitar0045", "JITAR0045"), (" JITAR45", "JITAR0045"), ("x", "X")] {
            assert_eq!(full(wanted), code);
        }
    }

    #[test]
    fn every_code_has_a_title() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PAGES);
        let codes = codes(&folder).expect("a folder of pages");
        assert!(codes.len() >= 35, "{codes:?}");
        for code in codes {
            assert!(title(&read(&folder, &code).expect("a page")).starts_with(&format!("{code}: ")), "{code}");
        }
    }
}
