//! Options of a build, as written ([`Builder`]) and as resolved, and the pipeline that they steer.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use jitar_engine::manifest::AppManifest;

use crate::assets;
use crate::cargo::{self, Surroundings, utf8};
use crate::compress::Effort;
use crate::config::{self, AppConfig, Environment};
use crate::diagnostics::render::{self, Colour};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, codes};
use crate::earlier::Made;
use crate::embed::{self, EmbedError, Embedded, Embedding};
use crate::fs::{self, FsError};
use crate::generate;
use crate::host;
use crate::link::{self, Linked};
use crate::pack;
use crate::parallel;
use crate::report::Times;
use crate::scan::graph::Module;
use crate::scan::{self, ScanInput};
use crate::snapshot::{self, SnapshotError, UnitInput, Wanted};
use crate::stamp::{self, Inputs, Stamp};

/// A build with options. All of them are optional in a build script.
///
/// ```no_run
/// jitar_build::Builder::new().app("app").unit(["reporting", "sales"]).compile();
/// ```
#[derive(Debug, Clone, Default)]
pub struct Builder {
    app: Option<PathBuf>,
    out: Option<PathBuf>,
    package: Option<PathBuf>,
    units: Vec<Vec<String>>,
    pub(crate) snapshots: snapshot::Settings,
    tolerates_broken_services: bool,
}

/// What a build did.
#[derive(Debug)]
pub struct Output {
    /// The output folder, `$OUT_DIR/jitar`.
    pub folder: Utf8PathBuf,
    /// Files that were read and folders that were walked, absolute and sorted. Some may not exist: when they are made,
    /// the build has to run again.
    pub inputs: Vec<Utf8PathBuf>,
    /// Environment variables that were asked for, sorted.
    pub environment: Vec<String>,
    /// Files of the output folder, absolute and sorted.
    pub files: Vec<Utf8PathBuf>,
    /// What to look at, though the build went on.
    pub warnings: Diagnostics,
    /// What was built, for people; also in `report.txt`, and with sizes and times in `report.json`.
    pub report: String,
    /// How long the stages took; zero when nothing had to be done.
    pub times: Times,
    /// What was built, for programs.
    pub manifest: AppManifest,
    /// The application folder.
    pub(crate) app: Utf8PathBuf,
    /// Paths below this folder are shown relative to it.
    pub(crate) base: Utf8PathBuf,
}

/// Why there is no output.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The application has mistakes.
    #[error("{0}")]
    Application(Mistakes),
    /// Cargo did not say where output goes, and the program did not either.
    #[error("there is no output folder; call this from a build script, or set `Builder::out_dir`")]
    NoOutputFolder,
    /// A path that the build needs is not UTF-8.
    #[error("the path `{0}` is not UTF-8; move the package to a folder with a plain name")]
    NotUtf8(String),
    /// The system refuses a thread.
    #[error("cannot start a thread for the build: {0}")]
    NoThread(std::io::Error),
    /// A file cannot be read or written.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// The output folder cannot be written.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// A startup snapshot cannot be made.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

/// The mistakes of an application: at least one error, and the warnings.
#[derive(Debug)]
pub struct Mistakes {
    /// All of them, sorted by file and place.
    pub diagnostics: Diagnostics,
    /// Paths below this folder are shown relative to it.
    pub(crate) base: Utf8PathBuf,
}

impl Builder {
    /// A build of the folder `app`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The application folder, relative to the package that is being built.
    #[must_use]
    pub fn app(mut self, folder: impl Into<PathBuf>) -> Self {
        self.app = Some(folder.into());
        self
    }

    /// The output folder, `$OUT_DIR/jitar` unless set.
    #[must_use]
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out = Some(folder.into());
        self
    }

    /// The package whose library offers host functions, the one that is being built unless set. Outside of a build script
    /// there is none.
    #[must_use]
    pub fn package(mut self, folder: impl Into<PathBuf>) -> Self {
        self.package = Some(folder.into());
        self
    }

    /// Adds a service unit: segments that one binary carries, though no service file lists them together.
    #[must_use]
    pub fn unit<S: Into<String>>(mut self, segments: impl IntoIterator<Item = S>) -> Self {
        self.units.push(segments.into_iter().map(Into::into).collect());
        self
    }

    /// Makes mistakes in service files warnings: only the services that have them do not start. For programs that run
    /// one service out of a folder with many.
    #[must_use]
    pub fn tolerate_broken_services(mut self) -> Self {
        self.tolerates_broken_services = true;
        self
    }

    /// Builds, tells cargo what was read, and prints warnings. When the application has mistakes it prints them and
    /// ends the process with status 1. For build scripts.
    pub fn compile(self) {
        cargo::finish(self.try_build());
    }

    /// Builds and prints nothing.
    ///
    /// The process may be started again to make startup snapshots, so this is to be called before anything else is done;
    /// in such a process it does not return.
    ///
    /// # Errors
    /// When the application has mistakes, or the output cannot be written.
    pub fn try_build(self) -> Result<Output, BuildError> {
        snapshot::serve_request();
        let surroundings = Surroundings::read()?;
        let options = Options::resolve(self, &surroundings)?;
        parallel::with_stack(|| options.build(&|name| cargo::variable(name))).map_err(BuildError::NoThread)?
    }
}

impl std::fmt::Display for Mistakes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(render::frames(&self.diagnostics, &self.base, Colour::Plain).trim_end())
    }
}

impl BuildError {
    /// The error for a terminal: frames that point into the application's files, coloured, or one line.
    pub fn to_terminal(&self) -> String {
        match self {
            Self::Application(mistakes) => render::frames(&mistakes.diagnostics, &mistakes.base, Colour::Terminal),
            other => format!("error: {other}\n"),
        }
    }
}

impl Output {
    /// The warnings as frames that point into the application's files, without colours; empty when there are none.
    pub fn warning_text(&self) -> String {
        render::frames(&self.warnings, &self.base, Colour::Plain)
    }
}

/// Options that cannot be half set.
#[derive(Debug)]
struct Options {
    app: Utf8PathBuf,
    out: Utf8PathBuf,
    base: Utf8PathBuf,
    package: Option<Utf8PathBuf>,
    units: Vec<Vec<String>>,
    snapshots: Wanted,
    evaluation_limit: Duration,
    tolerates_broken_services: bool,
    effort: Effort,
    /// Names this program and the options: a change of either makes everything again.
    key: String,
}

impl Options {
    fn resolve(builder: Builder, surroundings: &Surroundings) -> Result<Self, BuildError> {
        let base = canonical_if_there(&surroundings.base);
        let app = utf8(builder.app.unwrap_or_else(|| "app".into()))?;
        let app = canonical_if_there(&fs::normalise(&base.join(app)));
        let out = match (builder.out, &surroundings.out_dir) {
            (Some(out), _) => surroundings.current.join(utf8(out)?),
            (None, Some(out_dir)) => out_dir.join("jitar"),
            (None, None) => return Err(BuildError::NoOutputFolder),
        };
        let snapshots = Wanted::of(surroundings.is_cross, builder.snapshots.are_made);
        let evaluation_limit = builder.snapshots.evaluation;
        let effort = if surroundings.is_release { Effort::Release } else { Effort::Debug };
        let Builder { package, units, tolerates_broken_services, .. } = builder;
        let package = package.map(utf8).transpose()?.map(|folder| base.join(folder));
        let package = package.or_else(|| surroundings.package.clone()).map(|folder| canonical_if_there(&folder));
        let program = &surroundings.program;
        let key = format!(
            "{program} {app} {package:?} {units:?} {snapshots:?} {evaluation_limit:?} {tolerates_broken_services} {effort:?}"
        );
        let key = stamp::hash(key.as_bytes());
        let out = fs::normalise(&out);
        Ok(Self { app, out, base, package, units, snapshots, evaluation_limit, tolerates_broken_services, effort, key })
    }

    fn build(&self, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Output, BuildError> {
        let stamp = Stamp::read(&self.out).filter(|stamp| stamp.is_fresh(&self.out, &self.key, lookup));
        if let Some(output) = stamp.and_then(|stamp| self.unchanged(&stamp)) {
            return Ok(output);
        }
        let began = Stamp::remove(&self.out)?;
        let mut build = Build {
            options: self,
            diagnostics: Diagnostics::default(),
            inputs: Inputs { paths: BTreeSet::new(), known: HashMap::new(), began },
            times: Times::default(),
            tolerated: None,
        };
        let mut environment = Environment::new(lookup);
        let embedded = build.run(&mut environment)?;
        let Build { diagnostics, inputs, times, .. } = build;
        if diagnostics.is_empty() {
            let stamp = Stamp::new(self.key.clone(), &inputs, &environment.used, lookup, embedded.files.clone())?;
            stamp.map_or(Ok(()), |stamp| stamp.write(&self.out))?;
        }
        Ok(Output {
            folder: self.out.clone(),
            inputs: inputs.paths.into_iter().map(Utf8PathBuf::from).collect(),
            environment: environment.used.into_iter().collect(),
            files: self.files(&embedded.files),
            warnings: diagnostics,
            report: embedded.report,
            times,
            manifest: embedded.manifest,
            app: self.app.clone(),
            base: self.base.clone(),
        })
    }

    fn files<'f>(&self, paths: impl IntoIterator<Item = &'f String>) -> Vec<Utf8PathBuf> {
        paths.into_iter().map(|path| self.out.join(path)).collect()
    }

    /// The output of the build that left this stamp; it had no warnings, else it would have left none.
    fn unchanged(&self, stamp: &Stamp) -> Option<Output> {
        let manifest = fs::read(&self.out.join("manifest.json")).ok()?;
        Some(Output {
            folder: self.out.clone(),
            inputs: stamp.inputs().map(Utf8PathBuf::from).collect(),
            environment: stamp.environment().cloned().collect(),
            warnings: Diagnostics::default(),
            report: fs::read(&self.out.join("report.txt")).ok()?,
            times: Times::default(),
            manifest: AppManifest::from_json(manifest.as_bytes()).ok()?,
            files: self.files(stamp.outputs()),
            app: self.app.clone(),
            base: self.base.clone(),
        })
    }
}

/// A build under way.
struct Build<'a> {
    options: &'a Options,
    diagnostics: Diagnostics,
    inputs: Inputs,
    times: Times,
    /// Where mistakes are warnings.
    tolerated: Option<Utf8PathBuf>,
}

impl Build<'_> {
    fn note(&mut self, diagnostics: Diagnostics) {
        let tolerated = self.tolerated.as_deref();
        self.diagnostics.extend(diagnostics.into_iter().map(|mut diagnostic| {
            let is_within = |folder| diagnostic.primary().is_some_and(|label| label.file.starts_with(folder));
            if tolerated.is_some_and(is_within) {
                diagnostic.severity = Severity::Warning;
            }
            diagnostic
        }));
    }

    fn read<'p>(&mut self, paths: impl IntoIterator<Item = &'p Utf8PathBuf>) {
        self.inputs.paths.extend(paths.into_iter().map(ToString::to_string));
    }

    /// Configuration → scan → link → generate → snapshot → embed. Mistakes of the first three are reported together.
    fn run(&mut self, environment: &mut Environment<'_>) -> Result<Embedded, BuildError> {
        let (config, diagnostics) =
            timed(&mut self.times.configuration, || config::read(&self.options.app, environment));
        if let Some(config) = config.as_ref().filter(|_| self.options.tolerates_broken_services) {
            self.tolerated = Some(config.folders.services.clone());
        }
        self.note(diagnostics);
        let Some(config) = config else { return Err(self.mistakes()) };
        self.read(&config.inputs);

        let (files, sources) = (config.roots(), config.sources.files());
        let input =
            ScanInput { app: &config.folders.app, source: &config.folders.source, files: &files, sources: &sources };
        let (graph, diagnostics, read) = timed(&mut self.times.scan, || scan::scan(&input));
        self.note(diagnostics);
        let modules: Vec<&Module> = graph.modules.values().collect();
        let known =
            parallel::map(&modules, |module| (module.file.to_string(), stamp::hash_of_text(module.text.as_bytes())));
        self.inputs.known.extend(known);
        self.read(&read);

        let (host, diagnostics, read) = host::read(self.options.package.as_deref());
        self.note(diagnostics);
        self.read(&read);

        let units = &self.options.units;
        let (linked, diagnostics) = timed(&mut self.times.link, || link::link(&config, &graph, &host, units));
        self.note(diagnostics);
        let (assets, diagnostics) = assets::collect(&config);
        self.note(diagnostics);
        self.read(assets.folders.iter().chain(assets.files.values()));
        if self.diagnostics.has_errors() {
            return Err(self.mistakes());
        }
        let made = self.make(&config, &linked, &assets);
        drop(linked);
        parallel::drop_aside(graph);
        made
    }

    fn make(
        &mut self,
        config: &AppConfig,
        linked: &Linked<'_>,
        assets: &assets::Assets,
    ) -> Result<Embedded, BuildError> {
        let out = &self.options.out;
        let generated = timed(&mut self.times.generate, || generate::generate(linked));
        let earlier = Made::read(out, &self.options.key);
        let packed = pack::pack(out, &generated.units, &earlier).map_err(EmbedError::from)?;
        let units = generated.units.iter().zip(&packed);
        let units = units.map(|(unit, packed)| UnitInput {
            id: unit.id.clone(),
            archive: &unit.archive,
            packed: &packed.bytes,
        });
        let units: Vec<UnitInput<'_>> = units.collect();
        let (wanted, limit) = (self.options.snapshots, self.options.evaluation_limit);
        let snapshots = timed(&mut self.times.snapshots, || snapshot::create(out, &units, wanted, limit))?;
        let warnings = snapshots.warnings.iter();
        self.diagnostics.extend(warnings.map(|warning| Diagnostic::warning(&codes::SNAPSHOT, warning.clone())));
        self.diagnostics.sort();
        Ok(embed::write(&Embedding {
            out,
            config,
            linked,
            generated: &generated,
            packed: &packed,
            earlier: &earlier,
            snapshots: &snapshots,
            assets,
            effort: self.options.effort,
            warnings: &self.diagnostics,
            base: &self.options.base,
            times: self.times,
        })?)
    }

    fn mistakes(&mut self) -> BuildError {
        let mut diagnostics = std::mem::take(&mut self.diagnostics);
        diagnostics.sort();
        BuildError::Application(Mistakes { diagnostics, base: self.options.base.clone() })
    }
}

/// Runs a stage and notes how long it took.
fn timed<R>(time: &mut Duration, stage: impl FnOnce() -> R) -> R {
    let start = Instant::now();
    let result = stage();
    *time = start.elapsed();
    result
}

fn canonical_if_there(path: &Utf8Path) -> Utf8PathBuf {
    fs::canonical(path).unwrap_or_else(|_| path.to_owned())
}
