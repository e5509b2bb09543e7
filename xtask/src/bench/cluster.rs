//! What the cluster adds to a call: the gateway's hop beside nginx in front of the same worker, and a call from segment to
//! segment with and without a gateway between.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Measured, load, process, ratio};
use crate::service::Service;
use crate::workspace::Workspace;
use crate::{cargo, http, ports, term, tools};

const HELLO: &str = "/rpc/sayHello";
const GREET: &str = "/rpc/greet";
const ARGUMENTS: &str = r#"{"name":"World"}"#;

/// Measures the application in `xtask/peers/hello` as a cluster.
pub(super) fn measure(workspace: &Workspace, quick: bool) -> Result<Vec<Measured>> {
    let built = cargo::build(workspace, &["--release", "--workspace", "--bin", "jitar-app"])?;
    let nodes = Nodes { workspace, program: built.program("jitar-app")?.to_owned() };
    let gateway = nodes.start("gateway", &json!({ "gateway": { "slowStart": 0 } }))?;
    let idle = process::resident(gateway.pid())?;
    let worker = |segment: &str, direct| {
        let worker = json!({ "gateway": gateway.url, "segments": [segment], "reportInterval": 500, "direct": direct });
        json!({ "worker": worker })
    };
    let hello = nodes.start("hello", &worker("hello", true))?;
    let greet = nodes.start("greet", &worker("greet", false))?;
    let direct = nodes.start("direct", &worker("greet", true))?;
    let nginx = nodes.start_nginx(&hello.url)?;
    for (service, path) in [(&gateway, HELLO), (&greet, GREET), (&direct, GREET)] {
        wait_until_answered(service, path)?;
    }

    let mut subjects = vec![
        Subject::new("worker alone", &hello, HELLO),
        Subject::new("gateway", &gateway, HELLO),
        Subject::new("segment to segment, gateway", &greet, GREET),
        Subject::new("segment to segment, direct", &direct, GREET),
    ];
    subjects.extend(nginx.as_ref().map(|nginx| Subject::new("nginx", nginx, HELLO)));
    let (n_rounds, time) = if quick { (2, Duration::from_secs(1)) } else { (5, Duration::from_secs(3)) };
    for subject in &mut subjects {
        subject.round(time / 2)?;
        subject.forget();
    }
    for round in 0..n_rounds {
        term::status("Measuring", format_args!("cluster, round {} of {n_rounds}", round + 1));
        subjects.iter_mut().try_for_each(|subject| subject.round(time))?;
    }
    let mut results = summary(&subjects);
    results.push(Measured::once("resident memory of an idle gateway", "MB", idle));
    [Some(gateway), Some(hello), Some(greet), Some(direct), nginx].into_iter().flatten().try_for_each(Service::stop)?;
    Ok(results)
}

fn summary(subjects: &[Subject<'_>]) -> Vec<Measured> {
    let of = |name: &str| subjects.iter().find(|subject| subject.name == name);
    let mut results = Vec::new();
    for subject in subjects {
        results.push(Measured::new(format!("hello, {}", subject.name), "calls/s", subject.calls_per_second.clone()));
        results.push(Measured::new(format!("median, {}", subject.name), "µs", subject.medians.clone()));
        results.push(Measured::new(format!("p99, {}", subject.name), "µs", subject.p99s.clone()));
    }
    let throughput =
        |name: &str| of(name).map(|subject| Measured::new(name, "calls/s", subject.calls_per_second.clone()));
    if let Some(gateway) = throughput("gateway") {
        results.extend(ratio("throughput, gateway to nginx", &gateway, throughput("nginx").as_ref()));
    }
    results
}

/// Starts the nodes, each with a service file of its own.
struct Nodes<'a> {
    workspace: &'a Workspace,
    program: PathBuf,
}

impl Nodes<'_> {
    fn folder(&self) -> Result<PathBuf> {
        let folder = self.workspace.target.join("bench/cluster");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        Ok(folder)
    }

    fn start(&self, name: &str, settings: &Value) -> Result<Service> {
        let url = format!("http://127.0.0.1:{}", ports::free(1)?[0]);
        let mut settings = settings.clone();
        settings["url"] = Value::from(url.clone());
        let file = self.folder()?.join(format!("{name}.json"));
        fs::write(&file, settings.to_string()).with_context(|| format!("cannot write `{}`", file.display()))?;
        let app = self.workspace.root.join("xtask/peers/hello");
        // A line per call would measure the terminal.
        let arguments =
            [app.display().to_string(), format!("--service={}", file.display()), "--log-level=warn".to_owned()];
        Service::start_silent(name, &self.program, &arguments, &url)
    }

    /// nginx in front of a worker. None, and a line that says so, without nginx.
    fn start_nginx(&self, worker: &str) -> Result<Option<Service>> {
        let Some(program) =
            tools::find("nginx").or_else(|| Some(PathBuf::from("/usr/sbin/nginx")).filter(|it| it.is_file()))
        else {
            term::status("Skipped", "nginx: it is not installed, so there is nothing to compare with");
            return Ok(None);
        };
        let port = ports::free(1)?[0];
        let folder = self.folder()?;
        let file = folder.join("nginx.conf");
        let (at, upstream) = (folder.display(), http::address_of(worker));
        let text = format!(
            "daemon off; pid {at}/nginx.pid; error_log {at}/nginx.log; worker_processes auto; events {{}}\n\
             http {{ access_log off; client_body_temp_path {at}/body; proxy_temp_path {at}/proxy;\n\
             fastcgi_temp_path {at}/f; uwsgi_temp_path {at}/u; scgi_temp_path {at}/s;\n\
             upstream worker {{ server {upstream}; keepalive 64; }}\n\
             server {{ listen 127.0.0.1:{port}; keepalive_requests 100000000;\n\
             location / {{ proxy_pass http://worker; proxy_http_version 1.1; proxy_set_header Connection \"\"; }} }} }}\n"
        );
        fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
        let arguments = ["-c".to_owned(), file.display().to_string()];
        let url = format!("http://127.0.0.1:{port}");
        Service::start_silent("nginx", &program, &arguments, &url).map(Some)
    }
}

fn wait_until_answered(service: &Service, path: &str) -> Result<()> {
    let answered = || http::send("POST", &service.url, path, Some(ARGUMENTS)).is_ok_and(|answer| answer.status == 200);
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while !answered() {
        anyhow::ensure!(
            std::time::Instant::now() < deadline,
            "`{}` does not answer {path}{}",
            service.name,
            service.printed()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// A way to a procedure, with what its rounds gave.
struct Subject<'a> {
    name: &'static str,
    service: &'a Service,
    path: &'static str,
    calls_per_second: Vec<f64>,
    medians: Vec<f64>,
    p99s: Vec<f64>,
}

impl<'a> Subject<'a> {
    fn new(name: &'static str, service: &'a Service, path: &'static str) -> Self {
        Self { name, service, path, calls_per_second: Vec::new(), medians: Vec::new(), p99s: Vec::new() }
    }

    /// First as many calls as possible, then one after the other.
    fn round(&mut self, time: Duration) -> Result<()> {
        let address = http::address_of(&self.service.url);
        let request = http::request("POST", address, self.path, Some(ARGUMENTS));
        let load = load::run(address, &request, time)?;
        #[expect(clippy::cast_precision_loss, reason = "far fewer calls than a float counts exactly")]
        let n_calls = load.n_calls.max(1) as f64;
        self.calls_per_second.push(n_calls / load.elapsed.as_secs_f64());
        let latencies = load::latencies(address, &request, time / 2)?;
        let micros =
            |part: usize| latencies.get(latencies.len() * part / 100).map_or(f64::NAN, |it| it.as_secs_f64() * 1e6);
        self.medians.push(micros(50));
        self.p99s.push(micros(99));
        Ok(())
    }

    /// Forgets the rounds that warmed the nodes up.
    fn forget(&mut self) {
        for figures in [&mut self.calls_per_second, &mut self.medians, &mut self.p99s] {
            figures.clear();
        }
    }
}
