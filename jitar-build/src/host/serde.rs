//! What serde's attributes say about names and shapes. What is not understood makes a type unknown, not wrong.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Token};

/// Which way values cross.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// From JavaScript, by `Deserialize`.
    In,
    /// To JavaScript, by `Serialize`.
    Out,
}

impl Way {
    pub(super) fn is_in(self) -> bool {
        self == Self::In
    }

    /// The trait that has to be derived.
    pub(super) fn derive(self) -> &'static str {
        match self {
            Self::In => "Deserialize",
            Self::Out => "Serialize",
        }
    }

    /// The key of attributes for this way only.
    fn key(self) -> &'static str {
        match self {
            Self::In => "deserialize",
            Self::Out => "serialize",
        }
    }
}

/// The `#[serde(…)]` of a type, a variant or a field, as one way sees it.
#[derive(Debug, Default, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for an attribute that is there or not")]
pub(super) struct Attributes {
    pub(super) rename: Option<String>,
    pub(super) rename_all: Case,
    pub(super) rename_all_fields: Case,
    pub(super) tag: Option<String>,
    pub(super) content: Option<String>,
    pub(super) is_untagged: bool,
    pub(super) is_transparent: bool,
    pub(super) is_flattened: bool,
    pub(super) is_skipped: bool,
    /// Whether it may be absent.
    pub(super) may_be_absent: bool,
    /// Whether its form cannot be known.
    pub(super) is_unknown: bool,
}

impl Attributes {
    pub(super) fn read(attributes: &[Attribute], way: Way) -> Self {
        let mut read = Self::default();
        for attribute in attributes {
            if attribute.path().is_ident("serde") {
                let parsed = attribute.parse_nested_meta(|meta| read.take(&meta, way));
                read.is_unknown |= parsed.is_err();
            } else if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
                read.is_unknown = true;
            }
        }
        read
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>, way: Way) -> syn::Result<()> {
        let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match key.as_str() {
            "rename" => self.rename = text_for(meta, way)?.or(self.rename.take()),
            "rename_all" => set_case(&mut self.rename_all, text_for(meta, way)?)?,
            "rename_all_fields" => set_case(&mut self.rename_all_fields, text_for(meta, way)?)?,
            "tag" => self.tag = Some(value(meta)?),
            "content" => self.content = Some(value(meta)?),
            "untagged" => self.is_untagged = true,
            "transparent" => self.is_transparent = true,
            "flatten" => self.is_flattened = true,
            "skip" => self.is_skipped = true,
            "skip_serializing" => self.is_skipped |= way == Way::Out,
            "skip_deserializing" => self.is_skipped |= way == Way::In,
            "skip_serializing_if" => {
                value(meta)?;
                self.may_be_absent |= way == Way::Out;
            }
            "default" => {
                if meta.input.peek(Token![=]) {
                    value(meta)?;
                }
                self.may_be_absent |= way == Way::In;
            }
            // These change neither names nor shapes.
            "deny_unknown_fields" => {}
            "borrow" | "bound" | "alias" | "crate" | "expecting" => ignore(meta)?,
            "serialize_with" | "into" => {
                value(meta)?;
                self.is_unknown |= way == Way::Out;
            }
            "deserialize_with" | "from" | "try_from" => {
                value(meta)?;
                self.is_unknown |= way == Way::In;
            }
            // `with`, `remote`, `other` and what comes after this version.
            _ => {
                ignore(meta)?;
                self.is_unknown = true;
            }
        }
        Ok(())
    }
}

fn value(meta: &ParseNestedMeta<'_>) -> syn::Result<String> {
    meta.value()?.parse::<LitStr>().map(|text| text.value())
}

/// `key = "…"`, or what `key(serialize = "…", deserialize = "…")` says for this way.
fn text_for(meta: &ParseNestedMeta<'_>, way: Way) -> syn::Result<Option<String>> {
    if meta.input.peek(Token![=]) {
        return value(meta).map(Some);
    }
    let mut found = None;
    meta.parse_nested_meta(|inner| {
        let text = value(&inner)?;
        if inner.path.is_ident(way.key()) {
            found = Some(text);
        }
        Ok(())
    })?;
    Ok(found)
}

fn ignore(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in meta.input);
        content.parse::<proc_macro2::TokenStream>()?;
    }
    Ok(())
}

/// How `rename_all` writes names.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    #[default]
    AsWritten,
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

fn set_case(case: &mut Case, name: Option<String>) -> syn::Result<()> {
    let Some(name) = name else { return Ok(()) };
    *case = match name.as_str() {
        "lowercase" => Case::Lower,
        "UPPERCASE" => Case::Upper,
        "PascalCase" => Case::Pascal,
        "camelCase" => Case::Camel,
        "snake_case" => Case::Snake,
        "SCREAMING_SNAKE_CASE" => Case::ScreamingSnake,
        "kebab-case" => Case::Kebab,
        "SCREAMING-KEBAB-CASE" => Case::ScreamingKebab,
        _ => return Err(syn::Error::new(proc_macro2::Span::call_site(), "serde has no such case")),
    };
    Ok(())
}

impl Case {
    /// This one, or the other when it changes nothing.
    pub(super) fn or(self, other: Self) -> Self {
        if self == Self::AsWritten { other } else { self }
    }

    /// The name of a variant, which is written `LikeThis`.
    pub(super) fn of_variant(self, name: &str) -> String {
        match self {
            Self::AsWritten | Self::Pascal => name.to_owned(),
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Camel => first_in(name, |first| first.to_ascii_lowercase()),
            Self::Snake => {
                let mut snake = String::new();
                for (idx, character) in name.char_indices() {
                    if idx > 0 && character.is_uppercase() {
                        snake.push('_');
                    }
                    snake.push(character.to_ascii_lowercase());
                }
                snake
            }
            Self::ScreamingSnake => Self::Snake.of_variant(name).to_ascii_uppercase(),
            Self::Kebab => Self::Snake.of_variant(name).replace('_', "-"),
            Self::ScreamingKebab => Self::ScreamingSnake.of_variant(name).replace('_', "-"),
        }
    }

    /// The name of a field, which is written `like_this`.
    pub(super) fn of_field(self, name: &str) -> String {
        match self {
            Self::AsWritten | Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Pascal => name.split('_').map(|word| first_in(word, |first| first.to_ascii_uppercase())).collect(),
            Self::Camel => first_in(&Self::Pascal.of_field(name), |first| first.to_ascii_lowercase()),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn first_in(word: &str, change: impl Fn(char) -> char) -> String {
    let mut rest = word.chars();
    rest.next().map(change).into_iter().chain(rest).collect()
}
