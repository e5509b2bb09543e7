//! `calls.json` of a golden folder: what the application answers as one process and, when it has a gateway, as a cluster.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jitar_tests::{Request, Response, Service};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{cases, runner};

/// A call, and the answer that is expected.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    /// What is called: a procedure, or else the `path` of another route, which is asked for with GET.
    procedure: Option<String>,
    path: Option<String>,
    /// What the caller of the `path` wants to have.
    accept: Option<String>,
    /// The version of the procedure that is asked for.
    version: Option<String>,
    #[serde(default)]
    arguments: Map<String, Value>,
    status: u16,
    /// Headers that the answer has.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// A text is compared as it is, anything else as JSON.
    body: Value,
    /// The body when segments are processes of their own, where that makes a difference.
    cluster: Option<Value>,
}

/// Makes the calls of a case, when it has any.
pub(crate) fn run(case: &Path) {
    let Ok(text) = fs::read_to_string(case.join("calls.json")) else { return };
    let calls: Vec<Call> = serde_json::from_str(&text).expect("a list of calls");
    let standalone = Service::start(&mut runner::serve(case, "standalone"), &[]);
    for call in &calls {
        call.check(&standalone, &call.body, "standalone");
    }
    if case.join("app/services/gateway.json").exists() {
        let (gateway, _workers) = cluster(case);
        for call in &calls {
            call.check(&gateway, call.cluster.as_ref().unwrap_or(&call.body), "cluster");
        }
    }
}

/// The gateway, and a worker for each of the other service files.
fn cluster(case: &Path) -> (Service, Vec<Service>) {
    let gateway = Service::start(&mut runner::serve(case, "gateway"), &[]);
    let services = cases::in_folder(&case.join("app/services"));
    let names = services.iter().map(|file| cases::name(file)).filter(|name| !["gateway", "standalone"].contains(name));
    let start = |name| Service::start(&mut runner::serve(case, name), &[("GATEWAY", &gateway.url)]);
    let workers: Vec<Service> = names.map(start).collect();
    for worker in &workers {
        worker.process.line("Registered at the gateway");
    }
    (gateway, workers)
}

impl Call {
    #[track_caller]
    fn check(&self, service: &Service, body: &Value, form: &str) {
        let answer = service.send(&self.request());
        let shown = || format!("{form}: {self:?} → {} {}\n{}", answer.status, answer.text(), service.process.printed());
        assert_eq!(answer.status, self.status, "{}", shown());
        assert!(is_body(&answer, body), "expected {body}; {}", shown());
        for (name, value) in &self.headers {
            assert_eq!(answer.header(name), Some(value.as_str()), "{name}; {}", shown());
        }
    }

    fn request(&self) -> Request {
        match (&self.procedure, &self.path) {
            (Some(procedure), None) => {
                let arguments = Value::Object(self.arguments.clone()).to_string();
                let request = Request::post(&format!("/rpc/{procedure}"), &arguments);
                let version = self.version.iter();
                version.fold(request, |request, version| request.header("x-jitar-procedure-version", version))
            }
            (None, Some(path)) => {
                let accept = self.accept.iter();
                accept.fold(Request::get(path), |request, accept| request.header("accept", accept))
            }
            _ => panic!("{self:?} has not one of `procedure` and `path`"),
        }
    }
}

fn is_body(answer: &Response, expected: &Value) -> bool {
    match expected {
        Value::String(text) => answer.text() == *text,
        json => serde_json::from_slice(&answer.body).is_ok_and(|body: Value| body == *json),
    }
}
