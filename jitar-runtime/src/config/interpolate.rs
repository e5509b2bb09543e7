//! Environment variables in service files: `${NAME}` and `${NAME:-default}` inside strings (spec 12).

use super::Environment;
use super::json::{Data, Node};
use super::problem::{Problems, suggestion};

/// Replaces the variables in all strings below a value. Keys are left alone.
pub(super) fn interpolate(node: &mut Node, environment: &Environment, problems: &Problems) {
    match &mut node.data {
        Data::Text { text, variable } if text.contains("${") => {
            *variable = is_one_variable(text);
            match replace(text, environment) {
                Ok(replaced) => *text = replaced,
                Err(found) => {
                    for problem in found {
                        problems.add(node.at, problem);
                    }
                    node.data = Data::Unset;
                }
            }
        }
        Data::List(items) => {
            for item in items {
                interpolate(item, environment, problems);
            }
        }
        Data::Object(members) => {
            for member in members {
                interpolate(&mut member.node, environment, problems);
            }
        }
        _ => {}
    }
}

/// Whether the string consists of a single variable.
fn is_one_variable(text: &str) -> bool {
    text.strip_prefix("${").and_then(|rest| rest.find('}').map(|end| end + 1 == rest.len())).unwrap_or(false)
}

/// A `${` without `}` is ordinary text.
fn replace(text: &str, environment: &Environment) -> Result<String, Vec<String>> {
    let mut problems = Vec::new();
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${")
        && let Some(length) = rest[start..].find('}')
    {
        replaced.push_str(&rest[..start]);
        match value(&rest[start + 2..start + length], environment) {
            Ok(value) => replaced.push_str(value),
            Err(problem) => problems.push(problem),
        }
        rest = &rest[start + length + 1..];
    }
    replaced.push_str(rest);
    if problems.is_empty() { Ok(replaced) } else { Err(problems) }
}

/// The value of what stands between the braces.
fn value<'a>(expression: &'a str, environment: &'a Environment) -> Result<&'a str, String> {
    let (name, default) = match expression.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (expression, None),
    };
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err(format!("'${{{expression}}}' names no environment variable"));
    }
    match (environment.get(name), default) {
        // As in a shell, `:-` also replaces a variable that is set but empty.
        (None | Some(""), Some(default)) => Ok(default),
        (Some(value), _) => Ok(value),
        (None, None) => Err(unset(name, environment)),
    }
}

fn unset(name: &str, environment: &Environment) -> String {
    let hint = suggestion(name, environment.names());
    format!("environment variable '{name}' is not set{hint} ('${{{name}:-default}}' gives it a default)")
}

#[cfg(test)]
mod tests {
    use super::super::json::parse;
    use super::*;

    #[test]
    fn replaces_variables_in_strings() {
        let environment = Environment::of([("KEY", "secret"), ("EMPTY", ""), ("QUOTE", "a\"b\\")]);
        let cases: [(&str, Result<&str, &str>); 14] = [
            ("plain", Ok("plain")),
            ("${KEY}", Ok("secret")),
            ("a ${KEY} b ${KEY}", Ok("a secret b secret")),
            ("${EMPTY}", Ok("")),
            ("${QUOTE}", Ok("a\"b\\")),
            ("${NONE:-fallback}", Ok("fallback")),
            ("${EMPTY:-fallback}", Ok("fallback")),
            ("${KEY:-fallback}", Ok("secret")),
            ("${NONE:-}", Ok("")),
            ("${KEY", Ok("${KEY")),
            ("$KEY", Ok("$KEY")),
            ("${NONE}", Err("environment variable 'NONE' is not set")),
            ("${KYE}", Err("environment variable 'KYE' is not set; did you mean 'KEY'?")),
            ("${ KEY }", Err("'${ KEY }' names no environment variable")),
        ];
        for (text, expected) in cases {
            match (replace(text, &environment), expected) {
                (Ok(replaced), Ok(expected)) => assert_eq!(replaced, expected, "{text}"),
                (Err(problems), Err(start)) => assert!(problems[0].starts_with(start), "{text}: {problems:?}"),
                (replaced, expected) => panic!("{text}: {replaced:?} instead of {expected:?}"),
            }
        }
    }

    #[test]
    fn a_value_is_never_replaced_again() {
        let environment = Environment::of([("A", "${B}"), ("B", "b")]);
        assert_eq!(replace("${A}", &environment), Ok("${B}".to_owned()));
    }

    #[test]
    fn only_a_single_variable_may_become_another_type() {
        let environment = Environment::of([("N", "1")]);
        let cases = [("${N}", true), ("${X:-2}", true), ("${N}${N}", false), ("a${N}", false), ("1", false)];
        for (text, expected) in cases {
            let mut node = parse(&format!("\"{text}\"")).expect("valid JSON");
            interpolate(&mut node, &environment, &Problems::default());
            let Data::Text { variable, .. } = node.data else { panic!("a string stays a string") };
            assert_eq!(variable, expected, "{text}");
        }
    }

    #[test]
    fn problems_stand_at_the_string() {
        let text = "{\"a\": [\"${NONE}\"], \"b\": \"${NONE}\"}";
        let mut node = parse(text).expect("valid JSON");
        let problems = Problems::default();
        interpolate(&mut node, &Environment::of([]), &problems);
        let found: Vec<String> = problems.into_list("f", text).iter().map(ToString::to_string).collect();
        assert!(found[0].starts_with("f:1:8: ") && found[1].starts_with("f:1:25: "), "{found:?}");
    }
}
