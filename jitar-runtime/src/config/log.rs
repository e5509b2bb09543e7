//! Settings of the log: levels and forms of a line (spec 7).

use std::fmt;
use std::str::FromStr;

/// How the log looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogConfig {
    /// Least level that is printed.
    pub level: LogLevel,
    /// Form of a line.
    pub format: LogFormat,
}

/// Log levels (spec 7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Everything.
    Debug,
    /// What happens.
    #[default]
    Info,
    /// What may need attention.
    Warn,
    /// What failed.
    Error,
    /// What ended the process.
    Fatal,
}

/// Forms of a log line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// `[INFO][<time>] text`
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// The text names no log level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid log level: {0} (it is one of debug, info, warn, error, fatal)")]
pub struct InvalidLogLevel(pub String);

/// The text names no form of log lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid log format: {0} (it is one of text, json)")]
pub struct InvalidLogFormat(pub String);

impl LogLevel {
    /// The name as it stands in a log line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }
}

impl FromStr for LogLevel {
    type Err = InvalidLogLevel;

    /// Upper and lower case are the same.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let levels = [Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Fatal];
        levels
            .into_iter()
            .find(|level| level.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| InvalidLogLevel(text.to_owned()))
    }
}

impl fmt::Display for LogLevel {
    /// The name as it stands in a service file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name().to_ascii_lowercase())
    }
}

impl FromStr for LogFormat {
    type Err = InvalidLogFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(InvalidLogFormat(text.to_owned())),
        }
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_in_any_case() {
        let cases = [
            ("DEBUG", Some(LogLevel::Debug)),
            ("INFO", Some(LogLevel::Info)),
            ("WARN", Some(LogLevel::Warn)),
            ("ERROR", Some(LogLevel::Error)),
            ("FATAL", Some(LogLevel::Fatal)),
            ("fatal", Some(LogLevel::Fatal)),
            ("all", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<LogLevel>().ok(), expected, "{text:?}");
        }
        assert!(InvalidLogLevel("all".to_owned()).to_string().starts_with("Invalid log level: all"));
    }

    #[test]
    fn levels_and_formats_are_shown_as_they_are_written() {
        for level in ["debug", "info", "warn", "error", "fatal"] {
            assert_eq!(level.parse::<LogLevel>().expect("a level").to_string(), level);
        }
        for format in ["text", "json"] {
            assert_eq!(format.parse::<LogFormat>().expect("a format").to_string(), format);
        }
        assert!("xml".parse::<LogFormat>().is_err());
    }
}
