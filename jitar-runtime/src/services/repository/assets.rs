//! One file, and which files there are.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::OnceLock;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use sha2::{Digest, Sha256};

use super::RepositoryError;
use super::hashed::is_hashed;
use crate::app::EncodedFiles;
use crate::config::RepositoryConfig;
use crate::negotiation;

/// Bytes of the hash that an entity tag shows.
const TAG_BYTES: usize = 16;

/// A file that is served.
pub(super) struct Asset {
    /// Its content as it is, and its compressed copies, the smallest first.
    plain: &'static [u8],
    copies: Vec<(Coding, &'static [u8])>,
    /// Its media type.
    pub(super) mime: String,
    /// Its media type, with the character set of text.
    pub(super) content_type: String,
    /// Whether a file of this name never changes.
    pub(super) is_immutable: bool,
    /// Made when it is first asked for, so that a start does not hash what nobody wants.
    hash: OnceLock<String>,
}

/// A form of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Representation {
    /// Its bytes.
    pub(super) bytes: &'static [u8],
    /// The value of `content-encoding`.
    pub(super) coding: Option<&'static str>,
    /// Its strong entity tag.
    pub(super) etag: String,
}

/// How a copy is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Brotli,
    Gzip,
}

impl Coding {
    const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

impl Asset {
    pub(super) fn new(name: &str, plain: &'static [u8], copies: Copies) -> Self {
        let guess = mime_guess::from_path(name).first_or_octet_stream();
        // Older lists say `application/javascript` for `.mjs`; the standard has one name.
        let mime = match guess.essence_str() {
            "application/javascript" => "text/javascript".to_owned(),
            other => other.to_owned(),
        };
        let content_type = if is_text(&mime) { format!("{mime}; charset=utf-8") } else { mime.clone() };
        let (gzip, brotli) = copies;
        let copies = [(Coding::Brotli, brotli), (Coding::Gzip, gzip)];
        let copies = copies.into_iter().filter(|(_, copy)| !copy.is_empty()).collect();
        Self { plain, copies, mime, content_type, is_immutable: is_hashed(name), hash: OnceLock::new() }
    }

    /// Whether what is sent depends on `accept-encoding`.
    pub(super) fn varies(&self) -> bool {
        !self.copies.is_empty()
    }

    /// The form that fits best to `accept-encoding`. The file as it is can always be sent (RFC 9110, 12.5.3).
    pub(super) fn negotiate(&self, accept: Option<&str>) -> Representation {
        let weight = |coding: Coding| accept.map_or(0, |accept| weight_of(accept, coding));
        // As it is counts as acceptable as long as nothing is said about it, but every copy that is wanted is better.
        let plain = accept.and_then(|accept| negotiation::weight(accept, |name| name.eq_ignore_ascii_case("identity")));
        let best = self.copies.iter().map(|(coding, bytes)| (weight(*coding), *coding, *bytes));
        // Of equals the first, which is the smallest.
        let best = best.reduce(|best, next| if next.0 > best.0 { next } else { best });
        match best.filter(|(weight, _, _)| *weight > 0 && *weight >= plain.unwrap_or(0)) {
            Some((_, coding, bytes)) => {
                let etag = format!("\"{}-{}\"", self.hash(), coding.name());
                Representation { bytes, coding: Some(coding.name()), etag }
            }
            None => Representation { bytes: self.plain, coding: None, etag: format!("\"{}\"", self.hash()) },
        }
    }

    fn hash(&self) -> &str {
        self.hash.get_or_init(|| {
            let hash = Sha256::digest(self.plain);
            hash.iter().take(TAG_BYTES).fold(String::new(), |mut tag, byte| {
                // Writing to a string cannot fail.
                let _ok = write!(tag, "{byte:02x}");
                tag
            })
        })
    }
}

/// What a coding is worth to a client: what it says of it, or else of `*`.
fn weight_of(accept: &str, coding: Coding) -> u16 {
    let names: &[&str] = match coding {
        Coding::Brotli => &["br"],
        Coding::Gzip => &["gzip", "x-gzip"],
    };
    let weight = negotiation::weight(accept, |name| names.iter().any(|known| name.eq_ignore_ascii_case(known)));
    weight.or_else(|| negotiation::weight(accept, |name| name == "*")).unwrap_or(0)
}

fn is_text(mime: &str) -> bool {
    mime.starts_with("text/")
        || mime.ends_with("+xml")
        || mime.ends_with("+json")
        || matches!(mime, "application/json" | "application/xml")
}

/// The compressed copies of a file, gzip and brotli; empty where there is none.
pub(super) type Copies = (&'static [u8], &'static [u8]);

/// The compressed copies of all files by name.
pub(super) fn copies_by_name(encoded: EncodedFiles) -> HashMap<&'static str, Copies> {
    encoded.iter().map(|(name, gzip, brotli)| (*name, (*gzip, *brotli))).collect()
}

/// The files below the asset root that match one of the patterns, by their names below it.
pub(super) fn select(
    config: &RepositoryConfig,
    assets: &'static [(&'static str, &'static [u8])],
    copies: &HashMap<&'static str, Copies>,
) -> Result<HashMap<String, Asset>, RepositoryError> {
    let patterns = compile(&config.assets)?;
    let root = config.asset_root.trim_matches('/');
    let below_root = assets.iter().filter_map(|(path, bytes)| Some((*path, below(path, root)?, *bytes)));
    let matching = below_root.filter(|(_, name, _)| patterns.is_match(name));
    let asset = |(path, name, bytes)| {
        let copies = copies.get(path).copied().unwrap_or_default();
        (String::from(name), Asset::new(name, bytes, copies))
    };
    Ok(matching.map(asset).collect())
}

fn below<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    if root.is_empty() { Some(path) } else { path.strip_prefix(root)?.strip_prefix('/') }
}

fn compile(patterns: &[String]) -> Result<GlobSet, RepositoryError> {
    let refused = |pattern: &str, error: &globset::Error| RepositoryError::Pattern {
        pattern: pattern.to_owned(),
        reason: error.kind().to_string(),
    };
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let text = pattern.strip_prefix("./").unwrap_or(pattern);
        let glob = GlobBuilder::new(text).literal_separator(true).build().map_err(|error| refused(pattern, &error))?;
        set.add(glob);
    }
    set.build().map_err(|error| refused(&patterns.join(", "), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_chooses_the_form() {
        let asset = Asset::new("a.js", b"plain", (b"gzip", b"br"));
        let only_gzip = Asset::new("a.js", b"plain", (b"gzip", b""));
        let cases = [
            (&asset, None, "plain"),
            (&asset, Some(""), "plain"),
            (&asset, Some("gzip"), "gzip"),
            (&asset, Some("x-gzip"), "gzip"),
            (&asset, Some("gzip, deflate, br, zstd"), "br"),
            (&asset, Some("br;q=0.5, gzip;q=0.8"), "gzip"),
            (&asset, Some("br;q=0, gzip;q=0"), "plain"),
            (&asset, Some("*"), "br"),
            (&asset, Some("*;q=0.5, br;q=0"), "gzip"),
            (&asset, Some("gzip;q=0.5, identity"), "plain"),
            (&asset, Some("identity;q=0, deflate"), "plain"),
            (&asset, Some("deflate"), "plain"),
            (&only_gzip, Some("br"), "plain"),
            (&only_gzip, Some("br, gzip;q=0.1"), "gzip"),
        ];
        for (asset, accept, expected) in cases {
            let form = asset.negotiate(accept);
            assert_eq!(form.bytes, expected.as_bytes(), "{accept:?}");
            assert_eq!(form.coding.unwrap_or("plain"), expected, "{accept:?}");
        }
        let tags = [None, Some("gzip"), Some("br")].map(|accept| asset.negotiate(accept).etag);
        assert!(tags[0] != tags[1] && tags[1] != tags[2], "{tags:?}");
    }

    #[test]
    fn text_has_a_character_set() {
        let cases = [
            ("a.html", "text/html; charset=utf-8"),
            ("a.mjs", "text/javascript; charset=utf-8"),
            ("a.json", "application/json; charset=utf-8"),
            ("a.webmanifest", "application/manifest+json; charset=utf-8"),
            ("a.svg", "image/svg+xml; charset=utf-8"),
            ("a.wasm", "application/wasm"),
            ("a.png", "image/png"),
            ("a.woff2", "font/woff2"),
            ("a", "application/octet-stream"),
        ];
        for (name, expected) in cases {
            assert_eq!(Asset::new(name, b"", (b"", b"")).content_type, expected, "{name}");
        }
    }
}
