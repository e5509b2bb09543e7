//! What was built, for people (`report.txt`) and for programs (`report.json`). Paths are relative, and the text has no
//! times: equal applications give equal texts, up to the sizes of snapshots.

mod amounts;
mod deferred;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use camino::Utf8Path;
use jitar_engine::archive::ModuleArchive;
use jitar_engine::manifest::{Access, Segment, Version};
use serde::Serialize;

use self::amounts::{bytes, counted, milliseconds, optional_milliseconds};
use self::deferred::DeferredReport;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::generate::{Generated, GeneratedUnit};
use crate::link::{Linked, LinkedUnit};
use crate::snapshot::{Snapshots, UnitSnapshot};

/// How long the stages of a build took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Times {
    /// Reading `jitar.json`, segment, resource and service files.
    #[serde(serialize_with = "milliseconds")]
    pub configuration: Duration,
    /// Reading and parsing modules.
    #[serde(serialize_with = "milliseconds")]
    pub scan: Duration,
    /// Deciding which module runs where, and checking that.
    #[serde(serialize_with = "milliseconds")]
    pub link: Duration,
    /// Printing JavaScript.
    #[serde(serialize_with = "milliseconds")]
    pub generate: Duration,
    /// Making startup snapshots.
    #[serde(serialize_with = "milliseconds")]
    pub snapshots: Duration,
}

/// What a report is made of.
pub(crate) struct Input<'a> {
    /// The application, split.
    pub(crate) linked: &'a Linked<'a>,
    /// Its JavaScript.
    pub(crate) generated: &'a Generated,
    /// Its snapshots, in the order of the units.
    pub(crate) snapshots: &'a Snapshots,
    /// Bytes of the packed modules, in the order of the units.
    pub(crate) packed: &'a [u64],
    /// Bytes of the base snapshot and of those of the units.
    pub(crate) blobs: (u64, Vec<Option<u64>>),
    /// Number of files that are served.
    pub(crate) n_assets: usize,
    /// What there is to look at.
    pub(crate) warnings: &'a Diagnostics,
    /// Paths of warnings are shown relative to this folder.
    pub(crate) base: &'a Utf8Path,
    /// How long it took so far.
    pub(crate) times: Times,
}

/// The whole report.
#[derive(Debug, Serialize)]
pub(crate) struct Report<'a> {
    segments: Vec<SegmentReport<'a>>,
    units: Vec<UnitReport<'a>>,
    assets: usize,
    warnings: Vec<Warning<'a>>,
    times: Times,
}

#[derive(Debug, Serialize)]
struct SegmentReport<'a> {
    name: &'a str,
    modules: Vec<&'a str>,
    procedures: Vec<ProcedureReport<'a>>,
    classes: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct ProcedureReport<'a> {
    fqn: &'a str,
    version: Version,
    access: Access,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UnitReport<'a> {
    id: &'a str,
    segments: &'a [String],
    modules: Vec<ModuleReport<'a>>,
    sizes: Sizes,
    /// Milliseconds; null when the snapshot of an earlier build was taken, or there is none.
    #[serde(serialize_with = "optional_milliseconds")]
    snapshot_time: Option<Duration>,
    deferred: Vec<DeferredReport<'a>>,
    /// Codes and places of the warnings that lie in its modules.
    warnings: Vec<Warning<'a>>,
    /// Why there is no snapshot, when there is none.
    #[serde(skip)]
    without: &'static str,
}

/// Bytes.
#[derive(Debug, Clone, Copy, Serialize)]
struct Sizes {
    /// Of the modules' files.
    source: u64,
    /// Of the JavaScript.
    generated: u64,
    /// Of the packed JavaScript with its source maps.
    packed: u64,
    /// Of the startup snapshot.
    snapshot: Option<u64>,
    /// By how much the snapshot is larger than one without an application.
    share: Option<u64>,
}

#[derive(Debug, Serialize)]
struct ModuleReport<'a> {
    path: &'a str,
    role: Role,
    /// Bytes of its file; null for what the build writes itself.
    source: Option<u64>,
    generated: u64,
}

/// Why a unit has a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    /// A segment lists it, or re-exports from it.
    Segment,
    /// Other modules import it.
    Shared,
    /// A resource file lists it.
    Resource,
    /// A service file names it.
    Script,
    /// It belongs to a package.
    Package,
    /// It stands in for a module of another segment.
    Remote,
    /// It stands for functions of the package's library.
    Host,
    /// The build wrote it.
    Generated,
}

#[derive(Debug, Clone, Serialize)]
struct Warning<'a> {
    code: &'static str,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
}

impl<'a> Report<'a> {
    /// Gathers everything.
    pub(crate) fn new(input: &Input<'a>) -> Self {
        let segments = input.linked.segments.iter().map(|linked| segment(&linked.segment));
        let generated = input.generated.units.iter().zip(&input.linked.units);
        let (base_blob, blobs) = &input.blobs;
        let made = input.snapshots.units.iter().zip(input.packed).zip(blobs);
        let units = generated.zip(made).map(|((generated, linked), ((snapshot, packed), blob))| {
            let sizes = Sizes {
                source: 0,
                generated: 0,
                packed: *packed,
                snapshot: *blob,
                share: blob.map(|blob| blob.saturating_sub(*base_blob)),
            };
            UnitReader { input, generated, linked, snapshot }.read(sizes)
        });
        let warnings = input.warnings.iter().map(|warning| Warning::new(warning, input.base));
        Self {
            segments: segments.collect(),
            units: units.collect(),
            assets: input.n_assets,
            warnings: warnings.collect(),
            times: input.times,
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            write!(f, "{segment}")?;
        }
        for unit in &self.units {
            write!(f, "{unit}")?;
        }
        writeln!(f, "\n{}", counted(self.assets, "asset"))?;
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        Ok(())
    }
}

fn segment(segment: &Segment) -> SegmentReport<'_> {
    let procedures = segment.procedures.iter().flat_map(|procedure| {
        procedure.implementations.iter().map(|implementation| ProcedureReport {
            fqn: &procedure.fqn,
            version: implementation.version,
            access: implementation.access,
        })
    });
    SegmentReport {
        name: &segment.name,
        modules: segment.modules.iter().map(|specifier| shown(specifier)).collect(),
        procedures: procedures.collect(),
        classes: segment.classes.iter().map(|class| class.fqn.as_str()).collect(),
    }
}

struct UnitReader<'r, 'a> {
    input: &'r Input<'a>,
    generated: &'a GeneratedUnit,
    linked: &'a LinkedUnit,
    snapshot: &'a UnitSnapshot,
}

impl<'a> UnitReader<'_, 'a> {
    fn read(&self, sizes: Sizes) -> UnitReport<'a> {
        let ModuleArchive { modules, .. } = &self.generated.archive;
        let modules: Vec<ModuleReport<'a>> = modules
            .iter()
            .map(|module| ModuleReport {
                path: shown(&module.specifier),
                role: self.role(&module.specifier),
                source: self.source(&module.specifier).map(|text| text.len() as u64),
                generated: module.code.len() as u64,
            })
            .collect();
        UnitReport {
            id: &self.generated.id,
            segments: &self.linked.segments,
            sizes: Sizes {
                source: modules.iter().filter_map(|module| module.source).sum(),
                generated: modules.iter().map(|module| module.generated).sum(),
                ..sizes
            },
            modules,
            snapshot_time: self.snapshot.time,
            deferred: deferred::read(&self.snapshot.deferred),
            warnings: self.warnings(),
            without: self.input.snapshots.without.unwrap_or_default(),
        }
    }

    fn source(&self, specifier: &str) -> Option<&'a str> {
        self.input.linked.exports.graph.modules.get(specifier).map(|module| &*module.text)
    }

    fn role(&self, specifier: &str) -> Role {
        let linked = self.input.linked;
        let mut segments = linked.segments.iter().map(|linked| &linked.segment);
        let is_listed = |segment: &Segment| {
            self.linked.segments.contains(&segment.name) && segment.modules.iter().any(|listed| listed == specifier)
        };
        if specifier.starts_with("jitar:") {
            Role::Generated
        } else if specifier.starts_with("host:") {
            Role::Host
        } else if specifier.ends_with("?remote") {
            Role::Remote
        } else if linked.members.is_resource(specifier) {
            Role::Resource
        } else if segments.any(is_listed) {
            Role::Segment
        } else if self.linked.scripts.iter().any(|script| script == specifier) {
            Role::Script
        } else if specifier.contains("/node_modules/") {
            Role::Package
        } else {
            Role::Shared
        }
    }

    fn warnings(&self) -> Vec<Warning<'a>> {
        let graph = self.input.linked.exports.graph;
        let files: BTreeSet<&Utf8Path> = self
            .linked
            .modules
            .keys()
            .filter_map(|specifier| Some(graph.modules.get(specifier)?.file.as_path()))
            .collect();
        let is_here = |warning: &&Diagnostic| warning.primary().is_some_and(|label| files.contains(&*label.file));
        self.input.warnings.iter().filter(is_here).map(|warning| Warning::new(warning, self.input.base)).collect()
    }
}

impl<'a> Warning<'a> {
    fn new(warning: &'a Diagnostic, base: &Utf8Path) -> Self {
        let primary = warning.primary();
        let position = primary.map(crate::diagnostics::Label::position);
        Self {
            code: warning.code.id,
            file: primary.map(|label| label.file.strip_prefix(base).unwrap_or(&label.file).to_string()),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            message: &warning.message,
        }
    }
}

impl fmt::Display for Warning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(file), Some(line), Some(column)) = (&self.file, self.line, self.column) {
            write!(f, "{file}:{line}:{column}: ")?;
        }
        write!(f, "{} [{}]", self.message, self.code)
    }
}

/// The line that the known implementation prints for a segment, and what is in it.
impl fmt::Display for SegmentReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (modules, procedures, classes) = (self.modules.len(), self.procedures.len(), self.classes.len());
        writeln!(
            f,
            "[INFO] Built {} segment ({modules} modules, {procedures} procedures, {classes} classes)",
            self.name
        )?;
        for ProcedureReport { fqn, version, access } in &self.procedures {
            let version = if version.is_unversioned() { String::new() } else { format!(" {version}") };
            writeln!(f, "  {access} {fqn}{version}")?;
        }
        for class in &self.classes {
            writeln!(f, "  class {class}")?;
        }
        Ok(())
    }
}

impl fmt::Display for UnitReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sizes { source, generated, packed, snapshot, share } = &self.sizes;
        write!(
            f,
            "\nunit {}: {}, packed {}, source {}, generated {}",
            self.id,
            counted(self.modules.len(), "module"),
            bytes(*packed),
            bytes(*source),
            bytes(*generated),
        )?;
        match (snapshot, share) {
            (Some(snapshot), Some(share)) => {
                writeln!(f, ", snapshot {} ({} of them for this unit)", bytes(*snapshot), bytes(*share))?;
            }
            _ => writeln!(f, ", {}", self.without)?,
        }
        for module in &self.modules {
            let role = match module.role {
                Role::Segment => "",
                Role::Shared => " (shared)",
                Role::Resource => " (resource)",
                Role::Script => " (script)",
                Role::Package => " (package)",
                Role::Remote => " (remote)",
                Role::Host => " (host)",
                Role::Generated => " (generated)",
            };
            writeln!(f, "  {}{role}", module.path)?;
        }
        deferred::write(f, &self.deferred)
    }
}

fn shown(specifier: &str) -> &str {
    specifier.strip_prefix("file:///app/").unwrap_or(specifier)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::generate;
    use crate::testing::App;

    fn reported(app: &App, check: impl FnOnce(&Report<'_>)) {
        let linked = app.link();
        let generated = generate::generate(&linked);
        let deferred = deferred::tests::deferred(&[
            ("src/clock.ts", "reads the clock"),
            ("src/db.ts", "uses chance"),
            ("src/a.ts", "imports `app/src/clock.ts`, which is deferred"),
        ]);
        let units = linked.units.iter().enumerate().map(|(idx, _)| UnitSnapshot {
            file: (idx == 0).then(|| "snapshots/0.bin".into()),
            code: None,
            deferred: if idx == 0 { deferred.clone() } else { Vec::new() },
            time: (idx == 0).then(|| Duration::from_millis(120)),
        });
        let snapshots = Snapshots {
            base: "base.bin".into(),
            units: units.collect(),
            files: vec![],
            warnings: vec![],
            without: Some("no snapshot"),
        };
        let sizes: Vec<u64> = linked.units.iter().map(|_| 100).collect();
        let blobs = linked.units.iter().enumerate().map(|(idx, _)| (idx == 0).then_some(3 << 20)).collect();
        check(&Report::new(&Input {
            linked: &linked,
            generated: &generated,
            snapshots: &snapshots,
            packed: &sizes,
            blobs: (1 << 20, blobs),
            n_assets: 2,
            warnings: &Diagnostics::default(),
            base: &app.folder.path(""),
            times: Times { scan: Duration::from_micros(1500), ..Times::default() },
        }));
    }

    fn app() -> App {
        App::new(&[
            (
                "src/a.ts",
                "import './clock'; import './db'; import b from './b'; export class A {} export async function a() { return b(); }",
            ),
            ("src/b.ts", "export default async function b() {}"),
            ("src/clock.ts", "export {};"),
            ("src/db.ts", "export {};"),
            ("src/up.ts", "export {};"),
            ("segments/a.json", r#"{ "./a": { "a": { "access": "public", "version": "1.2" }, "A": {} } }"#),
            ("segments/b.json", r#"{ "./b": { "default": { "access": "protected" } } }"#),
            ("services/a.json", r#"{ "worker": { "segments": ["a"] }, "setUp": ["./up"] }"#),
            ("resources/r.json", r#"["./db"]"#),
        ])
    }

    #[test]
    fn the_text_tells_of_segments_units_roles_and_deferred_modules() {
        let expected = "[INFO] Built a segment (1 modules, 1 procedures, 1 classes)\n  public a 1.2.0\n  class A\n\
            [INFO] Built b segment (1 modules, 1 procedures, 0 classes)\n  protected b\n\
            \nunit a: 7 modules, packed 0.1 KiB, source 0.2 KiB, generated 1.1 KiB, snapshot 3.0 MiB (2.0 MiB of them for this unit)\n\
            \x20 src/a.ts\n  src/b.ts?remote (remote)\n  src/clock.ts (shared)\n  src/db.ts (resource)\n  src/up.ts (script)\n\
            \x20 jitar:segment/a (generated)\n  jitar:unit (generated)\n\
            \x20 deferred until the service starts: src/clock.ts: reads the clock, and with it 1 module:\n\
            \x20   src/a.ts: imports `app/src/clock.ts`, which is deferred\n\
            \x20 deferred until the service starts: src/db.ts: uses chance\n\
            \nunit b: 3 modules, packed 0.1 KiB, source 0.1 KiB, generated 0.5 KiB, no snapshot\n\
            \x20 src/b.ts\n  jitar:segment/b (generated)\n  jitar:unit (generated)\n\
            \n2 assets\n";
        reported(&app(), |report| {
            // What the build writes itself may grow.
            let without = |text: &str| -> Vec<String> {
                text.lines().map(|line| line.split(", packed").next().unwrap_or_default().to_owned()).collect()
            };
            assert_eq!(without(&report.to_string()), without(expected));
            assert!(report.to_string().contains(", snapshot 3.0 MiB (2.0 MiB of them for this unit)\n"));
        });
    }

    #[test]
    fn programs_get_the_same_as_json() {
        reported(&app(), |report| {
            let json = serde_json::to_value(report).expect("is plain data");
            let unit = &json["units"][0];
            assert_eq!(unit["modules"][2]["role"], "shared");
            assert_eq!(unit["modules"][2]["source"], 10);
            assert_eq!(unit["sizes"]["share"], 2 << 20);
            assert_eq!(unit["snapshotTime"], 120.0);
            assert_eq!(unit["deferred"][0], json!({ "module": "src/clock.ts", "reason": "reads the clock" }));
            assert_eq!(unit["deferred"][2]["root"], "src/clock.ts");
            assert_eq!(json["units"][1]["sizes"]["snapshot"], serde_json::Value::Null);
            assert_eq!(json["segments"][0]["procedures"][0]["version"], "1.2.0");
            assert_eq!(json["times"]["scan"], 1.5);
        });
    }

    #[test]
    fn functions_of_the_library_have_a_role_of_their_own() {
        let app = App::new(&[
            ("Cargo.toml", "[package]\nname = \"a\"\n"),
            ("src/lib.rs", "#[jitar::host(module = \"keys\")]\npub fn next() -> f64 {\n    1.0\n}\n"),
            ("src/a.ts", "import { next } from 'host:keys'; export async function a() { return next(); }"),
            ("segments/a.json", r#"{ "./a": { "a": { "access": "public" } } }"#),
        ]);
        reported(&app, |report| assert!(report.to_string().contains("\n  host:keys (host)\n"), "{report}"));
    }
}
