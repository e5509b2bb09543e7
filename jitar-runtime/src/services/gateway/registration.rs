//! Bodies of the requests about workers, checked with the rules and texts of spec 1.8.

use jitar_engine::manifest::Version;
use serde_json::{Map, Value, json};
use url::Url;

use super::announcement::Extras;
use crate::execution::PresentedKey;
use crate::services::{RegistrationError, WorkerState};

/// Procedures of one worker.
const MAX_PROCEDURES: usize = 10_000;

/// Bytes of a procedure's name.
const MAX_NAME: usize = 512;

/// Fields of every registration.
const FIELDS: [&str; 3] = ["url", "procedureNames", "trustKey"];

/// Fields that only peers of ours send.
const EXTRA_FIELDS: [&str; 6] = ["format", "versions", "flags", "weight", "direct", "listen"];

/// A worker that wants to be registered.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    /// Address under which the gateway reaches it.
    pub(crate) url: Url,
    /// The procedures that it runs.
    pub(crate) procedure_names: Vec<String>,
    /// The key that lets it in.
    pub(crate) trust_key: Option<PresentedKey>,
    /// What only workers of ours say.
    pub(crate) extras: Option<Extras>,
}

impl Registration {
    /// What every worker says.
    pub(crate) fn new(url: Url, procedure_names: Vec<String>, trust_key: Option<PresentedKey>) -> Self {
        Self { url, procedure_names, trust_key, extras: None }
    }

    /// Reads a registration.
    ///
    /// # Errors
    /// When the body is not what it must be; all problems at once.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, RegistrationError> {
        Self::read(Fields::read(body, &[&FIELDS])?, None)
    }

    /// Reads a registration of a peer of ours, or what such a peer says about itself.
    ///
    /// # Errors
    /// As [`Registration::from_json`].
    pub(crate) fn from_peer(body: &[u8]) -> Result<Self, RegistrationError> {
        let mut fields = Fields::read(body, &[&FIELDS, &EXTRA_FIELDS])?;
        let extras = fields.extras();
        Self::read(fields, extras)
    }

    fn read(mut fields: Fields, extras: Option<Extras>) -> Result<Self, RegistrationError> {
        let url = fields.url("url");
        let procedure_names = fields.names("procedureNames");
        let trust_key = fields.optional_text("trustKey").map(PresentedKey::new);
        match (url, procedure_names) {
            (Some(url), Some(procedure_names)) if fields.problems.is_empty() => {
                Ok(Self { url, procedure_names, trust_key, extras })
            }
            _ => Err(RegistrationError::Invalid(fields.problems)),
        }
    }

    /// The body that every gateway understands.
    pub(crate) fn to_json(&self) -> String {
        self.with_key(self.common()).to_string()
    }

    /// The body for a gateway of ours.
    pub(crate) fn to_peer_json(&self) -> String {
        self.with_key(self.announcement()).to_string()
    }

    /// What this worker says about itself, without the key.
    pub(crate) fn announcement(&self) -> Value {
        let mut body = self.common();
        let extras = serde_json::to_value(self.extras.as_ref()).unwrap_or_default();
        if let (Some(body), Value::Object(extras)) = (body.as_object_mut(), extras) {
            body.extend(extras);
        }
        body
    }

    fn common(&self) -> Value {
        json!({ "url": self.url.as_str().trim_end_matches('/'), "procedureNames": self.procedure_names })
    }

    fn with_key(&self, mut body: Value) -> Value {
        if let Some(key) = &self.trust_key {
            body["trustKey"] = Value::from(key.reveal());
        }
        body
    }

    /// The versions of a procedure; none if the worker does not say.
    pub(super) fn versions_of(&self, fqn: &str) -> Option<&[Version]> {
        self.extras.as_ref().map(|extras| extras.versions_of(fqn))
    }

    /// Whether other workers may call it without a gateway between.
    pub(crate) fn is_direct(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| extras.direct)
    }

    /// Where calls go: to a socket of this machine, if there is one.
    pub(super) fn node(&self) -> Url {
        let socket = self.extras.as_ref().and_then(|extras| extras.listen.as_ref());
        socket.and_then(|listen| listen.parse().ok()).unwrap_or_else(|| self.url.clone())
    }
}

/// Reads a report: `{"state": "available"}`. Other members are ignored.
///
/// # Errors
/// When there is no state, or none of the five.
pub(crate) fn read_state(body: &[u8]) -> Result<WorkerState, RegistrationError> {
    let body = read_object(body)?;
    match body.get("state") {
        None => Err(RegistrationError::Invalid(vec!["Field 'state' is required".to_owned()])),
        Some(Value::String(state)) => state.parse(),
        Some(_) => Err(RegistrationError::InvalidState),
    }
}

fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// A body whose fields are taken one by one; what is wrong with them is collected.
struct Fields {
    values: Map<String, Value>,
    problems: Vec<String>,
}

impl Fields {
    fn read(body: &[u8], known: &[&[&str]]) -> Result<Self, RegistrationError> {
        let values = read_object(body)?;
        let is_known = |key: &String| known.iter().any(|names| names.contains(&key.as_str()));
        let unknown = values.keys().filter(|key| !is_known(key));
        let problems = unknown.map(|key| format!("Unknown field '{key}'")).collect();
        Ok(Self { values, problems })
    }

    fn problem<T>(&mut self, text: String) -> Option<T> {
        self.problems.push(text);
        None
    }

    fn required(&mut self, key: &str) -> Option<Value> {
        match self.values.remove(key) {
            Some(value) => Some(value),
            None => self.problem(format!("Field '{key}' is required")),
        }
    }

    fn url(&mut self, key: &str) -> Option<Url> {
        let value = self.required(key)?;
        let url = value.as_str().and_then(|text| text.parse::<Url>().ok());
        match url {
            Some(url) if is_http(&url) && url.has_host() && url.username().is_empty() => Some(url),
            _ => self.problem(format!("Field '{key}' is not a valid URL")),
        }
    }

    fn names(&mut self, key: &str) -> Option<Vec<String>> {
        let Value::Array(items) = self.required(key)? else {
            return self.problem(format!("Field '{key}' is not a list"));
        };
        if items.len() > MAX_PROCEDURES {
            return self.problem(format!("Field '{key}' has more than {MAX_PROCEDURES} items"));
        }
        let mut names = Vec::with_capacity(items.len());
        for (idx, item) in items.into_iter().enumerate() {
            match item {
                Value::String(name) if (1..=MAX_NAME).contains(&name.len()) => names.push(name),
                Value::String(_) => self.problems.push(format!("Field '{key}.{idx}' is not a procedure's name")),
                _ => self.problems.push(format!("Field '{key}.{idx}' is not a string")),
            }
        }
        Some(names)
    }

    fn extras(&mut self) -> Option<Extras> {
        let members = EXTRA_FIELDS.iter().filter_map(|name| Some(((*name).to_owned(), self.values.remove(*name)?)));
        let extras: Map<String, Value> = members.collect();
        match serde_json::from_value::<Extras>(Value::from(extras)) {
            Ok(extras) => {
                self.problems.extend(extras.problems());
                Some(extras)
            }
            Err(error) => self.problem(format!("the announcement is not understood: {error}")),
        }
    }

    fn optional_text(&mut self, key: &str) -> Option<String> {
        match self.values.remove(key)? {
            Value::String(text) => Some(text),
            _ => self.problem(format!("Field '{key}' is not a string")),
        }
    }
}

fn read_object(body: &[u8]) -> Result<Map<String, Value>, RegistrationError> {
    let invalid = |text: String| RegistrationError::Invalid(vec![text]);
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(invalid("the request body must be a JSON object".to_owned())),
        Err(error) => Err(invalid(format!("the request body is not valid JSON: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_every_problem() {
        let cases = [
            ("", "Field 'url' is required\nField 'procedureNames' is required"),
            ("{}", "Field 'url' is required\nField 'procedureNames' is required"),
            (
                r#"{"x":1,"url":5,"procedureNames":{}}"#,
                "Unknown field 'x'\nField 'url' is not a valid URL\nField 'procedureNames' is not a list",
            ),
            (
                r#"{"url":"http://h:1","procedureNames":["a",2,""]}"#,
                "Field 'procedureNames.1' is not a string\nField 'procedureNames.2' is not a procedure's name",
            ),
            (r#"{"url":"http://h:1","procedureNames":[],"trustKey":null}"#, "Field 'trustKey' is not a string"),
            (r#"{"url":"file:///etc/passwd","procedureNames":[]}"#, "Field 'url' is not a valid URL"),
            (r#"{"url":"https://","procedureNames":[]}"#, "Field 'url' is not a valid URL"),
            ("[]", "the request body must be a JSON object"),
            ("{", "the request body is not valid JSON: EOF while parsing an object at line 1 column 1"),
        ];
        for (body, expected) in cases {
            let error = Registration::from_json(body.as_bytes()).err().map(|error| error.to_string());
            assert_eq!(error.as_deref(), Some(expected), "{body}");
        }
    }

    #[test]
    fn reads_what_it_writes() {
        for key in [None, Some("secret")] {
            let url = "http://127.0.0.1:3001".parse().expect("a URL");
            let written = Registration::new(url, vec!["a/b".to_owned()], key.map(PresentedKey::new));
            let read = Registration::from_json(written.to_json().as_bytes()).expect("valid");
            assert_eq!((read.url, read.procedure_names), (written.url, written.procedure_names));
            assert_eq!(read.trust_key.as_ref().map(PresentedKey::reveal), key);
        }
    }

    #[test]
    fn peers_say_more() {
        let url = "http://127.0.0.1:3001".parse().expect("a URL");
        let mut written = Registration::new(url, vec!["f".to_owned(), "g".to_owned()], None);
        let versions = [("f".to_owned(), vec![Version::new(1, 0, 0), Version::new(2, 0, 0)])].into();
        let flags = [("f:2.0.0".to_owned(), vec!["idempotent".to_owned(), "new".to_owned()])].into();
        let listen = Some("unix:/run/w.sock".to_owned());
        written.extras = Some(Extras { versions, flags, weight: 3, direct: true, listen, ..Extras::default() });
        let read = Registration::from_peer(written.to_peer_json().as_bytes()).expect("valid");
        assert_eq!(read.extras, written.extras);
        assert_eq!(read.versions_of("g"), Some(&[Version::new(0, 0, 0)][..]));
        let extras = read.extras.as_ref().expect("said");
        assert!(extras.is_idempotent("f", Version::new(2, 0, 0)) && !extras.is_idempotent("f", Version::new(1, 0, 0)));
        assert_eq!(read.node().as_str(), "unix:/run/w.sock");
        let refused = Registration::from_json(written.to_peer_json().as_bytes()).expect_err("only for peers");
        assert!(refused.to_string().starts_with("Unknown field 'format'"), "{refused}");

        let cases = [
            (r#"{"format":2}"#, "Field 'format' is 2, this gateway knows 1"),
            (r#"{"format":1,"weight":0}"#, "Field 'weight' is not between 1 and 1000"),
            (r#"{"format":1,"versions":{"f":[]}}"#, "Field 'versions.f' has not between 1 and 100 items"),
            (r#"{"format":1,"listen":"unix:x"}"#, "Field 'listen' is not 'unix:' with the path of a socket"),
            (
                r#"{"format":1,"versions":{"f":["x"]}}"#,
                "the announcement is not understood: Invalid version number 'x'",
            ),
        ];
        for (body, expected) in cases {
            let error = Registration::from_peer(body.as_bytes()).expect_err(body).to_string();
            assert!(error.lines().any(|line| line.starts_with(expected)), "{body}: {error}");
        }
    }

    #[test]
    fn reads_reports() {
        let cases = [
            (r#"{"state":"available","x":1}"#, Ok(WorkerState::Available)),
            (r#"{"state":"stopped"}"#, Ok(WorkerState::Stopped)),
            (r#"{"state":"fine"}"#, Err("Invalid state value")),
            (r#"{"state":1}"#, Err("Invalid state value")),
            ("", Err("Field 'state' is required")),
        ];
        for (body, expected) in cases {
            let state = read_state(body.as_bytes()).map_err(|error| error.to_string());
            assert_eq!(state, expected.map_err(str::to_owned), "{body}");
        }
    }
}
