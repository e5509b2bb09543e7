//! Where each weakness of the known implementation that is worth an attack (spec 9.1, 9.4, 9.5) is shown not to be ours: a
//! table that is compared with the sources, and the tests for what no other file shows.

use std::fs;

use jitar_tests::programs::package;
use jitar_tests::{Project, Request};

/// A weakness, the file with the test of the better behaviour below the checkout, and what the test is called there.
type Cover = (&'static str, &'static str, &'static str);

const CROSSING: &str = "tests/cluster/crossing.rs";
const HOSTILE: &str = "tests/cluster/hostile.rs";
const BAD_INPUT: &str = "tests/cluster/bad_input.rs";
const ROUTES: &str = "jitar-runtime/src/http/routes/tests.rs";
const GATEWAY: &str = "jitar-runtime/src/services/gateway/tests.rs";
const EXECUTION: &str = "jitar-runtime/src/execution/tests.rs";
const SERIALIZER: &str = "jitar-engine/src/js/tests/serializer.test.mjs";
const THIS: &str = "tests/cluster/attacks.rs";

const COVERED: [Cover; 55] = [
    ("S1", CROSSING, "fn every_caller_reaches_what_it_may"),
    ("S2", "tests/cluster/access.rs", "fn a_worker_does_not_relay"),
    ("S3", "jitar-runtime/src/config/interpolate.rs", "fn replaces_variables_in_strings"),
    ("S4", "jitar-runtime/src/config/resolve/tests.rs", "standalone.trust_keys.accepts"),
    ("S5", "tests/diagnostics/invalid-access.md", "JITAR0040"),
    ("S6", GATEWAY, "fn lets_in_who_may_register"),
    ("S6", "jitar-runtime/src/services/gateway/addresses.rs", "fn only_addresses_that_workers_have"),
    ("S7", GATEWAY, "fn peers_show_the_key_again"),
    ("S8", EXECUTION, "fn circles_end"),
    ("S8", GATEWAY, "fn counts_hops_and_stops_circles"),
    ("S9", ROUTES, "post(\"/workers\", \"\")"),
    ("S10", ROUTES, "post(&report, \"\")"),
    ("S11", BAD_INPUT, "a broken escape in a file"),
    ("S12", THIS, "fn results_that_can_not_be_sent_end_one_call"),
    ("S13", HOSTILE, "\"fetch\""),
    ("S14", HOSTILE, "fn closed_lists"),
    ("S15", HOSTILE, "\"ArrayBuffer\""),
    ("S16", HOSTILE, "fn keys"),
    ("S17", HOSTILE, "toText"),
    ("S18", HOSTILE, "leaked"),
    ("S18", "tests/cluster/errors.rs", "fn the_log_shows_the_line_and_the_client_the_message"),
    ("S19", ROUTES, "Field 'url' is required"),
    ("S20", "tests/cluster/wrapping.rs", "fn only_middleware_and_peers_inject"),
    ("S21", "jitar-runtime/src/config/address.rs", "fn urls_are_parsed_not_split"),
    ("S22", CROSSING, "fn this_is_the_request"),
    ("S22", "tests/cluster/access.rs", "the log shows the key"),
    ("S23", EXECUTION, "fn get_calls_what_is_safe"),
    ("S24", "tests/diagnostics/reserved-specifier.md", "JITAR0004"),
    ("S24", THIS, "fn run_is_no_global"),
    ("S26", "jitar-build/src/generate/tests.rs", "PLANTED exported constant"),
    ("S26", "tests/cluster/files.rs", "fn keeps_server_code"),
    ("S27", "tests/cluster/files.rs", "fn keeps_server_code"),
    ("S28", "tests/cluster/limits.rs", "fn "),
    ("D1", CROSSING, "fn errors_keep_what_they_are"),
    ("D2", SERIALIZER, "inherited constructor"),
    ("D3", SERIALIZER, "destructured parameters"),
    ("D4", "jitar-engine/src/js/tests/serializer_errors.test.mjs", "registered errors keep message"),
    ("D5", CROSSING, "fn values_survive_between_nodes_of_ours"),
    ("D6", SERIALIZER, "views send their own bytes only"),
    ("D7", SERIALIZER, "data that looks like a tagged form stays data"),
    ("D8", "jitar-engine/src/js/tests/browser.test.mjs", "instances of registered classes cross"),
    ("D9", "jitar-engine/src/js/tests/class_source.test.mjs", "const sources"),
    ("D10", SERIALIZER, "buffers and data views are known to nodes of ours only"),
    ("H1", ROUTES, "TestRequest::post().uri(\"/rpc/a/f\")"),
    ("H2", "tests/cluster/files.rs", "fn serves_nothing_else"),
    ("H3", "tests/cluster/gates.rs", "fn refusals_keep_their_headers"),
    ("H3", "tests/cluster/errors.rs", "fn health_is_what_the_checks_say"),
    ("H4", ROUTES, "fn errors_are_problems_for_those_who_ask"),
    ("H5", "jitar-runtime/src/http/reply.rs", "application/octet-stream"),
    ("H7", BAD_INPUT, "fn takes_compressed_and_announced_bodies"),
    ("H7", BAD_INPUT, "fn takes_chunks"),
    ("H8", "tests/cluster/gates.rs", "fn middleware_of_a_gateway_wraps_in_order"),
    ("H8", "jitar-runtime/src/http/headers.rs", "fn relays_answers_without_what_belongs_to_the_connection"),
    ("H9", "tests/cluster/tolerance.rs", "fn large_bodies_cost_no_memory"),
    // Paths are matched as the known implementation does, which applications rely on (spec 11).
    ("H11", "jitar-runtime/src/http/routes/rpc.rs", "fn takes_the_name_from_the_path"),
];

#[test]
fn every_attack_has_its_test() {
    let checkout = package().parent().expect("the tests lie in the checkout");
    for (weakness, file, test) in COVERED {
        let text =
            fs::read_to_string(checkout.join(file)).unwrap_or_else(|error| panic!("W-{weakness}: {file}: {error}"));
        assert!(text.contains(test), "W-{weakness}: `{test}` is not in {file} any more");
    }
}

#[test]
fn results_that_can_not_be_sent_end_one_call() {
    let service = Project::named("crossing").start("hostile", &[]);
    let serialized = |request: Request| request.header("x-jitar-data-encoding", "serialized");
    for (kind, plain, tagged) in [
        ("bigint", 500, 200),
        ("nested bigint", 500, 200),
        ("symbol", 500, 500),
        ("function", 500, 500),
        ("cycle", 500, 500),
        ("bytes", 200, 200),
    ] {
        let body = format!("{{\"kind\":\"{kind}\"}}");
        let request = Request::post("/rpc/far/give", &body);
        for (request, status) in [(request.clone(), plain), (serialized(request), tagged)] {
            let answer = service.send(&request);
            assert_eq!(answer.status, status, "{kind}: {}", answer.text());
            assert!(status == 200 || !answer.text().is_empty(), "{kind}: an error without a word");
        }
    }
    assert_eq!(service.get("/rpc/far/count").text(), "1", "the isolate is the same");
}

#[test]
fn run_is_no_global() {
    let service = Project::named("crossing").start("near", &[("GATEWAY", "http://127.0.0.1:1")]);
    let answer = service.get("/rpc/near/lookAround").json();
    assert_eq!(answer, serde_json::json!(["undefined", "undefined", "undefined", "undefined"]));
}
