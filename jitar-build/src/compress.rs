//! Compressed copies of what browsers get, made once here instead of for every request. Same bytes in, same bytes out.

use std::collections::BTreeMap;
use std::io::{self, Write};

use brotli::enc::BrotliEncoderParams;
use camino::Utf8Path;
use flate2::Compression;
use flate2::write::GzEncoder;

use serde::{Deserialize, Serialize};

use crate::stamp;

/// How the names of browser modules begin for browsers.
pub(crate) const CLIENT: &str = "jitar/client/";

/// How much work goes into smaller files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// As little as possible: the build is waited for.
    Debug,
    /// What a release is worth.
    Release,
}

/// The copies of one file that are smaller than it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Copies {
    /// For `content-encoding: gzip`.
    pub(crate) gzip: Option<Vec<u8>>,
    /// For `content-encoding: br`.
    pub(crate) brotli: Option<Vec<u8>>,
}

/// Where the compressed copies of a file that browsers get lie, below the output folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Encoded {
    /// Its name for browsers.
    pub(crate) name: String,
    /// Hash of it.
    content: String,
    /// Its copies, where they are smaller.
    pub(crate) gzip: Option<String>,
    pub(crate) brotli: Option<String>,
}

impl Encoded {
    /// Whether any copy is smaller.
    pub(crate) fn is_smaller(&self) -> bool {
        self.paths().next().is_some()
    }

    /// Its copies.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &String> {
        self.gzip.iter().chain(&self.brotli)
    }
}

/// Kinds of files that are compressed already.
const COMPRESSED: [&str; 17] = [
    "7z", "avif", "br", "gif", "gz", "jpeg", "jpg", "mp3", "mp4", "ogg", "png", "webm", "webp", "woff", "woff2", "zip",
    "zst",
];

impl Effort {
    const fn gzip(self) -> Compression {
        match self {
            Self::Debug => Compression::fast(),
            Self::Release => Compression::new(9),
        }
    }

    const fn brotli(self) -> i32 {
        match self {
            Self::Debug => 1,
            Self::Release => 9,
        }
    }
}

/// Compresses the content of the file `name`.
///
/// # Errors
/// When the memory for it is not there.
pub(crate) fn copies(name: &str, content: &[u8], effort: Effort) -> io::Result<Copies> {
    let extension = Utf8Path::new(name).extension().unwrap_or_default().to_ascii_lowercase();
    if COMPRESSED.contains(&extension.as_str()) {
        return Ok(Copies::default());
    }
    let smaller = |copy: Vec<u8>| (copy.len() < content.len()).then_some(copy);
    Ok(Copies { gzip: smaller(gzip(content, effort)?), brotli: smaller(brotli(content, effort)?) })
}

/// Compresses files, unless that was done.
pub(crate) struct Encoder<'a> {
    /// How much work goes into it.
    pub(crate) effort: Effort,
    /// What an earlier build with the same effort made, by name.
    pub(crate) earlier: BTreeMap<&'a str, &'a Encoded>,
    /// Whether a copy lies in the output folder.
    pub(crate) is_there: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Encoder<'_> {
    /// Where the copies of the file `name` lie, and those that have to be put there.
    ///
    /// # Errors
    /// When the memory for it is not there.
    pub(crate) fn encode(&self, name: &str, content: &[u8]) -> io::Result<(Encoded, Copies)> {
        let hash = stamp::hash(content);
        if let Some(&before) = self.earlier.get(name)
            && before.content == hash
            && before.paths().all(|path| (self.is_there)(path))
        {
            return Ok((before.clone(), Copies::default()));
        }
        let copies = copies(name, content, self.effort)?;
        let path =
            |copy: &Option<Vec<u8>>, extension: &str| copy.as_ref().map(|_| format!("encoded/{name}.{extension}"));
        let (gzip, brotli) = (path(&copies.gzip, "gz"), path(&copies.brotli, "br"));
        Ok((Encoded { name: name.to_owned(), content: hash, gzip, brotli }, copies))
    }
}

/// A list of names with the contents of their copies, for `app.rs`.
pub(crate) fn constant(encoded: &[Encoded]) -> String {
    let copy =
        |file: &Option<String>| file.as_ref().map_or("&[]".to_owned(), |file| format!("include_bytes!({file:?})"));
    let smaller = encoded.iter().filter(|encoded| encoded.is_smaller());
    let lines: Vec<String> =
        smaller.map(|it| format!("        ({:?}, {}, {}),\n", it.name, copy(&it.gzip), copy(&it.brotli))).collect();
    if lines.is_empty() { "&[]".to_owned() } else { format!("&[\n{}    ]", lines.concat()) }
}

/// Without a time and a name in its head.
fn gzip(content: &[u8], effort: Effort) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), effort.gzip());
    encoder.write_all(content)?;
    encoder.finish()
}

fn brotli(content: &[u8], effort: Effort) -> io::Result<Vec<u8>> {
    let mut copy = Vec::new();
    let params =
        BrotliEncoderParams { quality: effort.brotli(), size_hint: content.len(), ..BrotliEncoderParams::default() };
    brotli::BrotliCompress(&mut &*content, &mut copy, &params)?;
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn copies_hold_the_same_and_are_the_same_every_time() {
        let page = "<p>Hello</p>\n".repeat(100).into_bytes();
        for effort in [Effort::Debug, Effort::Release] {
            let made = copies("a.html", &page, effort).expect("in memory");
            assert_eq!(made, copies("a.html", &page, effort).expect("in memory"));
            let (gzip, brotli) = (made.gzip.expect("smaller"), made.brotli.expect("smaller"));
            let (mut from_gzip, mut from_brotli) = (Vec::new(), Vec::new());
            flate2::read::GzDecoder::new(&*gzip).read_to_end(&mut from_gzip).expect("is gzip");
            brotli::Decompressor::new(&*brotli, 4096).read_to_end(&mut from_brotli).expect("is brotli");
            assert_eq!((&from_gzip, &from_brotli), (&page, &page));
        }
    }

    #[test]
    fn what_was_compressed_is_not_compressed_again() {
        let page = "<p>Hello</p>\n".repeat(100);
        let all_there = |_: &str| true;
        let none_there = |_: &str| false;
        let compressor = Encoder { effort: Effort::Debug, earlier: BTreeMap::new(), is_there: &all_there };
        let (encoded, first) = compressor.encode("a.html", page.as_bytes()).expect("in memory");
        assert!(first.gzip.is_some() && first.brotli.is_some());
        let earlier = BTreeMap::from([("a.html", &encoded)]);
        let compressor = Encoder { earlier: earlier.clone(), ..compressor };
        let again = compressor.encode("a.html", page.as_bytes()).expect("in memory");
        assert_eq!(again, (encoded.clone(), Copies::default()));
        let (other, copies) = compressor.encode("a.html", &page.as_bytes()[1..]).expect("in memory");
        assert!(other != encoded && copies.gzip.is_some(), "it has another content");
        let (_, copies) = compressor.encode("b.html", page.as_bytes()).expect("in memory");
        assert!(copies.gzip.is_some(), "it has another name");
        let compressor = Encoder { effort: Effort::Debug, earlier, is_there: &none_there };
        assert_eq!(compressor.encode("a.html", page.as_bytes()).expect("in memory"), (encoded.clone(), first));
    }

    #[test]
    fn what_does_not_get_smaller_has_no_copies() {
        let zeros = vec![0; 1000];
        for (name, content) in [("a.txt", &b"x"[..]), ("empty.css", b""), ("a.PNG", &zeros)] {
            assert_eq!(copies(name, content, Effort::Release).expect("in memory"), Copies::default(), "{name}");
        }
    }
}
