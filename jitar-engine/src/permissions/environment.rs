//! Environment variables.

use std::collections::BTreeMap;

/// Environment variables that application code may read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    patterns: Vec<String>,
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// `patterns` are names, beginnings of names with a `*` behind them, or `*` alone; of `variables`, those of the process,
    /// the ones that match are kept.
    pub fn new(patterns: Vec<String>, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut environment = Self { patterns, variables: BTreeMap::new() };
        environment.variables = variables.into_iter().filter(|(name, _)| environment.permits(name)).collect();
        environment
    }

    /// The names and beginnings of names, as they are listed.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Whether a variable may be read, set or not.
    pub fn permits(&self, name: &str) -> bool {
        self.patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => pattern == name,
        })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.variables.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_variables_are_there() {
        let variables = ["PATH", "APP_A", "APP_B", "OTHER"].map(|name| (name.to_owned(), "1".to_owned()));
        for (patterns, names) in [
            (&[][..], &[][..]),
            (&["PATH"], &["PATH"]),
            (&["PAT"], &[]),
            (&["APP_*", "NONE"], &["APP_A", "APP_B"]),
            (&["*"], &["APP_A", "APP_B", "OTHER", "PATH"]),
        ] {
            let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
            let environment = Environment::new(patterns.clone(), variables.clone());
            assert_eq!(environment.names(), names, "{patterns:?}");
        }
    }

    #[test]
    fn a_listed_variable_may_be_unset() {
        let environment = Environment::new(vec!["A".to_owned()], []);
        assert!(environment.permits("A") && !environment.permits("B"));
        assert_eq!(environment.get("A"), None);
    }
}
