//! What the build found in an application, as the run time reads it: `manifest.json`.

mod access;
mod parameter;
mod schema;
mod segment;
mod version;

use serde::{Deserialize, Serialize};

pub use access::Access;
pub use parameter::{Member, Parameter, QueryType};
pub use schema::schema;
pub use segment::{Class, Implementation, Procedure, ProcedureLimits, Segment, Unit};
pub use version::{InvalidVersionNumber, Version};

/// Version of the manifest's format. Readers refuse every other number.
pub const FORMAT: u32 = 1;

/// The whole manifest. Every list is sorted or in definition order, so that equal applications give equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppManifest {
    /// [`FORMAT`] of the writer.
    pub format: u32,
    /// Source folder below the application folder with `/`, such as `src`; empty for the application folder itself.
    /// Service files name scripts, middleware and health checks below it.
    pub source: String,
    /// Sorted by name.
    pub segments: Vec<Segment>,
    /// Sorted by id.
    pub units: Vec<Unit>,
    /// Service files below the application folder, sorted by path.
    pub services: Vec<ServiceFile>,
}

/// A service file that the build saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceFile {
    /// Path below the application folder with `/`, such as `services/standalone.json`.
    pub path: String,
    /// Id of its unit.
    pub unit: String,
}

/// Why a manifest cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It is not JSON of the right shape.
    #[error("the manifest is damaged: {0}; build the application again")]
    Damaged(#[from] serde_json::Error),
    /// It was written by another version.
    #[error(
        "the manifest has format {found}, this runtime reads format {FORMAT}; use the same version of `jitar-build` and `jitar-runtime`"
    )]
    Format {
        /// The format found.
        found: u32,
    },
}

impl AppManifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// When it is damaged or of another format.
    pub fn from_json(text: &[u8]) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Header {
            format: u32,
        }
        let header: Header = serde_json::from_slice(text)?;
        if header.format != FORMAT {
            return Err(ManifestError::Format { found: header.format });
        }
        Ok(serde_json::from_slice(text)?)
    }

    /// The segment of that name.
    pub fn segment(&self, name: &str) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.name == name)
    }

    /// The unit with that id.
    pub fn unit(&self, id: &str) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == id)
    }
}
