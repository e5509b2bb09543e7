//! Compressed request bodies. What comes out is bounded before it exists.

use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};

use super::error::HttpError;

/// Bytes that the decoder of brotli reads at once.
const BROTLI_BUFFER: usize = 4096;

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    /// The zlib format, as the standard defines `deflate`.
    Deflate,
    Brotli,
}

impl Coding {
    /// The coding of a body from `content-encoding`; none when it is sent as it is.
    pub(super) fn of(encoding: &str) -> Result<Option<Self>, HttpError> {
        let encoding = encoding.trim();
        let is = |name: &str| encoding.eq_ignore_ascii_case(name);
        match () {
            () if encoding.is_empty() || is("identity") => Ok(None),
            () if is("gzip") || is("x-gzip") => Ok(Some(Self::Gzip)),
            () if is("deflate") => Ok(Some(Self::Deflate)),
            () if is("br") => Ok(Some(Self::Brotli)),
            () => Err(HttpError::ContentEncoding(encoding.to_owned())),
        }
    }

    /// The body as it was before, of at most `limit` bytes.
    pub(super) fn decode(self, body: &[u8], limit: usize) -> Result<Bytes, HttpError> {
        let result = match self {
            Self::Gzip => read(MultiGzDecoder::new(body), limit),
            Self::Deflate => read(ZlibDecoder::new(body), limit),
            Self::Brotli => read(brotli::Decompressor::new(body, BROTLI_BUFFER), limit),
        };
        let decoded = result.map_err(|_| HttpError::BodyCoding(self.name()))?;
        if decoded.len() > limit { Err(HttpError::BodyTooLarge(limit)) } else { Ok(decoded.into()) }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
        }
    }
}

/// Reads one byte more than allowed at most.
fn read(decoder: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(most).read_to_end(&mut plain)?;
    Ok(plain)
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    pub(in crate::http) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("in memory");
        encoder.finish().expect("in memory")
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("in memory");
        encoder.finish().expect("in memory")
    }

    fn brotli(bytes: &[u8]) -> Vec<u8> {
        let mut encoded = Vec::new();
        brotli::BrotliCompress(&mut &*bytes, &mut encoded, &brotli::enc::BrotliEncoderParams::default())
            .expect("in memory");
        encoded
    }

    fn shown(result: Result<Bytes, HttpError>) -> String {
        result.map_or_else(|error| error.to_string(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    #[test]
    fn decodes_what_clients_send() {
        for (encoding, body) in [
            ("gzip", gzip(b"{\"a\":1}")),
            ("X-GZIP", gzip(b"{\"a\":1}")),
            ("gzip", [gzip(b"{\"a\""), gzip(b":1}")].concat()),
            ("deflate", zlib(b"{\"a\":1}")),
            ("br", brotli(b"{\"a\":1}")),
        ] {
            let coding = Coding::of(encoding).expect("known").expect("a coding");
            assert_eq!(shown(coding.decode(&body, 7)), "{\"a\":1}", "{encoding}");
            assert_eq!(shown(coding.decode(&body, 6)), "the request body is larger than 6 bytes", "{encoding}");
        }
    }

    #[test]
    fn damaged_bodies_are_refused() {
        for (coding, body) in [
            (Coding::Gzip, gzip(b"{}")[..10].to_vec()),
            (Coding::Gzip, b"{}".to_vec()),
            (Coding::Gzip, Vec::new()),
            (Coding::Deflate, b"{}".to_vec()),
            (Coding::Brotli, b"\xff\xff\xff\xff".to_vec()),
            (Coding::Brotli, brotli(b"{\"a\":1}")[..3].to_vec()),
        ] {
            let text = shown(coding.decode(&body, 100));
            assert_eq!(text, format!("the request body is not valid {}", coding.name()), "{body:?}");
        }
    }

    #[test]
    fn a_bomb_costs_no_more_than_the_limit() {
        let zeros = vec![0; 64 << 20];
        for (coding, bomb) in
            [(Coding::Gzip, gzip(&zeros)), (Coding::Deflate, zlib(&zeros)), (Coding::Brotli, brotli(&zeros))]
        {
            assert!(bomb.len() < 80_000, "{} bytes", bomb.len());
            assert_eq!(shown(coding.decode(&bomb, 1000)), "the request body is larger than 1000 bytes");
        }
    }

    #[test]
    fn unknown_codings_are_named() {
        for encoding in ["zstd", "gzip, br", "gzip,gzip", "chunked"] {
            let error = Coding::of(encoding).expect_err("unknown").to_string();
            assert!(error.starts_with(&format!("the content encoding `{encoding}` is not supported")), "{error}");
        }
        assert_eq!(Coding::of("identity").ok(), Some(None));
    }
}
