//! `repository`: serves files. A standalone has the same settings.

use globset::Glob;

use super::fields::{Fields, Spanned};
use super::file::{Segments, Written};
use super::scripts::below;
use super::{RepositoryConfig, Role};

/// Reads the settings of a repository.
pub(super) fn read(mut fields: Fields<'_>) -> Written {
    let repository = read_files(&mut fields);
    fields.finish();
    Written { role: Role::Repository(repository), segments: Segments::default() }
}

/// Reads what is served.
pub(super) fn read_files(fields: &mut Fields<'_>) -> RepositoryConfig {
    let index_filename = fields.text(&["indexFilename", "index"]);
    let asset_root = fields.text(&["assetRoot"]);
    let assets = fields.texts(&["assets"]);
    for glob in &assets {
        if let Err(error) = Glob::new(&glob.value) {
            fields.problem(glob.at, format!("'{}' is not a pattern for files: {}", glob.value, error.kind()));
        }
    }
    RepositoryConfig {
        index_filename: location(fields, index_filename).unwrap_or_else(|| "index.html".to_owned()),
        serve_index_on_not_found: fields.boolean(&["serveIndexOnNotFound"]).unwrap_or(false),
        asset_root: location(fields, asset_root).unwrap_or_default(),
        assets: assets.into_iter().map(|glob| trim_current_folder(&glob.value).to_owned()).collect(),
    }
}

/// A path below the assets' folder.
fn location(fields: &Fields<'_>, written: Option<Spanned<String>>) -> Option<String> {
    let written = written?;
    let path = below(&written.value);
    if path.is_none() {
        fields.problem(written.at, format!("Invalid location: {} (it leaves the folder of the assets)", written.value));
    }
    path
}

fn trim_current_folder(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}
