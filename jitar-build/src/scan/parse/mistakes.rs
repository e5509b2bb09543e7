//! Mistakes that the parser finds, in words for the people who wrote the file.

use swc_core::common::{Span, Spanned};
use swc_core::ecma::parser::error::{Error, SyntaxError};

use super::{Language, Problem, range};

/// Tells what is wrong, sorted by place.
pub(super) fn explain(errors: &[Error], text: &str, language: Language) -> Vec<Problem> {
    let mut problems: Vec<Problem> = errors.iter().map(|error| problem(error, text, language)).collect();
    problems.sort_by_key(|problem| problem.range);
    problems.dedup();
    problems
}

fn problem(error: &Error, text: &str, language: Language) -> Problem {
    let kind = innermost(error.kind());
    let span = error.span();
    let Some((message, help)) = common(kind) else { return Problem::quoted(span, &kind.msg()) };
    let help = help.map(str::to_owned).or_else(|| other_language(span, text, language));
    Problem { help, ..Problem::new(span, message) }
}

fn innermost(kind: &SyntaxError) -> &SyntaxError {
    match kind {
        SyntaxError::WithLabel { inner, .. } => innermost(inner.kind()),
        kind => kind,
    }
}

const UNCLOSED: &str = "something that is opened above has no end: look for a missing `)`, `]`, `}` or quote";
const STRICT: &str = "modules are always in strict mode";

/// What is wrong and the way out, for the mistakes that people make. The parser's own words do for the others.
fn common(kind: &SyntaxError) -> Option<(String, Option<&'static str>)> {
    use SyntaxError as Kind;
    let at_end = |got: &str| (got == "<eof>").then_some(UNCLOSED);
    let (message, help) = match kind {
        Kind::Expected(wanted, got) => (format!("expected {}, found {}", token(wanted), token(got)), at_end(got)),
        Kind::Unexpected { got, expected } => {
            let expected = expected.replace("identifier", "a name").replace("an a name", "a name");
            (format!("expected {expected}, found {}", token(got)), at_end(got))
        }
        Kind::Eof => ("the file ends too early".to_owned(), Some(UNCLOSED)),
        Kind::ExpectedSemi | Kind::ExpectedSemiForExprStmt { .. } | Kind::TS1005 => {
            ("expected `;` or a new line before this".to_owned(), None)
        }
        Kind::ExpectedIdent | Kind::TS1003 => ("expected a name".to_owned(), None),
        Kind::InvalidExpr | Kind::TS1109 => ("expected an expression".to_owned(), None),
        Kind::TS1110 => ("expected a type".to_owned(), None),
        Kind::UnexpectedChar { c } => (format!("the character {c:?} cannot stand here"), None),
        Kind::UnterminatedStrLit => {
            ("the string has no end".to_owned(), Some("close it on the same line, or write a template in backticks"))
        }
        Kind::UnterminatedTpl => ("the template has no end".to_owned(), Some("close it with a backtick")),
        Kind::UnterminatedRegExp => ("the regular expression has no end".to_owned(), Some("close it with `/`")),
        Kind::UnterminatedBlockComment => ("the comment has no end".to_owned(), Some("close it with `*/`")),
        Kind::UnterminatedJSXContents => ("the element has no closing tag".to_owned(), None),
        Kind::JSXExpectedClosingTag { tag } => (format!("the closing tag of `<{tag}>` is missing"), None),
        Kind::AwaitInFunction | Kind::InvalidIdentInAsync => (
            "`await` stands in a function that is not async".to_owned(),
            Some("declare the function around it with `async`"),
        ),
        Kind::ConstDeclarationsRequireInitialization => {
            ("a constant has no value".to_owned(), Some("give it a value, or declare it with `let`"))
        }
        Kind::PatVarWithoutInit => ("a destructured variable has no value".to_owned(), Some("write `= …` behind it")),
        Kind::NonTopLevelImportExport | Kind::ImportExportInScript => (
            "`import` and `export` can only stand at the top level of a module".to_owned(),
            Some("inside of functions and blocks, write `await import('…')`"),
        ),
        Kind::ReturnNotAllowed => ("`return` stands outside of a function".to_owned(), None),
        Kind::WithInStrict => ("`with` is not allowed".to_owned(), Some(STRICT)),
        Kind::LegacyOctal | Kind::LegacyDecimal => {
            ("a number begins with `0`".to_owned(), Some("write octal numbers as `0o17`, others without the `0`"))
        }
        Kind::TS1102 => ("a variable cannot be deleted".to_owned(), Some(STRICT)),
        Kind::InvalidIdentInStrict(name) => (format!("`{name}` cannot be a name"), Some(STRICT)),
        Kind::InvalidAssignTarget | Kind::NotSimpleAssign | Kind::TS2406 => {
            ("this cannot be assigned to".to_owned(), Some("assign to a variable, a member or a pattern"))
        }
        Kind::NullishCoalescingWithLogicalOp => {
            ("`??` beside `||` or `&&` needs parentheses".to_owned(), Some("write `(a ?? b) || c`"))
        }
        Kind::TS1185 => {
            ("a marker of a merge conflict is left".to_owned(), Some("choose a side, and delete the markers"))
        }
        _ => return None,
    };
    Some((message, help))
}

/// A token as it stands in the file; the parser puts some into quotes.
fn token(text: &str) -> String {
    match text {
        "<eof>" => "the end of the file".to_owned(),
        "ident" => "a name".to_owned(),
        text => format!("`{}`", text.trim_matches('\'')),
    }
}

/// Types in a file without them and elements in a file without those are no typing errors.
fn other_language(span: Span, text: &str, language: Language) -> Option<String> {
    let rest = &text[range(span).start.min(text.len())..];
    let has_elements = || text.contains("</") || text.contains("/>");
    match language {
        Language::JavaScript | Language::CommonJs if rest.starts_with(':') => {
            Some("if this is a type, let the file end in `.ts`".to_owned())
        }
        Language::TypeScript if has_elements() => Some("if this is JSX, let the file end in `.tsx`".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::refused_with_help;
    use super::*;

    #[test]
    fn common_mistakes_have_a_way_out() {
        use Language::{JavaScript, TypeScript, TypeScriptJsx};
        let cases = [
            (JavaScript, "f([1, 2;", "expected `,`, found `;`", ""),
            (JavaScript, "f(1", "expected `,`, found the end of the file", "has no end"),
            (JavaScript, "const a = ;", "expected an expression", ""),
            (JavaScript, "a b", "expected `;` or a new line before this", ""),
            (JavaScript, "let a: string", "expected `;` or a new line before this", "let the file end in `.ts`"),
            (TypeScript, "let a = <b>x</b>;", "", "let the file end in `.tsx`"),
            (JavaScript, "let a = 'b\n", "the string has no end", "on the same line"),
            (JavaScript, "let a = `b", "the template has no end", "backtick"),
            (JavaScript, "let a = /b", "the regular expression has no end", "`/`"),
            (JavaScript, "/* b", "the comment has no end", "`*/`"),
            (TypeScriptJsx, "let a = <b>x</c>;", "the closing tag of `<b>` is missing", ""),
            (JavaScript, "function f() { await g(); }", "`await` stands in a function that is not async", "`async`"),
            (JavaScript, "const a;", "a constant has no value", "`let`"),
            (JavaScript, "let { a };", "a destructured variable has no value", "= …"),
            (
                JavaScript,
                "if (a) { import 'b'; }",
                "`import` and `export` can only stand at the top level",
                "import('…')",
            ),
            (JavaScript, "with (a) {}", "`with` is not allowed", "strict mode"),
            (JavaScript, "017", "a number begins with `0`", "`0o17`"),
            (JavaScript, "delete a", "a variable cannot be deleted", "strict mode"),
            (JavaScript, "let package = 1", "`package` cannot be a name", "strict mode"),
            (JavaScript, "a() = 1", "this cannot be assigned to", "a variable"),
            (JavaScript, "a ?? b || c", "`??` beside `||` or `&&` needs parentheses", "(a ?? b)"),
            (JavaScript, "a\n<<<<<<< HEAD\nb", "a marker of a merge conflict is left", "choose a side"),
            (JavaScript, "let a = §;", "the character '§' cannot stand here", ""),
        ];
        for (language, text, message, help) in cases {
            let problems = refused_with_help(text, language);
            let is_expected = |(said, way_out): &(String, String)| said.contains(message) && way_out.contains(help);
            assert!(problems.iter().any(is_expected), "{text}: {problems:?}");
        }
    }
}
