//! What the application folder says about the split: `jitar.json`, segment, resource and service files, read strictly
//! and with the place of every value. Nothing here looks into modules.

mod app_file;
mod document;
mod keys;
mod resources;
mod schema;
mod segments;
mod services;
mod variables;

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) use app_file::Folders;
pub(crate) use document::{Place, listed};
pub(crate) use keys::{Sources, without_extension};
pub(crate) use resources::Resource;
pub(crate) use schema::schemas;
pub(crate) use segments::{SegmentExport, SegmentFile, SegmentModule};
pub(crate) use services::{Assets, Isolates, ServiceFile};
pub(crate) use variables::Environment;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::fs;

/// The configuration of an application, as far as the build needs it.
#[derive(Debug)]
pub(crate) struct AppConfig {
    /// Where everything lies.
    pub(crate) folders: Folders,
    /// The modules of the source folder.
    pub(crate) sources: Sources,
    /// Segment files, sorted by name.
    pub(crate) segments: Vec<SegmentFile>,
    /// Modules that hold machine-wide state.
    pub(crate) resources: Vec<Resource>,
    /// Service files, sorted by path.
    pub(crate) services: Vec<ServiceFile>,
    /// Files read and folders walked, absolute; some may not exist.
    pub(crate) inputs: BTreeSet<Utf8PathBuf>,
}

impl AppConfig {
    /// Absolute paths of the modules that configuration names: what the scan starts from. Sorted.
    pub(crate) fn roots(&self) -> Vec<Utf8PathBuf> {
        let segmented = self.segments.iter().flat_map(|segment| &segment.modules).map(|module| &module.path);
        let resources = self.resources.iter().map(|resource| &resource.path);
        let scripts = self.services.iter().flat_map(|service| &service.scripts);
        let paths: BTreeSet<&String> = segmented.chain(resources).chain(scripts).collect();
        paths.into_iter().map(|path| self.sources.file(path)).collect()
    }
}

/// Reads the configuration of the application in this folder (absolute). `None` when there is nothing to go on with.
pub(crate) fn read(app: &Utf8Path, environment: &mut Environment<'_>) -> (Option<AppConfig>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    if !app.is_dir() {
        let message = format!("there is no application folder `{app}`");
        let help = "`jitar_build::compile` takes the folder that holds `src` and `segments`, relative to the package";
        diagnostics.push(Diagnostic::error(&codes::MISSING_APP, message).help(help));
        return (None, diagnostics);
    }
    let mut inputs = BTreeSet::from([app.join(app_file::NAME)]);
    let Some(folders) = app_file::read(app, environment, &mut diagnostics) else { return (None, diagnostics) };
    let sources = read_sources(&folders, &mut diagnostics);
    inputs.extend(sources.folders.iter().cloned());

    let files = json_files(&folders.segments, &mut inputs, &mut diagnostics);
    let segments = segments::read(&files, &sources, &mut diagnostics);
    let files = json_files(&folders.resources, &mut inputs, &mut diagnostics);
    let resources = resources::read(&files, &sources, &mut diagnostics);
    let files = json_files(&folders.services, &mut inputs, &mut diagnostics);
    let context = services::Context { folders: &folders, sources: &sources, segments: &segments };
    let services = services::read(&files, &context, &mut diagnostics);

    (Some(AppConfig { folders, sources, segments, resources, services, inputs }), diagnostics)
}

fn read_sources(folders: &Folders, diagnostics: &mut Diagnostics) -> Sources {
    let root = &folders.source;
    if !root.is_dir() {
        let message = format!("there is no source folder `{root}`");
        let help = "put the modules there, or name another folder as `source` in `jitar.json`";
        diagnostics.push(Diagnostic::error(&codes::MISSING_FOLDER, message).help(help));
    }
    Sources::read(root, &folders.ignore).unwrap_or_else(|error| {
        diagnostics.push(Diagnostic::error(&codes::UNREADABLE_FILE, error.to_string()));
        Sources::default()
    })
}

fn json_files(
    folder: &Utf8Path,
    inputs: &mut BTreeSet<Utf8PathBuf>,
    diagnostics: &mut Diagnostics,
) -> Vec<Utf8PathBuf> {
    let walk = fs::walk(folder).unwrap_or_else(|error| {
        diagnostics.push(Diagnostic::error(&codes::UNREADABLE_FILE, error.to_string()));
        fs::Walk::default()
    });
    let files: Vec<Utf8PathBuf> = walk.files.into_iter().filter(|file| file.extension() == Some("json")).collect();
    inputs.insert(folder.to_owned());
    inputs.extend(walk.folders);
    inputs.extend(files.iter().cloned());
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    /// Code and `file:line:column` of every diagnostic of an application.
    fn mistakes(files: &[(&str, &str)]) -> Vec<String> {
        let folder = Folder::new(files);
        let lookup = |name: &str| (name == "SOURCE").then(|| "./src".to_owned());
        let (_, mut diagnostics) = read(&folder.path(""), &mut Environment::new(&lookup));
        diagnostics.sort();
        let place = |diagnostic: &Diagnostic| match diagnostic.primary() {
            Some(label) => {
                let position = label.position();
                let file = fs::below(&label.file, &folder.path("")).expect("below");
                format!(" {file}:{}:{}", position.line, position.column)
            }
            None => String::new(),
        };
        diagnostics.iter().map(|d| format!("{}{} {}", d.code.id, place(d), d.message)).collect()
    }

    fn check(config: (&str, &str), expected: &[&str]) {
        let files =
            [("src/a.ts", ""), ("src/b.ts", ""), ("src/set/up.ts", ""), ("segments/s.json", "{ \"./a\": {} }"), config];
        assert_eq!(mistakes(&files), expected, "{}", config.1);
    }

    #[test]
    fn jitar_json_is_strict() {
        let cases: [(&str, &[&str]); 12] = [
            ("{}", &[]),
            (r#"{ "source": "${SOURCE}", "build": { "ignore": ["x/**"] } }"#, &[]),
            ("{", &["JITAR0021 jitar.json:1:2 expected a key in double quotes, found the end of the file"]),
            ("{\n  \"sorce\": \"./src\"\n}", &["JITAR0022 jitar.json:2:3 unknown key `sorce`"]),
            (r#"{ "source": 1 }"#, &["JITAR0023 jitar.json:1:13 `source` is not a string"]),
            (r#"{ "resources": null }"#, &["JITAR0023 jitar.json:1:16 `resources` is not a string"]),
            (
                r#"{ "source": "./src", "source": "./src" }"#,
                &["JITAR0024 jitar.json:1:22 the key `source` stands twice"],
            ),
            (r#"{ "target": "../x" }"#, &["JITAR0025 jitar.json:1:13 `target` leaves the application folder"]),
            (r#"{ "resources": "./x" }"#, &["JITAR0026 jitar.json:1:16 there is no folder `./x`"]),
            (
                r#"{ "build": { "ignore": ["a[", 1] } }"#,
                &[
                    "JITAR0027 jitar.json:1:25 `a[` is not a glob: unclosed character class; missing ']'",
                    "JITAR0023 jitar.json:1:31 `build.ignore.1` is not a string",
                ],
            ),
            (r#"{ "source": "${NONE}" }"#, &["JITAR0028 jitar.json:1:13 the environment variable `NONE` is not set"]),
            (r#"{ "build": { "ignored": [] } }"#, &["JITAR0022 jitar.json:1:14 unknown key `ignored`"]),
        ];
        for (text, expected) in cases {
            check(("jitar.json", text), expected);
        }
    }

    #[test]
    fn a_missing_application_is_an_error() {
        let (config, diagnostics) = read(Utf8Path::new("/no/app"), &mut Environment::new(&|_| None));
        assert!(config.is_none());
        assert_eq!(
            diagnostics.iter().next().map(|d| d.message.as_str()),
            Some("there is no application folder `/no/app`")
        );
        let expected = "JITAR0026 there is no source folder";
        assert!(mistakes(&[("x.txt", "")])[0].starts_with(expected));
    }

    #[test]
    fn segment_files_are_strict() {
        let cases: [(&str, &[&str]); 14] = [
            (r#"{ "./b": { "default": { "access": "public", "version": "1.2", "as": "c", "safe": true } } }"#, &[]),
            ("[]", &["JITAR0023 segments/t.json:1:1 `t.json` is not an object"]),
            (
                r#"{ "./c": {} }"#,
                &["JITAR0044 segments/t.json:1:3 the segment `t` names the module `./c`, which does not exist"],
            ),
            (r#"{ "../c": {} }"#, &["JITAR0025 segments/t.json:1:3 the module key `../c` leaves the source folder"]),
            (r#"{ "./b": null }"#, &["JITAR0023 segments/t.json:1:10 `./b` is not an object"]),
            (r#"{ "./b": { "x": null } }"#, &["JITAR0023 segments/t.json:1:17 `./b.x` is not an object"]),
            (
                r#"{ "./b": { "x": {} }, "b.ts": { "x": {} } }"#,
                &["JITAR0024 segments/t.json:1:33 the key `x` stands twice"],
            ),
            (
                r#"{ "./b": { "x": { "access": "open" } } }"#,
                &["JITAR0040 segments/t.json:1:29 unknown access level `open`"],
            ),
            (
                r#"{ "./b": { "x": { "version": "v1" } } }"#,
                &["JITAR0041 segments/t.json:1:30 invalid version number `v1`"],
            ),
            (r#"{ "./b": { "x": { "version": 1 } } }"#, &["JITAR0023 segments/t.json:1:30 `version` is not a string"]),
            (r#"{ "./b": { "x": { "acces": "public" } } }"#, &["JITAR0022 segments/t.json:1:19 unknown key `acces`"]),
            (
                r#"{ "./b": { "x": { "as": "a/b" } } }"#,
                &["JITAR0052 segments/t.json:1:25 `a/b` cannot be the name of a procedure"],
            ),
            (
                r#"{ "./b": { "x": { "limits": { "cpu": 0, "wall": 1.5, "walls": 1, "concurrency": 1 } } } }"#,
                &[
                    "JITAR0023 segments/t.json:1:38 `limits.cpu` is not a positive whole number",
                    "JITAR0023 segments/t.json:1:49 `limits.wall` is not a positive whole number",
                    "JITAR0022 segments/t.json:1:54 unknown key `walls`",
                ],
            ),
            (r#"{ "./b": { "x": { "safe": 1 } } }"#, &["JITAR0023 segments/t.json:1:27 `safe` is not a boolean"]),
        ];
        for (text, expected) in cases {
            check(("segments/t.json", text), expected);
        }
        check(
            ("segments/none.json", "{}"),
            &["JITAR0042 segments/none.json:1:1 `none` cannot be the name of a segment"],
        );
        check(("segments/a b.json", "{}"), &["JITAR0042 segments/a b.json:1:1 `a b` cannot be the name of a segment"]);
        check(("segments/x/s.json", "{}"), &["JITAR0043 segments/x/s.json:1:1 there are two segments called `s`"]);
    }

    #[test]
    fn resource_files_are_strict() {
        let cases: [(&str, &[&str]); 4] = [
            (r#"["./b"]"#, &[]),
            ("{}", &["JITAR0023 resources/r.json:1:1 `r.json` is not a list"]),
            (r#"["./zzz"]"#, &["JITAR0061 resources/r.json:1:2 the resource `./zzz` does not exist"]),
            (r#"["../b"]"#, &["JITAR0025 resources/r.json:1:2 the module key `../b` leaves the source folder"]),
        ];
        for (text, expected) in cases {
            check(("resources/r.json", text), expected);
        }
    }

    #[test]
    fn service_files_are_read_for_what_the_build_needs() {
        let cases: [(&str, &[&str]); 15] = [
            (r#"{ "url": "x", "worker": { "segments": ["s"] }, "setUp": ["./set/up.js"], "middleware": ["/b"] }"#, &[]),
            (r#"{ "gateway": {}, "remoteWorker": {}, "healthChecks": ["a"] }"#, &[]),
            (r#"{ "url": "x" }"#, &["JITAR0070 services/w.json:1:1 no service is configured"]),
            (
                r#"{ "worker": { "segments": [] }, "gateway": {} }"#,
                &["JITAR0071 services/w.json:1:33 several services are configured"],
            ),
            (r#"{ "worker": [] }"#, &["JITAR0023 services/w.json:1:13 `worker` is not an object"]),
            (r#"{ "worker": {} }"#, &["JITAR0070 services/w.json:1:3 the `worker` has no list of `segments`"]),
            (r#"{ "worker": { "segments": ["t"] } }"#, &["JITAR0072 services/w.json:1:28 there is no segment `t`"]),
            (r#"{ "worker": { "segments": ["s", "s"] } }"#, &["JITAR0077 services/w.json:1:33 `s` stands twice"]),
            (
                r#"{ "worker": { "segments": ["${S}"] } }"#,
                &["JITAR0029 services/w.json:1:28 the build must know `worker.segments.0`"],
            ),
            (
                r#"{ "gateway": {}, "setUp": ["./zzz"] }"#,
                &["JITAR0073 services/w.json:1:28 there is no module `./zzz`"],
            ),
            (
                r#"{ "gateway": {}, "setUp": ["../a"] }"#,
                &["JITAR0025 services/w.json:1:28 the module key `../a` leaves the source folder"],
            ),
            (
                r#"{ "repository": { "assets": ["../*"] } }"#,
                &["JITAR0074 services/w.json:1:30 `../*` leaves the target folder"],
            ),
            (
                r#"{ "repository": { "assets": ["[a"] } }"#,
                &["JITAR0027 services/w.json:1:30 `[a` is not a glob: unclosed character class; missing ']'"],
            ),
            (
                r#"{ "repository": { "assetRoot": "../x", "assets": [] } }"#,
                &["JITAR0074 services/w.json:1:32 `../x` leaves the target folder"],
            ),
            (
                r#"{ "gateway": {}, "isolates": "many" }"#,
                &["JITAR0023 services/w.json:1:30 `isolates` is not a number or `auto`"],
            ),
        ];
        for (text, expected) in cases {
            check(("services/w.json", text), expected);
        }
    }

    #[test]
    fn suggestions_name_what_was_meant() {
        let folder = Folder::new(&[
            ("src/sales/getMonthData.ts", ""),
            ("segments/reporting.json", r#"{ "./sales/getMonthDate": {} }"#),
            ("services/w.json", r#"{ "workr": { "segments": ["reportng"] } }"#),
            ("services/x.json", r#"{ "worker": { "segments": ["reportng"] } }"#),
        ]);
        let (_, diagnostics) = read(&folder.path(""), &mut Environment::new(&|_| None));
        let help: Vec<_> = diagnostics.iter().filter_map(|diagnostic| diagnostic.help.as_deref()).collect();
        assert_eq!(
            help,
            ["did you mean `./sales/getMonthData`?", "did you mean `worker`?", "did you mean `reporting`?",]
        );
    }
}
