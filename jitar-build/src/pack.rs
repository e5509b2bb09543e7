//! Packs the modules of each unit. What an earlier build packed is taken from the output folder.

use camino::Utf8Path;
use jitar_engine::archive::{DamagedArchive, ModuleArchive, ModuleKind, ModuleSource};
use sha2::{Digest, Sha256};

use crate::earlier::{Made, MadeArchive};
use crate::fs;
use crate::generate::GeneratedUnit;
use crate::parallel;
use crate::stamp;

/// The modules of a unit as programs carry them.
#[derive(Debug)]
pub(crate) struct Packed {
    /// The archive.
    pub(crate) bytes: Vec<u8>,
    /// Hashes of it.
    pub(crate) made: MadeArchive,
    /// Whether it lies in the output folder already, with the modules beside it.
    pub(crate) is_old: bool,
}

/// Where the archive of a unit lies, below the output folder.
pub(crate) fn archive_path(unit: &str) -> String {
    format!("archives/{unit}.bin")
}

/// Packs the units on all cores; in their order.
///
/// # Errors
/// When one cannot be encoded, which does not happen for text.
pub(crate) fn pack(out: &Utf8Path, units: &[GeneratedUnit], earlier: &Made) -> Result<Vec<Packed>, DamagedArchive> {
    let packed = parallel::map(units, |unit| {
        let modules = hash_of(&unit.archive);
        let before = earlier.archives.get(&unit.id).filter(|before| before.modules == modules);
        if let Some(before) = before
            && let Ok(bytes) = fs::read_bytes(&out.join(archive_path(&unit.id)))
            && stamp::hash(&bytes) == before.packed
        {
            return Ok(Packed { bytes, made: before.clone(), is_old: true });
        }
        let bytes = unit.archive.pack()?;
        let made = MadeArchive { modules, packed: stamp::hash(&bytes) };
        Ok(Packed { bytes, made, is_old: false })
    });
    packed.into_iter().collect()
}

/// A hash of everything that is in an archive.
fn hash_of(archive: &ModuleArchive) -> String {
    let mut hasher = Sha256::new();
    // With its length, so that what one text ends with cannot be what the next begins with.
    let mut add = |text: &str| {
        hasher.update(text.len().to_le_bytes());
        hasher.update(text);
    };
    let ModuleArchive { entry, modules } = archive;
    add(entry);
    for ModuleSource { specifier, kind, code, map, imports } in modules {
        add(specifier);
        add(match kind {
            ModuleKind::JavaScript => "javascript",
            ModuleKind::Json => "json",
        });
        add(code);
        add(map.as_deref().unwrap_or_default());
        add(&imports.len().to_string());
        for import in imports {
            add(import);
        }
    }
    format!("{:x}", hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    fn unit(id: &str, code: &str) -> GeneratedUnit {
        let module = ModuleSource {
            specifier: "file:///app/src/a.ts".to_owned(),
            kind: ModuleKind::JavaScript,
            code: code.to_owned(),
            map: None,
            imports: vec!["file:///app/src/b.ts".to_owned()],
        };
        let archive = ModuleArchive { entry: "jitar:unit".to_owned(), modules: vec![module] };
        GeneratedUnit { id: id.to_owned(), archive }
    }

    /// Packs as a build does, and gives which units were taken from the folder.
    fn old(folder: &Folder, units: &[GeneratedUnit], earlier: &mut Made) -> Vec<bool> {
        let packed = pack(&folder.path(""), units, earlier).expect("packs");
        for (unit, packed) in units.iter().zip(&packed) {
            assert_eq!(packed.bytes, unit.archive.pack().expect("packs"), "{}", unit.id);
            fs::write_if_changed(&folder.path(&archive_path(&unit.id)), &packed.bytes).expect("writes");
            earlier.archives.insert(unit.id.clone(), packed.made.clone());
        }
        packed.iter().map(|packed| packed.is_old).collect()
    }

    #[test]
    fn only_what_differs_is_packed() {
        let (folder, mut earlier) = (Folder::new(&[]), Made::new(""));
        let mut units = [unit("a", "1"), unit("b", "1")];
        assert_eq!(old(&folder, &units, &mut earlier), [false, false]);
        assert_eq!(old(&folder, &units, &mut earlier), [true, true]);
        units[1] = unit("b", "2");
        assert_eq!(old(&folder, &units, &mut earlier), [true, false]);
        folder.write("archives/a.bin", "damaged");
        assert_eq!(old(&folder, &units, &mut earlier), [false, true]);
        fs::remove_file(&folder.path("archives/b.bin")).expect("removes");
        assert_eq!(old(&folder, &units, &mut earlier), [true, false]);
    }

    #[test]
    fn every_part_of_a_module_counts() {
        let changes: [fn(&mut ModuleSource); 6] = [
            |module| module.specifier.push('x'),
            |module| module.kind = ModuleKind::Json,
            |module| module.code.push(' '),
            |module| module.map = Some("{}".to_owned()),
            |module| module.imports.push(String::new()),
            |module| module.imports.clear(),
        ];
        let mut hashes: Vec<String> = changes
            .iter()
            .map(|change| {
                let mut unit = unit("a", "1");
                change(&mut unit.archive.modules[0]);
                hash_of(&unit.archive)
            })
            .collect();
        hashes.push(hash_of(&unit("a", "1").archive));
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), changes.len() + 1);
    }
}
