//! What the example is for: the report as data and as a PDF document, the same in every form.

use jitar_tests::{Example, Request};
use serde_json::json;

use super::in_both_forms;

const REPORT: &str = "/rpc/reporting/getMonthReport";
const TABLE: &str = "/rpc/reporting/getMonthTable";
const APRIL: &str = r#"{"year": 2025, "month": "April"}"#;

in_both_forms!(makes_a_document, tells_the_report_as_data, explains_an_unknown_month);

fn makes_a_document(example: &Example) {
    let posted = example.entry().post(REPORT, APRIL);
    assert_eq!(posted.status, 200, "{}", posted.text());
    assert_eq!(posted.header("content-type"), Some("application/octet-stream"));
    assert!(posted.body.starts_with(b"%PDF-"), "{}", posted.text());
    let asked = example.entry().get(&format!("{REPORT}?year=2025&month=April"));
    assert_eq!(asked.status, 200, "{}", asked.text());
    assert_eq!(asked.body, posted.body, "GET and POST give the same document");
}

fn tells_the_report_as_data(example: &Example) {
    let posted = example.entry().post(TABLE, APRIL);
    assert_eq!(posted.status, 200, "{}", posted.text());
    assert_eq!(posted.header("content-type"), Some("application/json; charset=utf-8"));
    let report = posted.json();
    assert_eq!(report["title"], "Sales report April 2025");
    let rows = report["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 15);
    let sum = |column: &str| rows.iter().map(|row| row[column].as_u64().expect("a number")).sum::<u64>();
    assert_eq!(report["total"], json!({"units": sum("units"), "revenue": sum("revenue")}));
    let asked = example.entry().get(&format!("{TABLE}?year=2025&month=April"));
    assert_eq!(asked.json(), report, "GET and POST give the same report");
}

/// The error is thrown in the segment `sales`, and crosses to `reporting` with class, status and message.
fn explains_an_unknown_month(example: &Example) {
    let months = "January, February, March, April, May, June, July, August, September, October, November, December";
    let unknown_month = format!("There is no month 'Foo'. Use one of {months}.");
    let unknown_year = "There are no sales of the year '1'. Use one of 2024, 2025.".to_owned();
    for procedure in [REPORT, TABLE] {
        for (arguments, expected) in
            [(r#"{"year": 2025, "month": "Foo"}"#, &unknown_month), (r#"{"year": 1, "month": "April"}"#, &unknown_year)]
        {
            let answer = example.entry().post(procedure, arguments);
            assert_eq!(answer.summary(), (400, expected.clone()), "{procedure} {arguments}");
            assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        }
    }
    let problem =
        Request::post(REPORT, r#"{"year": 2025, "month": "Foo"}"#).header("accept", "application/problem+json");
    let answer = example.entry().send(&problem);
    assert_eq!((answer.status, answer.json()["detail"].as_str()), (400, Some(&*unknown_month)));
}

#[test]
fn both_forms_give_the_same_bytes() {
    let (standalone, cluster) = (Example::standalone(), Example::cluster());
    for procedure in [REPORT, TABLE] {
        for month in ["January", "April", "December"] {
            let arguments = json!({"year": 2025, "month": month}).to_string();
            let [one, five] = [&standalone, &cluster].map(|example| example.entry().post(procedure, &arguments));
            assert_eq!((one.status, five.status), (200, 200), "{procedure} {month}");
            assert!(!one.body.is_empty() && one.body == five.body, "{procedure} {month}");
        }
    }
}
