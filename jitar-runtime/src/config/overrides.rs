//! Settings that flags and environment variables take out of the service file's hands.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use url::Url;

use super::address::parse_url;
use super::inspect::{self, Inspect, InspectAddress};
use super::problem::{ConfigError, Problem};
use super::{Environment, LogConfig, LogFormat, LogLevel};

/// Most isolates that make sense in one process.
const MOST_ISOLATES: usize = 1024;

/// Settings of one start. What is not given is looked up in the environment, then in the service file.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[expect(clippy::doc_markdown, reason = "these lines are also the help of the command line, which shows no markdown")]
pub struct Overrides {
    /// Service file: a path, or the name of an embedded one [env: JITAR_SERVICE]
    #[arg(long, value_name = "FILE")]
    pub service: Option<String>,

    /// Least level of log lines: debug, info, warn, error, fatal [env: JITAR_LOG_LEVEL]
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<LogLevel>,

    /// Form of log lines: text, json [env: JITAR_LOG_FORMAT]
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,

    /// Greatest request body in bytes [env: JITAR_HTTP_BODY_LIMIT]
    #[arg(long, value_name = "BYTES")]
    pub http_body_limit: Option<NonZeroUsize>,

    /// Address of this service, instead of the file's [env: JITAR_URL]
    #[arg(long, value_name = "URL", value_parser = read_url)]
    pub url: Option<Url>,

    /// Number of isolates, or auto for one per core [env: JITAR_ISOLATES]
    #[arg(long, value_name = "NUMBER")]
    pub isolates: Option<Isolates>,

    /// Let debuggers (Chrome DevTools protocol) connect, at 127.0.0.1:9229 unless said; time limits do not hold then
    #[arg(long, value_name = "HOST:PORT", num_args = 0..=1, require_equals = true, default_missing_value = inspect::DEFAULT)]
    pub inspect: Option<InspectAddress>,

    /// Like --inspect, and each isolate waits for a debugger and stops at the first statement of the application
    #[arg(long, value_name = "HOST:PORT", num_args = 0..=1, require_equals = true, default_missing_value = inspect::DEFAULT, conflicts_with = "inspect")]
    pub inspect_brk: Option<InspectAddress>,
}

/// How many isolates a service has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolates {
    /// As many as the machine has cores.
    Auto,
    /// This many.
    Count(NonZeroUsize),
}

/// The text is no number of isolates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no number of isolates; it is a number from 1 to {MOST_ISOLATES} or 'auto'")]
pub struct InvalidIsolates(pub String);

/// The text is not the address of a service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidUrl(String);

impl Isolates {
    /// The number of isolates on this machine.
    pub fn count(self) -> usize {
        match self {
            Self::Auto => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            Self::Count(count) => count.get(),
        }
    }
}

impl FromStr for Isolates {
    type Err = InvalidIsolates;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let count: Option<NonZeroUsize> = text.parse().ok();
        count
            .filter(|count| count.get() <= MOST_ISOLATES)
            .map(Self::Count)
            .ok_or_else(|| InvalidIsolates(text.to_owned()))
    }
}

impl Overrides {
    /// Fills what the flags leave out from the environment.
    ///
    /// # Errors
    /// When a variable has a value that the flag would not take.
    pub fn or_environment(self, environment: &Environment) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        let mut reader = VariableReader { environment, problems: &mut problems };
        let filled = Self {
            service: self.service.or_else(|| reader.read("JITAR_SERVICE", |text| Ok::<_, String>(text.to_owned()))),
            log_level: self.log_level.or_else(|| reader.read("JITAR_LOG_LEVEL", LogLevel::from_str)),
            log_format: self.log_format.or_else(|| reader.read("JITAR_LOG_FORMAT", LogFormat::from_str)),
            http_body_limit: self
                .http_body_limit
                .or_else(|| reader.read("JITAR_HTTP_BODY_LIMIT", NonZeroUsize::from_str)),
            url: self.url.or_else(|| reader.read("JITAR_URL", read_url)),
            isolates: self.isolates.or_else(|| reader.read("JITAR_ISOLATES", Isolates::from_str)),
            // For one start only: a forgotten variable must not open a service to debuggers.
            inspect: self.inspect,
            inspect_brk: self.inspect_brk,
        };
        if problems.is_empty() { Ok(filled) } else { Err(problems.into()) }
    }

    /// Whether and how the service can be debugged.
    pub fn debugging(&self) -> Option<Inspect> {
        let open =
            |breaks_at_start: bool| move |InspectAddress(address): InspectAddress| Inspect { address, breaks_at_start };
        self.inspect_brk.map(open(true)).or_else(|| self.inspect.map(open(false)))
    }

    /// How the log looks as far as the service file does not matter.
    pub fn log(&self) -> LogConfig {
        LogConfig { level: self.log_level.unwrap_or_default(), format: self.log_format.unwrap_or_default() }
    }
}

/// Reads variables and collects what is wrong with them.
struct VariableReader<'a> {
    environment: &'a Environment,
    problems: &'a mut Vec<Problem>,
}

impl VariableReader<'_> {
    /// A variable that is set but empty counts as not set, because that is how a shell takes a setting back.
    fn read<T, E: fmt::Display>(&mut self, name: &'static str, read: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = self.environment.get(name).filter(|text| !text.is_empty())?;
        read(text).map_err(|error| self.problems.push(Problem::in_variable(name, error.to_string()))).ok()
    }
}

fn read_url(text: &str) -> Result<Url, InvalidUrl> {
    parse_url(text).map_err(|wrong| {
        InvalidUrl(wrong.refusal().unwrap_or_else(|| format!("'{text}' is not a URL such as http://127.0.0.1:3000")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_fills_what_flags_leave_out() {
        let flags = Overrides { log_level: Some(LogLevel::Warn), ..Overrides::default() };
        let environment = Environment::of([
            ("JITAR_LOG_LEVEL", "debug"),
            ("JITAR_LOG_FORMAT", "json"),
            ("JITAR_HTTP_BODY_LIMIT", "10"),
            ("JITAR_URL", "http://127.0.0.1:1"),
            ("JITAR_ISOLATES", "auto"),
            ("JITAR_SERVICE", ""),
        ]);
        let expected = Overrides {
            service: None,
            log_level: Some(LogLevel::Warn),
            log_format: Some(LogFormat::Json),
            http_body_limit: NonZeroUsize::new(10),
            url: Some(Url::parse("http://127.0.0.1:1").expect("a URL")),
            isolates: Some(Isolates::Auto),
            ..Overrides::default()
        };
        assert_eq!(flags.or_environment(&environment), Ok(expected));
    }

    #[test]
    fn wrong_variables_are_reported_together() {
        let environment =
            Environment::of([("JITAR_LOG_LEVEL", "all"), ("JITAR_ISOLATES", "0"), ("JITAR_URL", "ftp://a")]);
        let error = Overrides::default().or_environment(&environment).expect_err("three problems");
        let texts: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
        assert!(texts[0].starts_with("environment variable `JITAR_LOG_LEVEL`: Invalid log level: all"), "{texts:?}");
        assert_eq!(texts[1], "environment variable `JITAR_URL`: 'ftp://a' is not a URL such as http://127.0.0.1:3000");
        assert!(
            texts[2].starts_with("environment variable `JITAR_ISOLATES`: '0' is no number of isolates"),
            "{texts:?}"
        );
    }

    #[test]
    fn isolates_are_a_number_or_auto() {
        let cases = [("1", Some(1)), ("1024", Some(1024)), ("0", None), ("1025", None), ("-1", None), ("Auto", None)];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Isolates>().ok().map(Isolates::count), expected, "{text}");
        }
        assert!(Isolates::Auto.count() >= 1);
    }
}
