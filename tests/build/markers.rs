//! Expectations that stand in a source, under the line that they are about: `//     ^ error[JITAR0047]`. They are taken out
//! before anything sees the source.

/// What is expected at a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Marker {
    /// Line without the markers, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Severity and code: `error[JITAR0047]`.
    pub what: String,
}

/// Takes the markers out of a text.
pub(crate) fn split(text: &str) -> (String, Vec<Marker>) {
    let (mut source, mut markers) = (String::new(), Vec::new());
    let mut line = 0;
    for written in text.split_inclusive('\n') {
        match marker(written, line) {
            Some(marker) => markers.push(marker),
            None => {
                source.push_str(written);
                line += 1;
            }
        }
    }
    (source, markers)
}

/// Puts markers into a text.
pub(crate) fn join(source: &str, markers: &[Marker]) -> String {
    let mut text = String::new();
    for (idx, line) in source.split_inclusive('\n').enumerate() {
        text.push_str(line);
        for Marker { column, what, .. } in markers.iter().filter(|marker| marker.line == idx + 1) {
            if !text.ends_with('\n') {
                text.push('\n');
            }
            // The comment's own two characters are in the way of the first two columns.
            match column.checked_sub(3) {
                Some(n_spaces) => text += &format!("//{}^ {what}\n", " ".repeat(n_spaces)),
                None => text += &format!("//~{column} {what}\n"),
            }
        }
    }
    text
}

fn marker(line: &str, above: usize) -> Option<Marker> {
    let rest = line.strip_prefix("//")?.trim_end();
    let (column, what) = match rest.strip_prefix('~') {
        Some(rest) => {
            let (column, what) = rest.split_once(' ')?;
            (column.parse().ok()?, what)
        }
        None => {
            let (spaces, what) = rest.split_once("^ ")?;
            (spaces.len() + 3, what)
        }
    };
    let is_expectation = what.starts_with("error[JITAR") || what.starts_with("warning[JITAR");
    is_expectation.then(|| Marker { line: above, column, what: what.to_owned() })
}

/// The places of diagnostics as the build prints them: file and marker, sorted.
pub(crate) fn of_frames(said: &str) -> Vec<(String, Marker)> {
    let mut found = Vec::new();
    let mut what = None;
    for line in said.lines() {
        if line.starts_with("error[") || line.starts_with("warning[") {
            what = line.split_once(": ").map(|(what, _)| what.to_owned());
        } else if let Some(place) = line.trim_start().strip_prefix("--> ") {
            let mut parts = place.rsplitn(3, ':');
            let column = parts.next().and_then(|part| part.parse().ok());
            let line = parts.next().and_then(|part| part.parse().ok());
            if let (Some(column), Some(line), Some(file), Some(what)) = (column, line, parts.next(), what.take()) {
                found.push((file.to_owned(), Marker { line, column, what }));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn markers_are_taken_out_and_put_in() {
    let text = "a\nfunction b() {}\n//       ^ error[JITAR0047]\n//~1 warning[JITAR0001]\n// c ^ d\n";
    let (source, markers) = split(text);
    assert_eq!(source, "a\nfunction b() {}\n// c ^ d\n");
    let marker = |column, what: &str| Marker { line: 2, column, what: what.to_owned() };
    assert_eq!(markers, [marker(10, "error[JITAR0047]"), marker(1, "warning[JITAR0001]")]);
    assert_eq!(join(&source, &markers), text);
}

#[test]
fn frames_say_where() {
    let said = "error[JITAR0047]: not async\n --> app/src/a.ts:2:10\n  |\n\nwarning[JITAR0090]: no place\n\nerror[JITAR0001]: x\n  --> b.ts:11:1\n";
    let found = of_frames(said);
    let marker = |line, column, what: &str| Marker { line, column, what: what.to_owned() };
    let expected = [("app/src/a.ts", marker(2, 10, "error[JITAR0047]")), ("b.ts", marker(11, 1, "error[JITAR0001]"))];
    assert_eq!(found, expected.map(|(file, marker)| (file.to_owned(), marker)));
}
