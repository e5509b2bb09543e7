//! `fetch` of `file:` URLs: reads what the service permits.

use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use deno_core::futures::{FutureExt, TryStreamExt};
use deno_core::url::Url;
use deno_core::{CancelFuture, CancelHandle, OpState};
use deno_error::JsErrorBox;
use deno_fetch::{CancelableResponseFuture, FetchError, FetchHandler, ResBody};
use http_body::Frame;
use http_body_util::StreamBody;
use http_body_util::combinators::BoxBody;
use tokio_util::io::ReaderStream;

use crate::permissions::{self, DENIED, Files, advice};

/// Handles `file:` URLs.
pub(super) struct FileHandler;

impl FetchHandler for FileHandler {
    fn fetch_file(&self, _state: &mut OpState, url: &Url) -> (CancelableResponseFuture, Option<Rc<CancelHandle>>) {
        let cancel = CancelHandle::new_rc();
        let files = permissions::with_current(|current| current.read.clone()).unwrap_or_default();
        let path = url.to_file_path().map_err(|()| JsErrorBox::type_error(format!("`{url}` is no path")));
        // Asked at once, while the caller's line is on the stack.
        let path = path.and_then(|path| files.check(&path).map(|()| path));
        let response = async move {
            let path = path.map_err(FetchError::Other)?;
            respond(&files, &path).await.map_err(FetchError::Other)
        };
        (response.or_cancel(Rc::clone(&cancel)).boxed_local(), Some(cancel))
    }
}

async fn respond(files: &Files, path: &Path) -> Result<http::Response<ResBody>, JsErrorBox> {
    let failed = |error: std::io::Error| JsErrorBox::type_error(format!("cannot read `{}`: {error}", path.display()));
    // A link may lead out of the permitted folders.
    let real = tokio::fs::canonicalize(path).await.map_err(failed)?;
    let mut permitted = false;
    for folder in &files.paths {
        permitted |= tokio::fs::canonicalize(folder).await.is_ok_and(|folder| real.starts_with(folder));
    }
    if !permitted {
        return Err(denied(&real));
    }
    let file = tokio::fs::File::open(&real).await.map_err(failed)?;
    let size = file.metadata().await.map_err(failed)?;
    if !size.is_file() {
        return Err(JsErrorBox::type_error(format!("cannot read `{}`: it is no file", path.display())));
    }
    let chunks = ReaderStream::new(file).map_ok(Frame::data).map_err(JsErrorBox::from_err);
    let mut response = http::Response::new(BoxBody::new(StreamBody::new(chunks)));
    response.headers_mut().insert(http::header::CONTENT_LENGTH, size.len().into());
    Ok(response)
}

impl Files {
    /// Whether a path lies below a permitted one, as far as its text says.
    fn check(&self, path: &Path) -> Result<(), JsErrorBox> {
        let is_plain = !path.components().any(|component| component == Component::ParentDir);
        if is_plain && self.paths.iter().any(|permitted| path.starts_with(permitted)) {
            return Ok(());
        }
        Err(denied(path))
    }
}

fn denied(path: &Path) -> JsErrorBox {
    let folder = path.parent().map_or_else(|| PathBuf::from("/"), Path::to_path_buf);
    let advice = advice("read", &folder.display().to_string());
    JsErrorBox::new(DENIED, format!("read access to `{}` is not permitted: {advice}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_below_a_listed_folder() {
        let files = Files { base: PathBuf::from("/srv"), paths: vec!["/srv/data".into(), "/etc/hosts".into()] };
        for (path, permitted) in [
            ("/srv/data/a.txt", true),
            ("/srv/data", true),
            ("/srv/database", false),
            ("/srv/data/../secret", false),
            ("/etc/hosts", true),
            ("/etc/hosts2", false),
            ("/", false),
        ] {
            assert_eq!(files.check(Path::new(path)).is_ok(), permitted, "{path}");
        }
        assert!(Files::default().check(Path::new("/a")).is_err());
    }
}
