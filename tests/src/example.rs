//! The example in both of its forms: one process, or five.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::Request;
use crate::process::Process;
use crate::programs::program;
use crate::service::Service;

/// The trust key of all services.
pub const KEY: &str = "key-of-the-tests";

/// The example's own globs.
const ASSETS: [&str; 4] = ["*.html", "*.css", "*.js", "*.svg"];

/// The running example.
#[derive(Debug)]
pub struct Example {
    /// The processes by name; the last one is the entry.
    services: Vec<(&'static str, Service)>,
    folder: TempDir,
}

impl Example {
    /// Page and segments in one process.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    pub fn standalone() -> Self {
        let mut example = Self::empty();
        let standalone = json!({"segments": ["reporting", "sales"], "trustKey": KEY, "assets": ASSETS});
        example.start("standalone", &json!({"standalone": standalone}));
        example
    }

    /// Gateway, a worker for each segment, repository and proxy.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    pub fn cluster() -> Self {
        let mut example = Self::empty();
        example.start("gateway", &json!({"gateway": {"trustKey": KEY}}));
        let gateway = example.service("gateway").url.clone();
        for segment in ["sales", "reporting"] {
            let worker = json!({"gateway": gateway, "segments": [segment], "trustKey": KEY});
            example.start(segment, &json!({"worker": worker}));
        }
        example.start("repository", &json!({"repository": {"assets": ASSETS}}));
        let repository = example.service("repository").url.clone();
        example.start("proxy", &json!({"proxy": {"gateway": gateway, "repository": repository}}));
        // Workers say their address before they are registered.
        let table = Request::get("/rpc/reporting/getMonthTable?year=2025&month=April");
        example.entry().until("answer of both segments", &table, |answer| answer.status == 200);
        example
    }

    fn empty() -> Self {
        Self { services: Vec::new(), folder: tempfile::tempdir().expect("a folder") }
    }

    fn start(&mut self, name: &'static str, settings: &Value) {
        let mut service = settings.clone();
        service["url"] = "http://127.0.0.1:0".into();
        let file = self.folder.path().join(format!("{name}.json"));
        fs::write(&file, service.to_string()).expect("a service file");
        let mut command = Command::new(program(name));
        command.arg("--service").arg(file);
        self.services.push((name, Service::start(&mut command, &[])));
    }

    /// The service that clients talk to.
    ///
    /// # Panics
    /// Never: there is one.
    pub fn entry(&self) -> &Service {
        self.services.last().map(|(_, service)| service).expect("an example has services")
    }

    /// One of the services.
    ///
    /// # Panics
    /// When there is no such service in this form.
    #[track_caller]
    pub fn service(&self, name: &str) -> &Service {
        let found = self.services.iter().find(|(known, _)| *known == name);
        let Some((_, service)) = found else { panic!("there is no service `{name}` in this form") };
        service
    }

    /// What all processes printed, for messages.
    pub fn printed(&self) -> String {
        let logs = self.services.iter().map(|(name, service)| format!("{name}:\n{}", service.process.printed()));
        logs.collect::<Vec<_>>().join("\n")
    }
}

/// Starts one of the example's programs with a service file of its own and flags, whatever comes of it.
///
/// # Panics
/// When the file cannot be written, or there is no such program.
#[track_caller]
pub fn launch(name: &str, service_file: &str, flags: &[&str], environment: &[(&str, &str)]) -> (Process, ServiceFile) {
    let file = ServiceFile::write(service_file);
    let mut command = Command::new(program(name));
    command.arg(format!("--service={}", file.path.display())).args(flags);
    (Process::start(&mut command, environment), file)
}

/// A service file that is gone with the value.
#[derive(Debug)]
pub struct ServiceFile {
    /// Where it lies.
    pub path: PathBuf,
    _folder: TempDir,
}

impl ServiceFile {
    fn write(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("service.json");
        fs::write(&path, text).expect("a service file");
        Self { path, _folder: folder }
    }
}
