//! Lists of what a client accepts, with weights (RFC 9110, 12.4.2): `accept` and `accept-encoding`.

/// The weight of the best item that `matches`, from 0 (refused) to 1000; none when no item does.
///
/// Items that cannot be read count as absent: a header that is wrong in one place still says what the rest says.
pub(crate) fn weight(list: &str, matches: impl Fn(&str) -> bool) -> Option<u16> {
    list.split(',').filter_map(item).filter(|(name, _)| matches(name)).map(|(_, weight)| weight).max()
}

/// Name and weight of one item.
fn item(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let q = parts.find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    Some((name, q.map_or(Some(1000), thousandths)?))
}

/// `0.5` as 500. At most three digits after the point, and not more than 1.
fn thousandths(q: &str) -> Option<u16> {
    let (whole, fraction) = q.split_once('.').unwrap_or((q, ""));
    let is_number = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let fraction: u16 = format!("{fraction:0<3}").parse().ok().filter(|_| is_number)?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_read_as_the_standard_says() {
        let cases = [
            ("gzip", Some(1000)),
            ("br, gzip;q=0.5", Some(500)),
            ("gzip; Q=0.25", Some(250)),
            ("gzip;q=0", Some(0)),
            ("gzip;q=0.000", Some(0)),
            ("gzip;q=1.000", Some(1000)),
            ("gzip;level=1;q=0.1", Some(100)),
            ("gzip;q=0, gzip;q=0.3", Some(300)),
            ("gzip;q=1.5", None),
            ("gzip;q=0.1234", None),
            ("gzip;q=-1", None),
            ("gzip;q=", None),
            ("gzip;q=0.+1", None),
            (", ,", None),
            ("br", None),
            ("", None),
        ];
        for (list, expected) in cases {
            assert_eq!(weight(list, |name| name.eq_ignore_ascii_case("gzip")), expected, "{list:?}");
        }
    }
}
