//! Names that change with their content, as bundlers make them: what is called so never changes.

/// Fewest characters of a hash in a name.
const SHORTEST: usize = 8;

/// Whether the last part of the name before its extension is a hash: `index-BsKq3d4f.js`, `main.8f3a2b1c9d.css`.
///
/// A word that is taken for a hash would be kept for a year, a hash that is not recognised is only asked about again. So
/// it takes digits among letters that no word has.
pub(super) fn is_hashed(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let Some((stem, _)) = file.rsplit_once('.') else { return false };
    // Source maps keep the name of what they belong to.
    let stem = stem.strip_suffix(".js").or_else(|| stem.strip_suffix(".css")).unwrap_or(stem);
    // Hashes may contain `-` and `_` themselves; then the part after the last `-` is too short, and the one before it
    // belongs to it.
    let starts = stem.char_indices().filter(|(_, character)| matches!(character, '-' | '.')).map(|(at, _)| at);
    starts.into_iter().any(|at| at > 0 && is_hash(&stem[at + 1..]))
}

fn is_hash(text: &str) -> bool {
    let bytes = text.as_bytes();
    let n_digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_hex = bytes.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    let is_upper = bytes.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let is_base64 = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let has_letter = bytes.iter().any(u8::is_ascii_alphabetic);
    let has_lower = bytes.iter().any(u8::is_ascii_lowercase);
    // A capital in the middle of a small word, and not only where a word begins.
    let has_inner_capital = bytes
        .windows(2)
        .any(|pair| (pair[0].is_ascii_lowercase() || pair[0].is_ascii_digit()) && pair[1].is_ascii_uppercase());
    bytes.len() >= SHORTEST
        && has_letter
        && match n_digits {
            0 => false,
            1 => is_hex || (is_base64 && has_lower && has_inner_capital),
            _ => is_hex || is_upper || (is_base64 && has_lower && has_inner_capital),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_what_bundlers_write() {
        let cases = [
            ("assets/index-BsKq3d4f.js", true),
            ("assets/index-Bs-q3d4F.css", true),
            ("assets/index-BsKq3d4f.js.map", true),
            ("main.8f3a2b1c9d.js", true),
            ("chunk-K4ZTQ2ND.js", true),
            ("logo.1a2b3c4d.svg", true),
            ("index.html", false),
            ("style-homepage.css", false),
            ("jquery-3.7.1.min.js", false),
            ("app.20240101.js", false),
            ("report-Version2.pdf", false),
            ("user-guide-chapter12.html", false),
            ("BsKq3d4f.js", false),
            ("a-BsKq3d4.js", false),
            ("fonts/inter-latin-400-normal.woff2", false),
            ("no-extension-8f3a2b1c", false),
            (".8f3a2b1c9d.js", false),
        ];
        for (name, expected) in cases {
            assert_eq!(is_hashed(name), expected, "{name}");
        }
    }
}
