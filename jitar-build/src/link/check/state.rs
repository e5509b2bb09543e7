//! State of a shared module exists once for each process, so procedures of segments that run in different processes do
//! not see what the others did.

use std::collections::BTreeMap;

use super::{Context, real_modules};
use crate::config::ServiceFile;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::scan::graph::{DeclarationKind, Module, Range};

/// A variable that functions of its module change.
pub(super) struct State<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Where it is declared.
    pub(super) declared: Range,
    /// A place where it is changed.
    pub(super) changed: Range,
}

/// What a module of the application remembers between calls. What packages keep is their own affair.
pub(super) fn states(module: &Module) -> impl Iterator<Item = State<'_>> {
    let declarations = module.declarations.values().filter(|_| module.path.is_some());
    declarations.filter_map(|declaration| match declaration.kind {
        DeclarationKind::Function(_) => None,
        DeclarationKind::Class | DeclarationKind::Constant(_) | DeclarationKind::Value => Some(State {
            name: declaration.name.as_deref().unwrap_or("default"),
            declared: declaration.range,
            changed: declaration.changed?,
        }),
    })
}

pub(super) fn segments_share_no_state(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for (specifier, segments) in modules_by_segment(context) {
        if context.members.is_resource(specifier) {
            continue;
        }
        let Some(module) = context.exports.graph.modules.get(specifier) else { continue };
        let Some((one, other)) = apart(&segments, &context.config.services) else { continue };
        for state in states(module) {
            let message = format!(
                "`{}` exists once for each process, and the segments `{one}` and `{other}` may run in different ones",
                state.name
            );
            let diagnostic = Diagnostic::warning(&codes::STATE_ACROSS_SEGMENTS, message)
                .label(&module.file, &module.text, state.declared, "declared here")
                .label(&module.file, &module.text, state.changed, "changed here");
            diagnostics.push(diagnostic.help(
                "keep it in a database, or behind a procedure of one segment; name the module in a resource file when \
                 a copy for each process is meant",
            ));
        }
    }
}

/// The modules that segments run, with the segments that run them.
fn modules_by_segment<'a>(context: &Context<'a>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for unit in context.units {
        let [segment] = &unit.segments[..] else { continue };
        for module in real_modules(context, unit) {
            modules.entry(&module.specifier).or_default().push(segment);
        }
    }
    modules
}

/// Two segments that are not always deployed together.
fn apart<'a>(segments: &[&'a str], services: &[ServiceFile]) -> Option<(&'a str, &'a str)> {
    let (first, others) = segments.split_first()?;
    let has = |service: &ServiceFile, segment: &str| service.segments.iter().any(|known| known == segment);
    let other = others.iter().find(|other| {
        let together = services.iter().any(|service| has(service, first) && has(service, other));
        let alone = services.iter().any(|service| has(service, first) != has(service, other));
        !together || alone
    });
    other.map(|other| (*first, *other))
}

#[cfg(test)]
mod tests {
    use crate::testing::App;

    const SHARED: &str = "let count = 0;\nexport function next() { count += 1; return count; }";
    const BOTH: &str = r#"{ "worker": { "segments": ["s", "t"] } }"#;
    const ONE: &str = r#"{ "worker": { "segments": ["s"] } }"#;

    fn mistakes(shared: &str, others: &[(&str, &str)]) -> Vec<String> {
        let procedure = |name: &str| {
            format!("import {{ next }} from './shared'; export async function {name}() {{ return next(); }}")
        };
        let (s, t) = (procedure("s"), procedure("t"));
        let files = [
            ("src/s.ts", s.as_str()),
            ("src/t.ts", t.as_str()),
            ("src/shared.ts", shared),
            ("segments/s.json", r#"{ "./s": { "s": {} } }"#),
            ("segments/t.json", r#"{ "./t": { "t": {} } }"#),
        ];
        let files: Vec<_> = files.into_iter().chain(others.iter().copied()).collect();
        App::new(&files).link_mistakes()
    }

    /// The shared module, further files, and whether the build warns.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);

    #[test]
    fn segments_share_no_state() {
        let warned = "JITAR0056 src/shared.ts:1:5 src/shared.ts:2:26 `count` exists once for each process, and the segments `s` and `t` may run in different ones";
        let cases: [Case<'_>; 7] = [
            (SHARED, &[], true),
            (SHARED, &[("services/a.json", BOTH)], false),
            (SHARED, &[("services/a.json", BOTH), ("services/b.json", ONE)], true),
            (SHARED, &[("services/b.json", ONE)], true),
            (SHARED, &[("resources/r.json", r#"["./shared"]"#)], false),
            ("let count = 0;\ncount = 1; export function next() { return count; }", &[], false),
            ("const count = 0;\nexport function next() { let count = 1; count += 1; return count; }", &[], false),
        ];
        for (shared, others, is_warned) in cases {
            let expected: Vec<&str> = is_warned.then_some(warned).into_iter().collect();
            assert_eq!(mistakes(shared, others), expected, "{shared} {others:?}");
        }
    }

    #[test]
    fn a_module_of_one_segment_may_keep_state() {
        let others = [("segments/t.json", "{}")];
        assert_eq!(mistakes(SHARED, &others), Vec::<String>::new());
    }
}
