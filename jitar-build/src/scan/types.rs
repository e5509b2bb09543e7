//! Follows types from file to file. Imports of types are gone from the module graph, so the files that they lead to are
//! read here, as far as signatures and other types of the application name them; packages are not looked into.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Scanner;
use super::load;
use super::resolve::{Location, Resolved, Way};
use super::shapes::{TypeFile, TypeTable};

impl Scanner<'_> {
    /// Keeps what a file says about types.
    pub(super) fn add_types(&mut self, file: Utf8PathBuf, text: Arc<str>, table: TypeTable) {
        self.graph.types.insert(file.clone(), TypeFile { file, text, table });
    }

    /// Finds the files that types come from, and reads those that are no modules.
    pub(super) fn load_types(&mut self) {
        let mut new: Vec<Utf8PathBuf> = self.graph.types.keys().cloned().collect();
        while !new.is_empty() {
            let mut wanted = BTreeSet::new();
            for file in std::mem::take(&mut new) {
                let Some(mut types) = self.graph.types.remove(&file) else { continue };
                for source in types.table.sources_mut() {
                    source.file = self.type_file(&file, &source.specifier);
                    wanted.extend(source.file.clone());
                }
                self.graph.types.insert(file, types);
            }
            let wanted: Vec<Utf8PathBuf> =
                wanted.into_iter().filter(|file| !self.graph.types.contains_key(file)).collect();
            for (file, loaded) in wanted.iter().zip(load::load_types(&wanted)) {
                let Some((text, table)) = loaded else { continue };
                self.read.insert(file.clone());
                self.add_types(file.clone(), text, table);
                new.push(file.clone());
            }
        }
    }

    /// The file of the application that a specifier means to the type checker.
    fn type_file(&mut self, importer: &Utf8Path, specifier: &str) -> Option<Utf8PathBuf> {
        let location = Location::of_app(self.input.app, importer.to_owned());
        match self.resolver.resolve(&location, specifier, Way::Import) {
            Ok(Resolved::Module(Location { package: None, file, .. })) => Some(file),
            Ok(_) => None,
            Err(_) => {
                let declaration = importer.parent()?.join(format!("{specifier}.d.ts"));
                (specifier.starts_with('.') && declaration.is_file()).then(|| super::specifier::normalize(&declaration))
            }
        }
    }
}
