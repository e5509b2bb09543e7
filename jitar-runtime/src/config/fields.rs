//! Reads the members of a configuration object by name and type, and collects what is wrong with the texts of spec 1.8.
//!
//! Every name that is asked for is a known one; [`Fields::finish`] reports the rest.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::str::FromStr;
use std::time::Duration;

use url::Url;

use super::TrustKeys;
use super::address::parse_url;
use super::describe::{Description, Kind};
use super::json::{Data, Member, Node};
use super::problem::{Problems, suggestion};

/// Times that settings may have: 1 ms to a year.
pub(super) const MILLISECONDS: RangeInclusive<u64> = 1..=31_536_000_000;

/// A value with its position, for problems that are found later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spanned<T> {
    /// The value.
    pub(super) value: T,
    /// Offset in the text.
    pub(super) at: usize,
}

/// The members of one object.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// What stands before a member's name in messages: empty, or `worker.`.
    prefix: String,
    at: usize,
    members: &'a [Member],
    known: Vec<&'static str>,
    problems: &'a Problems,
    /// Set when there is no file, and what is asked for shall be described.
    description: Option<Rc<Description>>,
}

impl<'a> Fields<'a> {
    /// The members of the whole file.
    pub(super) fn root(node: &'a Node, problems: &'a Problems) -> Option<Self> {
        Self::of(node, String::new(), problems).or_else(|| {
            problems.add(node.at, "a service file is an object");
            None
        })
    }

    fn of(node: &'a Node, prefix: String, problems: &'a Problems) -> Option<Self> {
        let Data::Object(members) = &node.data else { return None };
        for (idx, member) in members.iter().enumerate() {
            if members[..idx].iter().any(|earlier| earlier.key == member.key) {
                problems.add(member.key_at, format!("Field '{prefix}{}' stands here a second time", member.key));
            }
        }
        Some(Self { prefix, at: node.at, members, known: Vec::new(), problems, description: None })
    }

    /// No members: what is asked for is noted instead.
    pub(super) fn describing(problems: &'a Problems, description: &Rc<Description>) -> Self {
        let description = Some(Rc::clone(description));
        Self { prefix: String::new(), at: 0, members: &[], known: Vec::new(), problems, description }
    }

    fn describe(&self, names: &[&'static str], kind: &Kind) {
        if let Some(description) = &self.description {
            description.note_kind(names, kind);
        }
    }

    /// Where the object starts.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Adds a problem.
    pub(super) fn problem(&self, at: usize, text: impl Into<String>) {
        self.problems.add(at, text);
    }

    /// Reports a missing member.
    pub(super) fn require(&mut self, names: &[&'static str]) {
        if let Some(description) = &self.description {
            description.note_required(names);
        }
        if self.find(names).is_none() {
            self.problems.add(self.at, format!("Field '{}{}' is required", self.prefix, names[0]));
        }
    }

    /// Refuses settings that this version does not have.
    pub(super) fn refuse(&mut self, names: &[&'static str]) {
        for name in names {
            self.known.push(name);
            if let Some(member) = self.members.iter().find(|member| member.key == *name) {
                let text = format!("'{}{name}' is not supported by this version", self.prefix);
                self.problems.add(member.key_at, text);
            }
            if let Some(description) = &self.description {
                description.forget(name);
            }
        }
    }

    /// Whether there is such a member, of whatever type.
    pub(super) fn position(&mut self, name: &'static str) -> Option<usize> {
        let found = self.find(&[name]).map(|member| member.key_at);
        found.or_else(|| self.description.is_some().then_some(0))
    }

    /// Whether a member of that name was written, whatever stands there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.members.iter().any(|member| member.key == name)
    }

    /// A string.
    pub(super) fn text(&mut self, names: &[&'static str]) -> Option<Spanned<String>> {
        self.describe(names, &Kind::Text);
        self.read(names, "a string", |node| text_of(node).map(|text| Ok(text.to_owned())))
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, names: &[&'static str]) -> Option<bool> {
        self.describe(names, &Kind::Boolean);
        self.read(names, "a boolean", |node| boolean_of(node).map(Ok)).map(|found| found.value)
    }

    /// The address of a service.
    pub(super) fn url(&mut self, names: &[&'static str]) -> Option<Spanned<Url>> {
        self.describe(names, &Kind::Text);
        self.read(names, "a valid URL", |node| match parse_url(text_of(node)?) {
            Ok(url) => Some(Ok(url)),
            Err(wrong) => wrong.refusal().map(Err),
        })
    }

    /// A whole number within the range.
    pub(super) fn integer<N: TryFrom<u64>>(&mut self, name: &'static str, range: &RangeInclusive<u64>) -> Option<N> {
        self.describe(&[name], &Kind::Integer(*range.start(), *range.end()));
        let found = self.read(&[name], "an integer", |node| integer_of(node).map(|number| within(number, range)))?;
        N::try_from(found.value).ok()
    }

    /// A number from 0 to 1.
    pub(super) fn fraction(&mut self, name: &'static str) -> Option<f64> {
        let read = |node: &Node| {
            let number = number_of(node)?;
            Some(if (0.0..=1.0).contains(&number) {
                Ok(number)
            } else {
                Err(format!("{number} is not between 0 and 1"))
            })
        };
        self.describe(&[name], &Kind::Fraction);
        self.read(&[name], "a number", read).map(|found| found.value)
    }

    /// A time in milliseconds.
    pub(super) fn milliseconds(&mut self, name: &'static str) -> Option<Duration> {
        self.integer(name, &MILLISECONDS).map(Duration::from_millis)
    }

    /// A string that stands for something else.
    pub(super) fn parsed<T>(&mut self, name: &'static str) -> Option<Spanned<T>>
    where
        T: FromStr<Err: Display>,
    {
        self.describe(&[name], &Kind::Text);
        self.read(&[name], "a string", |node| {
            text_of(node).map(|text| text.parse().map_err(|error: T::Err| error.to_string()))
        })
    }

    /// A number or a word.
    pub(super) fn number_or_word<T>(&mut self, name: &'static str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        let read = |node: &Node| {
            let text = integer_of(node).map(|number| number.to_string()).or_else(|| text_of(node).map(str::to_owned));
            text.map(|text| text.parse().map_err(|error: T::Err| error.to_string()))
        };
        self.describe(&[name], &Kind::IntegerOrText);
        self.read(&[name], "an integer", read).map(|found| found.value)
    }

    /// A list of strings; empty when it is absent.
    pub(super) fn texts(&mut self, names: &[&'static str]) -> Vec<Spanned<String>> {
        self.describe(names, &Kind::Texts);
        let Some(member) = self.find(names) else { return Vec::new() };
        let field = format!("{}{}", self.prefix, member.key);
        let Data::List(items) = &member.node.data else {
            self.wrong_type(member, "a list");
            return Vec::new();
        };
        let item = |(idx, item): (usize, &Node)| {
            let text = text_of(item);
            if text.is_none() && item.data != Data::Unset {
                self.problems.add(item.at, format!("Field '{field}.{idx}' is not a string"));
            }
            text.map(|text| Spanned { value: text.to_owned(), at: item.at })
        };
        items.iter().enumerate().filter_map(item).collect()
    }

    /// An object.
    pub(super) fn group(&mut self, name: &'static str) -> Option<Self> {
        if let Some(description) = &self.description {
            let description = Some(description.group(name));
            return Some(Self { prefix: format!("{}{name}.", self.prefix), known: Vec::new(), description, ..*self });
        }
        let member = self.find(&[name])?;
        let fields = Self::of(&member.node, format!("{}{name}.", self.prefix), self.problems);
        if fields.is_none() {
            self.wrong_type(member, "an object");
        }
        fields
    }

    /// One trust key or a list of them.
    pub(super) fn trust_keys(&mut self) -> TrustKeys {
        let name = "trustKey";
        let keys = if self.is_list(name) { self.texts(&[name]) } else { self.text(&[name]).into_iter().collect() };
        for key in keys.iter().filter(|key| !is_usable_key(&key.value)) {
            let text = "is not a usable key: it is ASCII text, not empty, without spaces at its ends";
            self.problems.add(key.at, format!("Field '{}{name}' {text}", self.prefix));
        }
        TrustKeys::new(keys.into_iter().map(|key| key.value))
    }

    /// The addresses of services: a list of them, or where that is allowed a single one.
    pub(super) fn urls(&mut self, name: &'static str, may_be_single: bool) -> Vec<Spanned<Url>> {
        if may_be_single && !self.is_list(name) {
            return self.url(&[name]).into_iter().collect();
        }
        let texts = self.texts(&[name]);
        let read = |(idx, text): (usize, Spanned<String>)| match parse_url(&text.value) {
            Ok(value) => Some(Spanned { value, at: text.at }),
            Err(wrong) => {
                let field = format!("Field '{}{name}.{idx}'", self.prefix);
                let refusal =
                    wrong.refusal().map_or_else(|| " is not a valid URL".to_owned(), |text| format!(": {text}"));
                self.problems.add(text.at, field + &refusal);
                None
            }
        };
        let urls: Vec<Spanned<Url>> = texts.into_iter().enumerate().filter_map(read).collect();
        let again = |(idx, url): &(usize, &Spanned<Url>)| urls[..*idx].iter().any(|known| known.value == url.value);
        for (_, url) in urls.iter().enumerate().filter(again) {
            self.problems.add(url.at, format!("Field '{}{name}' names {} twice", self.prefix, url.value));
        }
        urls
    }

    /// Whether the member is an object.
    pub(super) fn is_object(&mut self, name: &'static str) -> bool {
        self.describe(&[name], &Kind::AnyGroup);
        self.find(&[name]).is_some_and(|member| matches!(member.node.data, Data::Object(_)))
    }

    /// Whether the member is a list.
    pub(super) fn is_list(&mut self, name: &'static str) -> bool {
        self.describe(&[name], &Kind::AnyList);
        self.length(name).is_some()
    }

    /// How many items the list has, whatever they are.
    pub(super) fn length(&mut self, name: &'static str) -> Option<usize> {
        match &self.find(&[name])?.node.data {
            Data::List(items) => Some(items.len()),
            _ => None,
        }
    }

    /// Reports the members that nobody asked for.
    pub(super) fn finish(self) {
        for member in self.members.iter().filter(|member| !self.known.contains(&member.key.as_str())) {
            let hint = suggestion(&member.key, self.known.iter().copied());
            self.problems.add(member.key_at, format!("Unknown field '{}{}'{hint}", self.prefix, member.key));
        }
    }

    /// The member with one of the names; a second spelling of the same setting is a problem.
    fn find(&mut self, names: &[&'static str]) -> Option<&'a Member> {
        let new = names.iter().all(|name| !self.known.contains(name));
        self.known.extend(names);
        if let Some(description) = &self.description {
            description.note(names);
        }
        #[cfg(test)]
        self.problems.known.borrow_mut().extend(names.iter().map(|name| format!("{}{name}", self.prefix)));
        let mut found = self.members.iter().filter(|member| names.contains(&member.key.as_str()));
        let first = found.next()?;
        if let Some(second) = found.find(|second| new && second.key != first.key) {
            let text = format!("'{}{}' says the same as '{}'; keep one of them", self.prefix, second.key, first.key);
            self.problems.add(second.key_at, format!("Field {text}"));
        }
        Some(first)
    }

    /// Reads a member: `None` means that it has another type, an error says what else is wrong.
    fn read<T>(
        &mut self,
        names: &[&'static str],
        type_name: &str,
        read: impl FnOnce(&Node) -> Option<Result<T, String>>,
    ) -> Option<Spanned<T>> {
        let member = self.find(names)?;
        let at = member.node.at;
        match read(&member.node) {
            Some(Ok(value)) => return Some(Spanned { value, at }),
            Some(Err(problem)) => self.problems.add(at, format!("Field '{}{}': {problem}", self.prefix, member.key)),
            None => self.wrong_type(member, type_name),
        }
        None
    }

    fn wrong_type(&self, member: &Member, type_name: &str) {
        if member.node.data != Data::Unset {
            self.problems.add(member.node.at, format!("Field '{}{}' is not {type_name}", self.prefix, member.key));
        }
    }
}

/// Keys travel in HTTP headers, which trim them.
fn is_usable_key(key: &str) -> bool {
    !key.is_empty() && key.trim() == key && key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

fn text_of(node: &Node) -> Option<&str> {
    match &node.data {
        Data::Text { text, .. } => Some(text),
        _ => None,
    }
}

fn boolean_of(node: &Node) -> Option<bool> {
    match &node.data {
        Data::Boolean(value) => Some(*value),
        Data::Text { text, variable: true } => text.trim().parse().ok(),
        _ => None,
    }
}

fn integer_of(node: &Node) -> Option<i64> {
    match &node.data {
        Data::Number(text) => whole_number(text),
        Data::Text { text, variable: true } => whole_number(text.trim()),
        _ => None,
    }
}

fn number_of(node: &Node) -> Option<f64> {
    match &node.data {
        Data::Number(text) => text.parse().ok(),
        Data::Text { text, variable: true } => text.trim().parse().ok(),
        _ => None,
    }
}

/// As in JavaScript, `1.0` and `1e3` are integers.
fn whole_number(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite() && number.fract() == 0.0)?;
        format!("{number:.0}").parse().ok()
    })
}

fn within(number: i64, range: &RangeInclusive<u64>) -> Result<u64, String> {
    u64::try_from(number)
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| format!("{number} is not between {} and {}", range.start(), range.end()))
}

#[cfg(test)]
mod tests {
    use super::super::interpolate::interpolate;
    use super::super::json::parse;
    use super::super::{Environment, LogLevel};
    use super::*;

    /// Reads a text with a function; gives what it shows of the result, and the problems.
    fn check(text: &str, read: impl Fn(&mut Fields<'_>) -> String) -> (String, Vec<String>) {
        let problems = Problems::default();
        let mut node = parse(text).expect("valid JSON");
        interpolate(&mut node, &Environment::of([("N", "12"), ("B", "true"), ("T", "text")]), &problems);
        let mut fields = Fields::root(&node, &problems).expect("an object");
        let result = read(&mut fields);
        fields.finish();
        (result, problems.into_list("f", text).iter().map(ToString::to_string).collect())
    }

    #[test]
    fn values_of_each_type() {
        type Read = fn(&mut Fields<'_>) -> String;
        let string: Read = |fields| format!("{:?}", fields.text(&["k"]).map(|found| found.value));
        let integer: Read = |fields| format!("{:?}", fields.integer::<usize>("k", &(1..=100)));
        let boolean: Read = |fields| format!("{:?}", fields.boolean(&["k"]));
        let url: Read = |fields| format!("{:?}", fields.url(&["k"]).map(|found| found.value.to_string()));
        let group: Read = |fields| format!("{:?}", fields.group("k").map(Fields::finish));
        let list: Read = |fields| format!("{:?}", fields.texts(&["k"]).len());
        let level: Read = |fields| format!("{:?}", fields.parsed::<LogLevel>("k").map(|found| found.value));
        let cases: [(Read, &str, &str, &[&str]); 38] = [
            (string, r#"{"k": "v"}"#, "Some(\"v\")", &[]),
            (string, r#"{"k": 1}"#, "None", &["f:1:7: Field 'k' is not a string"]),
            (string, r#"{"k": null}"#, "None", &["f:1:7: Field 'k' is not a string"]),
            (string, "{}", "None", &[]),
            (string, r#"{"k": "${N}"}"#, "Some(\"12\")", &[]),
            (integer, r#"{"k": 1}"#, "Some(1)", &[]),
            (integer, r#"{"k": 1.0}"#, "Some(1)", &[]),
            (integer, r#"{"k": 1e1}"#, "Some(10)", &[]),
            (integer, r#"{"k": "${N}"}"#, "Some(12)", &[]),
            (integer, r#"{"k": "${M:-13}"}"#, "Some(13)", &[]),
            (integer, r#"{"k": "${T}"}"#, "None", &["f:1:7: Field 'k' is not an integer"]),
            (integer, r#"{"k": "12"}"#, "None", &["f:1:7: Field 'k' is not an integer"]),
            (integer, r#"{"k": 1.5}"#, "None", &["f:1:7: Field 'k' is not an integer"]),
            (integer, r#"{"k": 1e300}"#, "None", &["f:1:7: Field 'k' is not an integer"]),
            (integer, r#"{"k": 0}"#, "None", &["f:1:7: Field 'k': 0 is not between 1 and 100"]),
            (integer, r#"{"k": -1}"#, "None", &["f:1:7: Field 'k': -1 is not between 1 and 100"]),
            (integer, r#"{"k": 101}"#, "None", &["f:1:7: Field 'k': 101 is not between 1 and 100"]),
            (boolean, r#"{"k": false}"#, "Some(false)", &[]),
            (boolean, r#"{"k": "${B}"}"#, "Some(true)", &[]),
            (boolean, r#"{"k": "${N}"}"#, "None", &["f:1:7: Field 'k' is not a boolean"]),
            (boolean, r#"{"k": "true"}"#, "None", &["f:1:7: Field 'k' is not a boolean"]),
            (boolean, r#"{"k": 1}"#, "None", &["f:1:7: Field 'k' is not a boolean"]),
            (url, r#"{"k": "http://a:1"}"#, "Some(\"http://a:1/\")", &[]),
            (url, r#"{"k": "httpx"}"#, "None", &["f:1:7: Field 'k' is not a valid URL"]),
            (url, r#"{"k": 1}"#, "None", &["f:1:7: Field 'k' is not a valid URL"]),
            (url, r#"{"k": "https://a"}"#, "Some(\"https://a/\")", &[]),
            (group, r#"{"k": {}}"#, "Some(())", &[]),
            (group, r#"{"k": "group"}"#, "None", &["f:1:7: Field 'k' is not an object"]),
            (group, r#"{"k": []}"#, "None", &["f:1:7: Field 'k' is not an object"]),
            (group, r#"{"k": null}"#, "None", &["f:1:7: Field 'k' is not an object"]),
            (group, r#"{"k": {"x": 1}}"#, "Some(())", &["f:1:8: Unknown field 'k.x'"]),
            (list, r#"{"k": ["a", "b"]}"#, "2", &[]),
            (list, r#"{"k": []}"#, "0", &[]),
            (list, r#"{"k": "list"}"#, "0", &["f:1:7: Field 'k' is not a list"]),
            (list, r#"{"k": ["a", 123]}"#, "1", &["f:1:13: Field 'k.1' is not a string"]),
            (level, r#"{"k": "WARN"}"#, "Some(Warn)", &[]),
            (string, r#"{"kk": "v"}"#, "None", &["f:1:2: Unknown field 'kk'"]),
            (string, r#"{"k": "a", "k": "b"}"#, "Some(\"a\")", &["f:1:12: Field 'k' stands here a second time"]),
        ];
        for (read, text, expected, problems) in cases {
            let (result, found) = check(text, read);
            assert_eq!(result, expected, "{text}");
            assert_eq!(found, problems, "{text}");
        }
    }

    #[test]
    fn missing_refused_and_doubly_spelled_fields() {
        let (_, required) = check("{}", |fields| {
            fields.require(&["url"]);
            String::new()
        });
        assert_eq!(required, ["f:1:1: Field 'url' is required"]);

        let (_, refused) = check(r#"{"tls": {}}"#, |fields| {
            fields.refuse(&["tls", "cors"]);
            String::new()
        });
        assert_eq!(refused, ["f:1:2: 'tls' is not supported by this version"]);

        let (value, doubled) = check(r#"{"b": "1", "a": "2"}"#, |fields| {
            fields.text(&["a", "b"]).map(|found| found.value).unwrap_or_default()
        });
        assert_eq!(
            (value.as_str(), doubled[0].as_str()),
            ("1", "f:1:12: Field 'a' says the same as 'b'; keep one of them")
        );
    }

    #[test]
    fn trust_keys_are_usable_and_never_shown() {
        let unusable = "Field 'trustKey' is not a usable key";
        let cases: [(&str, &str, &[&str]); 8] = [
            (r#"{"trustKey": "a"}"#, "a", &[]),
            (r#"{"trustKey": ["a", "b"]}"#, "a", &[]),
            (r#"{"trustKey": "${T}"}"#, "text", &[]),
            ("{}", "", &[]),
            (r#"{"trustKey": ""}"#, "", &[unusable]),
            (r#"{"trustKey": "secret\n"}"#, "secret\n", &[unusable]),
            (r#"{"trustKey": []}"#, "", &[]),
            (r#"{"trustKey": 1}"#, "", &["Field 'trustKey' is not a string"]),
        ];
        for (text, first, problems) in cases {
            let (found, reported) = check(text, |fields| fields.trust_keys().first().unwrap_or_default().to_owned());
            assert_eq!(found, first, "{text}");
            assert_eq!(reported.len(), problems.len(), "{text}: {reported:?}");
            for (reported, expected) in reported.iter().zip(problems) {
                assert!(reported.contains(expected) && !reported.contains("cret"), "{reported}");
            }
        }
    }
}
