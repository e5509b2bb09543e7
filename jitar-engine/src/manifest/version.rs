//! Versions of procedures: three numbers, ordered lexicographically (spec 3.3).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A version of a procedure, such as `1.2.0`. The default, `0.0.0`, means "unversioned".
///
/// ```
/// use jitar_engine::manifest::Version;
///
/// assert_eq!("1.2".parse::<Version>().unwrap(), Version::new(1, 2, 0));
/// assert!("v1".parse::<Version>().is_err());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// First number.
    pub major: u32,
    /// Second number, 0 when it was left out.
    pub minor: u32,
    /// Third number, 0 when it was left out.
    pub patch: u32,
}

/// The text is not of the form `major[.minor[.patch]]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid version number '{0}'")]
pub struct InvalidVersionNumber(pub String);

impl Version {
    /// The version with these three numbers.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// The version as text, without the cost of formatting where there is none.
    pub fn text(self) -> Cow<'static, str> {
        if self.is_unversioned() { Cow::Borrowed("0.0.0") } else { Cow::Owned(self.to_string()) }
    }

    /// Whether this is `0.0.0`, which stands for "no version" on the wire (spec 12, "Version").
    pub fn is_unversioned(self) -> bool {
        self == Self::default()
    }
}

impl FromStr for Version {
    type Err = InvalidVersionNumber;

    /// Text of only white space is `0.0.0`; otherwise one to three numbers without signs, spaces or prefixes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let invalid = || InvalidVersionNumber(text.to_owned());
        let mut numbers = [0u32; 3];
        for (idx, part) in text.split('.').enumerate() {
            let number = numbers.get_mut(idx).ok_or_else(invalid)?;
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(invalid());
            }
            // Too many digits: greater than every version there can be.
            *number = part.parse().unwrap_or(u32::MAX);
        }
        Ok(Self::new(numbers[0], numbers[1], numbers[2]))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_as_the_specification_says() {
        let cases = [
            ("", Some((0, 0, 0))),
            ("  ", Some((0, 0, 0))),
            ("1", Some((1, 0, 0))),
            ("1.2", Some((1, 2, 0))),
            ("1.2.3", Some((1, 2, 3))),
            ("01.002", Some((1, 2, 0))),
            ("1.2.3.4", None),
            ("1.2.a", None),
            ("v1", None),
            (" 1", None),
            ("1.", None),
            ("-1", None),
            ("1, 2", None),
            ("99999999999", Some((u32::MAX, 0, 0))),
        ];
        for (text, expected) in cases {
            let parsed = text.parse::<Version>().ok().map(|v| (v.major, v.minor, v.patch));
            assert_eq!(parsed, expected, "{text:?}");
        }
    }

    #[test]
    fn orders_by_major_then_minor_then_patch() {
        let v = Version::new;
        assert!(v(1, 2, 3) > v(1, 1, 3));
        assert!(v(1, 2, 3) < v(10, 2, 3));
        assert!(v(1, 2, 3) == v(1, 2, 3));
    }
}
