//! Modules that a snapshot lacks. Most are deferred only because another one is; the report shows with which it began.

use std::collections::{HashMap, HashSet};
use std::fmt;

use jitar_engine::short_specifier;
use jitar_engine::snapshot::Deferred;
use serde::Serialize;

use super::amounts::counted;
use super::shown;

/// How the reason of a module goes on behind the name of the one that it is deferred with.
const WITH: &str = "`, which is deferred";

/// A deferred module.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct DeferredReport<'a> {
    module: &'a str,
    reason: &'a str,
    /// The module without which it would not be deferred; none when the reason is its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<&'a str>,
}

/// Adds to each module with which one it began.
pub(super) fn read(deferred: &[Deferred]) -> Vec<DeferredReport<'_>> {
    let by_name: HashMap<&str, &Deferred> =
        deferred.iter().map(|deferred| (short_specifier(&deferred.specifier), deferred)).collect();
    let reports = deferred.iter().map(|deferred| {
        let (mut passed, mut last) = (HashSet::from([&deferred.specifier]), deferred);
        while let Some(&before) = other(&last.reason).and_then(|name| by_name.get(name)) {
            if !passed.insert(&before.specifier) {
                // Nobody promises that it does not lead in a circle.
                last = deferred;
                break;
            }
            last = before;
        }
        let root = (last.specifier != deferred.specifier).then(|| shown(&last.specifier));
        DeferredReport { module: shown(&deferred.specifier), reason: &deferred.reason, root }
    });
    reports.collect()
}

/// The module that a reason names as deferred.
fn other(reason: &str) -> Option<&str> {
    let (before, _) = reason.split_once(WITH)?;
    before.rsplit_once('`').map(|(_, name)| name)
}

/// Writes each module with a reason of its own, and below it those that it takes along.
pub(super) fn write(f: &mut fmt::Formatter<'_>, deferred: &[DeferredReport<'_>]) -> fmt::Result {
    for DeferredReport { module, reason, .. } in deferred.iter().filter(|report| report.root.is_none()) {
        let with: Vec<_> = deferred.iter().filter(|report| report.root == Some(module)).collect();
        write!(f, "  deferred until the service starts: {module}: {reason}")?;
        if !with.is_empty() {
            write!(f, ", and with it {}:", counted(with.len(), "module"))?;
        }
        writeln!(f)?;
        for DeferredReport { module, reason, .. } in with {
            writeln!(f, "    {module}: {reason}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Modules that were deferred, by their paths, with the reasons.
    pub(in super::super) fn deferred(modules: &[(&str, &str)]) -> Vec<Deferred> {
        let modules = modules.iter().map(|(path, reason)| Deferred {
            specifier: format!("file:///app/{path}"),
            reason: (*reason).to_owned(),
            is_overdue: false,
        });
        modules.collect()
    }

    #[test]
    fn a_cascade_has_a_root() {
        let deferred = deferred(&[
            ("clock.ts", "reads the clock (Date.now) at app/clock.ts:3:7"),
            ("a.ts", "imports `app/clock.ts`, which is deferred"),
            ("chance.ts", "uses chance (Math.random)"),
            ("b.ts", "shares `app/c.ts` with `app/a.ts`, which is deferred"),
            ("d.ts", "it changes the global object after `app/b.ts`, which is deferred"),
            ("e.ts", "`app/d.ts`, which is deferred, changes the global object before"),
            ("f.ts", "imports `app/nowhere.ts`, which is deferred"),
            ("one.ts", "imports `app/other.ts`, which is deferred"),
            ("other.ts", "imports `app/one.ts`, which is deferred"),
        ]);
        let roots: Vec<Option<&str>> = read(&deferred).into_iter().map(|report| report.root).collect();
        let clock = Some("clock.ts");
        assert_eq!(roots, [None, clock, None, clock, clock, clock, None, None, None]);
    }
}
