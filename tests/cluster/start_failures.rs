//! Starts that cannot succeed: what the process says, and its exit status.

use std::net::TcpListener;
use std::process::Command;

use jitar_tests::Process;
use jitar_tests::example::launch;
use jitar_tests::programs::program;

const REPORTING: &str = r#"{"url": "http://127.0.0.1:0", "worker": {"segments": ["reporting"]}}"#;

/// Starts the worker `reporting` and expects its end.
#[track_caller]
fn fails(service_file: &str, flags: &[&str], environment: &[(&str, &str)], status: i32, texts: &[&str]) {
    let (process, _file) = launch("reporting", service_file, flags, environment);
    let end = process.end();
    assert_eq!(end.status, Some(status), "{service_file} {flags:?}\n{}", end.printed);
    for text in texts {
        assert!(end.printed.contains(text), "`{text}` is missing in:\n{}", end.printed);
    }
    assert!(!end.printed.contains("panicked"), "{}", end.printed);
}

#[test]
fn a_port_in_use() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let problem = format!("cannot listen on `{address}`");
    let texts = ["[FATAL]", &problem, "choose another port in `url` or `listen`"];
    fails(REPORTING, &["--url", &format!("http://{address}")], &[], 1, &texts);
}

#[test]
fn wrong_flags() {
    for (flag, text) in [
        ("--prot=1", "unexpected argument '--prot'"),
        ("--log-level=all", "Invalid log level: all"),
        ("--url=ftp://127.0.0.1:1", "'ftp://127.0.0.1:1' is not a URL such as"),
        ("--isolates=0", "'0' is no number of isolates"),
        ("--http-body-limit=x", "--http-body-limit"),
    ] {
        fails(REPORTING, &[flag], &[], 2, &["error:", text]);
    }
}

#[test]
fn wrong_environment() {
    let unset = REPORTING.replace("127.0.0.1:0", "127.0.0.1:${PROT}");
    let missing = ["service.json:1:9: environment variable 'PROT' is not set; did you mean 'PORT'?"];
    fails(&unset, &[], &[("PORT", "0")], 78, &missing);
    fails(REPORTING, &[], &[("JITAR_LOG_LEVEL", "all")], 78, &["`JITAR_LOG_LEVEL`: Invalid log level: all"]);
    fails(REPORTING, &["--env-file=none.env"], &[], 78, &["cannot read the environment file `none.env`"]);
}

#[test]
fn wrong_service_files() {
    let with = |worker: &str| format!("{{\n  \"url\": \"http://127.0.0.1:0\",\n  {worker}\n}}");
    for (file, text) in [
        (with(r#""wroker": {"segments": []}"#), "service.json:3:3: Unknown field 'wroker'; did you mean 'worker'?"),
        (
            with(r#""worker": {"segments": ["reportin"]}"#),
            "service.json:3:27: this binary has no segment 'reportin'; it carries: 'reporting'; did you mean 'reporting'?",
        ),
        (with(r#""worker": {"segments": ["sales"]}"#), "service.json:3:27: this binary has no segment 'sales'"),
        (with(r#""worker": {"segments": "reporting"}"#), "service.json:3:26: Field 'worker.segments' is not a list"),
        (with(r#""gateway": {}"#), "this binary has no unit without segments; it carries: 'reporting'"),
        (
            with(r#""worker": {"segments": ["reporting"]}, "tls": {"cert": "/none/cert.pem", "key": "/none/key.pem"}"#),
            "service.json:3:58: Field 'tls.cert': cannot read `/none/cert.pem`: No such file",
        ),
        (with(r#""worker": {"segments": ["reporting"]"#), "service.json:4:1: this is not valid JSON"),
        ("[]".to_owned(), "service.json:1:1: a service file is an object"),
        (String::new(), "service.json:1:1: this is not valid JSON"),
    ] {
        fails(&file, &[], &[], 78, &["[FATAL]", "Invalid server configuration:", text]);
    }
}

#[test]
fn a_service_file_that_is_not_there() {
    let text = "there is no service file 'services/reportng.json'; did you mean 'services/reporting.json'?";
    let end = Process::start(Command::new(program("reporting")).arg("--service=services/reportng.json"), &[]).end();
    assert_eq!(end.status, Some(78), "{}", end.printed);
    assert!(end.printed.contains(text), "{}", end.printed);
}

#[test]
fn everything_at_once_in_the_order_of_the_file() {
    let file = r#"{
  "url": "ftp://x",
  "limits": { "wall": "long", "heaps": 1 },
  "worker": { "segments": ["reportin"], "gateway": "${GATEWAY}", "trustKey": 5 }
}"#;
    let (process, path) = launch("reporting", file, &[], &[]);
    let end = process.end();
    let start = format!(" => {}:", path.path.display());
    let places: Vec<&str> = end.printed.lines().filter_map(|line| line.strip_prefix(&start)).collect();
    let expected = [
        "2:10: Field 'url' is not a valid URL",
        "3:23: Field 'limits.wall' is not an integer",
        "3:31: Unknown field 'limits.heaps'; did you mean 'heap'?",
        "4:28: this binary has no segment 'reportin'; it carries: 'reporting'; did you mean 'reporting'?",
        "4:52: environment variable 'GATEWAY' is not set ('${GATEWAY:-default}' gives it a default)",
        "4:78: Field 'worker.trustKey' is not a string",
    ];
    assert_eq!((end.status, places.as_slice()), (Some(78), expected.as_slice()), "{}", end.printed);
}
