//! Trust keys: shared secrets of a cluster.

use std::fmt;
use std::hint::black_box;

use sha2::{Digest, Sha256};

/// Shared secrets of a cluster. Never shown and never logged.
///
/// ```
/// use jitar::config::TrustKeys;
///
/// let keys = TrustKeys::new(["new".to_owned(), "old".to_owned()]);
/// assert_eq!(keys.first(), Some("new"));
/// assert!(keys.accepts("old"));
/// assert_eq!(format!("{keys:?}"), "TrustKeys(***)");
/// ```
#[derive(Clone, Default)]
pub struct TrustKeys {
    /// The key that is sent.
    first: Option<String>,
    /// Hashes of the keys that are accepted: equally long, so that a comparison's time tells nothing of a key.
    accepted: Vec<[u8; 32]>,
}

impl TrustKeys {
    /// The first key is sent, all are accepted.
    pub fn new(keys: impl IntoIterator<Item = String>) -> Self {
        let keys: Vec<String> = keys.into_iter().collect();
        let accepted = keys.iter().map(|key| Sha256::digest(key).into()).collect();
        Self { first: keys.into_iter().next(), accepted }
    }

    /// The key to send, if there is one.
    pub fn first(&self) -> Option<&str> {
        self.first.as_deref()
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.accepted.is_empty()
    }

    /// Whether the given key is one of these. Takes equally long for every answer.
    pub fn accepts(&self, key: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(key).into();
        self.accepted.iter().fold(false, |found, accepted| black_box(found | equal(accepted, &given)))
    }
}

/// Compares all bytes, without an early end.
fn equal(left: &[u8; 32], right: &[u8; 32]) -> bool {
    left.iter().zip(right).fold(0, |difference, (left, right)| black_box(difference | (left ^ right))) == 0
}

impl fmt::Debug for TrustKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "TrustKeys(none)" } else { "TrustKeys(***)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_every_key_and_nothing_else() {
        let cases: [(&[&str], &str, bool); 8] = [
            (&["a"], "a", true),
            (&["a"], "b", false),
            (&["a"], "", false),
            (&["a"], "aa", false),
            (&["new", "old"], "old", true),
            (&["new", "old"], "new", true),
            (&["new", "old"], "newold", false),
            (&[], "", false),
        ];
        for (keys, given, expected) in cases {
            let keys = TrustKeys::new(keys.iter().map(|&key| key.to_owned()));
            assert_eq!(keys.accepts(given), expected, "{given:?}");
        }
    }

    #[test]
    fn never_shows_a_key() {
        let keys = TrustKeys::new(["secret".to_owned()]);
        assert_eq!(format!("{keys:?}"), "TrustKeys(***)");
        assert_eq!(format!("{:?}", TrustKeys::default()), "TrustKeys(none)");
        assert_eq!((keys.first(), TrustKeys::default().first()), (Some("secret"), None));
    }
}
