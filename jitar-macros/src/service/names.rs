//! `names.txt` of the build output: which segments, service units and service files the application has. The only file
//! of this crate that reads the environment and the disk.

use std::path::{Path, PathBuf};

use proc_macro2::Span;

use crate::errors::Errors;

/// The variable that the build script publishes: the folder of its output.
pub(super) const APP_DIR: &str = "JITAR_APP_DIR";

/// What a user without a build script must do. Also the message of the `env!` in the expansion.
pub(super) const NO_BUILD_SCRIPT: &str = "this package has no Jitar build output: add `jitar-build` to [build-dependencies] and a build.rs with `fn main() { jitar_build::compile(\"app\") }`";

/// The names of an application.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) segments: Vec<String>,
    pub(super) units: Vec<Unit>,
    pub(super) services: Vec<Service>,
}

/// A service unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// Its sorted segments joined by `+`, or `none`.
    pub(super) id: String,
    /// Its constant in `app.rs`.
    pub(super) constant: String,
}

/// A service file and the unit that it runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Service {
    /// Below the application folder, with `/`.
    pub(super) path: String,
    pub(super) unit: String,
}

impl Names {
    /// The unit with this id.
    pub(super) fn unit(&self, id: &str) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == id)
    }
}

/// Reads the names that the build script of the package being compiled left.
pub(super) fn load(errors: &mut Errors) -> Option<Names> {
    let Some(folder) = app_dir() else {
        errors.report(Span::call_site(), NO_BUILD_SCRIPT);
        return None;
    };
    read(&folder.join("names.txt")).map_err(|message| errors.report(Span::call_site(), message)).ok()
}

/// Cargo hands the variables that a build script publishes to rustc, and so to this macro.
fn app_dir() -> Option<PathBuf> {
    std::env::var_os(APP_DIR).map(PathBuf::from)
}

fn read(path: &Path) -> Result<Names, String> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        format!("cannot read `{}`, which the build script writes: {error}; build the package again", path.display())
    })?;
    parse(&text).map_err(|message| {
        format!(
            "`{}` is damaged: {message}; `jitar-build` and `jitar-runtime` must have the same version, then remove the \
             file and build again",
            path.display()
        )
    })
}

/// Reads the lines `segment <name>`, `unit <id> <constant>` and `service <path> <unit id>`. Names may hold spaces.
fn parse(text: &str) -> Result<Names, String> {
    let mut names = Names::default();
    let mut services = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let bad = || format!("line {} is `{line}`", index + 1);
        match line.split_once(' ').ok_or_else(bad)? {
            ("segment", name) if !name.is_empty() => names.segments.push(name.to_owned()),
            ("unit", rest) => names.units.push(parse_unit(rest).ok_or_else(bad)?),
            ("service", rest) => services.push((rest, bad())),
            _ => return Err(bad()),
        }
    }
    // Units are known now, whatever the order of the lines.
    for (rest, bad) in services {
        names.services.push(parse_service(rest, &names.units).ok_or(bad)?);
    }
    if names.units.is_empty() { Err("it has no unit".to_owned()) } else { Ok(names) }
}

fn parse_unit(rest: &str) -> Option<Unit> {
    let (id, constant) = rest.rsplit_once(' ')?;
    let is_identifier = syn::parse_str::<syn::Ident>(constant).is_ok();
    (is_identifier && !id.is_empty()).then(|| Unit { id: id.to_owned(), constant: constant.to_owned() })
}

fn parse_service(rest: &str, units: &[Unit]) -> Option<Service> {
    let path_before = |unit: &Unit| {
        let path = rest.strip_suffix(unit.id.as_str())?.strip_suffix(' ')?;
        (!path.is_empty()).then(|| Service { path: path.to_owned(), unit: unit.id.clone() })
    };
    // The longest id wins: with the units `b` and `a b`, `x.json a b` names the second.
    units.iter().filter_map(path_before).min_by_key(|service| service.path.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_in_any_order_and_names_with_spaces() {
        let text = "service services/a.json x y\nsegment y\nsegment x y\nunit y UNIT_0\nunit x y UNIT_1\nunit none UNIT_2\nservice services/g.json none\n";
        let names = parse(text).expect("the text is well formed");
        assert_eq!(names.segments, ["y", "x y"]);
        let services: Vec<_> = names.services.iter().map(|s| (s.path.as_str(), s.unit.as_str())).collect();
        assert_eq!(services, [("services/a.json", "x y"), ("services/g.json", "none")]);
        assert_eq!(names.unit("x y").map(|unit| unit.constant.as_str()), Some("UNIT_1"));
    }

    #[test]
    fn refuses_damaged_texts_and_says_where() {
        let cases = [
            ("", "it has no unit"),
            ("segment a\n", "it has no unit"),
            ("segment\n", "line 1 is `segment`"),
            ("unit a UNIT_0\nunknown a\n", "line 2 is `unknown a`"),
            ("unit a\n", "line 1 is `unit a`"),
            ("unit a not-a-constant\n", "line 1 is `unit a not-a-constant`"),
            ("unit a UNIT_0\nservice services/b.json b\n", "line 2 is `service services/b.json b`"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).expect_err(text), expected);
        }
    }
}
