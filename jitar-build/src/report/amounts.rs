//! Numbers, sizes and times as the report shows them.

use std::time::Duration;

/// `3 modules`
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `1.5 KiB`, rounded up.
pub(super) fn bytes(size: u64) -> String {
    let (unit, name) = if size < 1 << 20 { (1 << 10, "KiB") } else { (1 << 20, "MiB") };
    let tenths = size.saturating_mul(10).div_ceil(unit);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// As a number with three digits after the point.
pub(super) fn milliseconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((time.as_secs_f64() * 1e6).round() / 1e3)
}

/// The same, or null.
#[expect(clippy::ref_option, reason = "serde hands over references")]
pub(super) fn optional_milliseconds<S: serde::Serializer>(
    time: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => milliseconds(time, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up() {
        for (size, expected) in [(0, "0.0 KiB"), (1, "0.1 KiB"), (1 << 10, "1.0 KiB"), ((1 << 20) + 1, "1.1 MiB")] {
            assert_eq!(bytes(size), expected);
        }
    }
}
