//! What the targets share.

use std::panic;

/// Panics end the process only when nobody catches them, as in the programs that are fuzzed. libFuzzer would take also
/// those for mistakes that the build catches and reports, because they are mistakes of the parser.
pub fn let_panics_be_caught() {
    // The hook that was there aborts; without it the standard one prints.
    drop(panic::take_hook());
}

/// Puts a changed input in the place of the one that libFuzzer gave, as far as it may be long; gives its length.
pub fn put(changed: &[u8], bytes: &mut [u8], max_size: usize) -> usize {
    let length = changed.len().min(max_size);
    bytes[..length].copy_from_slice(&changed[..length]);
    length
}
