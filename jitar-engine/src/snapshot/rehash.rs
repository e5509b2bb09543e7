//! Lets V8 choose a new string-hash seed for each process that starts from a blob.

use deno_core::v8;

use crate::error::EngineError;

/// Where a blob says whether it can be rehashed: the second number of V8's header, outside of its checksum.
///
/// V8 rehashes (`--rehash-snapshot`) blobs whose hash tables it knows how to order again, and notes in the blob whether it
/// does. It says no as soon as there is one table of the kind that ES modules keep their exports in, so it says no for every
/// blob of ours, and the seed would be the same for all who have the program. Yet it has the code for that table, and uses
/// it: compiled code that comes out of a cache is ordered again in the same way, without a question.
///
/// What it has no code for are tables of the same kind that hold sets. In V8 150 those live on the stack of a function only
/// (`KeyAccumulator`, the debugger's scopes, `JSON.parse` with a reviver) or are emptied before a blob is written (the
/// compilation cache), so none is in a blob. Look there again when V8 changes: `HeapObject::CanBeRehashed`, and who else
/// makes tables with `hash_table_map`.
const MARK: std::ops::Range<usize> = 4..8;

/// Says in a blob that it can be rehashed.
pub(super) fn allow(mut blob: Vec<u8>) -> Result<Vec<u8>, EngineError> {
    if let Some(mark) = blob.get_mut(MARK) {
        mark.copy_from_slice(&1_u32.to_le_bytes());
    }
    let data = v8::StartupData::from(blob);
    if !data.can_be_rehashed() {
        return Err(EngineError::Boot("this V8 does not rehash its blobs, whose hash seed would be known".to_owned()));
    }
    Ok(data.to_vec())
}
