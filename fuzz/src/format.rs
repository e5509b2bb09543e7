//! An application as one text: each file begins with a line that names it.

/// Begins the line that names a file.
pub(crate) const MARK: &str = "=== ";

/// So many files are written; damage may repeat names without end.
const MAX_FILES: usize = 40;

/// The files of a text, of which none lies outside of the folder. What stands before the first name belongs to no file.
pub(crate) fn files(text: &str) -> Vec<(&str, &str)> {
    let mut files = Vec::new();
    let begins_with_name = text.strip_prefix(MARK);
    let mut rest = begins_with_name.or_else(|| text.split_once("\n=== ").map(|(_, rest)| rest));
    while let Some(part) = rest.filter(|_| files.len() < MAX_FILES) {
        let (file, next) = part.split_once("\n=== ").map_or((part, None), |(file, next)| (file, Some(next)));
        let (path, content) = file.split_once('\n').unwrap_or((file, ""));
        if is_below(path) {
            files.push((path, content));
        }
        rest = next;
    }
    files
}

/// Whether a path is relative, names no folder above, and no file system refuses it.
fn is_below(path: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.len() < 64 && ![".", ".."].contains(&part);
    path.len() < 256 && !path.contains(['\0', '\\', ':']) && path.split('/').all(is_part)
}
