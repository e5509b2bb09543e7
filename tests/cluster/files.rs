//! The page: files with their types, tags and absence, straight from the binary and through the proxy.

use jitar_tests::{Example, Request};

use super::in_both_forms;

in_both_forms!(serves_the_page, knows_what_the_browser_has, answers_head, serves_nothing_else, keeps_server_code);

fn serves_the_page(example: &Example) {
    for (path, content_type, part) in [
        ("/", "text/html; charset=utf-8", "<html"),
        ("/index.html", "text/html; charset=utf-8", "<html"),
        ("/style.css", "text/css; charset=utf-8", "{"),
        ("/main.js", "text/javascript; charset=utf-8", "getMonthTable"),
        ("/favicon.svg", "image/svg+xml; charset=utf-8", "<svg"),
    ] {
        let file = example.entry().get(path);
        assert_eq!((file.status, file.header("content-type")), (200, Some(content_type)), "{path}");
        assert!(file.text().contains(part), "{path}: {}", file.text());
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}

fn knows_what_the_browser_has(example: &Example) {
    let first = example.entry().get("/style.css");
    let etag = first.header("etag").expect("an etag").to_owned();
    for (tag, status) in [(etag.as_str(), 304), ("\"other\"", 200)] {
        let again = example.entry().send(&Request::get("/style.css").header("if-none-match", tag));
        assert_eq!((again.status, again.header("etag")), (status, Some(etag.as_str())), "{tag}");
        assert_eq!(again.body.is_empty(), status == 304, "{tag}");
    }
}

fn answers_head(example: &Example) {
    let get = example.entry().get("/index.html");
    let head = example.entry().send(&Request::new("HEAD", "/index.html"));
    assert_eq!(head.status, 200);
    for name in ["content-type", "content-length", "etag"] {
        assert!(head.header(name).is_some(), "{name}");
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    assert_eq!(example.entry().send(&Request::new("HEAD", "/missing")).status, 404);
}

fn serves_nothing_else(example: &Example) {
    for path in [
        "/missing.html",
        "/Index.html",
        "/src/sales/sales.json",
        "/services/sales.json",
        "/../services/sales.json",
        "/%2e%2e/services/sales.json",
        "/..%2fservices%2fsales.json",
        "//etc/passwd",
        "/style.css/",
        "/.",
    ] {
        let answer = example.entry().get(path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert!(answer.text().ends_with("could not be found"), "{path}: {}", answer.text());
    }
}

/// Browsers get stubs of public procedures, and nothing of how they work.
fn keeps_server_code(example: &Example) {
    let stub = example.entry().get("/jitar/client/reporting/getMonthReport.js");
    assert_eq!((stub.status, stub.header("content-type")), (200, Some("text/javascript; charset=utf-8")));
    assert!(stub.text().contains("'reporting/getMonthReport'"), "{}", stub.text());
    for path in ["reporting/getMonthReport", "reporting/formatMonthReport", "sales/getMonthData"] {
        let module = example.entry().get(&format!("/jitar/client/{path}.js")).text();
        for secret in ["toSorted", "There is no month", "createPDF", "revenue"] {
            assert!(!module.contains(secret), "{path} shows `{secret}`:\n{module}");
        }
    }
    for path in ["sales/sales.json", "sales/sales.js", "utils/createPDF.js", "reporting/getMonthReport.ts"] {
        let answer = example.entry().get(&format!("/jitar/client/{path}"));
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
    }
}
