//! Services whose modules are evaluated from source: built without snapshots, or on a machine of another kind than the one
//! that runs them. They do what a service with a snapshot does.

use jitar_tests::{Project, Service};

/// What cargo tells a build script that builds for another kind of machine.
const CROSS: &[(&str, &str)] = &[("HOST", "x86_64-unknown-linux-gnu"), ("TARGET", "aarch64-unknown-linux-gnu")];

#[test]
fn services_do_the_same_whatever_they_start_from() {
    let project = Project::named("sources");
    let with_snapshot = answers(&project.start("one", &[]), "snapshot ");
    let without = answers(&project.start_with("one", &["--no-snapshots"], &[]), "no snapshot");
    let cross =
        answers(&project.start("one", CROSS), "no snapshot, because the program is for another kind of machine");
    assert_eq!(with_snapshot[0].1, DESCRIPTION);
    assert_eq!(without, with_snapshot);
    assert_eq!(cross, with_snapshot);
}

const DESCRIPTION: &str = concat!(
    r#"{"order":["clock","describe","setUp"],"body":"hello","query":"c","ran":true,"digest":32,"#,
    r#""url":"file:///app/src/describe.ts","hidden":["undefined","undefined"],"late":["object","function"]}"#,
);

/// What a service answers, before and after its isolate was replaced; the build says `report` of it.
fn answers(service: &Service, report: &str) -> Vec<(u16, String)> {
    assert!(service.process.printed().contains(report), "{}", service.process.printed());
    let calls = ["describe", "load?name=late", "fail?kind=error", "fail?kind=loop", "describe"];
    let answers = calls.map(|call| service.get(&format!("/rpc/{call}")).summary()).into();
    service.process.line("fail (app/src/fail.ts:4:9)");
    answers
}
