//! What `--check` expects of the example, in whatever form it runs.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::http::{self, Response};

/// The report that is asked for.
pub(crate) const ARGUMENTS: &str = r#"{"year":2025,"month":"April"}"#;
/// The procedure that answers with a PDF document.
pub(crate) const REPORT: &str = "/rpc/reporting/getMonthReport";
/// The procedure that answers with the same report as JSON.
pub(crate) const TABLE: &str = "/rpc/reporting/getMonthTable";

/// Calls the example in all the ways that its page does, and returns the PDF document.
pub(crate) fn example(url: &str) -> Result<Vec<u8>> {
    let document = document(url)?;
    table(url)?;
    unknown_month(url)?;
    page(url)?;
    Ok(document)
}

/// Two lines for a person to try.
pub(crate) fn curl_lines(url: &str) -> [String; 2] {
    let call = |procedure: &str, output: &str| {
        format!("curl{output} -H 'content-type: application/json' -d '{ARGUMENTS}' {url}{procedure}")
    };
    [call(TABLE, ""), call(REPORT, " -o report.pdf")]
}

/// The report as JSON.
pub(crate) fn table(url: &str) -> Result<Value> {
    let response = call(url, TABLE, ARGUMENTS)?;
    expect_status(TABLE, &response, 200)?;
    let report: Value = serde_json::from_slice(&response.body).with_context(|| format!("{TABLE} answers no JSON"))?;
    ensure!(report["title"].is_string(), "the report has no `title`: {report}");
    ensure!(report["rows"].as_array().is_some_and(|rows| !rows.is_empty()), "the report has no `rows`: {report}");
    Ok(report)
}

/// The report as a PDF document.
pub(crate) fn document(url: &str) -> Result<Vec<u8>> {
    let response = call(url, REPORT, ARGUMENTS)?;
    expect_status(REPORT, &response, 200)?;
    let kind = response.header("content-type").unwrap_or_default();
    ensure!(kind.starts_with("application/octet-stream"), "the report has the content type `{kind}`");
    ensure!(response.body.starts_with(b"%PDF"), "the report is no PDF document");
    Ok(response.body)
}

fn unknown_month(url: &str) -> Result<()> {
    let response = call(url, REPORT, r#"{"year":2025,"month":"Brumaire"}"#)?;
    expect_status("an unknown month", &response, 400)?;
    let text = response.text();
    ensure!(text.contains("Brumaire"), "the answer to an unknown month does not name it: {text}");
    Ok(())
}

fn page(url: &str) -> Result<()> {
    let response = http::send("GET", url, "/", None).context("cannot get the page")?;
    expect_status("the page", &response, 200)?;
    let kind = response.header("content-type").unwrap_or_default();
    ensure!(kind.starts_with("text/html"), "the page has the content type `{kind}`");
    ensure!(response.text().to_ascii_lowercase().contains("<html"), "the page is no HTML");
    Ok(())
}

/// Whether the report can be had: in a cluster only some time after the start.
pub(crate) fn answers(url: &str) -> bool {
    call(url, TABLE, ARGUMENTS).is_ok_and(|response| response.status == 200)
}

fn call(url: &str, procedure: &str, arguments: &str) -> Result<Response> {
    http::send("POST", url, procedure, Some(arguments)).with_context(|| format!("cannot call {url}{procedure}"))
}

fn expect_status(what: &str, response: &Response, status: u16) -> Result<()> {
    ensure!(response.status == status, "{what}: status {} instead of {status}: {}", response.status, response.text());
    Ok(())
}

/// Prints what a build left, as its report says.
pub(crate) fn print_report(output: &Path) -> Result<()> {
    let file = output.join("report.txt");
    let report = std::fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    println!("{}", report.trim_end());
    Ok(())
}
