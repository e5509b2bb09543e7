//! Who may call what.

use jitar_tests::example::KEY;
use jitar_tests::{Example, Request};

use super::in_both_forms;

const PROTECTED: &str = "/rpc/sales/getMonthData";
const APRIL: &str = r#"{"year": 2025, "month": "April"}"#;

in_both_forms!(protected_procedures_need_the_key, private_procedures_do_not_exist, access_is_what_the_table_says);

fn protected_procedures_need_the_key(example: &Example) {
    let call = Request::post(PROTECTED, APRIL);
    for (key, status) in [(None, 401), (Some(""), 401), (Some("wrong"), 401), (Some(KEY), 200)] {
        let call = key.map_or_else(|| call.clone(), |key| call.clone().header("x-jitar-trust-key", key));
        let answer = example.entry().send(&call);
        assert_eq!(answer.status, status, "{key:?}: {}", answer.text());
        if status == 200 {
            assert_eq!(answer.json()["sales"].as_array().map(Vec::len), Some(15));
        } else {
            assert_eq!(answer.text(), "Request not trusted");
        }
    }
    assert!(!example.printed().contains(KEY), "the log shows the key");
}

fn private_procedures_do_not_exist(example: &Example) {
    let not_found = |fqn: &str| (404, format!("Procedure '{fqn}' not found"));
    for (fqn, key) in [("reporting/formatMonthReport", KEY), ("reporting/formatMonthReport", "wrong"), ("none", KEY)] {
        let call = Request::post(&format!("/rpc/{fqn}"), "{}").header("x-jitar-trust-key", key);
        assert_eq!(example.entry().send(&call).summary(), not_found(fqn));
    }
}

/// Every kind of procedure for every kind of caller, by every method.
fn access_is_what_the_table_says(example: &Example) {
    const CALLERS: [&[(&str, &str)]; 6] = [
        &[],
        &[("x-jitar-trust-key", "")],
        &[("x-jitar-trust-key", "wrong")],
        // What nodes tell each other is worth nothing without the key.
        &[("x-jitar-hops", "15"), ("x-jitar-deadline", "1"), ("x-jitar-run-mode", "dry")],
        &[("authorization", KEY), ("cookie", "x-jitar-trust-key=key-of-the-tests")],
        &[("x-jitar-trust-key", KEY)],
    ];
    let procedures = [
        ("reporting/getMonthTable", [200, 200, 200, 200, 200, 200]),
        (PROTECTED.trim_start_matches("/rpc/"), [401, 401, 401, 401, 401, 200]),
        ("reporting/formatMonthReport", [404, 404, 404, 404, 404, 404]),
        ("reporting/nothing", [404, 404, 404, 404, 404, 404]),
    ];
    for (fqn, statuses) in procedures {
        for (headers, expected) in CALLERS.iter().zip(statuses) {
            let get = Request::get(&format!("/rpc/{fqn}?year=2025&month=April"));
            let post = Request::post(&format!("/rpc/{fqn}"), APRIL);
            let dry =
                Request::new("OPTIONS", &format!("/rpc/{fqn}")).header("content-type", "application/json").body(APRIL);
            for request in [get, post, dry] {
                let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
                let answer = example.entry().send(&request);
                assert_eq!(answer.status, expected, "{request:?}: {}", answer.text());
            }
        }
    }
}

/// The key opens what a worker has, not the way to others.
#[test]
fn a_worker_does_not_relay() {
    let example = Example::cluster();
    let call = Request::post(PROTECTED, APRIL).header("x-jitar-trust-key", KEY);
    assert_eq!(example.service("sales").send(&call).status, 200);
    let relayed = example.service("reporting").send(&call);
    assert_eq!(relayed.summary(), (404, "Procedure 'sales/getMonthData' not found".to_owned()));
}

#[test]
fn only_the_trusted_see_and_change_the_list_of_workers() {
    let example = Example::cluster();
    let gateway = example.service("gateway");
    assert_eq!(gateway.get("/workers").status, 401);
    let list = gateway.send(&Request::get("/workers").header("x-jitar-trust-key", KEY));
    assert_eq!((list.status, list.json().as_array().map(Vec::len)), (200, Some(2)));
    for key in [r#", "trustKey": "wrong""#, ""] {
        let body = format!(r#"{{"url": "http://127.0.0.1:1", "procedureNames": ["sales/getMonthData"]{key}}}"#);
        assert_eq!(gateway.post("/workers", &body).summary(), (401, "Invalid trust key".to_owned()));
    }
    let shown_id = list.json()[0]["id"].as_str().expect("an id").to_owned();
    for id in ["00000000-0000-4000-8000-000000000000", &shown_id] {
        let removed = gateway.send(&Request::new("DELETE", &format!("/workers/{id}")));
        assert_eq!(removed.summary(), (404, format!("Unknown worker id '{id}'")));
    }
}
