//! Bodies of the requests about workers, checked with the rules and texts of spec 1.8.

use serde_json::{Map, Value, json};
use url::Url;

use crate::execution::PresentedKey;
use crate::services::{RegistrationError, WorkerState};

/// Procedures of one worker.
const MAX_PROCEDURES: usize = 10_000;

/// Bytes of a procedure's name.
const MAX_NAME: usize = 512;

/// A worker that wants to be registered.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    /// Address under which the gateway reaches it.
    pub(crate) url: Url,
    /// The procedures that it runs.
    pub(crate) procedure_names: Vec<String>,
    /// The key that lets it in.
    pub(crate) trust_key: Option<PresentedKey>,
}

impl Registration {
    /// Reads a registration.
    ///
    /// # Errors
    /// When the body is not what it must be; all problems at once.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, RegistrationError> {
        let mut fields = Fields::read(body, &["url", "procedureNames", "trustKey"])?;
        let url = fields.url("url");
        let procedure_names = fields.names("procedureNames");
        let trust_key = fields.optional_text("trustKey").map(PresentedKey::new);
        match (url, procedure_names) {
            (Some(url), Some(procedure_names)) if fields.problems.is_empty() => {
                Ok(Self { url, procedure_names, trust_key })
            }
            _ => Err(RegistrationError::Invalid(fields.problems)),
        }
    }

    /// The body that a gateway expects.
    pub(crate) fn to_json(&self) -> String {
        let url = self.url.as_str().trim_end_matches('/');
        let mut body = json!({ "url": url, "procedureNames": self.procedure_names });
        if let Some(key) = &self.trust_key {
            body["trustKey"] = Value::from(key.reveal());
        }
        body.to_string()
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

/// A body whose fields are taken one by one; what is wrong with them is collected.
struct Fields {
    values: Map<String, Value>,
    problems: Vec<String>,
}

impl Fields {
    fn read(body: &[u8], known: &[&str]) -> Result<Self, RegistrationError> {
        let values = read_object(body)?;
        let unknown = values.keys().filter(|key| !known.contains(&key.as_str()));
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
            Some(url) if url.scheme() == "http" && url.has_host() && url.username().is_empty() => Some(url),
            Some(url) if url.scheme() == "https" => {
                self.problem(format!("Field '{key}' is an https address, which this gateway cannot call"))
            }
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
            (
                r#"{"url":"https://h","procedureNames":[]}"#,
                "Field 'url' is an https address, which this gateway cannot call",
            ),
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
            let written = Registration {
                url: "http://127.0.0.1:3001".parse().expect("a URL"),
                procedure_names: vec!["a/b".to_owned()],
                trust_key: key.map(PresentedKey::new),
            };
            let read = Registration::from_json(written.to_json().as_bytes()).expect("valid");
            assert_eq!((read.url, read.procedure_names), (written.url, written.procedure_names));
            assert_eq!(read.trust_key.as_ref().map(PresentedKey::reveal), key);
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
