//! Module specifiers inside V8: `file:///app/…` for files of the application and of packages.

use std::fmt::Write;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

/// Stands for `..` in the specifiers of modules outside the application folder.
const UP: &str = "_up_";

/// Specifier of a file of the application, from its absolute path. A file outside the application folder keeps its
/// relation to it: `../shared/x.ts` becomes `file:///app/_up_/shared/x.ts`.
pub(super) fn of_app_file(app: &Utf8Path, file: &Utf8Path) -> String {
    let mut path = String::new();
    for component in relative(app, file).components() {
        path.push('/');
        path.push_str(if component == Utf8Component::ParentDir { UP } else { component.as_str() });
    }
    format!("file:///app{}", encode(&path))
}

/// Specifier of a file of a package, from its path below the package's folder.
pub(super) fn of_package_file(name: &str, version: &str, path: &Utf8Path) -> String {
    format!("file:///app/node_modules/{}", encode(&format!("{name}@{version}/{}", with_slashes(path))))
}

/// A relative path with `/` between its components.
pub(super) fn with_slashes(path: &Utf8Path) -> String {
    path.components().map(|component| component.as_str()).collect::<Vec<_>>().join("/")
}

/// Takes `.` and `..` out of an absolute path.
pub(super) fn normalize(path: &Utf8Path) -> Utf8PathBuf {
    let mut normal = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// The way from a folder to a file, both absolute and normal.
fn relative(folder: &Utf8Path, file: &Utf8Path) -> Utf8PathBuf {
    let above = folder.ancestors().position(|ancestor| file.starts_with(ancestor)).unwrap_or(0);
    let common = folder.ancestors().nth(above).unwrap_or(folder);
    let mut path: Utf8PathBuf = std::iter::repeat_n("..", above).collect();
    path.push(file.strip_prefix(common).unwrap_or(file));
    path
}

/// Escapes what a URL would change or read as something else, so that V8 sees the specifier unchanged.
fn encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            write!(encoded, "%{byte:02X}").unwrap_or_default();
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn app_files_are_named_by_their_place_relative_to_the_app() {
        let cases = [
            ("/p/app/src/a.ts", "file:///app/src/a.ts"),
            ("/p/app/a b#c?d%.ts", "file:///app/a%20b%23c%3Fd%25.ts"),
            ("/p/app/src/é.ts", "file:///app/src/%C3%A9.ts"),
            ("/p/shared/x.ts", "file:///app/_up_/shared/x.ts"),
            ("/q/x.ts", "file:///app/_up_/_up_/q/x.ts"),
        ];
        for (file, expected) in cases {
            assert_eq!(of_app_file(Utf8Path::new("/p/app"), Utf8Path::new(file)), expected);
        }
    }

    #[test]
    fn package_files_carry_name_and_version() {
        let specifier = of_package_file("@x/y", "1.2.3", Utf8Path::new("dist/a.js"));
        assert_eq!(specifier, "file:///app/node_modules/@x/y@1.2.3/dist/a.js");
    }

    #[test]
    fn paths_are_normalized() {
        for (path, expected) in [("/a/./b/../c.ts", "/a/c.ts"), ("/a/../../b", "/b"), ("/a/b", "/a/b")] {
            assert_eq!(normalize(Utf8Path::new(path)), expected);
        }
    }
}
