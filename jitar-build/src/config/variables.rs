//! `${NAME}` and `${NAME:-default}` in strings of `jitar.json` (spec 12, "Environment variables").

use std::collections::BTreeSet;

/// Where the values of environment variables come from, and which were asked for.
pub(crate) struct Environment<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    /// Names asked for, whether set or not.
    pub(crate) used: BTreeSet<String>,
}

impl<'a> Environment<'a> {
    /// An environment that asks this function.
    pub(crate) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, used: BTreeSet::new() }
    }

    /// The text with every variable replaced, or the name of the first one that is not set.
    pub(crate) fn substitute(&mut self, text: &str) -> Result<String, String> {
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, name, default, after)) = next_variable(rest) {
            self.used.insert(name.to_owned());
            let value = (self.lookup)(name).or_else(|| default.map(str::to_owned)).ok_or_else(|| name.to_owned())?;
            result.push_str(before);
            result.push_str(&value);
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }
}

/// Whether the text has a variable in it.
pub(crate) fn has_variable(text: &str) -> bool {
    next_variable(text).is_some()
}

/// Text before the first variable, its name, its default and the text behind it.
fn next_variable(text: &str) -> Option<(&str, &str, Option<&str>, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (inside, after) = rest.split_once('}')?;
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    Some((before, name, default, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_variables() {
        let lookup = |name: &str| (name == "A").then(|| "1".to_owned());
        let cases = [
            ("x", Ok("x")),
            ("${A}", Ok("1")),
            ("<${A}|${B:-2}>", Ok("<1|2>")),
            ("${B:-}", Ok("")),
            ("${B}", Err("B")),
            ("${A", Ok("${A")),
        ];
        for (text, expected) in cases {
            let result = Environment::new(&lookup).substitute(text);
            assert_eq!(result.as_deref().map_err(String::as_str), expected, "{text}");
        }
        let mut environment = Environment::new(&lookup);
        assert!(environment.substitute("${A} ${B:-2}").is_ok());
        assert_eq!(environment.used.into_iter().collect::<Vec<_>>(), ["A", "B"]);
    }
}
