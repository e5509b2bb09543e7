//! Which service file is used: the one that is named, the binary's default, or a worker of the segments it carries.

use std::io::ErrorKind;

use jitar_engine::manifest::AppManifest;

use super::problem::{Problem, suggestion};
use super::resolve::Carried;

/// A service file's text and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// What messages call it.
    pub(super) file: String,
    /// The text.
    pub(super) text: String,
    /// How it was chosen, when nobody named it.
    pub(super) note: Option<String>,
}

impl Source {
    /// Chooses and reads the service file.
    pub(super) fn choose(named: Option<&str>, carried: &Carried<'_>) -> Result<Self, Problem> {
        match named {
            Some(path) => {
                on_disk(path).or_else(|| embedded(path, carried, None)).unwrap_or_else(|| Err(missing(path, carried)))
            }
            None => default(carried),
        }
    }
}

/// The file of that path, unless there is none.
fn on_disk(path: &str) -> Option<Result<Source, Problem>> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => return Some(Err(Problem::general(format!("cannot read the service file '{path}': {error}")))),
    };
    Some(source(path, &text, None))
}

/// The file that the build embedded under that path.
fn embedded(path: &str, carried: &Carried<'_>, note: Option<String>) -> Option<Result<Source, Problem>> {
    let name = path.strip_prefix("./").unwrap_or(path);
    let (_, text) = carried.services.iter().find(|(service, _)| *service == name)?;
    Some(source(name, text, note))
}

fn source(file: &str, text: &[u8], note: Option<String>) -> Result<Source, Problem> {
    let text = std::str::from_utf8(text)
        .map_err(|_| Problem::general(format!("the service file '{file}' is not UTF-8 text")))?;
    // Editors of some systems begin files with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    Ok(Source { file: file.to_owned(), text, note })
}

fn missing(path: &str, carried: &Carried<'_>) -> Problem {
    let names = || carried.services.iter().map(|(name, _)| *name);
    let hint = suggestion(path, names());
    Problem::general(format!(
        "there is no service file '{path}'{hint}, {}",
        embedded_list(&names().collect::<Vec<_>>())
    ))
}

fn embedded_list(names: &[&str]) -> String {
    if names.is_empty() {
        return "and none is embedded in this binary".to_owned();
    }
    format!("neither here nor embedded in this binary, which has: {}", names.join(", "))
}

fn default(carried: &Carried<'_>) -> Result<Source, Problem> {
    if let Some(path) = carried.default {
        return embedded(path, carried, None).unwrap_or_else(|| Err(missing(path, carried)));
    }
    let fitting: Vec<&str> = fitting_services(carried.manifest, carried);
    if let [path] = fitting[..] {
        let note = format!("No service file named: running `{path}`, the only one for this binary");
        return embedded(path, carried, Some(note)).unwrap_or_else(|| Err(missing(path, carried)));
    }
    match carried.units[..] {
        [unit] if !segments_of(unit, carried).is_empty() => Ok(built_in(segments_of(unit, carried))),
        _ => Err(nothing_named(&fitting)),
    }
}

/// The embedded service files whose unit the binary carries.
fn fitting_services<'a>(manifest: &'a AppManifest, carried: &Carried<'_>) -> Vec<&'a str> {
    let fits = |unit: &str| carried.units.contains(&unit);
    manifest.services.iter().filter(|service| fits(&service.unit)).map(|service| service.path.as_str()).collect()
}

fn segments_of<'a>(unit: &str, carried: &Carried<'a>) -> &'a [String] {
    carried.manifest.unit(unit).map_or(&[], |unit| &unit.segments)
}

fn built_in(segments: &[String]) -> Source {
    let text = serde_json::json!({ "url": "http://127.0.0.1:3000", "worker": { "segments": segments } });
    let note = format!("No service file named: running a worker of {} at http://127.0.0.1:3000", segments.join(", "));
    Source { file: "built-in worker".to_owned(), text: text.to_string(), note: Some(note) }
}

fn nothing_named(fitting: &[&str]) -> Problem {
    let list = if fitting.is_empty() {
        "none is embedded".to_owned()
    } else {
        format!("embedded are: {}", fitting.join(", "))
    };
    Problem::general(format!("no service file is named; choose one with `--service=FILE` ({list})"))
}
