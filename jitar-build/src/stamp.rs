//! `stamp.json`: from which inputs the output folder was made. When all are as they were, nothing is done.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::fs::{self, FsError};

const NAME: &str = "stamp.json";

/// Inputs and outputs of a build.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    /// Who built it, with which options.
    pub(crate) key: String,
    /// Hash of each file read, and of the names in each folder walked; absolute paths.
    inputs: BTreeMap<Utf8PathBuf, String>,
    /// Value of each environment variable asked for, hashed.
    environment: BTreeMap<String, Option<String>>,
    /// Files of the output folder.
    outputs: BTreeSet<Utf8PathBuf>,
}

impl Stamp {
    /// A stamp of a build that has just ended.
    pub(crate) fn new(
        key: String,
        inputs: &BTreeSet<Utf8PathBuf>,
        environment: &BTreeSet<String>,
        lookup: &dyn Fn(&str) -> Option<String>,
        outputs: BTreeSet<Utf8PathBuf>,
    ) -> Result<Self, FsError> {
        let hashes = inputs.iter().map(|path| Ok((path.clone(), state(path)?)));
        let environment =
            environment.iter().map(|name| (name.clone(), lookup(name).map(|value| hash(value.as_bytes()))));
        Ok(Self { key, inputs: hashes.collect::<Result<_, FsError>>()?, environment: environment.collect(), outputs })
    }

    /// The stamp in an output folder, when there is one that can be read.
    pub(crate) fn read(out: &Utf8Path) -> Option<Self> {
        serde_json::from_str(&fs::read(&out.join(NAME)).ok()?).ok()
    }

    /// Writes it into the output folder.
    pub(crate) fn write(&self, out: &Utf8Path) -> Result<(), FsError> {
        let text = serde_json::to_string_pretty(self).expect("invariant: a stamp is plain data");
        fs::write_if_changed(&out.join(NAME), text.as_bytes())?;
        Ok(())
    }

    /// Takes it out of the folder, so that a build that fails half-way is not taken for a whole one later.
    pub(crate) fn remove(out: &Utf8Path) -> Result<(), FsError> {
        fs::remove_file(&out.join(NAME))
    }

    /// Whether a build with this key would do the same again.
    pub(crate) fn is_fresh(&self, key: &str, lookup: &dyn Fn(&str) -> Option<String>) -> bool {
        self.key == key
            && self.outputs.iter().all(|file| file.is_file())
            && self.environment.iter().all(|(name, value)| lookup(name).map(|value| hash(value.as_bytes())) == *value)
            && self.inputs.iter().all(|(path, before)| state(path).is_ok_and(|now| now == *before))
    }

    /// Files read and folders walked.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.inputs.keys()
    }

    /// Files of the output folder.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.outputs.iter()
    }

    /// Environment variables asked for.
    pub(crate) fn environment(&self) -> impl Iterator<Item = &String> {
        self.environment.keys()
    }
}

/// What a file holds, which names a folder has, or that there is nothing.
fn state(path: &Utf8Path) -> Result<String, FsError> {
    if path.is_dir() {
        Ok(hash(fs::names(path)?.join("\n").as_bytes()))
    } else if path.exists() {
        Ok(hash(&fs::read_bytes(path)?))
    } else {
        Ok("absent".to_owned())
    }
}

/// A hash in hexadecimal digits.
pub(crate) fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    type Change = fn(&Folder);

    #[test]
    fn every_kind_of_change_is_noticed() {
        let changes: [(&str, Change); 5] = [
            ("nothing", |_| {}),
            ("a file", |folder| folder.write("src/a.ts", "2")),
            ("a folder", |folder| folder.write("src/b.ts", "")),
            ("an absent file", |folder| folder.write("jitar.json", "{}")),
            ("an output", |folder| fs::remove_file(&folder.path("out/app.rs")).expect("removes")),
        ];
        for (change, make) in changes {
            let folder = Folder::new(&[("src/a.ts", "1"), ("out/app.rs", "")]);
            let inputs = ["src/a.ts", "src", "jitar.json"].map(|path| folder.path(path)).into();
            let outputs = BTreeSet::from([folder.path("out/app.rs")]);
            let variables = BTreeSet::from(["A".to_owned()]);
            let set = |_: &str| Some("1".to_owned());
            let stamp = Stamp::new("key".to_owned(), &inputs, &variables, &set, outputs).expect("is made");
            stamp.write(&folder.path("out")).expect("is written");
            let stamp = Stamp::read(&folder.path("out")).expect("is read");
            make(&folder);
            assert_eq!(stamp.is_fresh("key", &set), change == "nothing", "{change}");
            assert!(!stamp.is_fresh("other", &set));
            assert!(!stamp.is_fresh("key", &|_| None));
        }
    }
}
