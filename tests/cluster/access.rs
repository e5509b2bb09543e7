//! Who may call what.

use jitar_tests::example::KEY;
use jitar_tests::{Example, Request};

use super::in_both_forms;

const PROTECTED: &str = "/rpc/sales/getMonthData";
const APRIL: &str = r#"{"year": 2025, "month": "April"}"#;

in_both_forms!(protected_procedures_need_the_key, private_procedures_do_not_exist);

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
