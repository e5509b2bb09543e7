//! Small applications for the engine, without the build; shared by tests and benches, neither of which uses all of it.
#![expect(dead_code, reason = "tests and benches use different parts")]

pub(crate) mod worker;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jitar_engine::archive::{ModuleArchive, ModuleKind, ModuleSource};
use jitar_engine::host::HostTable;
use jitar_engine::snapshot::{Base, Blob, Deferred};
use jitar_engine::{ModuleStore, Source};
use serde::{Deserialize, Serialize};

pub(crate) use self::worker::Worker;

/// V8 shares read-only memory between the isolates of a process, so all of them must come from one blob: tests that use
/// different ones take turns.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

const REQUEST: &str = "JITAR_TEST_BLOB_REQUEST";

/// Processor time that a module gets while a blob is made.
const EVALUATION: Duration = Duration::from_secs(2);

/// An application: modules below `app/src` and procedures.
#[derive(Default)]
pub(crate) struct App {
    modules: Vec<(String, String)>,
    procedures: Vec<(String, String, Vec<String>)>,
    host: HostTable,
}

/// What was made of an application.
pub(crate) struct Made {
    archive: ModuleArchive,
    /// Shared by all isolates, as in a service.
    pub(crate) store: ModuleStore,
    folder: Folder,
    pub(crate) deferred: Vec<String>,
    reasons: Vec<Deferred>,
    host: HostTable,
    /// Kept for the life of the process, as in a service.
    blob: OnceLock<Blob>,
}

/// Where the files of an application are.
pub(crate) enum Folder {
    /// Removed with the value.
    Own(tempfile::TempDir),
    /// Of another process.
    Other(PathBuf),
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::Other(folder) => folder,
        }
    }
}

/// What a child process makes: the blob of an archive's unit, its compiled code on top of a base blob, or that blob.
#[derive(Serialize, Deserialize)]
struct Request {
    archive: Option<PathBuf>,
    base: Option<PathBuf>,
    folder: PathBuf,
}

impl App {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn module(mut self, name: &str, code: &str) -> Self {
        self.modules.push((name.to_owned(), code.to_owned()));
        self
    }

    /// A procedure with named parameters; `?` marks optional ones.
    pub(crate) fn procedure(mut self, module: &str, name: &str, parameters: &[&str]) -> Self {
        let parameters = parameters.iter().map(|parameter| (*parameter).to_owned()).collect();
        self.procedures.push((module.to_owned(), name.to_owned(), parameters));
        self
    }

    /// Host functions; async ones have names that begin with `later`. They are imported from `host:test`.
    pub(crate) fn host(mut self, functions: HostTable) -> Self {
        self.host = functions;
        self
    }

    /// What the build generates of the table.
    fn host_module(&self) -> ModuleSource {
        let functions = self.host.iter().enumerate().map(|(idx, function)| {
            let full = function.to_string();
            let name = full.trim_start_matches("test.");
            let call = if name.starts_with("later") { "callHostAsync" } else { "callHost" };
            format!("export function {name}(...args) {{ return {call}({idx}, '{full}', args); }}\n")
        });
        let code: String = functions.collect();
        source("host:test", &format!("import {{ callHost, callHostAsync }} from 'jitar:host';\n{code}"), vec![])
    }

    fn archive(&self) -> ModuleArchive {
        let mut modules: Vec<ModuleSource> = Vec::new();
        if !self.host.is_empty() {
            modules.push(self.host_module());
        }
        for (name, code) in &self.modules {
            let imports = code.split("from './").skip(1).chain(code.split("import './").skip(1));
            let imports =
                imports.map(|rest| format!("file:///app/src/{}", rest.split('\'').next().unwrap_or_default()));
            let mut imports: Vec<String> = imports.collect();
            imports.sort_by_key(|import| code.find(&import["file:///app/src/".len()..]));
            if code.contains("from 'host:test'") {
                imports.insert(0, "host:test".to_owned());
            }
            modules.push(source(&format!("file:///app/src/{name}"), code, imports));
        }
        let mut imports = Vec::new();
        let (mut statements, mut procedures) = (String::new(), String::new());
        for (nth, (module, name, parameters)) in self.procedures.iter().enumerate() {
            let module = format!("file:///app/src/{module}");
            statements.push_str(&["import { ", name, " as $", &nth.to_string(), " } from '", &module, "';\n"].concat());
            imports.push(module);
            let parameters = parameters.iter().map(|parameter| {
                format!("new NamedParameter('{}', {})", parameter.trim_end_matches('?'), parameter.ends_with('?'))
            });
            let parameters = parameters.collect::<Vec<_>>().join(", ");
            let implementation = format!("new Implementation(new Version(), 'public', [{parameters}], ${nth})");
            let procedure = format!(".addProcedure(new Procedure('{name}').addImplementation({implementation}))");
            procedures.push_str(&procedure);
        }
        let entry = format!(
            "import {{ registerSegments }} from 'jitar:remote';\n\
             import {{ Segment, Procedure, Implementation, Version, NamedParameter }} from 'jitar:runtime';\n\
             {statements}registerSegments([new Segment('test'){procedures}]);\n"
        );
        modules.push(source("jitar:unit", &entry, imports));
        ModuleArchive { entry: "jitar:unit".to_owned(), modules }
    }

    /// Makes the blob in a child process.
    pub(crate) fn make(&self) -> Made {
        let folder = tempfile::tempdir().expect("folder");
        let archive = self.archive();
        let packed = folder.path().join("archive");
        std::fs::write(&packed, archive.pack().expect("packs")).expect("written");
        make(&Request { archive: Some(packed), base: None, folder: folder.path().to_owned() });
        Made { host: self.host, ..Made::load(Folder::Own(folder)) }
    }
}

/// Makes a blob in a child process.
fn make(request: &Request) {
    let child = Command::new(std::env::current_exe().expect("own path"))
        .args(["--exact", "make_blob", "--nocapture"])
        .env(REQUEST, serde_json::to_string(request).expect("encodes"))
        .output()
        .expect("starts");
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
}

/// The base blob; made once, and kept for the life of the process, as in a service.
fn base() -> Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    *BASE.get_or_init(|| Base::open(base_file()).expect("fits"))
}

fn base_file() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("folder");
        make(&Request { archive: None, base: None, folder: folder.path().to_owned() });
        std::fs::read(folder.path().join("base")).expect("blob")
    })
}

/// What a cross build makes in place of the base blob.
fn scripts() -> Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    *BASE.get_or_init(|| {
        let file = jitar_engine::snapshot::create_scripts().expect("the crates are there");
        Base::open(file.leak()).expect("fits")
    })
}

fn source(specifier: &str, code: &str, imports: Vec<String>) -> ModuleSource {
    ModuleSource {
        specifier: specifier.to_owned(),
        kind: ModuleKind::JavaScript,
        code: code.to_owned(),
        map: None,
        imports,
    }
}

/// In the child: makes the blob that is asked for. Whether there was a request.
pub(crate) fn serve_blob_request() -> bool {
    let Ok(request) = std::env::var(REQUEST) else { return false };
    let request: Request = serde_json::from_str(&request).expect("decodes");
    let Some(archive) = request.archive else {
        let base = jitar_engine::snapshot::create_base().expect("makes the base");
        std::fs::write(request.folder.join("base"), base).expect("written");
        return true;
    };
    let archive = ModuleArchive::unpack(&std::fs::read(archive).expect("read")).expect("unpacks");
    if let Some(base) = request.base {
        let base = std::fs::read(base).expect("read").leak();
        let code = jitar_engine::snapshot::create_code(&archive, base).expect("compiles");
        std::fs::write(request.folder.join("code"), code).expect("written");
        return true;
    }
    let unit = jitar_engine::snapshot::create_unit(&archive, &[], EVALUATION).expect("makes the blob");
    std::fs::write(request.folder.join("unit"), unit.bytes).expect("written");
    let report = serde_json::to_string(&unit.deferred).expect("encodes");
    std::fs::write(request.folder.join("deferred"), report).expect("written");
    true
}

impl Made {
    pub(crate) fn reason(&self, specifier: &str) -> String {
        let found = self.reasons.iter().find(|deferred| deferred.specifier == specifier);
        found.map(|deferred| deferred.reason.clone()).unwrap_or_default()
    }

    pub(crate) fn is_warm(&self, specifier: &str) -> bool {
        !self.deferred.iter().any(|deferred| deferred == specifier)
    }

    pub(crate) fn blob_file(&self) -> Vec<u8> {
        std::fs::read(self.folder.path().join("unit")).expect("blob")
    }

    /// Compiles the modules in a child process. Compiled code fits the blob that it was made on top of.
    pub(crate) fn code_file(&self) -> Vec<u8> {
        let folder = self.folder.path();
        let base = folder.join("base");
        std::fs::write(&base, base_file()).expect("written");
        make(&Request { archive: Some(folder.join("archive")), base: Some(base), folder: folder.to_owned() });
        std::fs::read(folder.join("code")).expect("code")
    }

    /// What another process made in this folder.
    pub(crate) fn load(folder: Folder) -> Self {
        let read = |name: &str| std::fs::read(folder.path().join(name)).expect("a file");
        let archive = ModuleArchive::unpack(&read("archive")).expect("unpacks");
        let reasons: Vec<Deferred> = serde_json::from_slice(&read("deferred")).expect("decodes");
        let deferred = reasons.iter().map(|deferred| deferred.specifier.clone()).collect();
        let store = ModuleStore::from_archive(archive.clone());
        Self { archive, store, folder, deferred, reasons, host: &[], blob: OnceLock::new() }
    }

    /// Where the files of the application are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Lets the next isolate compile everything.
    pub(crate) fn forget_code(&mut self) {
        self.store = ModuleStore::from_archive(self.archive.clone());
    }

    /// Lets isolates have what a file holds of their modules.
    pub(crate) fn set_code(&mut self, code: Vec<u8>) -> Result<(), String> {
        let packed = self.archive.pack().expect("packs");
        self.store = ModuleStore::with_code("test", packed, code.leak()).map_err(|error| error.to_string())?;
        Ok(())
    }

    /// What a service starts from.
    fn source(&self) -> Source {
        let blob = *self.blob.get_or_init(|| Blob::open("test", self.blob_file().leak()).expect("fits"));
        Source::Unit { blob, has_deferred: !self.deferred.is_empty() }
    }
}
