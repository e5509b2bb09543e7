//! `standalone`: a worker and a repository in one process.

use super::fields::Fields;
use super::file::{Segments, Written};
use super::{Role, StandaloneConfig, repository};

/// Reads the settings of a standalone.
pub(super) fn read(mut fields: Fields<'_>) -> Written {
    let segments = Segments::read(&mut fields);
    let trust_keys = fields.trust_keys();
    let repository = repository::read_files(&mut fields);
    fields.finish();

    let role = Role::Standalone(StandaloneConfig { segments: segments.names(), trust_keys, repository });
    Written { role, segments }
}
