//! Resource files: modules that hold the state of one machine (spec 1.6).

use camino::Utf8PathBuf;

use super::document::{Place, Reader};
use super::keys::{KeyError, Sources};
use super::segments::escapes;
use crate::diagnostics::{Diagnostics, codes};

/// A module that is imported directly wherever it is used.
#[derive(Debug)]
pub(crate) struct Resource {
    /// The key as written.
    pub(crate) key: String,
    /// Where it stands.
    pub(crate) place: Place,
    /// Path of the module below the source folder.
    pub(crate) path: String,
}

/// Reads the files; a module that is listed several times is kept once.
pub(crate) fn read(files: &[Utf8PathBuf], sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<Resource> {
    let mut resources: Vec<Resource> = Vec::new();
    for file in files {
        let Some((mut reader, root)) = Reader::open(file, diagnostics) else { continue };
        for (key, place) in reader.texts(&root, file.file_name().unwrap_or_default()) {
            let diagnostic = match sources.find(key) {
                Ok(path) => {
                    if !resources.iter().any(|resource| resource.path == path) {
                        resources.push(Resource { key: key.to_owned(), place, path });
                    }
                    continue;
                }
                Err(KeyError::Escapes) => escapes(&place, key),
                Err(KeyError::NotFound(similar)) => place
                    .error(&codes::RESOURCE_NOT_FOUND, format!("the resource `{key}` does not exist"), "")
                    .maybe_help(similar.map(|similar| format!("did you mean `{similar}`?"))),
            };
            reader.push(diagnostic);
        }
    }
    resources
}
