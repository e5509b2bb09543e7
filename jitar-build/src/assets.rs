//! The files that services serve: those below the target folder that the `assets` of a service file match.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::config::{self, AppConfig};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::fs::{self, FsError, Walk};

/// What is served, of all services together.
#[derive(Debug, Default)]
pub(crate) struct Assets {
    /// Path below the target folder with `/`, and absolute path.
    pub(crate) files: BTreeMap<String, Utf8PathBuf>,
    /// Folders walked; some may not exist.
    pub(crate) folders: BTreeSet<Utf8PathBuf>,
}

/// Finds the assets of all services.
pub(crate) fn collect(config: &AppConfig) -> (Assets, Diagnostics) {
    let mut assets = Assets::default();
    let mut diagnostics = Diagnostics::default();
    for service in config.services.iter().filter_map(|service| service.assets.as_ref()) {
        if let Err(error) = add(&mut assets, service, config, &mut diagnostics) {
            diagnostics.push(Diagnostic::error(&codes::UNREADABLE_FILE, error.to_string()));
        }
    }
    diagnostics.sort();
    (assets, diagnostics)
}

fn add(
    assets: &mut Assets,
    service: &config::Assets,
    config: &AppConfig,
    diagnostics: &mut Diagnostics,
) -> Result<(), FsError> {
    let target = &config.folders.target;
    let Walk { files, folders } = fs::walk(&service.root)?;
    assets.folders.insert(service.root.clone());
    assets.folders.extend(folders);
    let mut unmatched: BTreeSet<usize> = (0..service.globs.len()).collect();
    for file in files.iter().filter(|file| is_public(file, config)) {
        let Some(name) = fs::below(file, &service.root) else { continue };
        let matched = service.set.matches(&name);
        let Some(&first) = matched.first() else { continue };
        for idx in &matched {
            unmatched.remove(idx);
        }
        if !fs::canonical(file)?.starts_with(fs::canonical(target)?) {
            let message = format!("the asset `{name}` is a link that leaves the target folder");
            let place = &service.globs[first].1;
            diagnostics.push(place.error(&codes::ASSET_OUTSIDE_TARGET, message, "matched by this"));
            continue;
        }
        assets.files.extend(fs::below(file, target).map(|name| (name, file.clone())));
    }
    for idx in unmatched {
        let (glob, place) = &service.globs[idx];
        let message = format!("`{}` matches no file", glob.glob());
        let help = "assets are files below the target folder; build the web page before this package";
        diagnostics.push(place.warning(&codes::UNMATCHED_ASSETS, message, "").help(help));
    }
    Ok(())
}

/// Sources and configuration stay on the server, also when they lie below the target folder.
fn is_public(file: &Utf8Path, config: &AppConfig) -> bool {
    let folders = &config.folders;
    let hidden = [&folders.source, &folders.segments, &folders.resources, &folders.services];
    let is_below = |folder: &Utf8PathBuf| file.starts_with(folder) && !folders.target.starts_with(folder);
    !hidden.into_iter().any(is_below) && *file != folders.app.join("jitar.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;
    use crate::testing::Folder;

    fn assets_of(folder: &Folder) -> (Vec<String>, Vec<String>) {
        let (config, mistakes) = config::read(&folder.path(""), &mut Environment::new(&|_| None));
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let (assets, diagnostics) = collect(&config.expect("is configured"));
        let messages = diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();
        (assets.files.into_keys().collect(), messages)
    }

    #[test]
    fn finds_what_the_globs_match() {
        let service = |globs: &str| format!(r#"{{ "repository": {{ "assets": [{globs}] }} }}"#);
        let cases: [(&str, &[&str], &[&str]); 5] = [
            (r#""*.html""#, &["index.html"], &[]),
            (r#""**/*""#, &["a/b.js", "index.html"], &[]),
            (r#""./a/*.js""#, &["a/b.js"], &[]),
            (r#""*.css""#, &[], &["`*.css` matches no file"]),
            (r#""a", "**/.env""#, &[], &["`a` matches no file", "`**/.env` matches no file"]),
        ];
        for (globs, files, messages) in cases {
            let service = service(globs);
            let folder = Folder::new(&[
                ("src/a.ts", ""),
                ("dist/index.html", ""),
                ("dist/.env", ""),
                ("dist/a/b.js", ""),
                ("services/r.json", &service),
            ]);
            let expected =
                (files.iter().map(ToString::to_string).collect(), messages.iter().map(ToString::to_string).collect());
            assert_eq!(assets_of(&folder), expected, "{globs}");
        }
    }

    #[test]
    fn sources_are_never_assets_and_roots_count() {
        let folder = Folder::new(&[
            ("jitar.json", r#"{ "target": "." }"#),
            ("src/a.ts", ""),
            ("segments/s.json", "{}"),
            ("web/index.html", ""),
            ("web/b/c.js", ""),
            ("services/r.json", r#"{ "repository": { "assets": ["**/*"] } }"#),
            ("services/s.json", r#"{ "repository": { "assetRoot": "web/b", "assets": ["*.js"] } }"#),
        ]);
        assert_eq!(assets_of(&folder), (vec!["web/b/c.js".to_owned(), "web/index.html".to_owned()], vec![]));
    }

    #[cfg(unix)]
    #[test]
    fn links_that_leave_the_target_folder_are_refused() {
        let folder = Folder::new(&[
            ("src/a.ts", ""),
            ("secret.txt", ""),
            ("dist/x.txt", ""),
            ("services/r.json", r#"{ "repository": { "assets": ["*.txt"] } }"#),
        ]);
        std::os::unix::fs::symlink(folder.path("secret.txt"), folder.path("dist/link.txt")).expect("links");
        let message = "the asset `link.txt` is a link that leaves the target folder".to_owned();
        assert_eq!(assets_of(&folder), (vec!["x.txt".to_owned()], vec![message]));
    }
}
