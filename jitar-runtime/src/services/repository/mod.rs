//! The repository: serves the files that the build embedded, and the browser modules of the application.

mod assets;

use std::collections::HashMap;

use async_trait::async_trait;
use bytes::Bytes;

use self::assets::{Asset, matches_etag};
use super::{FileReply, FileRequest, Provider, ServiceError};
use crate::config::RepositoryConfig;

/// Below this name lie the browser modules.
const CLIENT: &str = "jitar/client/";

/// The settings of a repository make no sense.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RepositoryError {
    /// One of `assets` is no glob.
    #[error("the asset pattern `{pattern}` is not valid: {reason}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Files by exact name. What is not in the list does not exist, whatever the name looks like.
pub(crate) struct Repository {
    files: HashMap<String, Asset>,
    index: String,
    serves_index_on_not_found: bool,
}

impl Repository {
    /// The files of `assets` that the settings let through, and all of `client`.
    ///
    /// # Errors
    /// When a pattern is no glob.
    pub(crate) fn new(
        config: &RepositoryConfig,
        assets: &'static [(&'static str, &'static [u8])],
        client: &'static [(&'static str, &'static [u8])],
    ) -> Result<Self, RepositoryError> {
        let mut files = assets::select(config, assets)?;
        files.extend(client.iter().map(|(name, bytes)| (format!("{CLIENT}{name}"), Asset::new(name, bytes))));
        Ok(Self {
            files,
            index: config.index_filename.clone(),
            serves_index_on_not_found: config.serve_index_on_not_found,
        })
    }

    fn find(&self, request: &FileRequest) -> Option<&Asset> {
        let name = if request.name.is_empty() { &self.index } else { &request.name };
        self.files.get(name).or_else(|| if self.falls_back(name, request) { self.files.get(&self.index) } else { None })
    }

    /// A page that the browser's own router knows gets the index; a script or an image that is missing does not.
    fn falls_back(&self, name: &str, request: &FileRequest) -> bool {
        let wants_page = request.accept.as_deref().is_some_and(|accept| accept.contains("text/html"));
        self.serves_index_on_not_found && wants_page && !name.starts_with(CLIENT)
    }
}

#[async_trait]
impl Provider for Repository {
    async fn provide(&self, request: FileRequest) -> Result<FileReply, ServiceError> {
        let Some(asset) = self.find(&request) else { return Err(ServiceError::FileNotFound(request.name)) };
        let is_known = request.if_none_match.as_deref().is_some_and(|tags| matches_etag(tags, asset.etag()));
        let caching = [("etag", asset.etag()), ("cache-control", "no-cache")];
        let types = [("content-type", asset.content_type.as_str()), ("x-jitar-content-type", asset.mime.as_str())];
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(if is_known {
            FileReply { status: 304, headers: caching.map(owned).to_vec(), body: Bytes::new() }
        } else {
            let headers = types.into_iter().chain(caching).map(owned).collect();
            FileReply { status: 200, headers, body: Bytes::from_static(asset.bytes) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASSETS: &[(&str, &[u8])] = &[
        ("index.html", b"<!doctype html>"),
        ("assets/app.js", b"1"),
        ("assets/deep/logo.svg", b"<svg/>"),
        ("assets/data", b"\0"),
        ("secret.txt", b"secret"),
        ("web/index.html", b"<p>web"),
        ("web/style.css", b"p{}"),
    ];
    const CLIENT_MODULES: &[(&str, &[u8])] = &[("sales/get.js", b"export {}"), ("jitar.js", b"export {}")];

    fn repository(globs: &[&str], asset_root: &str, fallback: bool) -> Repository {
        let config = RepositoryConfig {
            index_filename: "index.html".to_owned(),
            serve_index_on_not_found: fallback,
            asset_root: asset_root.to_owned(),
            assets: globs.iter().map(|glob| (*glob).to_owned()).collect(),
        };
        Repository::new(&config, ASSETS, CLIENT_MODULES).expect("valid globs")
    }

    async fn get(repository: &Repository, name: &str, accept: &str) -> String {
        let request = FileRequest { name: name.to_owned(), accept: Some(accept.to_owned()), if_none_match: None };
        match repository.provide(request).await {
            Ok(reply) => format!("{} {}", reply.headers[0].1, String::from_utf8_lossy(&reply.body)),
            Err(error) => error.to_string(),
        }
    }

    #[tokio::test]
    async fn serves_exactly_what_the_patterns_match() {
        let repository = repository(&["*.html", "assets/**/*"], "", false);
        let cases = [
            ("", "text/html; charset=utf-8 <!doctype html>"),
            ("index.html", "text/html; charset=utf-8 <!doctype html>"),
            ("assets/app.js", "text/javascript; charset=utf-8 1"),
            ("assets/deep/logo.svg", "image/svg+xml; charset=utf-8 <svg/>"),
            ("assets/data", "application/octet-stream \0"),
            ("jitar/client/sales/get.js", "text/javascript; charset=utf-8 export {}"),
            ("jitar/client/jitar.js", "text/javascript; charset=utf-8 export {}"),
            ("web/index.html", "The file 'web/index.html' could not be found"),
            ("secret.txt", "The file 'secret.txt' could not be found"),
            ("Index.html", "The file 'Index.html' could not be found"),
            ("assets/../secret.txt", "The file 'assets/../secret.txt' could not be found"),
            ("assets", "The file 'assets' could not be found"),
            ("/etc/passwd", "The file '/etc/passwd' could not be found"),
        ];
        for (name, expected) in cases {
            assert_eq!(get(&repository, name, "*/*").await, expected, "{name}");
        }
    }

    #[tokio::test]
    async fn serves_below_the_asset_root() {
        let repository = repository(&["**/*"], "web", false);
        assert_eq!(get(&repository, "", "*/*").await, "text/html; charset=utf-8 <p>web");
        assert_eq!(get(&repository, "style.css", "*/*").await, "text/css; charset=utf-8 p{}");
        assert_eq!(get(&repository, "secret.txt", "*/*").await, "The file 'secret.txt' could not be found");
    }

    #[tokio::test]
    async fn falls_back_to_the_index_for_pages_only() {
        let repository = repository(&["index.html"], "", true);
        let page = "text/html; charset=utf-8 <!doctype html>";
        let cases = [
            ("some/page", "text/html,*/*", page),
            ("some/missing.js", "*/*", "The file 'some/missing.js' could not be found"),
            ("jitar/client/x.js", "text/html", "The file 'jitar/client/x.js' could not be found"),
        ];
        for (name, accept, expected) in cases {
            assert_eq!(get(&repository, name, accept).await, expected, "{name}");
        }
    }

    #[tokio::test]
    async fn answers_304_to_who_knows_the_file() {
        let repository = repository(&["index.html"], "", false);
        let first = repository.provide(FileRequest::default()).await.expect("the index");
        let etag = first.headers.iter().find(|(name, _)| name == "etag").expect("an etag").1.clone();
        let cases = [(etag.as_str(), 304), ("\"other\"", 200), ("*", 304)];
        for (tags, expected) in cases {
            let request = FileRequest { if_none_match: Some(tags.to_owned()), ..FileRequest::default() };
            let reply = repository.provide(request).await.expect("the index");
            assert_eq!((reply.status, reply.body.is_empty()), (expected, expected == 304), "{tags}");
        }
    }

    #[test]
    fn refuses_a_broken_pattern() {
        let config = RepositoryConfig {
            index_filename: String::new(),
            serve_index_on_not_found: false,
            asset_root: String::new(),
            assets: vec!["a[".to_owned()],
        };
        let error = Repository::new(&config, &[], &[]).err().expect("not a glob").to_string();
        assert!(error.starts_with("the asset pattern `a[` is not valid"), "{error}");
    }
}
