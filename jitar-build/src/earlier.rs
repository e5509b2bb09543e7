//! `made.json`: what the output folder already holds of the dear work, by hashes of what it was made from. After an edit of
//! one module only the units that have it are packed, and only what browsers get of it is compressed.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use crate::compress::Encoded;
use crate::fs::{self, FsError};

const NAME: &str = "made.json";

/// What a build has made.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Made {
    /// Who made it, with which options.
    key: String,
    /// Archives by unit.
    pub(crate) archives: BTreeMap<String, MadeArchive>,
    /// Compressed copies of what browsers get.
    pub(crate) encoded: Vec<Encoded>,
}

/// A packed archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MadeArchive {
    /// Hash of its modules.
    pub(crate) modules: String,
    /// Hash of its bytes.
    pub(crate) packed: String,
}

impl Made {
    /// Nothing yet.
    pub(crate) fn new(key: &str) -> Self {
        Self { key: key.to_owned(), ..Self::default() }
    }

    /// What an earlier build with this key made, or nothing.
    pub(crate) fn read(out: &Utf8Path, key: &str) -> Self {
        let text = fs::read(&out.join(NAME)).unwrap_or_default();
        serde_json::from_str(&text).ok().filter(|made: &Self| made.key == key).unwrap_or_else(|| Self::new(key))
    }

    /// What the next build of the same kind has made.
    pub(crate) fn then(&self, archives: BTreeMap<String, MadeArchive>, encoded: Vec<Encoded>) -> Self {
        Self { key: self.key.clone(), archives, encoded }
    }

    /// Writes it into the output folder, when all of it lies there.
    pub(crate) fn write(&self, out: &Utf8Path) -> Result<(), FsError> {
        let text = serde_json::to_string(self).expect("invariant: names and hashes are plain data");
        fs::write_if_changed(&out.join(NAME), text.as_bytes())?;
        Ok(())
    }

    /// Takes it out of the folder before any of it is written, so that a build that is killed half-way is not taken for one
    /// that made everything.
    pub(crate) fn remove(out: &Utf8Path) -> Result<(), FsError> {
        fs::remove_file(&out.join(NAME))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn only_the_same_program_with_the_same_options_takes_it() {
        let folder = Folder::new(&[]);
        let out = folder.path("");
        let archive = MadeArchive { modules: "1".to_owned(), packed: "2".to_owned() };
        let made = Made { archives: BTreeMap::from([("a".to_owned(), archive)]), ..Made::new("key") };
        made.write(&out).expect("writes");
        assert_eq!(Made::read(&out, "key"), made);
        assert_eq!(Made::read(&out, "other"), Made::new("other"));
        folder.write(NAME, "{");
        assert_eq!(Made::read(&out, "key"), Made::new("key"));
        Made::remove(&out).expect("removes");
        assert_eq!(Made::read(&out, "key"), Made::new("key"));
    }
}
