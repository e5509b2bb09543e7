//! Who may name what: the layers of ARCHITECTURE.md.

use super::Finding;
use super::file::{SourceFile, has_word};

/// A name that only some files may use.
struct Rule {
    /// Any of these in code.
    names: &'static [&'static str],
    /// How the paths begin that may.
    allowed: &'static [&'static str],
    /// Whether tests may, too.
    tests: bool,
    reason: &'static str,
}

const RULES: [Rule; 6] = [
    Rule {
        names: &["v8", "deno_core", "deno_web", "deno_webidl", "deno_fetch", "deno_crypto"],
        // xtask has a module of this name and, by its manifest, none of the crates.
        allowed: &["jitar-engine/", "xtask/"],
        tests: false,
        reason: "only jitar-engine touches V8; use its types",
    },
    Rule {
        names: &["swc_core"],
        allowed: &["jitar-build/src/scan/", "jitar-build/src/generate/"],
        tests: false,
        reason: "SWC is named in jitar-build/src/scan and generate only; every release of it is a new major version",
    },
    Rule {
        names: &["actix_web", "actix_http", "actix_rt"],
        allowed: &["jitar-runtime/src/http/"],
        tests: false,
        reason: "the HTTP server is known in jitar-runtime/src/http only",
    },
    Rule {
        names: &["hyper", "hyper_util", "reqwest"],
        allowed: &["jitar-runtime/src/http/"],
        tests: false,
        reason: "the HTTP client is known in jitar-runtime/src/http only",
    },
    Rule {
        names: &["env::var", "env::var_os", "env::vars", "env::vars_os"],
        allowed: &[
            "jitar-runtime/src/config/",
            "jitar-runtime/src/cli.rs",
            "jitar-build/src/cargo.rs",
            "jitar-build/build.rs",
            "example-service/build.rs",
            "jitar-build/src/snapshot/",
            "jitar-macros/src/service/names.rs",
            "tests/",
            "xtask/",
        ],
        tests: true,
        reason: "the environment is read by configuration code only; hand the value in",
    },
    Rule { names: &["unsafe"], allowed: &["jitar-engine/"], tests: false, reason: "only jitar-engine may be unsafe" },
];

/// Findings of one file.
pub(super) fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.is_module() {
        return Vec::new();
    }
    let rules: Vec<&Rule> =
        RULES.iter().filter(|rule| !rule.allowed.iter().any(|start| file.path.starts_with(start))).collect();
    let mut findings = Vec::new();
    for line in file.code_lines() {
        for rule in rules.iter().filter(|rule| !(rule.tests && line.in_test)) {
            if let Some(name) = rule.names.iter().find(|name| names(&line.code, name)) {
                let message = format!("`{name}`: {}", rule.reason);
                findings.push(Finding { path: file.path.clone(), line: line.number, message });
            }
        }
    }
    findings
}

/// A crate is named by a path; a keyword or a function by its word.
fn names(code: &str, name: &str) -> bool {
    let is_crate = !name.contains("::") && name != "unsafe";
    if is_crate { has_path(code, name) } else { has_word(code, name) }
}

fn has_path(code: &str, name: &str) -> bool {
    has_word(code, name) && (code.contains(&format!("{name}::")) || has_word(code, &format!("use {name}")))
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;

    #[test]
    fn each_layer_has_its_names() {
        for (path, code, found) in [
            ("jitar-engine/src/a.rs", "use deno_core::v8;", 0),
            ("jitar-runtime/src/a.rs", "use deno_core::v8;", 1),
            ("jitar-runtime/src/a.rs", "deno_core::v8::V8::f();", 1),
            ("jitar-runtime/src/a.rs", "let v8 = 1; // v8::x", 0),
            ("jitar-build/src/link/a.rs", "use swc_core::common::Span;", 1),
            ("jitar-build/src/scan/a.rs", "use swc_core::common::Span;", 0),
            ("jitar-runtime/src/services/a.rs", "use actix_web::HttpRequest;", 1),
            ("jitar-runtime/src/http/a.rs", "use actix_web::HttpRequest;", 0),
            ("jitar-runtime/src/isolate/a.rs", "std::env::var(\"A\");", 1),
            ("jitar-runtime/src/isolate/a.rs", "#[cfg(test)] fn t() { std::env::var(\"A\"); }", 0),
            ("jitar-build/src/cargo.rs", "env::var_os(\"A\");", 0),
            ("jitar-build/src/report.rs", "unsafe { f() }", 1),
            ("jitar-engine/src/report.rs", "unsafe { f() }", 0),
        ] {
            assert_eq!(findings(path, &format!("//! X.\n{code}\n")).len(), found, "{path}: {code}");
        }
    }
}
