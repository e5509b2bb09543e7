//! One file, and which files there are.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::OnceLock;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use sha2::{Digest, Sha256};

use super::RepositoryError;
use crate::config::RepositoryConfig;

/// Bytes of the hash that an entity tag shows.
const TAG_BYTES: usize = 16;

/// A file that is served.
pub(super) struct Asset {
    /// Its content.
    pub(super) bytes: &'static [u8],
    /// Its media type.
    pub(super) mime: String,
    /// Its media type, with the character set of text.
    pub(super) content_type: String,
    /// Made when it is first asked for, so that a start does not hash what nobody wants.
    etag: OnceLock<String>,
}

impl Asset {
    pub(super) fn new(name: &str, bytes: &'static [u8]) -> Self {
        let guess = mime_guess::from_path(name).first_or_octet_stream();
        // Older lists say `application/javascript` for `.mjs`; the standard has one name.
        let mime = match guess.essence_str() {
            "application/javascript" => "text/javascript".to_owned(),
            other => other.to_owned(),
        };
        let content_type = if is_text(&mime) { format!("{mime}; charset=utf-8") } else { mime.clone() };
        Self { bytes, mime, content_type, etag: OnceLock::new() }
    }

    /// Its strong entity tag.
    pub(super) fn etag(&self) -> &str {
        self.etag.get_or_init(|| {
            let hash = Sha256::digest(self.bytes);
            hash.iter().take(TAG_BYTES).fold("\"".to_owned(), |mut tag, byte| {
                // Writing to a string cannot fail.
                let _ok = write!(tag, "{byte:02x}");
                tag
            }) + "\""
        })
    }
}

fn is_text(mime: &str) -> bool {
    mime.starts_with("text/") || matches!(mime, "application/json" | "application/manifest+json" | "image/svg+xml")
}

/// The files below the asset root that match one of the patterns, by their names below it.
pub(super) fn select(
    config: &RepositoryConfig,
    assets: &'static [(&'static str, &'static [u8])],
) -> Result<HashMap<String, Asset>, RepositoryError> {
    let patterns = compile(&config.assets)?;
    let root = config.asset_root.trim_matches('/');
    let below_root = assets.iter().filter_map(|(path, bytes)| Some((below(path, root)?, *bytes)));
    let matching = below_root.filter(|(name, _)| patterns.is_match(name));
    Ok(matching.map(|(name, bytes)| (name.to_owned(), Asset::new(name, bytes))).collect())
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

/// Whether one of the tags in an `if-none-match` is `etag`.
pub(super) fn matches_etag(tags: &str, etag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}
