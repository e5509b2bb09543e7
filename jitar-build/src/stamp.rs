//! `stamp.json`: from which inputs the output folder was made. When all are as they were, nothing is done.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::SystemTime;

use camino::Utf8Path;
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
    inputs: BTreeMap<String, String>,
    /// Value of each environment variable asked for, hashed.
    environment: BTreeMap<String, Option<String>>,
    /// Files of the output folder, by their paths below it.
    outputs: BTreeSet<String>,
}

/// What a build read. It may have taken seconds, in which somebody went on editing.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// Files read and folders walked; absolute. Texts, because paths are slow to compare.
    pub(crate) paths: BTreeSet<String>,
    /// Hashes of those of which the build knows what it read: see [`hash_of_text`].
    pub(crate) known: HashMap<String, String>,
    /// When it began, by the clock of the disk: no other input may be younger.
    pub(crate) began: SystemTime,
}

impl Stamp {
    /// A stamp of a build that has just ended; `None` when an input may have been another one when the build read it.
    pub(crate) fn new(
        key: String,
        inputs: &Inputs,
        environment: &BTreeSet<String>,
        lookup: &dyn Fn(&str) -> Option<String>,
        outputs: BTreeSet<String>,
    ) -> Result<Option<Self>, FsError> {
        let mut hashes = Vec::with_capacity(inputs.paths.len());
        for path in &inputs.paths {
            let hash = match inputs.known.get(path) {
                Some(hash) => hash.clone(),
                None if fs::modified(path.as_ref()).is_some_and(|modified| modified >= inputs.began) => {
                    return Ok(None);
                }
                None => state(path.as_ref())?,
            };
            hashes.push((path.clone(), hash));
        }
        let environment =
            environment.iter().map(|name| (name.clone(), lookup(name).map(|value| hash(value.as_bytes()))));
        Ok(Some(Self { key, inputs: hashes.into_iter().collect(), environment: environment.collect(), outputs }))
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

    /// Takes it out of the folder, so that a build that fails half-way is not taken for a whole one later. Gives the time.
    pub(crate) fn remove(out: &Utf8Path) -> Result<SystemTime, FsError> {
        fs::remove_file(&out.join(NAME))?;
        fs::now(out)
    }

    /// Whether a build with this key would do the same again.
    pub(crate) fn is_fresh(&self, out: &Utf8Path, key: &str, lookup: &dyn Fn(&str) -> Option<String>) -> bool {
        self.key == key
            && self.environment.iter().all(|(name, value)| lookup(name).map(|value| hash(value.as_bytes())) == *value)
            && self.inputs.iter().all(|(path, before)| state(path.as_ref()).is_ok_and(|now| now == *before))
            && self.outputs.iter().all(|file| out.join(file).is_file())
    }

    /// Files read and folders walked.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &String> {
        self.inputs.keys()
    }

    /// Files of the output folder, by their paths below it.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &String> {
        self.outputs.iter()
    }

    /// Environment variables asked for.
    pub(crate) fn environment(&self) -> impl Iterator<Item = &String> {
        self.environment.keys()
    }
}

/// What a file holds, which names a folder has, or that there is nothing.
fn state(path: &Utf8Path) -> Result<String, FsError> {
    match fs::read_if_there(path)? {
        Some(fs::Read::File(bytes)) => Ok(hash_of_text(&bytes)),
        Some(fs::Read::Folder) => Ok(hash(fs::names(path)?.join("\n").as_bytes())),
        None => Ok("absent".to_owned()),
    }
}

/// The hash of a file's content, which is the same with and without a byte order mark.
pub(crate) fn hash_of_text(bytes: &[u8]) -> String {
    hash(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes))
}

/// A hash in hexadecimal digits.
pub(crate) fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::Folder;

    type Change = fn(&Folder);

    const HOUR: Duration = Duration::from_hours(1);

    fn inputs(folder: &Folder, paths: &[&str], began: SystemTime) -> Inputs {
        Inputs {
            paths: paths.iter().map(|path| folder.path(path).into_string()).collect(),
            known: HashMap::new(),
            began,
        }
    }

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
            let inputs = inputs(&folder, &["src/a.ts", "src", "jitar.json"], SystemTime::now() + HOUR);
            let outputs = BTreeSet::from(["app.rs".to_owned()]);
            let out = folder.path("out");
            let variables = BTreeSet::from(["A".to_owned()]);
            let set = |_: &str| Some("1".to_owned());
            let stamp = Stamp::new("key".to_owned(), &inputs, &variables, &set, outputs).expect("is made");
            let stamp = stamp.expect("nothing was edited");
            stamp.write(&folder.path("out")).expect("is written");
            let stamp = Stamp::read(&folder.path("out")).expect("is read");
            make(&folder);
            assert_eq!(stamp.is_fresh(&out, "key", &set), change == "nothing", "{change}");
            assert!(!stamp.is_fresh(&out, "other", &set));
            assert!(!stamp.is_fresh(&out, "key", &|_| None));
        }
    }

    #[test]
    fn edits_during_a_build_make_the_next_one_build() {
        let folder = Folder::new(&[("src/a.ts", "edited"), ("jitar.json", "{}")]);
        let stamp_of = |inputs: &Inputs| {
            Stamp::new(String::new(), inputs, &BTreeSet::new(), &|_| None, BTreeSet::new()).expect("is made")
        };
        for path in ["jitar.json", "src"] {
            assert_eq!(stamp_of(&inputs(&folder, &[path], fs::now(&folder.path("")).expect("writes") - HOUR)), None);
        }
        let known =
            |text: &str| HashMap::from([(folder.path("src/a.ts").into_string(), hash_of_text(text.as_bytes()))]);
        for (read, is_fresh) in [("edited", true), ("\u{feff}edited", true), ("before", false)] {
            let inputs = Inputs { known: known(read), ..inputs(&folder, &["src/a.ts"], SystemTime::UNIX_EPOCH) };
            let stamp = stamp_of(&inputs).expect("what was read is known");
            assert_eq!(stamp.is_fresh(&folder.path(""), "", &|_| None), is_fresh, "{read}");
        }
    }
}
