//! Application folders of the tests, run without a crate of their own.

use std::path::PathBuf;
use std::process::Command;

use crate::http::Request;
use crate::process::Process;
use crate::programs::{package, program};
use crate::service::Service;

/// An application below `tests/cluster/apps`.
#[derive(Debug)]
pub struct Project {
    folder: PathBuf,
}

impl Project {
    /// The application of that name.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn named(name: &str) -> Self {
        let folder = package().join("cluster/apps").join(name);
        assert!(folder.is_dir(), "there is no application `{}`", folder.display());
        Self { folder }
    }

    /// Starts it as the file `services/<service>.json` says, on a port that is free.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    pub fn start(&self, service: &str, environment: &[(&str, &str)]) -> Service {
        self.start_with(service, &[], environment)
    }

    /// [`Project::start`] with further flags.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    pub fn start_with(&self, service: &str, flags: &[&str], environment: &[(&str, &str)]) -> Service {
        Service::start(self.command(service).args(flags), environment)
    }

    /// Starts it on a port without a line for every call, which a benchmark would measure.
    ///
    /// # Panics
    /// When it does not start.
    #[track_caller]
    pub fn start_quietly(&self, service: &str, port: u16, environment: &[(&str, &str)]) -> Service {
        let url = format!("http://127.0.0.1:{port}");
        let mut command = self.command(service);
        command.arg(format!("--url={url}")).arg("--log-level=warn");
        let service = Service { process: Process::start(&mut command, environment), url };
        service.until("life", &Request::get("/health/live"), |answer| answer.status == 200);
        service
    }

    /// Starts it, whatever comes of it.
    ///
    /// # Panics
    /// When there is no process.
    pub fn launch(&self, service: &str) -> Process {
        Process::start(&mut self.command(service), &[])
    }

    fn command(&self, service: &str) -> Command {
        let mut command = Command::new(program("jitar-app"));
        command.arg(&self.folder).arg(format!("--service=services/{service}.json"));
        command
    }
}
