//! Rust functions of the example's library, called by its TypeScript.

use std::fs;

use jitar_tests::Example;
use jitar_tests::programs::program;

use super::in_both_forms;

const CLOSE: &str = "/rpc/sales/closeMonth";

in_both_forms!(closes_a_month_with_the_password, refuses_other_passwords);

fn closes_a_month_with_the_password(example: &Example) {
    let closed = example.entry().post(CLOSE, r#"{"year": 2025, "month": "April", "password": "open sesame"}"#);
    let report = example.entry().get("/rpc/reporting/getMonthTable?year=2025&month=April").json();
    assert_eq!(closed.summary(), (200, report["total"]["revenue"].to_string()), "{}", example.printed());
}

fn refuses_other_passwords(example: &Example) {
    for password in ["", "Open sesame", "open sesame "] {
        let body = format!(r#"{{"year": 2025, "month": "April", "password": "{password}"}}"#);
        let refused = example.entry().post(CLOSE, &body);
        assert_eq!(refused.summary(), (401, "This is not the password of the accountant.".to_owned()));
    }
}

/// Texts of the Rust functions: `hash` is imported by nobody, `verify` by the segment `sales`.
#[test]
fn what_a_unit_does_not_import_is_not_linked() {
    let holds = |name: &str, text: &str| {
        let binary = fs::read(program(name)).expect("a program");
        binary.windows(text.len()).any(|bytes| bytes == text.as_bytes())
    };
    // The only text of `hash`, and the name under which `verify` is in its unit's table.
    assert!(!holds("sales", "a password has at most "), "`hash` is imported by no unit");
    for (name, expected) in [("sales", true), ("standalone", true), ("reporting", false), ("gateway", false)] {
        assert_eq!(holds(name, MARKER), expected, "{name}");
    }
}

/// What `rust-argon2` says of a hash that it cannot read: only `verify` gets there.
const MARKER: &str = "Decoding failed";
