//! Types of TypeScript as far as declarations of host functions need them.

use std::fmt::Write as _;

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ts {
    /// A name that is known everywhere, or a literal.
    Name(String),
    List(Box<Ts>),
    Tuple(Vec<Ts>),
    Union(Vec<Ts>),
    Intersection(Vec<Ts>),
    Object(Vec<Field>),
    /// `Name<…>` of what TypeScript has.
    Of(&'static str, Vec<Ts>),
    /// A type of the library, by its number, with its arguments.
    Own(usize, Vec<Ts>),
}

/// A property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(super) name: String,
    pub(super) is_optional: bool,
    pub(super) ty: Ts,
    pub(super) docs: Vec<String>,
}

impl Ts {
    pub(super) fn name(name: &str) -> Self {
        Self::Name(name.to_owned())
    }

    /// What nobody knows.
    pub(super) fn unknown() -> Self {
        Self::name("unknown")
    }

    /// A string that is always the same.
    pub(super) fn literal(text: &str) -> Self {
        Self::Name(quoted(text))
    }

    pub(super) fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// This or that; one that is a union itself is taken apart, and whoever may be anything is.
    pub(super) fn either(types: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Vec::new();
        for ty in types {
            let parts = if let Self::Union(parts) = ty { parts } else { vec![ty] };
            all.extend(parts);
        }
        if all.contains(&Self::unknown()) {
            return Self::unknown();
        }
        let mut once: Vec<Self> = Vec::new();
        for ty in all {
            if !once.contains(&ty) {
                once.push(ty);
            }
        }
        match once.len() {
            0 => Self::name("never"),
            1 => once.remove(0),
            _ => Self::Union(once),
        }
    }

    /// Calls `visit` for each type of the library in it.
    pub(super) fn each_own(&self, visit: &mut impl FnMut(usize)) {
        match self {
            Self::Name(_) => {}
            Self::List(element) => element.each_own(visit),
            Self::Tuple(types) | Self::Union(types) | Self::Intersection(types) | Self::Of(_, types) => {
                for ty in types {
                    ty.each_own(visit);
                }
            }
            Self::Object(fields) => fields.iter().for_each(|field| field.ty.each_own(visit)),
            Self::Own(number, arguments) => {
                visit(*number);
                for ty in arguments {
                    ty.each_own(visit);
                }
            }
        }
    }

    /// Its text; `name_of` says what types of the library are called.
    pub(super) fn text(&self, name_of: &impl Fn(usize) -> String) -> String {
        let all = |types: &[Self], separator: &str| {
            types.iter().map(|ty| ty.text(name_of)).collect::<Vec<_>>().join(separator)
        };
        match self {
            Self::Name(name) => name.clone(),
            Self::List(element) => format!("{}[]", element.text_within(name_of)),
            Self::Tuple(types) => format!("[{}]", all(types, ", ")),
            Self::Union(types) => all(types, " | "),
            Self::Intersection(types) => types.iter().map(|ty| ty.text_within(name_of)).collect::<Vec<_>>().join(" & "),
            Self::Of(name, arguments) => format!("{name}<{}>", all(arguments, ", ")),
            Self::Own(number, arguments) if arguments.is_empty() => name_of(*number),
            Self::Own(number, arguments) => format!("{}<{}>", name_of(*number), all(arguments, ", ")),
            Self::Object(fields) if fields.is_empty() => "{}".to_owned(),
            Self::Object(fields) => {
                let fields: Vec<String> = fields.iter().map(|field| field.text(name_of)).collect();
                format!("{{ {} }}", fields.join("; "))
            }
        }
    }

    fn text_within(&self, name_of: &impl Fn(usize) -> String) -> String {
        let text = self.text(name_of);
        if matches!(self, Self::Union(_) | Self::Intersection(_)) { format!("({text})") } else { text }
    }
}

impl Field {
    /// `name?: type`
    pub(super) fn text(&self, name_of: &impl Fn(usize) -> String) -> String {
        let mut text = if is_identifier(&self.name) { self.name.clone() } else { quoted(&self.name) };
        text.push_str(if self.is_optional { "?: " } else { ": " });
        text + &self.ty.text(name_of)
    }
}

/// Pushes documentation lines as a comment.
pub(super) fn push_docs(text: &mut String, indent: &str, docs: &[String]) {
    if docs.is_empty() {
        return;
    }
    text.push_str(indent);
    text.push_str("/**\n");
    for line in docs {
        let line = format!("{indent} * {}", line.replace("*/", "* /"));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(indent);
    text.push_str(" */\n");
}

fn is_identifier(name: &str) -> bool {
    let starts = |character: char| character.is_alphabetic() || "_$".contains(character);
    name.starts_with(starts) && name.chars().all(|character| character.is_alphanumeric() || "_$".contains(character))
}

/// As a string of JavaScript.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => drop(write!(quoted, "\\u{:04x}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted + "\""
}
