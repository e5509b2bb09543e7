//! Last stage: lays out the output folder. Only files whose bytes differ are written, and what an earlier build left is
//! removed.

mod output;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use jitar_engine::archive::DamagedArchive;
use jitar_engine::manifest::{AppManifest, FORMAT, ServiceFile, Unit};
use serde_json::json;

use crate::assets::Assets;
use crate::compress::{self, Effort, Encoded};
use crate::config::AppConfig;
use crate::diagnostics::Diagnostics;
use crate::earlier::Made;
use crate::fs::{self, FsError};
use crate::generate::{Generated, GeneratedUnit};
use crate::host;
use crate::link::Linked;
use crate::pack::{Packed, archive_path};
use crate::report::{self, Report, Times};
use crate::snapshot::{Snapshots, UnitSnapshot};

use self::output::Output;

// The layout:
//
//     $OUT_DIR/jitar
//       app.rs            what the macro includes: const data and include_bytes! only
//       embed.json        the same data for readers that load the folder
//       manifest.json     AppManifest
//       names.txt         segments, units and service files, what the macro checks against
//       report.txt        what was built
//       report.json       the same for programs, with sizes and times
//       stamp.json        inputs and their hashes (see stamp.rs)
//       made.json         what need not be packed and compressed again (see earlier.rs)
//       modules/<unit>/   generated JavaScript with source maps, for people and tests
//       archives/         <unit>.bin, the same packed
//       client/           modules for the browser
//       types/            declarations of host modules, for editors and tsc
//       encoded/          compressed copies of what browsers get: <name>.gz and <name>.br, where they are smaller
//       snapshots/        base-<key>.bin, <unit>-<key>.bin: blobs, scripts, compiled code (see snapshot.rs)

/// Folders of which nothing but the files of this build is kept.
const OWNED_FOLDERS: [&str; 6] = ["modules", "archives", "client", "encoded", "snapshots", "types"];

/// Everything that goes into the output folder.
pub(crate) struct Embedding<'a> {
    /// The output folder.
    pub(crate) out: &'a Utf8Path,
    /// The application's configuration.
    pub(crate) config: &'a AppConfig,
    /// Segments and units.
    pub(crate) linked: &'a Linked<'a>,
    /// Generated modules.
    pub(crate) generated: &'a Generated,
    /// The modules of each unit, packed.
    pub(crate) packed: &'a [Packed],
    /// What an earlier build made.
    pub(crate) earlier: &'a Made,
    /// Startup snapshots, in the order of the units.
    pub(crate) snapshots: &'a Snapshots,
    /// Files to serve.
    pub(crate) assets: &'a Assets,
    /// What there is to look at, for the report.
    pub(crate) warnings: &'a Diagnostics,
    /// Folder that paths in the report are relative to.
    pub(crate) base: &'a Utf8Path,
    /// How long the stages took.
    pub(crate) times: Times,
    /// How much work goes into smaller files.
    pub(crate) effort: Effort,
}

/// What was written.
#[derive(Debug)]
pub(crate) struct Embedded {
    /// Every file of this build, by its path below the output folder.
    pub(crate) files: BTreeSet<String>,
    /// The manifest.
    pub(crate) manifest: AppManifest,
    /// The report.
    pub(crate) report: String,
}

/// Why the output folder cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// A file cannot be written.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// The modules of a unit cannot be packed.
    #[error(transparent)]
    Archive(#[from] DamagedArchive),
    /// A file cannot be compressed.
    #[error("cannot compress `{file}`: {source}")]
    Compress {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// Plain data cannot be written as JSON.
    #[error("cannot encode `{file}`: {source}")]
    Json {
        /// The file.
        file: &'static str,
        /// Why.
        source: serde_json::Error,
    },
}

/// Writes the output folder.
pub(crate) fn write(embedding: &Embedding<'_>) -> Result<Embedded, EmbedError> {
    let Embedding { out, generated, packed, assets, effort, earlier, .. } = *embedding;
    let manifest = embedding.manifest();
    Made::remove(out)?;
    let mut output = Output::open(out, &OWNED_FOLDERS)?;
    output.write_modules(generated, packed)?;
    for (unit, packed) in generated.units.iter().zip(packed) {
        output.write(&archive_path(&unit.id), &packed.bytes)?;
    }
    if let Some(declarations) = host::declarations(embedding.linked.host) {
        output.write("types/host.d.ts", declarations.as_bytes())?;
    }
    let encoded = output.write_encoded(assets, generated, effort, earlier)?;
    output.files.extend(embedding.snapshot_files());
    let packed_sizes: Vec<u64> = packed.iter().map(|packed| packed.bytes.len() as u64).collect();
    let report = embedding.report(&packed_sizes)?;
    let report_text = report.to_string();
    output.write("manifest.json", json_text("manifest.json", &manifest)?.as_bytes())?;
    output.write("embed.json", json_text("embed.json", &embedding.description(&encoded))?.as_bytes())?;
    output.write("names.txt", names(&manifest).as_bytes())?;
    output.write("report.txt", report_text.as_bytes())?;
    output.write("report.json", json_text("report.json", &report)?.as_bytes())?;
    output.write("app.rs", embedding.rust(&encoded).as_bytes())?;
    output.remove_stale()?;
    let archives = generated.units.iter().zip(packed).map(|(unit, packed)| (unit.id.clone(), packed.made.clone()));
    earlier.then(archives.collect(), encoded).write(out)?;
    Ok(Embedded { files: output.files, manifest, report: report_text })
}

impl Embedding<'_> {
    fn manifest(&self) -> AppManifest {
        let folders = &self.config.folders;
        let units = self.linked.units.iter().map(|unit| Unit {
            id: unit.id.clone(),
            segments: unit.segments.clone(),
            scripts: unit.scripts.clone(),
        });
        let services = self.config.services.iter().map(|service| (&service.path, Unit::id_of(&service.segments)));
        let services: BTreeMap<_, _> = services.collect();
        AppManifest {
            format: FORMAT,
            source: fs::below(&folders.source, &folders.app).unwrap_or_default(),
            segments: self.linked.segments.iter().map(|linked| linked.segment.clone()).collect(),
            units: units.collect(),
            services: services.into_iter().map(|(path, unit)| ServiceFile { path: path.clone(), unit }).collect(),
        }
    }

    fn report<'r>(&'r self, packed: &'r [u64]) -> Result<Report<'r>, FsError> {
        let size = |file: &Utf8Path| fs::size(&self.out.join(file));
        let blobs = self.snapshots.units.iter().map(|snapshot| snapshot.file.as_deref().map(size).transpose());
        let blobs = blobs.collect::<Result<Vec<_>, _>>()?;
        Ok(Report::new(&report::Input {
            linked: self.linked,
            generated: self.generated,
            snapshots: self.snapshots,
            packed,
            blobs: (size(&self.snapshots.base)?, blobs),
            n_assets: self.assets.files.len(),
            warnings: self.warnings,
            base: self.base,
            times: self.times,
        }))
    }

    fn snapshot_files(&self) -> impl Iterator<Item = String> {
        self.snapshots.files.iter().map(ToString::to_string)
    }

    fn units(&self) -> impl Iterator<Item = (usize, &GeneratedUnit, &UnitSnapshot)> {
        let units = self.generated.units.iter().zip(&self.snapshots.units).enumerate();
        units.map(|(idx, (unit, snapshot))| (idx, unit, snapshot))
    }

    /// Service files by name.
    fn services(&self) -> BTreeMap<&str, &str> {
        self.config.services.iter().map(|service| (service.path.as_str(), service.file.as_str())).collect()
    }

    /// `embed.json`
    fn description(&self, encoded: &[Encoded]) -> serde_json::Value {
        let units = self.units().map(|(idx, unit, snapshot)| {
            json!({
                "id": unit.id,
                "constant": constant(idx),
                "snapshot": snapshot.file,
                "code": snapshot.code,
                "deferred": deferred(snapshot),
                "archive": archive_path(&unit.id),
            })
        });
        let smaller = encoded.iter().filter(|encoded| encoded.is_smaller());
        json!({
            "base": self.snapshots.base.as_str(),
            "services": self.services().into_iter().collect::<Vec<_>>(),
            "assets": self.assets.files.iter().collect::<Vec<_>>(),
            "client": self.generated.client.keys().map(|path| (path, client_path(path))).collect::<Vec<_>>(),
            "encoded": smaller.map(|it| (&it.name, &it.gzip, &it.brotli)).collect::<Vec<_>>(),
            "units": units.collect::<Vec<_>>(),
        })
    }

    /// `app.rs`. The debug text of a string is a Rust literal.
    fn rust(&self, encoded: &[Encoded]) -> String {
        let services = self.services().into_iter().map(|(path, file)| (path, file.to_owned()));
        let assets = self.assets.files.iter().map(|(name, file)| (name.as_str(), file.to_string()));
        let client = self.generated.client.keys().map(|path| (path.as_str(), client_path(path)));
        let app = format!(
            "// Written by jitar-build.\n\
             const _: () = ::jitar::__private::assert_engine({:?});\n\
             pub const APP: ::jitar::__private::App = ::jitar::__private::App {{\n    \
             manifest: include_bytes!(\"manifest.json\"),\n    \
             base: include_bytes!({:?}),\n    services: {},\n    assets: {},\n    client: {},\n    \
             encoded: {},\n}};\n",
            jitar_engine::VERSION,
            self.snapshots.base,
            included(services),
            included(assets),
            included(client),
            compress::constant(encoded),
        );
        [app]
            .into_iter()
            .chain(self.units().map(|(idx, unit, snapshot)| unit_constant(idx, &unit.id, snapshot, &self.host(idx))))
            .collect()
    }

    /// The constants of the host functions that a unit imports, as a list in Rust.
    fn host(&self, unit: usize) -> String {
        let imports = self.linked.units.get(unit).into_iter().flat_map(|unit| &unit.host);
        let functions = imports.filter_map(|import| self.linked.host.function(&import.module, &import.function));
        let constants: Vec<&str> = functions.map(|function| function.constant.as_str()).collect();
        format!("&[{}]", constants.join(", "))
    }
}

/// A list of names with the contents of files.
fn included<'a>(files: impl Iterator<Item = (&'a str, String)>) -> String {
    let lines: Vec<String> =
        files.map(|(name, file)| format!("        ({name:?}, include_bytes!({file:?})),\n")).collect();
    if lines.is_empty() { "&[]".to_owned() } else { format!("&[\n{}    ]", lines.concat()) }
}

fn unit_constant(idx: usize, id: &str, snapshot: &UnitSnapshot, host: &str) -> String {
    let file =
        |file: &Option<Utf8PathBuf>| file.as_ref().map_or("&[]".to_owned(), |file| format!("include_bytes!({file:?})"));
    let (blob, code) = (file(&snapshot.file), file(&snapshot.code));
    format!(
        "pub const {}: ::jitar::__private::Unit = ::jitar::__private::Unit {{\n    \
         id: {id:?},\n    snapshot: {blob},\n    code: {code},\n    deferred: &{:?},\n    archive: include_bytes!({:?}),\n    host: {host},\n}};\n",
        constant(idx),
        deferred(snapshot),
        archive_path(id),
    )
}

/// `names.txt`, one name a line.
fn names(manifest: &AppManifest) -> String {
    let segments = manifest.segments.iter().map(|segment| format!("segment {}\n", segment.name));
    let units = manifest.units.iter().enumerate().map(|(idx, unit)| format!("unit {} {}\n", unit.id, constant(idx)));
    let services = manifest.services.iter().map(|service| format!("service {} {}\n", service.path, service.unit));
    segments.chain(units).chain(services).collect()
}

/// Name of a unit's constant in `app.rs`.
fn constant(idx: usize) -> String {
    format!("UNIT_{idx}")
}

fn deferred(snapshot: &UnitSnapshot) -> Vec<&str> {
    snapshot.deferred.iter().map(|deferred| deferred.specifier.as_str()).collect()
}

fn client_path(path: &str) -> String {
    format!("client/{path}")
}

fn json_text(file: &'static str, value: &impl serde::Serialize) -> Result<String, EmbedError> {
    let text = serde_json::to_string_pretty(value).map_err(|source| EmbedError::Json { file, source })?;
    Ok(text + "\n")
}

#[cfg(test)]
mod tests {
    use jitar_engine::snapshot::Deferred;

    use super::*;
    use crate::testing::App;
    use crate::{assets, generate, pack};

    /// Embeds an application with one snapshot, and gives the text of the output file.
    fn embedded(app: &App, file: &str) -> String {
        let out = app.folder.path("out");
        let linked = app.link();
        let generated = generate::generate(&linked);
        let snapshots = Snapshots {
            base: "snapshots/base-1.bin".into(),
            units: (0..linked.units.len()).map(snapshot).collect(),
            files: vec!["snapshots/base-1.bin".into(), "snapshots/0.bin".into()],
            warnings: Vec::new(),
            without: None,
        };
        let (assets, _) = assets::collect(&app.config);
        app.folder.write("out/snapshots/0.bin", "blob");
        app.folder.write("out/snapshots/base-1.bin", "");
        for stale in ["client/stale.js", "snapshots/stale.bin"] {
            app.folder.write(&format!("out/{stale}"), "");
        }
        let (config, linked, generated) = (&app.config, &linked, &generated);
        let (snapshots, assets, warnings) = (&snapshots, &assets, &Diagnostics::default());
        let (base, times, effort) = (&app.folder.path(""), Times::default(), Effort::Debug);
        let earlier = &Made::read(&out, "key");
        let packed = &pack::pack(&out, &generated.units, earlier).expect("packs");
        let embedding = Embedding {
            out: &out,
            config,
            linked,
            generated,
            packed,
            earlier,
            snapshots,
            assets,
            effort,
            warnings,
            base,
            times,
        };
        write(&embedding).expect("writes");
        fs::read(&out.join(file)).expect("is written")
    }

    fn snapshot(idx: usize) -> UnitSnapshot {
        let deferred =
            Deferred { specifier: "file:///app/src/late.ts".to_owned(), reason: "reads the clock".to_owned() };
        match idx {
            0 => {
                UnitSnapshot { file: Some("snapshots/0.bin".into()), code: None, deferred: vec![deferred], time: None }
            }
            _ => UnitSnapshot { file: None, code: Some("snapshots/1.bin".into()), deferred: Vec::new(), time: None },
        }
    }

    /// Long enough to become smaller.
    const PAGE: &str = "<p>page</p><p>page</p><p>page</p><p>page</p><p>page</p><p>page</p><p>page</p><p>page</p>";

    fn app() -> App {
        App::new(&[
            ("src/a/b.ts", "export default async function b() {}"),
            ("src/up.ts", "export {};"),
            ("dist/index.html", PAGE),
            ("segments/a.json", r#"{ "./a/b": { "default": { "access": "public" } } }"#),
            ("segments/c.json", "{}"),
            (
                "services/s.json",
                r#"{ "standalone": { "segments": ["c", "a"], "assets": ["*.html"] }, "setUp": ["./up"] }"#,
            ),
            ("services/g.json", r#"{ "gateway": {} }"#),
        ])
    }

    #[test]
    fn names_are_one_a_line() {
        let expected = "segment a\nsegment c\n\
                        unit a UNIT_0\nunit a+c UNIT_1\nunit c UNIT_2\nunit none UNIT_3\n\
                        service services/g.json none\nservice services/s.json a+c\n";
        assert_eq!(embedded(&app(), "names.txt"), expected);
    }

    #[test]
    fn the_macro_gets_constants_only() {
        let app = app();
        let root = app.folder.path("");
        let expected = format!(
            r#"// Written by jitar-build.
const _: () = ::jitar::__private::assert_engine("0.1.0");
pub const APP: ::jitar::__private::App = ::jitar::__private::App {{
    manifest: include_bytes!("manifest.json"),
    base: include_bytes!("snapshots/base-1.bin"),
    services: &[
        ("services/g.json", include_bytes!("{root}/services/g.json")),
        ("services/s.json", include_bytes!("{root}/services/s.json")),
    ],
    assets: &[
        ("index.html", include_bytes!("{root}/dist/index.html")),
    ],
    client: &[
        ("a/b.js", include_bytes!("client/a/b.js")),
        ("jitar.js", include_bytes!("client/jitar.js")),
    ],
    encoded: &[
        ("index.html", include_bytes!("encoded/index.html.gz"), include_bytes!("encoded/index.html.br")),
        ("jitar/client/a/b.js", include_bytes!("encoded/jitar/client/a/b.js.gz"), include_bytes!("encoded/jitar/client/a/b.js.br")),
        ("jitar/client/jitar.js", include_bytes!("encoded/jitar/client/jitar.js.gz"), include_bytes!("encoded/jitar/client/jitar.js.br")),
    ],
}};
pub const UNIT_0: ::jitar::__private::Unit = ::jitar::__private::Unit {{
    id: "a",
    snapshot: include_bytes!("snapshots/0.bin"),
    code: &[],
    deferred: &["file:///app/src/late.ts"],
    archive: include_bytes!("archives/a.bin"),
    host: &[],
}};
pub const UNIT_1: ::jitar::__private::Unit = ::jitar::__private::Unit {{
    id: "a+c",
    snapshot: &[],
    code: include_bytes!("snapshots/1.bin"),
    deferred: &[],
    archive: include_bytes!("archives/a+c.bin"),
    host: &[],
}};
"#
        );
        let text = embedded(&app, "app.rs");
        assert!(text.starts_with(&expected), "{text}");
    }

    #[test]
    fn the_description_says_the_same_as_the_constants() {
        let app = app();
        let root = app.folder.path("");
        let description: serde_json::Value = serde_json::from_str(&embedded(&app, "embed.json")).expect("is JSON");
        assert_eq!(description["base"], "snapshots/base-1.bin");
        assert_eq!(description["services"][0], json!(["services/g.json", format!("{root}/services/g.json")]));
        assert_eq!(description["assets"], json!([["index.html", format!("{root}/dist/index.html")]]));
        assert_eq!(description["client"], json!([["a/b.js", "client/a/b.js"], ["jitar.js", "client/jitar.js"]]));
        let page = json!(["index.html", "encoded/index.html.gz", "encoded/index.html.br"]);
        assert_eq!(description["encoded"][0], page);
        let unit = json!({
            "id": "a",
            "constant": "UNIT_0",
            "snapshot": "snapshots/0.bin",
            "code": null,
            "deferred": ["file:///app/src/late.ts"],
            "archive": "archives/a.bin",
        });
        assert_eq!(description["units"][0], unit);
        assert_eq!(description["units"][1]["snapshot"], serde_json::Value::Null);
        assert_eq!(description["units"][1]["code"], "snapshots/1.bin");
    }

    #[test]
    fn the_manifest_can_be_read_back() {
        let manifest = AppManifest::from_json(embedded(&app(), "manifest.json").as_bytes()).expect("is a manifest");
        assert_eq!(manifest.source, "src");
        assert_eq!(manifest.unit("a+c").map(|unit| &unit.scripts[..]), Some(&["file:///app/src/up.ts".to_owned()][..]));
        assert_eq!(manifest.segment("a").map(|segment| segment.procedures[0].fqn.as_str()), Some("a/b"));
    }

    #[test]
    fn equal_applications_give_equal_bytes_and_stale_files_go() {
        let (first, second) = (app(), app());
        for file in ["manifest.json", "names.txt", "report.txt", "modules/a+c/src/a/b.ts.js", "client/a/b.js"] {
            let text = embedded(&first, file);
            assert_eq!(text, embedded(&second, file), "{file}");
            assert!(!text.contains(first.folder.path("").as_str()), "{file} has an absolute path");
        }
        let read = |app: &App, file: &str| fs::read_bytes(&app.folder.path(file)).expect("is there");
        assert_eq!(read(&first, "out/archives/a.bin"), read(&second, "out/archives/a.bin"));
        assert!(!first.folder.path("out/client/stale.js").exists());
        assert!(!first.folder.path("out/snapshots/stale.bin").exists());
        assert!(first.folder.path("out/snapshots/0.bin").exists());
    }
}
