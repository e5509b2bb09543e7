//! Modules of Node: those that the runtime has in part, and what to use instead of all others.

use crate::diagnostics::codes;

use super::Failure;

/// Modules of Node that the runtime has, by the name that the runtime knows them by.
const PROVIDED: [&str; 3] = ["node:async_hooks", "node:buffer", "node:process"];

/// Modules of Node by name, with what replaces them.
const BUILTINS: &[(&str, &str)] = &[
    ("assert", "throw an error of your own"),
    ("child_process", ""),
    ("cluster", "use several isolates or workers, see `isolates` in the service file"),
    ("console", "use the global `console`"),
    ("constants", ""),
    ("crypto", "use the global `crypto` (`crypto.subtle`, `crypto.randomUUID`)"),
    ("dgram", ""),
    ("diagnostics_channel", ""),
    ("dns", ""),
    ("domain", ""),
    ("events", "use the global `EventTarget`"),
    ("fs", "import data as a JSON module, or serve files as assets"),
    ("http", "use the global `fetch`"),
    ("http2", "use the global `fetch`"),
    ("https", "use the global `fetch`"),
    ("inspector", ""),
    ("module", ""),
    ("net", ""),
    ("os", ""),
    ("path", "use `URL`, or work on the text"),
    ("perf_hooks", "use the global `performance`"),
    ("punycode", "use `URL`"),
    ("querystring", "use `URLSearchParams`"),
    ("readline", ""),
    ("repl", ""),
    ("sqlite", ""),
    ("stream", "use `ReadableStream`, `WritableStream` and `TransformStream`"),
    ("string_decoder", "use `TextDecoder`"),
    ("sys", ""),
    ("test", ""),
    ("timers", "use the global `setTimeout`"),
    ("tls", ""),
    ("trace_events", ""),
    ("tty", ""),
    ("url", "use the globals `URL` and `URLSearchParams`"),
    ("util", "use the web-standard API, such as `structuredClone`, `TextEncoder` and `TextDecoder`"),
    ("v8", ""),
    ("vm", ""),
    ("wasi", ""),
    ("worker_threads", "use several isolates or workers, see `isolates` in the service file"),
    ("zlib", "use `CompressionStream` and `DecompressionStream`"),
];

/// The module of the runtime that stands for a module of Node, written with or without `node:`.
pub(super) fn provided(specifier: &str) -> Option<&'static str> {
    let bare = specifier.strip_prefix("node:").unwrap_or(specifier);
    PROVIDED.into_iter().find(|provided| provided.strip_prefix("node:") == Some(bare))
}

/// What replaces a module of Node, written with or without `node:`; `None` when Node has no such module.
pub(super) fn find(specifier: &str) -> Option<&'static str> {
    let bare = specifier.strip_prefix("node:").unwrap_or(specifier);
    let name = bare.split('/').next().unwrap_or(bare);
    let (_, replacement) = BUILTINS.iter().find(|(builtin, _)| *builtin == name)?;
    // Some packages have the name of a module of Node; only these paths are Node's.
    (bare == name
        || matches!(bare.split_once('/'), Some((_, "promises" | "strict" | "web" | "posix" | "win32" | "types"))))
    .then_some(*replacement)
}

/// The mistake of importing a module of Node.
pub(super) fn refuse(specifier: &str, replacement: Option<&str>) -> Failure {
    let message = format!("`{specifier}` is a module of Node, which is not there at run time");
    let replacement = replacement.filter(|replacement| !replacement.is_empty());
    Failure::new(&codes::NODE_BUILTIN, message)
        .help(replacement.unwrap_or("use the web-standard API or a package that needs no Node"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_modules_of_node() {
        for (specifier, is_builtin) in [
            ("fs", true),
            ("node:fs", true),
            ("fs/promises", true),
            ("node:nothing", false),
            ("events/", false),
            ("express", false),
        ] {
            assert_eq!(find(specifier).is_some(), is_builtin, "{specifier}");
        }
    }

    #[test]
    fn knows_which_are_provided() {
        for (specifier, module) in [
            ("buffer", Some("node:buffer")),
            ("node:process", Some("node:process")),
            ("node:buffer/", None),
            ("node:fs", None),
            ("node:node:buffer", None),
        ] {
            assert_eq!(provided(specifier), module, "{specifier}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_without_repeats() {
        assert!(BUILTINS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
