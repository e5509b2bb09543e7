//! Parameters of procedures: what a caller may name, and how the values become positional arguments (spec 3.4).

use serde::{Deserialize, Serialize};

/// One parameter, as declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Parameter {
    /// `name`, `name = 1`, `name?: string` or `...name`.
    Named {
        /// The parameter's name, without dots.
        name: String,
        /// Whether callers may leave it out.
        optional: bool,
        /// Whether it collects the remaining arguments (`...name`).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        rest: bool,
        /// What a string from a query is converted to (spec 12, "GET values").
        #[serde(default, skip_serializing_if = "QueryType::is_text")]
        query: QueryType,
    },
    /// `[a, b = 1, ...rest]`.
    Array {
        /// One entry per position; a hole is `None`.
        items: Vec<Option<Parameter>>,
        /// Whether the whole pattern may be left out.
        optional: bool,
    },
    /// `{ a, b: c, d = 1, ...rest }`.
    Object {
        /// The members in source order.
        members: Vec<Member>,
        /// Whether the whole pattern may be left out.
        optional: bool,
    },
}

/// A member of an object pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The property that the pattern reads (`b` in `{ b: c }`); for a rest member the variable's name.
    pub key: String,
    /// What it is bound to.
    pub value: Parameter,
}

/// What the text of a query argument is converted to, from the parameter's TypeScript type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueryType {
    /// Left as it is.
    #[default]
    Text,
    /// `number`
    Number,
    /// `boolean`: `true` or `false`
    Boolean,
    /// `bigint`
    Bigint,
}

impl QueryType {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references to `skip_serializing_if`")]
    fn is_text(&self) -> bool {
        *self == Self::Text
    }
}
