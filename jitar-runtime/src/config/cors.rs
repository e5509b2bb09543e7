//! `cors`: which web pages of other origins may call this service.

use std::time::Duration;

use url::{Origin, Url};

use super::fields::{Fields, Spanned};

/// Longest time for which a browser may remember an answer: a day, and no browser takes more.
const LONGEST: u64 = 86_400;

/// Which web pages of other origins may call this service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsConfig {
    /// Who may.
    pub origins: Origins,
    /// Methods that may be used, in upper case.
    pub methods: Vec<String>,
    /// Request headers that may be sent, in lower case; `*` stands for all.
    pub headers: Vec<String>,
    /// Response headers that pages may read, in lower case; `*` stands for all.
    pub exposed: Vec<String>,
    /// Whether pages may send cookies and the like.
    pub credentials: bool,
    /// How long a browser may remember the answer to a preflight.
    pub max_age: Duration,
}

/// Origins that may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// All of them.
    Any,
    /// Only these, as browsers write them: `https://example.com:8443`.
    These(Vec<String>),
}

/// Methods that pages may use when nothing is said.
const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "OPTIONS"];

/// What every client of ours sends; no setting takes these away.
const HEADERS: [&str; 4] = ["content-type", "x-jitar-data-encoding", "x-jitar-procedure-version", "x-request-id"];

/// What every client of ours reads.
const EXPOSED: [&str; 2] = ["x-jitar-content-type", "x-request-id"];

/// Reads the settings.
pub(super) fn read(mut fields: Fields<'_>) -> CorsConfig {
    fields.require(&["origins"]);
    let written = fields.texts(&["origins"]);
    let origins = read_origins(&fields, &written);
    let methods = read_methods(&mut fields);
    let headers = read_names(&mut fields, "headers", &HEADERS);
    let exposed = read_names(&mut fields, "exposed", &EXPOSED);
    let credentials = fields.boolean(&["credentials"]).unwrap_or(false);
    let wildcard = [&headers, &exposed].iter().any(|names| names.iter().any(|name| name == "*"));
    if let Some(at) = fields.position("credentials").filter(|_| credentials && (origins == Origins::Any || wildcard)) {
        // Browsers take `*` literally then, and a list of everybody would hand out every user's data.
        fields.problem(at, "'cors.credentials' needs named 'origins', 'headers' and 'exposed', without \"*\"");
    }
    let max_age = fields.integer("maxAge", &(0..=LONGEST)).map_or(Duration::from_mins(10), Duration::from_secs);
    fields.finish();
    CorsConfig { origins, methods, headers, exposed, credentials, max_age }
}

fn read_origins(fields: &Fields<'_>, written: &[Spanned<String>]) -> Origins {
    if written.iter().any(|origin| origin.value == "*") {
        if let Some(other) = written.iter().find(|origin| origin.value != "*") {
            fields.problem(other.at, format!("'{}' stands beside \"*\", which means all origins", other.value));
        }
        return Origins::Any;
    }
    let mut origins = Vec::new();
    for origin in written {
        match parse_origin(&origin.value) {
            Some(origin) => origins.push(origin),
            None => fields.problem(
                origin.at,
                format!("'{}' is not an origin such as https://example.com, and not \"*\"", origin.value),
            ),
        }
    }
    Origins::These(origins)
}

/// As browsers write it: lower case, without a default port and without a path.
fn parse_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_bare = url.path().len() <= 1 && url.query().is_none() && url.fragment().is_none();
    match url.origin() {
        origin @ Origin::Tuple(..) if is_bare && url.username().is_empty() => Some(origin.ascii_serialization()),
        _ => None,
    }
}

fn read_methods(fields: &mut Fields<'_>) -> Vec<String> {
    let written = fields.texts(&["methods"]);
    if written.is_empty() {
        return METHODS.map(str::to_owned).to_vec();
    }
    for method in written.iter().filter(|method| !METHODS.contains(&method.value.to_ascii_uppercase().as_str())) {
        let known = METHODS.join(", ");
        fields.problem(method.at, format!("'{}' is no method that services answer; those are {known}", method.value));
    }
    written.into_iter().map(|method| method.value.to_ascii_uppercase()).collect()
}

/// Names of headers, with those that are always there.
fn read_names(fields: &mut Fields<'_>, name: &'static str, always: &[&str]) -> Vec<String> {
    let written = fields.texts(&[name]);
    for header in written.iter().filter(|header| !is_name(&header.value)) {
        fields.problem(header.at, format!("'{}' is not the name of a header", header.value));
    }
    let mut names: Vec<String> = always.iter().map(|name| (*name).to_owned()).collect();
    for header in written {
        let header = header.value.to_ascii_lowercase();
        if !names.contains(&header) {
            names.push(header);
        }
    }
    names
}

/// A token (RFC 9110, 5.6.2); `*` is one, too.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_do() {
        let cases = [
            ("https://example.com", Some("https://example.com")),
            ("https://Example.com:443/", Some("https://example.com")),
            ("http://localhost:5173", Some("http://localhost:5173")),
            ("https://example.com/path", None),
            ("https://user@example.com", None),
            ("https://example.com?x", None),
            ("example.com", None),
            ("null", None),
            ("file:///x", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_origin(text).as_deref(), expected, "{text}");
        }
    }
}
