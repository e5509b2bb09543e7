//! Why a process ends: the one place where failures become `FATAL` lines and exit statuses.

use std::io;
use std::process::ExitCode;

use jitar_engine::manifest::ManifestError;

use crate::config::{ConfigError, EnvFileError};
use crate::services::ServerError;
use crate::telemetry::FATAL;

/// Status of a process that failed while it ran.
const FAILURE: u8 = 1;

/// Status of a process that was configured wrongly (`EX_CONFIG`).
const CONFIGURATION: u8 = 78;

/// Why a command ended without success.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The file named by `--env-file` cannot be used.
    #[error(transparent)]
    EnvFile(#[from] EnvFileError),
    /// What the build embedded cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The binary lacks a unit that its manifest lists.
    #[error("this binary does not carry the unit `{0}`; build the application again")]
    MissingUnit(String),
    /// The system does not let us run or listen to signals.
    #[error("cannot start the runtime: {0}")]
    Runtime(#[source] io::Error),
    /// What a command has to say cannot be written.
    #[error("cannot write to standard output: {0}")]
    Output(#[source] io::Error),
    /// The service failed to start or to run.
    #[error(transparent)]
    Server(#[from] ServerError),
}

impl StartError {
    /// Logs the failure, and gives the status of the process.
    pub(crate) fn report(&self) -> ExitCode {
        tracing::error!(target: FATAL, "{self}");
        ExitCode::from(self.exit_status())
    }

    fn exit_status(&self) -> u8 {
        match self {
            Self::Config(_) | Self::EnvFile(_) => CONFIGURATION,
            Self::Manifest(_) | Self::MissingUnit(_) | Self::Runtime(_) | Self::Output(_) | Self::Server(_) => FAILURE,
        }
    }
}

/// The arguments of the process are wrong, or ask for help.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct UsageError(#[from] pub(crate) clap::Error);

impl UsageError {
    /// Prints the message (to standard output when it was asked for), and gives the status of the process.
    pub(crate) fn report(&self) -> ExitCode {
        // A reader that is gone changes nothing about the status.
        self.0.print().unwrap_or_default();
        u8::try_from(self.0.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_has_a_status_of_its_own() {
        let cases = [
            (StartError::Config(ConfigError::from(Vec::new())), 78),
            (StartError::MissingUnit("a".to_owned()), 1),
            (StartError::Runtime(io::Error::other("x")), 1),
            (StartError::Output(io::Error::other("x")), 1),
        ];
        for (error, expected) in cases {
            assert_eq!(error.exit_status(), expected, "{error}");
        }
    }
}
