//! Environment variables of the process, and those of the file named by `--env-file`. Nothing else reads them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The environment variables that a configuration may use.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

/// The file named by `--env-file` cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvFileError {
    /// It cannot be opened or read.
    #[error("cannot read the environment file `{}`: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is malformed. It is not shown, because it may hold a secret.
    #[error("the environment file `{}` has a malformed line {place}; lines are written `NAME=value`", file.display())]
    Line {
        /// The file.
        file: PathBuf,
        /// After which variable.
        place: String,
    },
}

impl Environment {
    /// The variables of this process. Those that are not Unicode are left out.
    pub fn of_process() -> Self {
        let unicode = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { variables: std::env::vars_os().filter_map(unicode).collect() }
    }

    /// The variables given.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self { variables: variables.into_iter().map(owned).collect() }
    }

    /// Adds the variables of the file `.env` in the current folder, if there is one.
    ///
    /// # Errors
    /// When it is unreadable or malformed.
    pub fn with_default_file(self) -> Result<Self, EnvFileError> {
        let file = Path::new(".env");
        if file.is_file() { self.with_file(file) } else { Ok(self) }
    }

    /// Adds the variables of a file; those that are already there win.
    ///
    /// # Errors
    /// When the file is missing, unreadable or malformed.
    pub fn with_file(mut self, file: &Path) -> Result<Self, EnvFileError> {
        let mut last = None;
        for entry in dotenvy::from_path_iter(file).map_err(|error| env_file_error(file, last.as_deref(), error))? {
            let (name, value) = entry.map_err(|error| env_file_error(file, last.as_deref(), error))?;
            last = Some(name.clone());
            self.variables.entry(name).or_insert(value);
        }
        Ok(self)
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The names of all variables.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }
}

impl std::fmt::Debug for Environment {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

fn env_file_error(file: &Path, last: Option<&str>, error: dotenvy::Error) -> EnvFileError {
    match error {
        dotenvy::Error::Io(source) => EnvFileError::Read { file: file.to_owned(), source },
        _ => EnvFileError::Line {
            file: file.to_owned(),
            place: last.map_or_else(|| "at its start".to_owned(), |name| format!("after the variable `{name}`")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn existing_variables_win_over_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.env");
        std::fs::write(&file, "# comment\nA=file\nexport B='with space'\n\nC=\"x=y\"\n").expect("written");
        let environment = Environment::of([("A", "process")]).with_file(&file).expect("read");
        let values = ["A", "B", "C", "D"].map(|name| environment.get(name));
        assert_eq!(values, [Some("process"), Some("with space"), Some("x=y"), None]);
    }

    #[test]
    fn a_named_file_must_be_there_and_well_formed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x.env");
        let missing = Environment::of([]).with_file(&file).expect_err("missing").to_string();
        assert!(missing.starts_with("cannot read the environment file"), "{missing}");

        std::fs::write(&file, "A=1\nKEY=top secret\"\n").expect("written");
        let malformed = Environment::of([]).with_file(&file).expect_err("malformed").to_string();
        assert!(malformed.contains("malformed line after the variable `A`"), "{malformed}");
        assert!(!malformed.contains("secret"), "{malformed}");
    }

    #[test]
    fn values_are_not_shown() {
        assert_eq!(format!("{:?}", Environment::of([("KEY", "secret")])), "{\"KEY\"}");
    }
}
