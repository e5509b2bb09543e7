//! Compiled code of modules and scripts that are evaluated from source, so that V8 compiles each of them once and not in
//! every isolate. Some of it may come from the build; the rest is kept when an isolate of this process compiled it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deno_core::SourceCodeCacheInfo;

/// Compiled code by specifier. V8 itself refuses what another version or other flags made, and compiles anew; but it
/// takes bytes for whole, and damaged ones end the process.
#[derive(Debug, Default)]
pub(crate) struct CompiledCode {
    built: HashMap<&'static str, Built>,
    made: Mutex<HashMap<String, Code<Arc<[u8]>>>>,
}

/// Code that the build compiled.
#[derive(Debug)]
struct Built {
    code: Code<&'static [u8]>,
    /// Hash of its bytes.
    check: u64,
}

/// V8 compares only the lengths of sources, so code carries the hash of its own.
#[derive(Debug, Clone)]
struct Code<Bytes> {
    source: u64,
    bytes: Bytes,
}

impl CompiledCode {
    /// What is known of a script.
    pub(crate) fn find(&self, specifier: &str, source: &str) -> SourceCodeCacheInfo {
        let hash = hash_of(source);
        let made = self.made().get(specifier).filter(|code| code.source == hash).map(|code| Arc::clone(&code.bytes));
        let built = || {
            let built = self.built.get(specifier).filter(|built| built.code.source == hash)?;
            (hash_of(built.code.bytes) == built.check).then_some(built.code.bytes)
        };
        let data = made.map(|bytes| Cow::Owned(bytes.to_vec())).or_else(|| built().map(Cow::Borrowed));
        SourceCodeCacheInfo { hash, data }
    }

    /// Keeps what V8 compiled; `source` is the hash that [`CompiledCode::find`] gave.
    pub(crate) fn keep(&self, specifier: &str, source: u64, bytes: &[u8]) {
        self.made().insert(specifier.to_owned(), Code { source, bytes: bytes.into() });
    }

    /// What was kept, for a file: for each module the length of its specifier and of its code (u32, little endian), the
    /// hashes of its source and of its code (u64), specifier, code.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let made = self.made();
        let mut sorted: Vec<_> = made.iter().collect();
        sorted.sort_unstable_by_key(|(specifier, _)| *specifier);
        let mut packed = Vec::new();
        for (specifier, code) in sorted {
            for length in [specifier.len(), code.bytes.len()] {
                packed.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
            }
            for hash in [code.source, hash_of(&code.bytes[..])] {
                packed.extend_from_slice(&hash.to_le_bytes());
            }
            packed.extend_from_slice(specifier.as_bytes());
            packed.extend_from_slice(&code.bytes);
        }
        packed
    }

    /// Reads what [`CompiledCode::pack`] wrote, without copying.
    pub(crate) fn unpack(mut packed: &'static [u8]) -> Option<Self> {
        let mut built = HashMap::new();
        while !packed.is_empty() {
            let (lengths, rest) = packed.split_first_chunk::<8>()?;
            let (source, rest) = rest.split_first_chunk::<8>()?;
            let (check, rest) = rest.split_first_chunk::<8>()?;
            let [specifier, bytes] = [0, 4].map(|at| u32::from_le_bytes([0, 1, 2, 3].map(|byte| lengths[at + byte])));
            let (specifier, rest) = rest.split_at_checked(usize::try_from(specifier).ok()?)?;
            let (bytes, rest) = rest.split_at_checked(usize::try_from(bytes).ok()?)?;
            let code = Code { source: u64::from_le_bytes(*source), bytes };
            built.insert(std::str::from_utf8(specifier).ok()?, Built { code, check: u64::from_le_bytes(*check) });
            packed = rest;
        }
        Some(Self { built, made: Mutex::default() })
    }

    /// Number of scripts that V8 compiled in this process.
    pub(crate) fn n_made(&self) -> usize {
        self.made().len()
    }

    fn made(&self) -> MutexGuard<'_, HashMap<String, Code<Arc<[u8]>>>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same in every program of one toolchain; where it differs, code is compiled anew.
fn hash_of<T: Hash + ?Sized>(source: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    source.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &CompiledCode, source: &str) -> Option<Vec<u8>> {
        code.find("a", source).data.map(Cow::into_owned)
    }

    #[test]
    fn code_is_found_for_its_own_source_only() {
        let code = CompiledCode::default();
        let hash = code.find("a", "let x = 1").hash;
        code.keep("a", hash, b"compiled");
        assert_eq!(found(&code, "let x = 1"), Some(b"compiled".to_vec()));
        assert_eq!(found(&code, "let x = 2"), None, "sources of one length");
        let packed = CompiledCode::unpack(code.pack().leak()).expect("unpacks");
        assert_eq!(found(&packed, "let x = 1"), Some(b"compiled".to_vec()));
        assert_eq!(found(&packed, "let x = 2"), None);
    }

    #[test]
    fn code_that_was_changed_is_not_found() {
        let code = CompiledCode::default();
        code.keep("a", code.find("a", "").hash, b"compiled");
        let mut packed = code.pack();
        *packed.last_mut().expect("has bytes") += 1;
        assert_eq!(found(&CompiledCode::unpack(packed.leak()).expect("unpacks"), ""), None);
    }

    #[test]
    fn what_this_process_compiled_comes_first() {
        let old = CompiledCode::default();
        let hash = old.find("a", "").hash;
        old.keep("a", hash, b"of the build");
        let code = CompiledCode::unpack(old.pack().leak()).expect("unpacks");
        code.keep("a", hash, b"of now");
        assert_eq!(found(&code, ""), Some(b"of now".to_vec()), "V8 refused the other one");
    }

    #[test]
    fn damaged_code_is_refused() {
        let code = CompiledCode::default();
        code.keep("a", 1, b"compiled");
        let packed: &'static [u8] = code.pack().leak();
        for end in [1, 10, 20, 24, 25, packed.len() - 1] {
            assert!(CompiledCode::unpack(&packed[..end]).is_none(), "{end}");
        }
    }
}
