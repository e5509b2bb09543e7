//! Puts files into the output folder, on all cores: there may be thousands, and most are there already.

use std::collections::{BTreeSet, HashSet};

use camino::Utf8Path;
use jitar_engine::archive::{ModuleKind, ModuleSource};

use crate::assets::Assets;
use crate::compress::{self, CLIENT, Effort, Encoded};
use crate::earlier::Made;
use crate::fs::{self, FsError};
use crate::generate::{Generated, GeneratedUnit};
use crate::pack::Packed;
use crate::parallel;

use super::{EmbedError, client_path};

/// The output folder, and what this build has in it. Paths are those below it: they are compared often.
pub(super) struct Output<'a> {
    folder: &'a Utf8Path,
    /// The files that lay there before, in folders that belong to builds.
    before: HashSet<String>,
    /// Every file that belongs to this build.
    pub(super) files: BTreeSet<String>,
}

impl<'a> Output<'a> {
    /// Looks at what there is in these folders below it.
    pub(super) fn open(folder: &'a Utf8Path, owned: &[&str]) -> Result<Self, FsError> {
        let mut before = HashSet::new();
        for name in owned {
            before.extend(fs::files(folder, name)?);
        }
        Ok(Self { folder, before, files: BTreeSet::new() })
    }

    /// Writes one file.
    pub(super) fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), FsError> {
        fs::write_if_changed(&self.folder.join(path), bytes)?;
        self.files.insert(path.to_owned());
        Ok(())
    }

    /// Writes the modules of the units, and those for browsers.
    pub(super) fn write_modules(&mut self, generated: &Generated, packed: &[Packed]) -> Result<(), FsError> {
        let client = generated.client.iter().map(|(path, code)| (client_path(path), code.as_str()));
        let mut files: Vec<(String, &str)> = client.collect();
        for (unit, packed) in generated.units.iter().zip(packed) {
            // Those of an archive that was not made again are what they were.
            let (there, missing): (Vec<_>, Vec<_>) =
                modules(unit).partition(|(path, _)| packed.is_old && self.before.contains(path));
            self.files.extend(there.into_iter().map(|(path, _)| path));
            files.extend(missing);
        }
        let written =
            parallel::map(&files, |(path, text)| fs::write_if_changed(&self.folder.join(path), text.as_bytes()));
        self.files.extend(files.into_iter().map(|(path, _)| path));
        written.into_iter().try_for_each(|written| written.map(|_| ()))
    }

    /// Removes what an earlier build left.
    pub(super) fn remove_stale(&self) -> Result<(), FsError> {
        let stale = self.before.iter().filter(|path| !self.files.contains(*path));
        stale.into_iter().try_for_each(|path| fs::remove_stale(self.folder, path))?;
        fs::remove_temporary(self.folder)
    }

    /// Compresses everything that browsers get: assets, then modules, each sorted by name.
    pub(super) fn write_encoded(
        &mut self,
        assets: &Assets,
        generated: &Generated,
        effort: Effort,
        earlier: &Made,
    ) -> Result<Vec<Encoded>, EmbedError> {
        let assets = assets.files.iter().map(|(name, file)| (name.clone(), Content::Asset(file)));
        let client = generated.client.iter().map(|(path, code)| (format!("{CLIENT}{path}"), Content::Module(code)));
        let files: Vec<(String, Content<'_>)> = assets.chain(client).collect();
        let earlier = earlier.encoded.iter().map(|encoded| (encoded.name.as_str(), encoded)).collect();
        let is_there = |path: &str| self.before.contains(path);
        let compressor = compress::Encoder { effort, earlier, is_there: &is_there };
        let encoded = parallel::map(&files, |(name, content)| {
            let (encoded, copies) = match content {
                Content::Asset(file) => compressor.encode(name, &fs::read_bytes(file)?),
                Content::Module(code) => compressor.encode(name, code.as_bytes()),
            }
            .map_err(|source| EmbedError::Compress { file: name.clone(), source })?;
            let gzip = encoded.gzip.iter().zip(copies.gzip);
            let brotli = encoded.brotli.iter().zip(copies.brotli);
            for (path, copy) in gzip.chain(brotli) {
                fs::write_if_changed(&self.folder.join(path), &copy)?;
            }
            Ok(encoded)
        });
        let encoded = encoded.into_iter().collect::<Result<Vec<Encoded>, EmbedError>>()?;
        self.files.extend(encoded.iter().flat_map(Encoded::paths).cloned());
        Ok(encoded)
    }
}

/// What browsers get.
enum Content<'a> {
    /// A file.
    Asset(&'a Utf8Path),
    /// A generated module.
    Module(&'a str),
}

/// The modules of a unit and their source maps.
fn modules(unit: &GeneratedUnit) -> impl Iterator<Item = (String, &str)> {
    unit.archive.modules.iter().flat_map(|module| {
        let file = format!("modules/{}/{}", unit.id, module_path(module));
        let map = module.map.as_ref().map(|map| (format!("{file}.map"), map.as_str()));
        [Some((file, module.code.as_str())), map].into_iter().flatten()
    })
}

/// Where a module lies below `modules/<unit>/`.
fn module_path(module: &ModuleSource) -> String {
    let path = module
        .specifier
        .strip_prefix("file:///app/")
        .map_or_else(|| module.specifier.replacen(':', "/", 1), |path| path.replace('?', "."));
    let is_printed_as_it_is = module.kind == ModuleKind::Json || Utf8Path::new(&path).extension() == Some("js");
    if is_printed_as_it_is { path } else { format!("{path}.js") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_lie_where_their_specifier_says() {
        let cases = [
            ("file:///app/src/a.ts", ModuleKind::JavaScript, "src/a.ts.js"),
            ("file:///app/src/a.ts?remote", ModuleKind::JavaScript, "src/a.ts.remote.js"),
            ("file:///app/src/a.js", ModuleKind::JavaScript, "src/a.js"),
            ("file:///app/src/a.json", ModuleKind::Json, "src/a.json"),
            ("jitar:segment/a", ModuleKind::JavaScript, "jitar/segment/a.js"),
            ("host:passwords", ModuleKind::JavaScript, "host/passwords.js"),
        ];
        for (specifier, kind, expected) in cases {
            let (code, map, imports) = (String::new(), None, Vec::new());
            let module = ModuleSource { specifier: specifier.to_owned(), kind, code, map, imports };
            assert_eq!(module_path(&module), expected);
        }
    }
}
