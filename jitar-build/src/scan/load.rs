//! Reads and parses files on all cores.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::diagnostics::{Code, codes};
use crate::json::{self, Malformed};
use crate::parallel;

use super::Importer;
use super::graph::Range;
use super::parse::{self, CommonJs, File, Form, Language, Options, Parsed, Problem};
use super::resolve::{Location, Package};
use super::shapes::TypeTable;

/// Levels of brackets, or operators in front of a value, that a file may have.
const MAX_NESTING: usize = 2_000;

/// A file to be loaded.
#[derive(Debug)]
pub(super) struct Request {
    /// The file.
    pub(super) location: Location,
    /// What imports it first; `None` for the files of the source folder.
    pub(super) importer: Option<Importer>,
}

/// What became of a file.
pub(super) enum Outcome {
    /// It could not be read.
    Unreadable(String),
    /// It has mistakes.
    Invalid { text: Arc<str>, code: &'static Code, problems: Vec<Problem> },
    /// It is not an ES module, and has to be one.
    CommonJs { text: Arc<str>, marker: Range },
    /// It can be used.
    Loaded { text: Arc<str>, content: Content },
}

/// Content of a module.
pub(super) enum Content {
    /// Code.
    JavaScript(Box<Parsed>),
    /// Code that is written for `require`.
    CommonJs(CommonJs),
    /// Data.
    Json,
}

/// Loads the files on all cores; outcomes are in the order of the requests. `options` are those of the application's own
/// modules, packages are compiled with the defaults.
pub(super) fn load_all(requests: &[Request], options: &Options) -> Vec<Outcome> {
    parallel::map(requests, |request| load(&request.location, options))
}

/// Reads files of TypeScript for their types only; `None` for what is no such file or has mistakes.
pub(super) fn load_types(files: &[Utf8PathBuf]) -> Vec<Option<(Arc<str>, TypeTable)>> {
    parallel::map(files, |file| {
        let language = Language::of(file).filter(|language| language.is_typescript())?;
        let text = without_mark(&crate::fs::read(file).ok()?);
        if nested_too_deeply(&text).is_some() {
            return None;
        }
        let table = catch_unwind(|| parse::types_of(&text, language)).ok()??;
        Some((text, table))
    })
}

fn without_mark(text: &str) -> Arc<str> {
    Arc::from(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn load(location: &Location, options: &Options) -> Outcome {
    let text: Arc<str> = match crate::fs::read(&location.file) {
        Ok(text) => without_mark(&text),
        Err(error) => return Outcome::Unreadable(error.to_string()),
    };
    match Language::of(&location.file) {
        Some(Language::Json) => load_json(text),
        Some(language) => match &location.package {
            None => load_javascript(text, language, options, Form::Module),
            Some(package) => load_javascript(text, language, &Options::of_packages(), form(location, package)),
        },
        None => Outcome::Invalid {
            text,
            code: &codes::UNSUPPORTED_FILE,
            problems: vec![Problem::at(Range::default(), "this file cannot be a module")],
        },
    }
}

fn load_json(text: Arc<str>) -> Outcome {
    match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
        Ok(_) => Outcome::Loaded { text, content: Content::Json },
        Err(error) => {
            let problem = json_mistake(&text, &error);
            Outcome::Invalid { text, code: &codes::INVALID_JSON_MODULE, problems: vec![problem] }
        }
    }
}

/// How Node tells the module systems of packages apart, but that a file's own syntax goes before `package.json`.
fn form(location: &Location, package: &Package) -> Form {
    match location.file.extension() {
        Some("cjs") => Form::CommonJs,
        Some("js") if package.is_module => Form::ModuleUnlessMarked,
        Some("js") => Form::CommonJsUnlessModule,
        _ => Form::Module,
    }
}

fn load_javascript(text: Arc<str>, language: Language, options: &Options, form: Form) -> Outcome {
    if let Some(problem) = nested_too_deeply(&text) {
        return Outcome::Invalid { text, code: &codes::SYNTAX, problems: vec![problem] };
    }
    // The parser asserts in places; one odd file must not take the messages about all others with it.
    let parsed = catch_unwind(AssertUnwindSafe(|| parse::parse(&text, language, options, form))).unwrap_or_else(|_| {
        let message = "the parser failed on this file; please report it with the file".to_owned();
        Err(vec![Problem::at(Range::default(), message)])
    });
    match parsed {
        Ok(File::Module(parsed)) => match parsed.commonjs {
            Some(marker) => Outcome::CommonJs { text, marker },
            None => Outcome::Loaded { text, content: Content::JavaScript(parsed) },
        },
        Ok(File::CommonJs(content)) => Outcome::Loaded { text, content: Content::CommonJs(content) },
        Err(problems) => Outcome::Invalid { text, code: &codes::SYNTAX, problems },
    }
}

/// The parser and everything after it recurse, so what nests deeper than any real code is refused before. Brackets in texts
/// and comments count as well: it is only a guard.
fn nested_too_deeply(text: &str) -> Option<Problem> {
    let (mut depth, mut prefixes) = (0_usize, 0_usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        prefixes = match byte {
            b'!' | b'~' | b'+' | b'-' => prefixes + 1,
            byte if byte.is_ascii_whitespace() => prefixes,
            _ => 0,
        };
        if depth > MAX_NESTING || prefixes > MAX_NESTING {
            let range = Range { start: at, end: at + 1 };
            let message = format!("code that nests more than {MAX_NESTING} levels deep cannot be compiled");
            return Some(Problem::at(range, message));
        }
    }
    None
}

/// What is wrong with a JSON text that was refused, and where.
pub(super) fn json_mistake(text: &str, error: &serde_json::Error) -> Problem {
    let Malformed { message, offset } = json::parse(text).err().unwrap_or_else(|| {
        // What is JSON and yet refused nests deeper than anything should.
        let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let offset = crate::diagnostics::floor_char_boundary(text, line_start + error.column().saturating_sub(1));
        Malformed { message: "the values are nested too deeply".to_owned(), offset }
    });
    let length = text[offset..].chars().next().map_or(0, char::len_utf8);
    let help = message.contains("comments").then(|| "remove the comment".to_owned());
    Problem { help, ..Problem::at(Range { start: offset, end: offset + length }, message) }
}
