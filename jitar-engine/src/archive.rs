//! The generated modules of a service unit, as the build packs them and the module loader reads them.

use std::collections::HashMap;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

/// A module as V8 gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleSource {
    /// Absolute specifier, such as `file:///app/src/sales/getMonthData.ts`.
    pub specifier: String,
    /// What the code is.
    pub kind: ModuleKind,
    /// JavaScript, or the text of a JSON module.
    pub code: String,
    /// Source map (JSON) back to the application's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<String>,
    /// Specifiers of its static imports and re-exports, in source order. `jitar:` modules are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<String>,
}

/// How a module's code is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModuleKind {
    /// An ES module.
    JavaScript,
    /// A JSON module.
    Json,
}

/// All generated modules of one service unit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleArchive {
    /// Specifier of the module that registers the unit's segments and thereby reaches every module that is evaluated
    /// before the first call. The rest (scripts, middleware, targets of dynamic imports) is loaded when asked for.
    pub entry: String,
    /// Sorted by specifier.
    pub modules: Vec<ModuleSource>,
}

/// The packed bytes are not a module archive.
#[derive(Debug, thiserror::Error)]
#[error("the module archive is damaged: {0}")]
pub struct DamagedArchive(String);

impl DamagedArchive {
    pub(crate) fn new(reason: String) -> Self {
        Self(reason)
    }
}

impl ModuleArchive {
    /// Compresses the archive. Equal archives give equal bytes.
    ///
    /// # Errors
    /// When it cannot be encoded, which does not happen for text.
    pub fn pack(&self) -> Result<Vec<u8>, DamagedArchive> {
        let text = serde_json::to_vec(self).map_err(|error| DamagedArchive(error.to_string()))?;
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&text).map_err(|error| DamagedArchive(error.to_string()))?;
        encoder.finish().map_err(|error| DamagedArchive(error.to_string()))
    }

    /// Reads what [`ModuleArchive::pack`] wrote.
    ///
    /// # Errors
    /// When the bytes are damaged.
    pub fn unpack(packed: &[u8]) -> Result<Self, DamagedArchive> {
        let mut text = Vec::new();
        DeflateDecoder::new(packed).read_to_end(&mut text).map_err(|error| DamagedArchive(error.to_string()))?;
        serde_json::from_slice(&text).map_err(|error| DamagedArchive(error.to_string()))
    }

    /// The modules by specifier.
    pub fn by_specifier(&self) -> HashMap<&str, &ModuleSource> {
        self.modules.iter().map(|module| (module.specifier.as_str(), module)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacks_what_it_packed() {
        let archive = ModuleArchive {
            entry: "jitar:unit".to_owned(),
            modules: vec![ModuleSource {
                specifier: "file:///app/src/a.ts".to_owned(),
                kind: ModuleKind::JavaScript,
                code: "export const a = 'ü';".to_owned(),
                map: None,
                imports: vec![],
            }],
        };
        let packed = archive.pack().expect("packs");
        assert_eq!(ModuleArchive::unpack(&packed).expect("unpacks"), archive);
        assert!(ModuleArchive::unpack(&packed[..packed.len() / 2]).is_err());
    }
}
