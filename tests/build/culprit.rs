//! Modules that hinder the making of a snapshot are found and left out: one with which V8 ends the process, and those that
//! do not come to their end.

use std::fs;

use jitar_tests::Service;

use crate::bless::write_file;
use crate::runner;

/// V8 cannot write a buffer of 2 GiB into a snapshot, and ends the process. In a service it costs nothing until it is used.
const FILES: &[(&str, &str)] = &[
    ("src/before.ts", "export const before = ['before'];\n"),
    ("src/huge.ts", "export const huge = new ArrayBuffer(2 ** 31);\n"),
    ("src/after.ts", "export const after = ['after'];\n"),
    (
        "src/describe.ts",
        "import { before } from './before';\n\
         import { huge } from './huge';\n\
         import { after } from './after';\n\
         export default async function describe() { return [...before, huge.byteLength, ...after].join(); }\n",
    ),
    ("segments/huge.json", "{ \"./describe\": { \"default\": { \"access\": \"public\" } } }\n"),
    (
        "services/huge.json",
        "{ \"url\": \"http://127.0.0.1:0\", \"limits\": { \"buffers\": 3000000000 }, \"worker\": { \"segments\": [\"huge\"] } }\n",
    ),
];

#[test]
fn a_module_that_no_snapshot_can_hold_is_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in FILES {
        write_file(&folder.path().join("app").join(path), text);
    }
    let built = runner::check(folder.path());
    assert_eq!(built.status, Some(0), "{}", built.diagnostics);
    let warning = "warning[JITAR0090]: `app/src/huge.ts` cannot be in the snapshot of `huge` and is evaluated when the service starts: the process ended with signal: ";
    assert!(built.diagnostics.contains(warning), "{}", built.diagnostics);
    // The segment's own modules import it, too.
    let expected = "  deferred until the service starts: src/huge.ts: cannot be part of a snapshot, and with it 3 modules:\n    \
                    src/describe.ts: imports `app/src/huge.ts`, which is deferred\n";
    assert!(built.report.contains(expected), "{}", built.report);
    let service = Service::start(&mut runner::serve(folder.path(), "huge"), &[]);
    assert_eq!(service.get("/rpc/describe").summary(), (200, "before,2147483648,after".to_owned()));
    service.kill();
    let leftovers = fs::read_dir(runner::output(folder.path()).join("snapshots")).expect("a folder");
    let leftovers: Vec<_> = leftovers.flatten().map(|entry| entry.path()).collect();
    let is_known = |path: &&std::path::PathBuf| path.extension().is_some_and(|end| end == "bin" || end == "json");
    assert_eq!(leftovers.iter().filter(is_known).count(), leftovers.len(), "{leftovers:?}");
}

/// A loop at the top level, and a built-in function that V8 cannot end: the build does not wait for either.
#[test]
fn modules_that_never_end_are_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in [
        ("src/spin.ts", "export const spin: string[] = [];\nfor (;;) spin.length = 0;\n"),
        ("src/fill.ts", "export const fill = new Array(4e9 / 2).fill('x');\n"),
        ("src/pure.ts", "export const pure = ['pure'];\n"),
        (
            "src/all.ts",
            "import { fill } from './fill';\nimport { pure } from './pure';\nimport { spin } from './spin';\n\
             export default async function all() { return [...fill, ...pure, ...spin]; }\n",
        ),
        ("segments/all.json", "{ \"./all\": { \"default\": { \"access\": \"public\" } } }\n"),
    ] {
        write_file(&folder.path().join("app").join(path), text);
    }
    let built = runner::check_with(folder.path(), &["--evaluation-limit=0.5"]);
    assert_eq!(built.status, Some(0), "{}", built.diagnostics);
    let warned: Vec<&str> =
        built.diagnostics.lines().filter_map(|line| line.strip_prefix("warning[JITAR0090]: `app/src/")).collect();
    assert_eq!(
        warned,
        [
            "fill.ts` cannot be in the snapshot of `all` and is evaluated when the service starts: the process ended with signal: 6 (SIGABRT): a built-in function of V8 was still running after 1 s",
            "spin.ts` takes more than 0.5 s of processor time at app/src/spin.ts:2:1 and is evaluated when the service starts",
        ],
        "{}",
        built.diagnostics
    );
    // Some stand for themselves, and some below the module that takes them along.
    let is_deferred = |module: &str| built.report.contains(&format!(" src/{module}.ts: "));
    assert_eq!(["fill", "pure", "spin", "all"].map(is_deferred), [true, true, true, true], "{}", built.report);
}
