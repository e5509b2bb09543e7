//! The repository: serves the files that the build embedded, and the browser modules of the application.

mod assets;
mod conditions;
mod hashed;

use std::collections::HashMap;

use async_trait::async_trait;
use bytes::Bytes;
use jitar_engine::call::Headers;

use self::assets::{Asset, copies_by_name, select};
use self::conditions::{Wanted, evaluate};
use super::{FileReply, FileRequest, Provider, ServiceError};
use crate::app::{App, Files};
use crate::config::RepositoryConfig;
use crate::negotiation;

/// Below this name lie the browser modules.
const CLIENT: &str = "jitar/client/";

/// For files whose name changes with their content: a year, and not asked about even when a page is loaded again.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

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
    /// The files of `app` that the settings let through, and all of its browser modules.
    ///
    /// # Errors
    /// When a pattern is no glob.
    pub(crate) fn new(config: &RepositoryConfig, app: &App) -> Result<Self, RepositoryError> {
        let copies = copies_by_name(app.encoded);
        let mut files = select(config, app.assets, &copies)?;
        files.extend(modules(app.client).map(|(name, bytes)| {
            let copies = copies.get(name.as_str()).copied().unwrap_or_default();
            let asset = Asset::new(&name, bytes, copies);
            (name, asset)
        }));
        Ok(Self {
            files,
            index: config.index_filename.clone(),
            serves_index_on_not_found: config.serve_index_on_not_found,
        })
    }

    /// The file, and whether it stands for another one.
    fn find(&self, request: &FileRequest) -> Option<(&Asset, bool)> {
        let name = if request.name.is_empty() { &self.index } else { &request.name };
        let found = self.files.get(name).map(|asset| (asset, false));
        found.or_else(|| if self.falls_back(name, request) { Some((self.files.get(&self.index)?, true)) } else { None })
    }

    /// A page that the browser's own router knows gets the index; a script or an image that is missing does not.
    fn falls_back(&self, name: &str, request: &FileRequest) -> bool {
        self.serves_index_on_not_found && !name.starts_with(CLIENT) && is_navigation(name, request)
    }
}

/// Whether a browser wants to show a page. New ones say so; of others only paths that look like no file count.
fn is_navigation(name: &str, request: &FileRequest) -> bool {
    let accepts_page = request.header("accept").is_some_and(|accept| {
        negotiation::weight(accept, |name| name.eq_ignore_ascii_case("text/html")).is_some_and(|weight| weight > 0)
    });
    let is_page = match request.header("sec-fetch-mode") {
        Some(mode) => mode.eq_ignore_ascii_case("navigate"),
        None => !name.rsplit('/').next().unwrap_or(name).contains('.'),
    };
    accepts_page && is_page
}

fn modules(client: Files) -> impl Iterator<Item = (String, &'static [u8])> {
    client.iter().map(|(name, bytes)| (format!("{CLIENT}{name}"), *bytes))
}

#[async_trait]
impl Provider for Repository {
    async fn provide(&self, request: FileRequest) -> Result<FileReply, ServiceError> {
        match self.find(&request) {
            Some((asset, is_fallback)) => Ok(reply(&request, asset, is_fallback)),
            None => Err(ServiceError::FileNotFound(request.name)),
        }
    }
}

fn reply(request: &FileRequest, asset: &Asset, is_fallback: bool) -> FileReply {
    let form = asset.negotiate(request.header("accept-encoding"));
    let length = form.bytes.len();
    let mut headers = Headers::new();
    let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
    add("etag", &form.etag);
    add("cache-control", if asset.is_immutable && !is_fallback { IMMUTABLE } else { "no-cache" });
    if let Some(vary) = varies(asset.varies(), is_fallback) {
        add("vary", vary);
    }
    let wanted = evaluate(request, &form.etag, length);
    let (status, body) = match &wanted {
        Wanted::Whole => (200, Bytes::from_static(form.bytes)),
        Wanted::Part(range) => (206, Bytes::from_static(&form.bytes[range.clone()])),
        Wanted::Nothing => (304, Bytes::new()),
        Wanted::Mismatch => (412, Bytes::new()),
        Wanted::OutOfRange => (416, Bytes::new()),
    };
    match &wanted {
        Wanted::Part(range) => add("content-range", &format!("bytes {}-{}/{length}", range.start, range.end - 1)),
        Wanted::OutOfRange => add("content-range", &format!("bytes */{length}")),
        _ => {}
    }
    if matches!(wanted, Wanted::Whole | Wanted::Part(_)) {
        add("content-type", &asset.content_type);
        add("x-jitar-content-type", &asset.mime);
        add("accept-ranges", "bytes");
        if let Some(coding) = form.coding {
            add("content-encoding", coding);
        }
    }
    FileReply { status, headers, body }
}

/// Which headers of a request the answer depends on.
fn varies(on_encoding: bool, is_fallback: bool) -> Option<&'static str> {
    match (on_encoding, is_fallback) {
        (true, true) => Some("accept-encoding, accept, sec-fetch-mode"),
        (true, false) => Some("accept-encoding"),
        (false, true) => Some("accept, sec-fetch-mode"),
        (false, false) => None,
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
        ("web/main-8f3a2b1c9d.js", b"main"),
    ];
    const CLIENT_MODULES: &[(&str, &[u8])] = &[("sales/get.js", b"export {}"), ("jitar.js", b"export {}")];
    const APP: App = App {
        manifest: b"",
        base: b"",
        services: &[],
        assets: ASSETS,
        client: CLIENT_MODULES,
        encoded: &[("index.html", b"gz", b"br"), ("web/style.css", b"gz", b""), ("jitar/client/jitar.js", b"", b"br")],
    };

    fn repository(globs: &[&str], asset_root: &str, fallback: bool) -> Repository {
        let config = RepositoryConfig {
            index_filename: "index.html".to_owned(),
            serve_index_on_not_found: fallback,
            asset_root: asset_root.to_owned(),
            assets: globs.iter().map(|glob| (*glob).to_owned()).collect(),
        };
        Repository::new(&config, &APP).expect("valid globs")
    }

    fn header<'a>(reply: &'a FileReply, name: &str) -> Option<&'a str> {
        reply.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    async fn get(repository: &Repository, name: &str, accept: &str) -> String {
        match repository.provide(FileRequest::of(name, &[("accept", accept)])).await {
            Ok(reply) => {
                let content_type = header(&reply, "content-type").unwrap_or("-");
                format!("{content_type} {}", String::from_utf8_lossy(&reply.body))
            }
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
        let browser = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        let mode = |mode| ("sec-fetch-mode", mode);
        let cases: &[(&str, &[(&str, &str)], bool)] = &[
            ("some/page", &[browser], true),
            ("some/page", &[browser, mode("navigate")], true),
            ("users/john.doe", &[browser, mode("navigate")], true),
            ("users/john.doe", &[browser], false),
            ("some/page", &[browser, mode("cors")], false),
            ("some/page", &[("accept", "*/*")], false),
            ("some/page", &[("accept", "*/*"), mode("navigate")], false),
            ("some/page", &[("accept", "text/html;q=0")], false),
            ("some/page", &[], false),
            ("some/missing.js", &[browser], false),
            ("jitar/client/x", &[browser, mode("navigate")], false),
        ];
        for (name, headers, expected) in cases {
            let reply = repository.provide(FileRequest::of(name, headers)).await;
            assert_eq!(reply.is_ok(), *expected, "{name} {headers:?}");
            if let Ok(reply) = reply {
                assert_eq!(header(&reply, "vary"), Some("accept-encoding, accept, sec-fetch-mode"));
            }
        }
    }

    #[tokio::test]
    async fn sends_what_the_client_lacks() {
        let repository = repository(&["index.html"], "", false);
        let ask = async |headers: &[(&str, &str)]| {
            repository.provide(FileRequest::of("index.html", headers)).await.expect("the index")
        };
        let etag = header(&ask(&[]).await, "etag").expect("a tag").to_owned();
        let brotli = header(&ask(&[("accept-encoding", "br")]).await, "etag").expect("a tag").to_owned();
        assert_ne!(etag, brotli);
        let cases: &[(&[(&str, &str)], u16, &str, Option<&str>)] = &[
            (&[], 200, "<!doctype html>", None),
            (&[("if-none-match", &etag)], 304, "", None),
            (&[("if-none-match", &brotli)], 200, "<!doctype html>", None),
            (&[("if-none-match", &brotli), ("accept-encoding", "br")], 304, "", None),
            (&[("if-match", "\"x\"")], 412, "", None),
            (&[("range", "bytes=0-1")], 206, "<!", Some("bytes 0-1/15")),
            (&[("range", "bytes=-5")], 206, "html>", Some("bytes 10-14/15")),
            (&[("range", "bytes=0-0"), ("accept-encoding", "gzip")], 206, "g", Some("bytes 0-0/2")),
            (&[("range", "bytes=15-")], 416, "", Some("bytes */15")),
            (&[("range", "bytes=0-1,3-4")], 200, "<!doctype html>", None),
        ];
        for (headers, status, body, range) in cases {
            let reply = ask(headers).await;
            assert_eq!((reply.status, &reply.body[..]), (*status, body.as_bytes()), "{headers:?}");
            assert_eq!(header(&reply, "content-range"), *range, "{headers:?}");
            assert_eq!(header(&reply, "vary"), Some("accept-encoding"), "{headers:?}");
            assert_eq!(header(&reply, "accept-ranges").is_some(), *status < 300, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn sends_compressed_copies_and_says_how_long_they_last() {
        let repository = repository(&["**/*"], "web", false);
        let cases = [
            ("style.css", Some("gzip"), "no-cache", Some("accept-encoding")),
            ("main-8f3a2b1c9d.js", None, IMMUTABLE, None),
            ("jitar/client/jitar.js", Some("br"), "no-cache", Some("accept-encoding")),
            ("jitar/client/sales/get.js", None, "no-cache", None),
        ];
        for (name, coding, caching, vary) in cases {
            let reply = repository.provide(FileRequest::of(name, &[("accept-encoding", "gzip, br")])).await;
            let reply = reply.expect("a file");
            let found = ["content-encoding", "cache-control", "vary"].map(|header_name| header(&reply, header_name));
            assert_eq!(found, [coding, Some(caching), vary], "{name}");
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
        let error = Repository::new(&config, &APP).err().expect("not a glob").to_string();
        assert!(error.starts_with("the asset pattern `a[` is not valid"), "{error}");
    }
}
