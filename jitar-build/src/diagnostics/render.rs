//! Diagnostics as text: one line for cargo, and frames in the manner of rustc for people.

use std::ops;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use camino::Utf8Path;

use super::{Diagnostic, Diagnostics, Label, Severity, floor_char_boundary};

/// Whether frames are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// With escape sequences, for a terminal.
    Terminal,
    /// Plain text.
    Plain,
}

/// `path:line:column: message` on one line; paths below `base` are shown relative to it.
pub(crate) fn line(diagnostic: &Diagnostic, base: &Utf8Path) -> String {
    let message = diagnostic.message.replace(['\n', '\r'], " ");
    match diagnostic.primary() {
        None => message,
        Some(label) => {
            let position = label.position();
            format!("{}:{}:{}: {message}", shown(&label.file, base), position.line, position.column)
        }
    }
}

/// All frames, separated by empty lines.
pub(crate) fn frames(diagnostics: &Diagnostics, base: &Utf8Path, colour: Colour) -> String {
    let renderer = match colour {
        Colour::Terminal => Renderer::styled(),
        Colour::Plain => Renderer::plain(),
    };
    diagnostics.iter().map(|diagnostic| renderer.render(&[group(diagnostic, base)]) + "\n\n").collect()
}

fn group<'a>(diagnostic: &'a Diagnostic, base: &'a Utf8Path) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.id);
    let group = Group::with_title(title).elements(by_file(&diagnostic.labels).map(|labels| snippet(labels, base)));
    match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}

/// Neighbouring labels of one file share a frame.
fn by_file(labels: &[Label]) -> impl Iterator<Item = &[Label]> {
    labels.chunk_by(|left, right| left.file == right.file)
}

fn snippet<'a>(labels: &'a [Label], base: &'a Utf8Path) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let first = &labels[0];
    let annotations = labels.iter().map(|label| {
        let kind = if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(span(label));
        if label.message.is_empty() { annotation } else { annotation.label(label.message.as_str()) }
    });
    Snippet::source(&*first.text).path(shown(&first.file, base)).annotations(annotations)
}

/// The label's bytes, moved into the text and onto character boundaries.
fn span(label: &Label) -> ops::Range<usize> {
    let start = floor_char_boundary(&label.text, label.range.start);
    let end = floor_char_boundary(&label.text, label.range.end);
    start..end.max(start)
}

fn shown<'a>(file: &'a Utf8Path, base: &Utf8Path) -> &'a str {
    file.strip_prefix(base).unwrap_or(file).as_str()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostics::{Range, codes};

    fn example() -> Diagnostic {
        let segment: Arc<str> = Arc::from("{ \"./a\": { \"default\": {} } }");
        let module: Arc<str> = Arc::from("// ü\nexport default function a() {}\n");
        Diagnostic::error(&codes::NOT_ASYNC, "the procedure `a` is not async")
            .label(Utf8Path::new("/p/app/segments/s.json"), &segment, Range { start: 11, end: 20 }, "named here")
            .label(Utf8Path::new("/p/app/src/a.ts"), &module, Range { start: 30, end: 31 }, "declared here")
            .help("write `async function a`")
    }

    #[test]
    fn the_line_names_file_line_and_column() {
        assert_eq!(line(&example(), Utf8Path::new("/p")), "app/segments/s.json:1:12: the procedure `a` is not async");
        assert_eq!(line(&Diagnostic::error(&codes::MISSING_APP, "a\nb"), Utf8Path::new("/p")), "a b");
    }

    #[test]
    fn the_frame_shows_both_files_and_the_help() {
        let frame = frames(&example().into(), Utf8Path::new("/p"), Colour::Plain);
        for part in [
            "error[JITAR0047]: the procedure `a` is not async",
            "--> app/segments/s.json:1:12",
            "::: app/src/a.ts:2:",
            "^^^^^^^^^ named here",
            "declared here",
            "help: write `async function a`",
        ] {
            assert!(frame.contains(part), "{part} is missing in\n{frame}");
        }
        assert!(!frame.contains('\u{1b}'));
        assert!(frames(&example().into(), Utf8Path::new("/p"), Colour::Terminal).contains('\u{1b}'));
    }

    #[test]
    fn places_outside_the_text_do_not_panic() {
        let text: Arc<str> = Arc::from("ü");
        for (start, end) in [(1, 1), (0, 99), (99, 100), (2, 1)] {
            let diagnostic =
                Diagnostic::warning(&codes::SYNTAX, "x").label(Utf8Path::new("/a"), &text, Range { start, end }, "");
            assert!(frames(&diagnostic.into(), Utf8Path::new("/"), Colour::Plain).contains("warning[JITAR0001]: x"));
        }
    }
}
