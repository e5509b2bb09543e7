//! Parameters of procedures as JavaScript: the parameter list of a stub, the arguments that it sends, and the metadata
//! by which the callee binds them (spec 2.7, 2.8).
//!
//! Arguments travel by variable name; what is inside patterns travels beside the others.

use jitar_engine::manifest::{Member, Parameter, QueryType};

use super::text::{is_identifier, single};

/// Stubs call this function, so no parameter of theirs may hide it.
const CALLED: &str = "__run";

/// The parameter list without initialisers: what a caller leaves out is left out of the call too, and the callee's own
/// defaults apply. Patterns that may be left out get an empty value to be taken apart.
pub(super) fn signature(parameters: &[Parameter]) -> String {
    joined(parameters.iter().map(|parameter| match parameter {
        Parameter::Named { rest: true, name, .. } => format!("...{}", variable(name)),
        _ => pattern(parameter),
    }))
}

/// The object that holds the arguments by name.
pub(super) fn arguments(parameters: &[Parameter]) -> String {
    let mut names = Vec::new();
    for parameter in parameters {
        collect_names(parameter, &mut names);
    }
    let entries = joined(names.into_iter().map(|(wire, name)| format!("{}: {}", single(&wire), variable(name))));
    if entries.is_empty() { "{}".to_owned() } else { format!("{{ {entries} }}") }
}

/// The constructors that describe the parameters to the runtime.
pub(super) fn metadata(parameters: &[Parameter]) -> String {
    format!("[{}]", joined(parameters.iter().map(constructor)))
}

fn pattern(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Named { name, .. } => variable(name),
        Parameter::Array { items, optional } => {
            let items = items.iter().map(|item| match item {
                None => String::new(),
                Some(Parameter::Named { rest: true, name, .. }) => format!("...{}", variable(name)),
                Some(item) => pattern(item),
            });
            let items: Vec<String> = items.collect();
            // A hole at the end needs a comma of its own.
            let end = if items.last().is_some_and(String::is_empty) { "," } else { "" };
            format!("[{}{end}]{}", items.join(", "), if *optional { " = []" } else { "" })
        }
        Parameter::Object { members, optional } => {
            let members = joined(members.iter().map(member));
            let members = if members.is_empty() { "{}".to_owned() } else { format!("{{ {members} }}") };
            format!("{members}{}", if *optional { " = {}" } else { "" })
        }
    }
}

fn member(Member { key, value }: &Member) -> String {
    match value {
        Parameter::Named { rest: true, name, .. } => format!("...{}", variable(name)),
        Parameter::Named { name, .. } if name == key && name != CALLED => name.clone(),
        _ => format!("{}: {}", property(key), pattern(value)),
    }
}

fn property(key: &str) -> String {
    if is_identifier(key) { key.to_owned() } else { single(key) }
}

fn variable(name: &str) -> String {
    if name == CALLED { format!("${name}") } else { name.to_owned() }
}

/// Names on the wire and of the variables.
fn collect_names<'a>(parameter: &'a Parameter, names: &mut Vec<(String, &'a str)>) {
    match parameter {
        Parameter::Named { name, .. } => names.push((wire_name(parameter, name), name)),
        Parameter::Array { items, .. } => items.iter().flatten().for_each(|item| collect_names(item, names)),
        Parameter::Object { members, .. } => members.iter().for_each(|member| collect_names(&member.value, names)),
    }
}

fn wire_name(parameter: &Parameter, name: &str) -> String {
    let is_rest = matches!(parameter, Parameter::Named { rest: true, .. });
    if is_rest { format!("...{name}") } else { name.to_owned() }
}

fn constructor(parameter: &Parameter) -> String {
    described(parameter, None)
}

/// A constructor; a pattern inside an object pattern is called like the property that it takes apart.
fn described(parameter: &Parameter, key: Option<&str>) -> String {
    match parameter {
        Parameter::Named { name, optional, query, .. } => {
            let name = super::text::double(&wire_name(parameter, name));
            match query_type(*query) {
                None => format!("new NamedParameter({name}, {optional})"),
                Some(query) => format!("new NamedParameter({name}, {optional}, \"{query}\")"),
            }
        }
        Parameter::Array { items, optional } => {
            let items = items.iter().map(|item| item.as_ref().map_or("null".to_owned(), constructor));
            format!("new ArrayParameter([{}]{})", joined(items), pattern_rest(key, *optional))
        }
        Parameter::Object { members, optional } => {
            let members = members.iter().map(|Member { key, value }| match value {
                Parameter::Named { rest: true, .. } => constructor(value),
                Parameter::Named { name, .. } if name != key => {
                    format!("[{}, {}]", super::text::double(key), constructor(value))
                }
                _ => described(value, Some(key)),
            });
            format!("new ObjectParameter([{}]{})", joined(members), pattern_rest(key, *optional))
        }
    }
}

fn pattern_rest(key: Option<&str>, optional: bool) -> String {
    match (key, optional) {
        (None, false) => String::new(),
        (None, true) => ", undefined, true".to_owned(),
        (Some(key), false) => format!(", {}", super::text::double(key)),
        (Some(key), true) => format!(", {}, true", super::text::double(key)),
    }
}

fn query_type(query: QueryType) -> Option<&'static str> {
    match query {
        QueryType::Text => None,
        QueryType::Number => Some("number"),
        QueryType::Boolean => Some("boolean"),
        QueryType::Bigint => Some("bigint"),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Parameter {
        Parameter::Named { name: name.to_owned(), optional: false, rest: false, query: QueryType::Text }
    }

    fn rest(name: &str) -> Parameter {
        Parameter::Named { name: name.to_owned(), optional: true, rest: true, query: QueryType::Text }
    }

    fn object(members: Vec<(&str, Parameter)>, optional: bool) -> Parameter {
        let members = members.into_iter().map(|(key, value)| Member { key: key.to_owned(), value });
        Parameter::Object { members: members.collect(), optional }
    }

    #[test]
    fn every_form_of_parameter_has_its_three_texts() {
        let number = Parameter::Named { name: "n".to_owned(), optional: true, rest: false, query: QueryType::Number };
        let array = Parameter::Array { items: vec![Some(named("a")), None, Some(rest("r"))], optional: true };
        let cases = [
            (named("a"), "a", "{ 'a': a }", "[new NamedParameter(\"a\", false)]"),
            (number, "n", "{ 'n': n }", "[new NamedParameter(\"n\", true, \"number\")]"),
            (rest("names"), "...names", "{ '...names': names }", "[new NamedParameter(\"...names\", true)]"),
            (
                array,
                "[a, , ...r] = []",
                "{ 'a': a, '...r': r }",
                "[new ArrayParameter([new NamedParameter(\"a\", false), null, new NamedParameter(\"...r\", true)], undefined, true)]",
            ),
            (
                object(vec![("a", named("a")), ("b-c", named("d")), ("o", rest("o"))], false),
                "{ a, 'b-c': d, ...o }",
                "{ 'a': a, 'd': d, '...o': o }",
                "[new ObjectParameter([new NamedParameter(\"a\", false), [\"b-c\", new NamedParameter(\"d\", false)], new NamedParameter(\"...o\", true)])]",
            ),
            (
                object(vec![("a", object(vec![("b", named("b"))], true))], true),
                "{ a: { b } = {} } = {}",
                "{ 'b': b }",
                "[new ObjectParameter([new ObjectParameter([new NamedParameter(\"b\", false)], \"a\", true)], undefined, true)]",
            ),
            (named("__run"), "$__run", "{ '__run': $__run }", "[new NamedParameter(\"__run\", false)]"),
            (object(vec![], false), "{}", "{}", "[new ObjectParameter([])]"),
            (Parameter::Array { items: vec![None], optional: false }, "[,]", "{}", "[new ArrayParameter([null])]"),
        ];
        for (parameter, in_list, sent, described) in cases {
            let parameters = [parameter];
            assert_eq!(signature(&parameters), in_list);
            assert_eq!(arguments(&parameters), sent);
            assert_eq!(metadata(&parameters), described);
        }
    }

    #[test]
    fn no_parameters_are_no_arguments() {
        assert_eq!((signature(&[]).as_str(), arguments(&[]).as_str(), metadata(&[]).as_str()), ("", "{}", "[]"));
    }
}
