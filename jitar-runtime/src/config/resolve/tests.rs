//! Whole service files: what they resolve to and what is reported.

use std::time::Duration;

use jitar_engine::manifest::{AppManifest, FORMAT, ServiceFile, Unit};

use super::*;
use crate::config::{Balancing, Ejection, HashKey, LogFormat, LogLevel, Retries, Routing, show};

fn unit(segments: &[&str], scripts: &[&str]) -> Unit {
    Unit {
        id: Unit::id_of(segments),
        segments: segments.iter().map(|&name| name.to_owned()).collect(),
        scripts: scripts.iter().map(|name| format!("file:///app/src/{name}")).collect(),
    }
}

fn manifest() -> AppManifest {
    let service = |path: &str, unit: &str| ServiceFile { path: path.to_owned(), unit: unit.to_owned() };
    AppManifest {
        format: FORMAT,
        source: "src".to_owned(),
        segments: Vec::new(),
        units: vec![unit(&[], &[]), unit(&["a"], &["setUp.ts", "check.ts"]), unit(&["a", "b"], &[])],
        services: vec![service("services/a.json", "a"), service("services/gateway.json", "none")],
    }
}

/// Resolves one text as the binary's default service file. The binary carries all units.
fn load_text(text: &str, overrides: &Overrides) -> Result<Loaded, Vec<String>> {
    let manifest = manifest();
    let services: [(&str, &[u8]); 1] = [("s.json", text.as_bytes())];
    let units = manifest.units.iter().map(|unit| unit.id.as_str()).collect();
    let carried = Carried { manifest: &manifest, units, services: &services, default: Some("s.json") };
    let environment = Environment::of([("KEY", "secret"), ("PORT", "3005"), ("MS", "70")]);
    load(overrides, &environment, &carried).map_err(|error| error.problems().iter().map(ToString::to_string).collect())
}

fn loaded(text: &str) -> Config {
    load_text(text, &Overrides::default()).expect("a correct service file").config
}

#[test]
fn every_problem_is_reported_with_its_place() {
    let cases: [(&str, &[&str]); 43] = [
        ("{}", &["s.json:1:1: Field 'url' is required", "s.json:1:1: Unknown service configured: "]),
        ("", &["s.json:1:1: this is not valid JSON: EOF while parsing a value"]),
        ("[]", &["s.json:1:1: a service file is an object"]),
        ("{\n  \"url\": }", &["s.json:2:10: this is not valid JSON: expected value"]),
        ("{\"url\": ${URL}}", &["s.json:1:9: this is not valid JSON: expected value; variables stand inside strings"]),
        (
            "{\"url\": 1,\n \"wroker\": {}}",
            &[
                "s.json:1:1: Unknown service configured: ",
                "s.json:1:9: Field 'url' is not a valid URL",
                "s.json:2:2: Unknown field 'wroker'; did you mean 'worker'?",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "worker": {"segments": ["a", 123]}}"#,
            &["s.json:1:60: Field 'worker.segments.1' is not a string"],
        ),
        (r#"{"url": "http://127.0.0.1:1", "worker": {}}"#, &["s.json:1:41: Field 'worker.segments' is required"]),
        (r#"{"url": "http://127.0.0.1:1", "worker": null}"#, &["s.json:1:41: Field 'worker' is not an object"]),
        (r#"{"url": "http://127.0.0.1:1", "worker": {"segments": []}}"#, &["s.json:1:42: 'segments' names no segment"]),
        (
            r#"{"url": "http://127.0.0.1:1", "worker": {"segments": ["a", "a"]}}"#,
            &["s.json:1:60: segment 'a' is named twice"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "worker": {"segments": ["a"], "gateway": ["http://g:1", "http://G:1/"]}}"#,
            &["s.json:1:87: Field 'worker.gateway' names http://g:1/ twice"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "worker": {"segments": ["c"]}}"#,
            &["s.json:1:55: this binary has no segment 'c'; it carries: 'none', 'a', 'a+b'"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "worker": {"segments": ["b"]}}"#,
            &["s.json:1:55: this binary has no unit 'b'; it carries: 'none', 'a', 'a+b'"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "worker": {"segments": ["a"], "gateway": ["http://a", "b"]}}"#,
            &["s.json:1:85: Field 'worker.gateway.1' is not a valid URL"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "worker": {"segments": ["a"], "weight": 0}}"#,
            &["s.json:1:71: Field 'worker.weight': 0 is not between 1 and 1000"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "worker": {"segments": ["a"], "x": 1}}"#,
            &["s.json:1:46: 'worker' stands beside 'gateway'", "s.json:1:76: Unknown field 'worker.x'"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "repository": {}, "remoteWorker": {}}"#,
            &["s.json:1:49: 'remoteWorker' belongs to a 'gateway'"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {"balancing": "random", "retries": {"budget": 2}}}"#,
            &[
                "s.json:1:56: Field 'gateway.balancing': 'random' is no way of balancing",
                "s.json:1:88: Field 'gateway.retries.budget': 2 is not between 0 and 1",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {"balancing": {"consistentHash": "a"}, "ejection": {"max": 1}}}"#,
            &[
                "s.json:1:75: Field 'gateway.balancing.consistentHash': 'a' is neither 'argument:<name>'",
                "s.json:1:93: 'max' (1) is less than 'base' (5000)",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "remoteWorker": {"stoppedThreshold": 1}}"#,
            &["s.json:1:62: 'stoppedThreshold' (1) is less than 'unavailableThreshold' (6000)"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "proxy": {"gateway": [], "repository": "http://r"}}"#,
            &["s.json:1:41: 'gateway' names no gateway"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "proxy": {"gateway": ["http://a"], "worker": "http://b", "repository": "http://r"}}"#,
            &["s.json:1:66: Field 'proxy.worker' says the same as 'gateway'; keep one of them"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "proxy": {"gateway": "http://a"}}"#,
            &["s.json:1:40: Field 'proxy.repository' is required"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "repository": {"assets": ["a/{b"], "assetRoot": "../x"}}"#,
            &["s.json:1:57: 'a/{b' is not a pattern for files: ", "s.json:1:79: Invalid location: ../x"],
        ),
        (
            r#"{"url": "https://127.0.0.1:1", "gateway": {}}"#,
            &["s.json:1:9: Field 'url': 'https' needs 'tls' with 'cert' and 'key'"],
        ),
        (
            r#"{"url": "https://127.0.0.1:1", "gateway": {}, "tls": {"ca": "/missing/ca.pem"}}"#,
            &[
                "s.json:1:54: an 'https' address needs 'tls.cert' and 'tls.key'",
                "s.json:1:61: Field 'tls.ca': cannot read `/missing/ca.pem`: ",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "tls": {"cert": "/missing/c", "key": "/missing/k"}}"#,
            &[
                "s.json:1:53: 'tls' has a certificate, so 'url' must begin with https://",
                "s.json:1:62: Field 'tls.cert': cannot read `/missing/c`: ",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "tls": {"key": "k", "requireClientCert": true, "ciphers": 1}}"#,
            &[
                "s.json:1:53: Field 'tls.cert' is required beside the other half",
                "s.json:1:66: 'tls.requireClientCert' needs 'cert', 'key' and the authority",
                "s.json:1:93: Unknown field 'tls.ciphers'",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "cors": {"origin": ["*"], "methods": ["PUT"], "headers": ["a b"]}}"#,
            &[
                "s.json:1:54: Field 'cors.origins' is required",
                "s.json:1:55: Unknown field 'cors.origin'; did you mean 'origins'?",
                "s.json:1:84: 'PUT' is no method that services answer; those are GET, HEAD, POST, OPTIONS",
                "s.json:1:104: 'a b' is not the name of a header",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "cors": {"origins": ["*", "a.example"], "credentials": true}}"#,
            &[
                "s.json:1:72: 'a.example' stands beside \"*\", which means all origins",
                "s.json:1:86: 'cors.credentials' needs named 'origins', 'headers' and 'exposed', without \"*\"",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "cors": {"origins": ["a.example/x"], "maxAge": -1}}"#,
            &[
                "s.json:1:67: 'a.example/x' is not an origin such as https://example.com, and not \"*\"",
                "s.json:1:93: Field 'cors.maxAge': -1 is not between 0 and 86400",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "http": {"headTime": 0, "headtime": 1}}"#,
            &[
                "s.json:1:67: Field 'http.headTime': 0 is not between 1000 and ",
                "s.json:1:70: Unknown field 'http.headtime'; did you mean 'headTime'?",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {"trustKey": "${KYE}"}}"#,
            &["s.json:1:55: environment variable 'KYE' is not set; did you mean 'KEY'?"],
        ),
        (
            r#"{"url": "${URL}", "worker": {"segments": ["${SEGMENT}"], "trustKey": ["${OLD}"]}, "log": "${LOG}"}"#,
            &[
                "s.json:1:9: environment",
                "s.json:1:43: environment",
                "s.json:1:71: environment",
                "s.json:1:90: environment",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "tls": {}, "admin": {}, "supervise": false}"#,
            &[
                "s.json:1:53: 'tls' has neither 'cert' and 'key' nor 'ca'",
                "s.json:1:66: Field 'admin.listen' is required",
                "s.json:1:70: 'supervise' is not",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "limits": {"heap": 1, "buffers": 1}, "isolates": "all"}"#,
            &[
                "s.json:1:65: Field 'limits.heap': 1 is not between 16777216 and ",
                "s.json:1:79: Field 'limits.buffers': 1 is not between 1048576 and ",
                "s.json:1:95: Field 'isolates': 'all' is no number of isolates",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "log": {"level": "all", "format": "xml"}}"#,
            &[
                "s.json:1:63: Field 'log.level': Invalid log level: all",
                "s.json:1:80: Field 'log.format': Invalid log format",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "rateLimit": {"key": "ip"}, "concurrency": 0, "admin": {"listen": "x"}}"#,
            &[
                "s.json:1:59: Field 'rateLimit.perSecond' is required",
                "s.json:1:67: Field 'rateLimit.key': 'ip' is neither 'address' nor 'header:<name>'",
                "s.json:1:89: Field 'concurrency': '0' is no number of calls",
                "s.json:1:112: Field 'admin.listen': 'x' is not an address such as",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "listen": "3000"}"#,
            &["s.json:1:56: Field 'listen': '3000' is not an address such as"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "listen": "unix:x"}"#,
            &["s.json:1:56: Field 'listen': 'x' is not a path from / on"],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "worker": {"segments": ["a"]}, "setUp": ["./setup", "../x"]}"#,
            &[
                "s.json:1:72: the unit 'a' of this binary has no module './setup'",
                "s.json:1:83: Invalid location: ../x",
            ],
        ),
        (
            r#"{"url": "http://127.0.0.1:1", "gateway": {}, "middleware": ["./m"], "middlewares": []}"#,
            &[
                "s.json:1:61: the unit 'none' of this binary has no module './m'",
                "s.json:1:69: Field 'middlewares' says the same",
            ],
        ),
    ];
    for (text, expected) in cases {
        let problems = load_text(text, &Overrides::default()).expect_err(text);
        assert_eq!(problems.len(), expected.len(), "{text}\n{problems:#?}");
        for start in expected {
            assert!(problems.iter().any(|problem| problem.starts_with(start)), "{start}\n{problems:#?}");
        }
    }
}

#[test]
fn settings_have_their_documented_defaults() {
    let config = loaded(r#"{"url": "http://127.0.0.1:3001", "worker": {"segments": ["b", "a"]}}"#);
    let expected = "\
service file            s.json
unit                    a+b
url                     http://127.0.0.1:3001
listen                  127.0.0.1:3001
worker.segments         a, b
worker.gateway          none
worker.trustKey         none
worker.reportInterval   5000 ms
worker.weight           1
worker.direct           false
setUp                   none
tearDown                none
setUpOnce               none
tearDownOnce            none
middleware              none
healthChecks            none
isolates                1
limits.heap             268435456 bytes
limits.cpu              10000 ms
limits.wall             30000 ms
limits.buffers          268435456 bytes
limits.stack            1007616 bytes
limits.wasmPages        4096
limits.pending          1024
limits.queue            256
limits.body             204800 bytes
limits.depth            64
limits.nodes            100000
limits.string           16777216
limits.bigint           65536
permissions.net         none
permissions.env         none
permissions.read        none
getOnlySafe             false
intake                  any rate; any concurrency
idempotency.window      600000 ms
idempotency.entries     10000
admin.listen            none
tls.cert                none
tls.key                 none
tls.ca                  none
tls.requireClientCert   false
cors                    none
http.headTime           10000 ms
http.bodyTime           60000 ms
http.keepAlive          5000 ms
log.level               info
log.format              text
shutdown.grace          30000 ms
";
    assert_eq!(show(&config, "a+b"), expected);
}

#[test]
fn every_setting_arrives() {
    let worker = r#"{
        "url": "http://127.0.0.1:${PORT}", "listen": "0.0.0.0:1", "isolates": 2,
        "setUp": ["./setUp"], "tearDown": ["setUp.js"], "healthChecks": ["/check"],
        "limits": {"heap": 33554432, "cpu": 1, "wall": 2, "buffers": 2097152, "stack": 262144, "wasmPages": 7,
            "pending": 3, "queue": 4, "body": 5, "depth": 6, "nodes": 7, "string": 8, "bigint": 9}, "getOnlySafe": true,
        "cors": {"origins": ["https://A.example:443", "http://localhost:5173"], "methods": ["post"], "headers": ["X-A"],
            "exposed": ["X-B"], "credentials": true, "maxAge": 60},
        "http": {"headTime": 6000, "bodyTime": 7, "keepAlive": 8000},
        "log": {"level": "debug", "format": "json"}, "shutdown": {"grace": 0},
        "rateLimit": {"key": "header:X-User", "perSecond": 6, "burst": 7}, "concurrency": "adaptive",
        "idempotency": {"window": 8, "entries": 9}, "admin": {"listen": "127.0.0.1:2"},
        "worker": {"segments": ["a"], "gateway": ["http://g:1", "http://h:1"], "trustKey": ["${KEY}", "old"],
            "reportInterval": "${MS}", "weight": 3, "direct": true}
    }"#;
    let shown = show(&loaded(worker), "a");
    let lines = [
        "url                     http://127.0.0.1:3005",
        "listen                  0.0.0.0:1",
        "worker.gateway          http://g:1, http://h:1",
        "worker.weight           3",
        "worker.direct           true",
        "worker.trustKey         ***",
        "worker.reportInterval   70 ms",
        "setUp                   file:///app/src/setUp.ts",
        "tearDown                file:///app/src/setUp.ts",
        "healthChecks            file:///app/src/check.ts",
        "isolates                2",
        "limits.heap             33554432 bytes",
        "limits.cpu              1 ms",
        "limits.wall             2 ms",
        "limits.buffers          2097152 bytes",
        "limits.stack            262144 bytes",
        "limits.wasmPages        7",
        "limits.pending          3",
        "limits.queue            4",
        "limits.body             5 bytes",
        "limits.depth            6",
        "limits.nodes            7",
        "limits.string           8",
        "limits.bigint           9",
        "getOnlySafe             true",
        "intake                  6 calls/s, burst 7, by header:x-user; adaptive concurrency",
        "idempotency.window      8 ms",
        "idempotency.entries     9",
        "admin.listen            127.0.0.1:2",
        "cors.origins            https://a.example, http://localhost:5173",
        "cors.methods            POST",
        "cors.headers            content-type, x-jitar-data-encoding, x-jitar-procedure-version, x-request-id, x-a",
        "cors.exposed            x-jitar-content-type, x-request-id, x-b",
        "cors.credentials        true",
        "cors.maxAge             60 s",
        "http.headTime           6000 ms",
        "http.bodyTime           7 ms",
        "http.keepAlive          8000 ms",
        "log.level               debug",
        "log.format              json",
        "shutdown.grace          0 ms",
    ];
    for line in lines {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }

    let gateway = r#"{"url": "http://127.0.0.1:1", "gateway": {"monitorInterval": 1, "openRegistration": true,
        "trustKey": "${KEY}"}, "remoteWorker": {"unavailableThreshold": 2, "stoppedThreshold": 3}}"#;
    let Role::Gateway(gateway) = loaded(gateway).role else { panic!("a gateway") };
    let times = [gateway.monitor_interval, gateway.unavailable_threshold, gateway.stopped_threshold];
    assert_eq!(times.map(|time| time.as_millis()), [1, 2, 3]);
    assert!(gateway.open_registration && gateway.trust_keys.accepts("secret"));
    assert_eq!(gateway.routing, Routing::default());

    let gateway = r#"{"url": "http://127.0.0.1:1", "gateway": {"workers": ["http://w:1"], "slowStart": 0, "hedge": 4,
        "balancing": {"consistentHash": "header:X-User"}, "retries": {"attempts": 1, "budget": 0.5, "perSecond": 2},
        "ejection": {"failures": 3, "base": 5, "max": 6}}}"#;
    let Role::Gateway(gateway) = loaded(gateway).role else { panic!("a gateway") };
    let expected = Routing {
        balancing: Balancing::ConsistentHash(HashKey::Header("x-user".to_owned())),
        retries: Retries { attempts: 1, budget: 0.5, per_second: 2 },
        ejection: Ejection { failures: 3, base: Duration::from_millis(5), max: Duration::from_millis(6) },
        slow_start: Duration::ZERO,
        hedge: Some(Duration::from_millis(4)),
    };
    assert_eq!(gateway.routing, expected);
    assert_eq!(gateway.workers.iter().map(Url::as_str).collect::<Vec<_>>(), ["http://w:1/"]);

    let standalone = r#"{"url": "http://127.0.0.1:1", "standalone": {"segments": ["a"], "trustKey": "k", "index": "i.html",
        "serveIndexOnNotFound": true, "assetRoot": "./web/", "assets": ["./index.html", "assets/**/*"]}}"#;
    let Role::Standalone(standalone) = loaded(standalone).role else { panic!("a standalone") };
    let repository = &standalone.repository;
    assert_eq!((repository.index_filename.as_str(), repository.asset_root.as_str()), ("i.html", "web"));
    assert_eq!(repository.assets, ["index.html", "assets/**/*"]);
    assert!(repository.serve_index_on_not_found && standalone.trust_keys.accepts("k"));

    let socket = loaded(r#"{"url": "http://127.0.0.1:1", "listen": "unix:/run/x.sock", "gateway": {}}"#);
    assert_eq!((socket.listen.to_string().as_str(), socket.socket), ("127.0.0.1:1", Some("/run/x.sock".into())));

    let proxy = r#"{"url": "http://127.0.0.1:1", "proxy": {"worker": "http://w:1", "repository": "http://r:1"}}"#;
    let Role::Proxy(proxy) = loaded(proxy).role else { panic!("a proxy") };
    assert_eq!((proxy.gateways[0].as_str(), proxy.repository.as_str()), ("http://w:1/", "http://r:1/"));
}

#[test]
fn flags_and_environment_win_over_the_file() {
    let text = r#"{"url": "http://127.0.0.1:1", "isolates": 2, "limits": {"body": 5}, "log": {"level": "warn"}, "gateway": {}}"#;
    let overrides = Overrides {
        log_level: Some(LogLevel::Error),
        log_format: Some(LogFormat::Json),
        http_body_limit: NonZeroUsize::new(7),
        url: Some(Url::parse("http://127.0.0.1:0").expect("a URL")),
        isolates: "3".parse().ok(),
        ..Overrides::default()
    };
    let config = load_text(text, &overrides).expect("a correct service file").config;
    assert_eq!((config.listen.to_string().as_str(), config.isolates, config.limits.body), ("127.0.0.1:0", 3, 7));
    assert_eq!((config.log.level, config.log.format), (LogLevel::Error, LogFormat::Json));

    let without_url = load_text(r#"{"gateway": {}}"#, &overrides).expect("the flag stands for the field").config;
    assert_eq!(without_url.url.as_str(), "http://127.0.0.1:0/");
}

/// What is named, the binary's default, its units; the file or the start of the problem.
type Case<'a> = (Option<&'a str>, Option<&'a str>, &'a [&'a str], Result<&'a str, &'a str>);

#[test]
fn the_service_file_is_chosen() {
    let manifest = manifest();
    let gateway = r#"{"url": "http://127.0.0.1:1", "gateway": {}}"#;
    let worker = r#"{"url": "http://127.0.0.1:1", "worker": {"segments": ["a"]}}"#;
    let services = [("services/a.json", worker.as_bytes()), ("services/gateway.json", gateway.as_bytes())];
    let folder = tempfile::tempdir().expect("a folder");
    let on_disk = folder.path().join("x.json");
    std::fs::write(&on_disk, gateway).expect("written");
    let on_disk = on_disk.to_str().expect("a path");

    let cases: [Case<'_>; 9] = [
        (Some("services/a.json"), None, &["a"], Ok("services/a.json")),
        (Some("./services/a.json"), Some("services/gateway.json"), &["a"], Ok("services/a.json")),
        (Some(on_disk), None, &["none"], Ok(on_disk)),
        (None, Some("services/a.json"), &["a"], Ok("services/a.json")),
        (None, None, &["a"], Ok("services/a.json")),
        (None, None, &["a+b"], Ok("built-in worker")),
        (None, None, &["a", "none"], Err("no service file is named; choose one with `--service=FILE` (embedded are: ")),
        (None, None, &["a", "a+b", "none"], Err("no service file is named")),
        (Some("services/b.json"), None, &["a"], Err("there is no service file 'services/b.json'; did you mean ")),
    ];
    for (named, default, units, expected) in cases {
        let carried = Carried { manifest: &manifest, units: units.to_vec(), services: &services, default };
        let overrides = Overrides { service: named.map(str::to_owned), ..Overrides::default() };
        let loaded = load(&overrides, &Environment::of([]), &carried);
        match (loaded, expected) {
            (Ok(loaded), Ok(file)) => {
                assert_eq!((loaded.config.file.as_str(), loaded.unit.as_str()), (file, units[0]));
                assert_eq!(loaded.note.is_some(), named.is_none() && default.is_none());
            }
            (Err(error), Err(start)) => assert!(error.problems()[0].to_string().starts_with(start), "{error}"),
            (loaded, expected) => panic!("{named:?} {default:?} {units:?}: {expected:?}, but {loaded:?}"),
        }
    }
}
