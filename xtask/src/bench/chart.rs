//! Bars of contestants as plain SVG.

use std::fmt::Write as _;

use super::measured::{Measured, OURS};
use super::table;

const WIDTH: u32 = 640;
const LABEL: u32 = 130;
const BAR: u32 = 18;
const GAP: u32 = 6;
/// Room for the number behind a bar.
const NUMBER: u32 = 90;

/// One drawing for each case with several contestants, with the case's name.
pub(super) fn charts(results: &[Measured]) -> Vec<(String, String)> {
    let mut cases: Vec<&str> = results.iter().map(|it| it.case.as_str()).filter(|case| !case.is_empty()).collect();
    cases.dedup();
    let has_several = |case: &&str| table::axes(case, results).0.len() > 1;
    cases.into_iter().filter(has_several).map(|case| (case.to_owned(), draw(case, results))).collect()
}

/// A name for a file.
pub(super) fn file_name(bench: &str, case: &str) -> String {
    let case: String =
        case.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = case.split('-').filter(|word| !word.is_empty()).collect();
    format!("{bench}-{}.svg", words.join("-"))
}

fn draw(case: &str, results: &[Measured]) -> String {
    let (subjects, quantities) = table::axes(case, results);
    let mut body = String::new();
    let mut y = 34;
    for (name, unit) in quantities {
        let bars: Vec<(&str, &Measured)> = subjects
            .iter()
            .filter_map(|subject| Some((*subject, table::find(results, case, subject, name)?)))
            .filter(|(_, measured)| measured.median().is_finite())
            .collect();
        let most = bars.iter().map(|(_, measured)| measured.median()).fold(f64::MIN_POSITIVE, f64::max);
        let better = bars.first().and_then(|(_, measured)| measured.more_is_better());
        let hint = match better {
            Some(true) => ", more is better",
            Some(false) => ", less is better",
            None => "",
        };
        y += 12;
        body.push_str(&text(8, y, "h", &format!("{name} ({unit}{hint})")));
        y += 8;
        for (subject, measured) in bars {
            let part = f64::from(WIDTH - LABEL - NUMBER) * measured.median() / most;
            let class = if subject == OURS { "o" } else { "p" };
            writeln!(
                body,
                r#"<rect class="{class}" x="{LABEL}" y="{y}" width="{:.1}" height="{BAR}"/>"#,
                part.max(1.0)
            )
            .unwrap_or_default();
            body.push_str(&text(8, y + 14, "", subject));
            let number = table::number(measured.median());
            writeln!(body, r#"<text x="{:.1}" y="{}">{number}</text>"#, f64::from(LABEL) + part + 6.0, y + 14)
                .unwrap_or_default();
            y += BAR + GAP;
        }
        y += 10;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{y}\" viewBox=\"0 0 {WIDTH} {y}\">\n\
         <style>text {{ font: 12px sans-serif; fill: #222 }} .t {{ font-size: 15px; font-weight: bold }} \
         .h {{ fill: #666 }} .o {{ fill: #d9480f }} .p {{ fill: #adb5bd }}</style>\n\
         <rect width=\"{WIDTH}\" height=\"{y}\" fill=\"#fff\"/>\n{}{body}</svg>\n",
        text(8, 24, "t", case)
    )
}

fn text(x: u32, y: u32, class: &str, text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    format!("<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{text}</text>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_for_each_contestant() {
        let results = [
            Measured::once("calls", "calls/s", 200.0).of("hello & <more>", OURS),
            Measured::once("calls", "calls/s", 100.0).of("hello & <more>", "node"),
            Measured::once("x", "ms", 1.0).of("alone", OURS),
        ];
        let charts = charts(&results);
        assert_eq!(charts.len(), 1);
        let (case, svg) = &charts[0];
        assert_eq!(case, "hello & <more>");
        assert!(svg.contains("hello &amp; &lt;more>") && svg.contains("more is better"), "{svg}");
        let widths: Vec<&str> =
            svg.lines().filter(|line| line.contains("class=\"o\"") || line.contains("class=\"p\"")).collect();
        assert!(widths[0].contains("width=\"420.0\"") && widths[1].contains("width=\"210.0\""), "{widths:?}");
        assert_eq!(file_name("rpc", "Hello, 1 kB (GET)"), "rpc-hello-1-kb-get.svg");
    }
}
