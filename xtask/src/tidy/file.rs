//! A file of the tree, with its lines seen as code.

/// A text file.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// Below the workspace, with `/`.
    pub(super) path: String,
    /// All of it.
    pub(super) text: String,
}

/// A line of Rust without comments and strings.
#[derive(Debug)]
pub(super) struct CodeLine {
    /// From 1.
    pub(super) number: usize,
    /// The code that is left.
    pub(super) code: String,
    /// Whether it belongs to tests.
    pub(super) in_test: bool,
}

impl SourceFile {
    /// A file with this path below the workspace.
    pub(super) fn new(path: String, text: String) -> Self {
        Self { path, text }
    }

    /// Whether it is a Rust module of ours: neither a case nor a fixture of a test.
    pub(super) fn is_module(&self) -> bool {
        self.has_extension("rs")
            && !["/ui/", "/fixtures/", "/golden/", "/diagnostics/cases/"].iter().any(|part| self.path.contains(part))
    }

    /// Whether the name ends with a dot and this.
    pub(super) fn has_extension(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
    }

    /// Whether all of it is test code.
    pub(super) fn is_test(&self) -> bool {
        self.path.starts_with("tests/src/") || self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    /// The lines as code.
    pub(super) fn code_lines(&self) -> Vec<CodeLine> {
        let whole_file = self.is_test();
        let mut state = State::Code;
        let mut item: Option<TestItem> = None;
        let mut lines = Vec::new();
        for (index, line) in self.text.lines().enumerate() {
            let code = strip(line, &mut state);
            if item.is_none() && code.trim_start().starts_with("#[cfg(test)]") {
                item = Some(TestItem::default());
            }
            let in_test = whole_file || item.is_some();
            if item.as_mut().is_some_and(|item| item.ends_with(&code)) {
                item = None;
            }
            lines.push(CodeLine { number: index + 1, code, in_test });
        }
        lines
    }
}

/// An item after `#[cfg(test)]`: it ends with its last brace, or with a semicolon outside of braces.
#[derive(Default)]
struct TestItem {
    depth: usize,
}

impl TestItem {
    fn ends_with(&mut self, code: &str) -> bool {
        let code = code.trim_start().strip_prefix("#[cfg(test)]").unwrap_or(code);
        for c in code.chars() {
            match c {
                '{' => self.depth += 1,
                '}' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return true;
                    }
                }
                ';' if self.depth == 0 => return true,
                _ => {}
            }
        }
        false
    }
}

/// What a line begins in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Code,
    Comment,
    String,
    /// With this number of `#`.
    RawString(usize),
}

/// The line without what stands in comments and strings.
fn strip(line: &str, state: &mut State) -> String {
    let mut code = String::new();
    let mut rest = line;
    while !rest.is_empty() {
        match *state {
            State::Code => {
                let Some((before, after, next)) = leave_code(rest) else {
                    code.push_str(rest);
                    return code;
                };
                code.push_str(before);
                rest = after;
                *state = next;
                if next == State::Code && after.is_empty() {
                    return code;
                }
            }
            State::Comment => rest = close(rest, "*/", state),
            State::RawString(n) => rest = close(rest, &format!("\"{}", "#".repeat(n)), state),
            State::String => rest = close_string(rest, state),
        }
    }
    code
}

/// Up to the next comment or string: the code before, the text after its opening, and what it is.
fn leave_code(text: &str) -> Option<(&str, &str, State)> {
    for (index, c) in text.char_indices() {
        let (before, rest) = text.split_at(index);
        match c {
            '/' if rest.starts_with("//") => return Some((before, "", State::Code)),
            '/' if rest.starts_with("/*") => return Some((before, &rest[2..], State::Comment)),
            '"' => return Some((before, &rest[1..], raw_opening(before).map_or(State::String, State::RawString))),
            '\'' if rest.starts_with("'\"'") => return Some((before, &rest[3..], State::Code)),
            '\'' if rest.starts_with("'\\\"'") => return Some((before, &rest[4..], State::Code)),
            _ => {}
        }
    }
    None
}

/// The number of `#` when the code before a quote ends in the opening of a raw string.
fn raw_opening(before: &str) -> Option<usize> {
    let without = before.trim_end_matches('#');
    let opening = without.ends_with('r') && !without.ends_with("er") && !without.ends_with("or");
    opening.then_some(before.len() - without.len())
}

fn close<'a>(text: &'a str, end: &str, state: &mut State) -> &'a str {
    match text.split_once(end) {
        Some((_, rest)) => {
            *state = State::Code;
            rest
        }
        None => "",
    }
}

fn close_string<'a>(text: &'a str, state: &mut State) -> &'a str {
    let mut escaped = false;
    for (index, c) in text.char_indices() {
        if c == '"' && !escaped {
            *state = State::Code;
            return &text[index + 1..];
        }
        escaped = c == '\\' && !escaped;
    }
    ""
}

/// Whether the code holds the word, not as a part of a longer one.
pub(super) fn has_word(code: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(index, _)| {
        let before = code[..index].chars().next_back();
        let after = code[index + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Vec<String> {
        let file = SourceFile::new("a.rs".to_owned(), text.to_owned());
        file.code_lines().into_iter().map(|line| line.code).collect()
    }

    #[test]
    fn comments_and_strings_are_left_out() {
        for (text, expected) in [
            ("a // b", vec!["a "]),
            ("a /* b\nc */ d", vec!["a ", " d"]),
            ("f(\"x // y\", z) // w", vec!["f(, z) "]),
            ("f(\"x \\\" y\") z", vec!["f() z"]),
            ("f(r#\"x \" y\n z\"#) w", vec!["f(r#", ") w"]),
            ("c == '\"' && d // e", vec!["c ==  && d "]),
            ("\"a\n b\" c", vec!["", " c"]),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
    }

    #[test]
    fn unit_tests_are_what_follows_their_attribute() {
        for (text, expected) in [
            ("a\n#[cfg(test)]\nmod tests {\nb {}\n}\nc", "-xxxx-"),
            ("#[cfg(test)]\nmod tests;\na", "xx-"),
            ("#[cfg(test)] fn f() { a }\nb", "x-"),
        ] {
            let file = SourceFile::new("a.rs".to_owned(), text.to_owned());
            let found: String = file.code_lines().iter().map(|line| if line.in_test { 'x' } else { '-' }).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn words_are_whole() {
        for (code, word, expected) in [
            ("use v8::Isolate;", "v8", true),
            ("let rusty_v8 = 1;", "v8", false),
            ("unsafe_code", "unsafe", false),
            ("unsafe { f() }", "unsafe", true),
        ] {
            assert_eq!(has_word(code, word), expected, "{code}");
        }
    }
}
