//! What every file must look like: headers, sizes, and words that may not stay.

use super::Finding;
use super::file::{CodeLine, SourceFile, has_word};

/// Lines that a file may have without a reason, and at most.
const SIZE: usize = 500;
const LARGEST: usize = 800;

/// Files over [`SIZE`] lines, each with the reason why it is one page all the same.
const LONG: [(&str, &str); 1] =
    [("jitar-build/src/embed.rs", "the layout of the output folder, and beside it the test that shows all of it")];

/// Files whose tests may wait without a condition, each with the reason.
const SLEEPERS: [(&str, &str); 1] = [("tests/src/", "the harness polls a condition until its deadline")];

/// Lines of a header, except of crate roots.
const HEADER: usize = 5;

/// Findings of one file.
pub(super) fn check(file: &SourceFile) -> Vec<Finding> {
    let mut report = Report { file, findings: Vec::new() };
    leftovers(&mut report);
    if file.is_module() {
        header(&mut report);
        let lines = file.code_lines();
        code(&mut report, &lines);
        error_sections(&mut report, &lines);
    }
    if file.is_module() || file.path.starts_with("jitar-engine/src/js/") {
        size(&mut report);
    }
    report.findings
}

struct Report<'a> {
    file: &'a SourceFile,
    findings: Vec<Finding>,
}

impl Report<'_> {
    fn add(&mut self, line: usize, message: impl Into<String>) {
        self.findings.push(Finding { path: self.file.path.clone(), line, message: message.into() });
    }
}

/// Words that mean unfinished work, and paths of a machine.
fn leftovers(report: &mut Report<'_>) {
    // Put together here, so that this file does not find itself.
    let unfinished = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let machine = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/ho", "me/")];
    if report.file.path == "Cargo.lock" {
        return;
    }
    for (index, line) in report.file.text.lines().enumerate() {
        if let Some(word) = unfinished.iter().find(|word| has_word(line, word)) {
            report.add(index + 1, format!("`{word}`: finish it, or open an issue"));
        }
        if let Some(path) = machine.iter().find(|path| names_path(line, path)) {
            report.add(index + 1, format!("`{path}` is a path of one machine"));
        }
    }
}

/// Whether the line holds the absolute path, and not a longer relative one or a URL's.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(index, _)| {
        let before = line[..index].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-~/})>".contains(c))
    })
}

fn header(report: &mut Report<'_>) {
    let text = report.file.text.strip_prefix("#![").map_or(report.file.text.as_str(), |_| "");
    let n_lines = text.lines().take_while(|line| line.starts_with("//!")).count();
    let is_root = ["/lib.rs", "/main.rs"].iter().any(|name| report.file.path.ends_with(name));
    if n_lines == 0 {
        report.add(1, "a module opens with `//!` and what it is for");
    } else if n_lines > HEADER && !is_root {
        report.add(n_lines, format!("a header has at most {HEADER} lines; explain at the items"));
    }
}

fn size(report: &mut Report<'_>) {
    let n_lines = report.file.text.lines().count();
    let has_reason = LONG.iter().any(|(path, _)| *path == report.file.path);
    if n_lines > LARGEST {
        report.add(n_lines, format!("{n_lines} lines; over {LARGEST} a file is split"));
    } else if n_lines > SIZE && !has_reason {
        report.add(n_lines, format!("{n_lines} lines; over {SIZE} a file wants a reason in xtask/src/tidy/text.rs"));
    }
}

fn code(report: &mut Report<'_>, lines: &[CodeLine]) {
    let may_sleep = SLEEPERS.iter().any(|(start, _)| report.file.path.starts_with(start));
    for CodeLine { number, code, in_test } in lines {
        for (macro_name, what) in [("todo", "finish it"), ("unimplemented", "finish it"), ("dbg", "remove it")] {
            if has_word(code, macro_name) && code.contains(&format!("{macro_name}!")) {
                report.add(*number, format!("`{macro_name}!`: {what}"));
            }
        }
        if code.contains("#[ignore") {
            report.add(*number, "a test that never runs tests nothing");
        }
        if *in_test && !may_sleep && has_word(code, "sleep") && code.contains("sleep(") {
            report.add(*number, "a test waits on a condition with a deadline, not for a time");
        }
    }
}

/// Public fallible functions at the doors of the two crates that users name say when they fail.
fn error_sections(report: &mut Report<'_>, lines: &[CodeLine]) {
    const DOORS: [&str; 3] = ["jitar-build/src/lib.rs", "jitar-build/src/builder.rs", "jitar-runtime/src/lib.rs"];
    if !DOORS.contains(&report.file.path.as_str()) {
        return;
    }
    let source: Vec<&str> = report.file.text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let is_function =
            line.code.trim_start().starts_with("pub fn ") || line.code.trim_start().starts_with("pub async fn ");
        if !is_function || line.in_test {
            continue;
        }
        let signature: String =
            lines[index..].iter().map(|line| line.code.as_str()).take_while(|code| !code.trim().is_empty()).collect();
        let signature = signature.split('{').next().unwrap_or_default();
        let mut above = source[..index].iter().rev().take_while(|line| line.trim_start().starts_with(['/', '#']));
        if signature.contains("-> Result<") && !above.any(|line| line.contains("# Errors")) {
            report.add(line.number, "a public function that can fail has a section `# Errors`");
        }
    }
}

/// Diagnostic codes are never used for two things.
pub(super) fn unique_codes(files: &[SourceFile]) -> Vec<Finding> {
    let Some(file) = files.iter().find(|file| file.path == "jitar-build/src/diagnostics/codes.rs") else {
        return Vec::new();
    };
    let mut report = Report { file, findings: Vec::new() };
    let mut seen: Vec<&str> = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let Some(code) = defined_code(line) else { continue };
        if seen.contains(&code) {
            report.add(index + 1, format!("`{code}` is defined twice"));
        }
        seen.push(code);
    }
    report.findings
}

/// The code of a line such as `SYNTAX = "JITAR0001", "title";`.
fn defined_code(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("= \"JITAR")?;
    let n_digits = rest.chars().take_while(char::is_ascii_digit).count();
    let start = line.len() - rest.len() - "JITAR".len();
    (n_digits == 4).then(|| &line[start..start + "JITAR".len() + n_digits])
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;

    #[test]
    fn words_that_may_not_stay() {
        for (code, found) in [
            (concat!("// TO", "DO: later"), 1),
            (concat!("fn f() { to", "do!() }"), 1),
            (concat!("#[ign", "ore]"), 1),
            (concat!("let path = \"/ro", "ot/x\";"), 1),
            (concat!("// see <https://example.org/wo", "rk/x>"), 0),
            ("fn sleep_well() { thread::sleep(x) }", 0),
            ("#[cfg(test)] fn f() { thread::sleep(x) }", 1),
        ] {
            assert_eq!(findings("jitar-build/src/a.rs", &format!("//! X.\n{code}\n")).len(), found, "{code}");
        }
    }

    #[test]
    fn headers_and_sizes() {
        let long = |n: usize| format!("//! X.\n{}", "\n".repeat(n - 1));
        for (text, found) in [
            ("fn f() {}\n".to_owned(), 1),
            ("//! X.\n".to_owned(), 0),
            ("//! X.\n".repeat(6), 1),
            (long(500), 0),
            (long(501), 1),
            (long(801), 1),
        ] {
            assert_eq!(findings("jitar-build/src/a.rs", &text).len(), found, "{text:.40}");
        }
        assert_eq!(findings("jitar-build/src/lib.rs", &"//! X.\n".repeat(40)), Vec::<String>::new());
        assert_eq!(findings("jitar-macros/tests/ui/fail/a.rs", "fn f() {}\n"), Vec::<String>::new());
    }

    #[test]
    fn error_sections_at_the_doors() {
        let documented =
            "//! X.\n/// Builds.\n///\n/// # Errors\n/// Always.\npub fn build() -> Result<(), Error> {}\n";
        let bare = "//! X.\n/// Builds.\npub fn build(\n    a: A,\n) -> Result<(), Error> {}\n";
        assert_eq!(findings("jitar-build/src/builder.rs", documented).len(), 0);
        assert_eq!(findings("jitar-build/src/builder.rs", bare).len(), 1);
        assert_eq!(findings("jitar-build/src/link/mod.rs", bare).len(), 0);
    }

    #[test]
    fn codes_are_unique() {
        assert_eq!(defined_code("    SYNTAX = \"JITAR0001\", \"x\";"), Some("JITAR0001"));
        assert_eq!(defined_code("/// See JITAR0001"), None);
        let text = "//! X.\nA = \"JITAR0001\", \"x\";\nB = \"JITAR0002\", \"y\";\nC = \"JITAR0001\", \"z\";\n";
        assert_eq!(findings("jitar-build/src/diagnostics/codes.rs", text), ["4: `JITAR0001` is defined twice"]);
    }
}
