//! Damaged parts of requests, for `cargo xtask fuzz requests`: nothing panics, and what is read means the same again. Whole
//! requests over a socket are in `tests/damaged.rs`.

use actix_web::http::header::HeaderMap;
use jitar_engine::call::Arguments;
use jitar_engine::manifest::Version;
use serde::de::IgnoredAny;

use super::headers::{self, OwnHeaders};
use crate::execution::{Payload, decode_path, parse_pairs, read_arguments, write_pairs};

/// Levels of values, as the limits of a service may have them.
const DEPTH: u32 = 4;

/// Reads the bytes as the part of a request that the first one of them names.
///
/// # Panics
/// When something does not hold that must hold for every request.
pub fn read(bytes: &[u8]) {
    let Some((part, bytes)) = bytes.split_first() else { return };
    match part % 5 {
        0 => path(&String::from_utf8_lossy(bytes)),
        1 => query(bytes),
        2 => body(bytes),
        3 => version(&String::from_utf8_lossy(bytes)),
        _ => header_fields(bytes),
    }
}

/// The name of a procedure in a path.
fn path(text: &str) {
    if let Ok(name) = decode_path(text) {
        assert!(text.contains('%') || name == text);
    }
}

fn query(bytes: &[u8]) {
    if let Ok(pairs) = parse_pairs(bytes) {
        assert_eq!(parse_pairs(write_pairs(&pairs).as_bytes()).expect("was written by us"), pairs);
    }
    let text = String::from_utf8_lossy(bytes).into_owned();
    drop(read_arguments(Payload::Query(text), DEPTH));
}

/// The content type, a line break and the body.
fn body(bytes: &[u8]) {
    let (content_type, bytes) = halves(bytes, b'\n');
    let content_type = String::from_utf8_lossy(content_type).into_owned();
    let payload = Payload::Body { content_type, bytes: bytes.to_vec().into() };
    if let Ok(Arguments::Json(text)) = read_arguments(payload, DEPTH) {
        assert!(serde_json::from_slice::<IgnoredAny>(&text).is_ok());
    }
}

fn version(text: &str) {
    if let Ok(version) = text.parse::<Version>() {
        assert_eq!(version.to_string().parse::<Version>(), Ok(version));
    }
}

/// A field a line.
fn header_fields(bytes: &[u8]) {
    let mut map = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let (name, value) = halves(line, b':');
        let (name, value) = (headers::decode(name), headers::decode(value));
        if let Some((name, encoded)) = headers::encode(&name, &value) {
            assert_eq!(headers::decode(encoded.as_bytes()), value);
            map.append(name, encoded);
        }
    }
    let passed = headers::of_request(&map, "id");
    assert!(passed.iter().all(|(name, _)| headers::passes_on(name)));
    let answer: Vec<(&str, &[u8])> = map.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    assert!(headers::of_answer(&answer).len() <= answer.len());
    let [marker, content_type] = [headers::CONTENT_KIND, "content-type"].map(|name| headers::joined(&map, name));
    let kind = headers::kind_of(marker.as_deref(), content_type.as_deref());
    let own = OwnHeaders::of(&map);
    drop((kind, own.node_headers(), own.extended_forms(), own.beside(), own.presented_key()));
    version(own.version());
}

fn halves(bytes: &[u8], by: u8) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == by).unwrap_or(bytes.len());
    (&bytes[..end], bytes.get(end + 1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::read;

    /// Each part with something that it reads; the fuzzer goes on from there.
    #[test]
    fn every_part_is_read() {
        let parts: [&[u8]; 5] = [
            b"reporting%2FgetMonthReport",
            b"year=2025&month=April&month=%4day",
            b"application/json\n{\"year\":2025,\"rows\":[1,{\"a\":null}]}",
            b"1.2.3",
            b"accept:*/*\nx-jitar-procedure-version:1.2\nx-client:abc\ncookie:a=b\nx-jitar-hops:300",
        ];
        for (number, bytes) in (0..).zip(parts) {
            read(&[&[number], bytes].concat());
            read(&[&[number], &bytes[1..]].concat());
        }
    }
}
