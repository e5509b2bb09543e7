//! In which order modules are evaluated, and which of them a deferred one takes along.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::archive::ModuleArchive;
use crate::error::short_specifier;

/// The modules that the entry reaches by static imports, in the order in which they are evaluated (ECMA-262 16.2.1.5.3:
/// depth first, dependencies before dependents).
pub(super) struct Order<'a> {
    /// Specifiers.
    pub(super) modules: Vec<&'a str>,
    imports: HashMap<&'a str, &'a [String]>,
}

impl<'a> Order<'a> {
    pub(super) fn of(archive: &'a ModuleArchive) -> Self {
        let imports: HashMap<&str, &[String]> =
            archive.modules.iter().map(|module| (module.specifier.as_str(), module.imports.as_slice())).collect();
        let mut order = Self { modules: Vec::new(), imports };
        order.visit(&archive.entry);
        order
    }

    /// Depth first without recursion: graphs of packages can be deep.
    fn visit(&mut self, entry: &'a str) {
        let mut seen = BTreeSet::from([entry]);
        let mut stack = vec![(entry, 0usize)];
        while let Some((module, next)) = stack.pop() {
            let imports = self.imports_of(module);
            let Some(import) = imports.get(next) else {
                self.modules.push(module);
                continue;
            };
            stack.push((module, next + 1));
            if seen.insert(import) {
                stack.push((import, 0));
            }
        }
    }

    /// Static imports of a module.
    pub(super) fn imports_of(&self, module: &str) -> &'a [String] {
        self.imports.get(module).copied().unwrap_or_default()
    }

    /// A module and everything that it reaches.
    fn closure(&self, module: &'a str) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::from([module]);
        let mut pending = vec![module];
        while let Some(module) = pending.pop() {
            for import in self.imports_of(module) {
                if reached.insert(import.as_str()) {
                    pending.push(import);
                }
            }
        }
        reached
    }

    /// Which modules must be deferred, and why, when those in `causes` must: order is part of a program's meaning, so a
    /// later module stays warm only if it cannot notice that an earlier one has not run yet. `changes` are the modules
    /// whose evaluation changes the global object or an intrinsic.
    pub(super) fn deferred(
        &self,
        causes: &BTreeMap<String, String>,
        changes: &BTreeSet<String>,
    ) -> BTreeMap<String, String> {
        let mut deferred = BTreeMap::new();
        let mut earlier = Earlier::default();
        for &module in &self.modules {
            let closure = self.closure(module);
            let reason = causes.get(module).cloned().or_else(|| earlier.noticed_by(module, &closure, changes));
            // A module of a cycle is evaluated with all others of it, also with those that come later.
            let reason = reason.or_else(|| {
                closure.iter().find(|reached| causes.contains_key(**reached)).map(|cause| imports_text(cause))
            });
            if let Some(reason) = reason {
                deferred.insert(module.to_owned(), reason);
                earlier.add(module, &closure, changes);
            }
        }
        deferred
    }
}

/// What is known of the modules that were deferred so far.
#[derive(Default)]
struct Earlier<'a> {
    /// Every module that one of them reaches, with the first that does.
    reached: BTreeMap<&'a str, &'a str>,
    /// The first of what they reach that changes the global object.
    changing: Option<&'a str>,
}

impl<'a> Earlier<'a> {
    fn add(&mut self, module: &'a str, closure: &BTreeSet<&'a str>, changes: &BTreeSet<String>) {
        for reached in closure {
            self.reached.entry(reached).or_insert(module);
            if changes.contains(*reached) {
                self.changing.get_or_insert(reached);
            }
        }
    }

    /// Why `module` would notice that they have not run, if it would.
    fn noticed_by(&self, module: &str, closure: &BTreeSet<&'a str>, changes: &BTreeSet<String>) -> Option<String> {
        let (_, first) = self.reached.first_key_value()?;
        if let Some((reached, earlier)) = closure.iter().find_map(|reached| Some((reached, self.reached.get(reached)?)))
        {
            return Some(if reached == earlier { imports_text(earlier) } else { shares_text(reached, earlier) });
        }
        if let Some(changing) = closure.iter().find(|reached| changes.contains(**reached)) {
            let subject =
                if *changing == module { "it".to_owned() } else { format!("`{}`", short_specifier(changing)) };
            let first = short_specifier(first);
            return Some(format!("{subject} changes the global object after `{first}`, which is deferred"));
        }
        let changing = short_specifier(self.changing?);
        Some(format!("`{changing}`, which is deferred, changes the global object before"))
    }
}

fn imports_text(cause: &str) -> String {
    format!("imports `{}`, which is deferred", short_specifier(cause))
}

fn shares_text(shared: &str, earlier: &str) -> String {
    format!("shares `{}` with `{}`, which is deferred", short_specifier(shared), short_specifier(earlier))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{ModuleKind, ModuleSource};

    fn archive(modules: &[(&str, &[&str])]) -> ModuleArchive {
        let modules = modules.iter().map(|(specifier, imports)| ModuleSource {
            specifier: (*specifier).to_owned(),
            kind: ModuleKind::JavaScript,
            code: String::new(),
            map: None,
            imports: imports.iter().map(|import| (*import).to_owned()).collect(),
        });
        ModuleArchive { entry: "entry".to_owned(), modules: modules.collect() }
    }

    fn deferred(archive: &ModuleArchive, causes: &[&str], changes: &[&str]) -> Vec<String> {
        let causes = causes.iter().map(|cause| ((*cause).to_owned(), "reads the clock".to_owned())).collect();
        let changes = changes.iter().map(|change| (*change).to_owned()).collect();
        Order::of(archive).deferred(&causes, &changes).into_keys().collect()
    }

    #[test]
    fn dependencies_come_first_and_cycles_end() {
        let archive = archive(&[("entry", &["a", "b"]), ("a", &["c"]), ("b", &["c", "a"]), ("c", &["a"])]);
        assert_eq!(Order::of(&archive).modules, ["c", "a", "b", "entry"]);
    }

    #[test]
    fn what_can_notice_a_deferred_module_is_deferred_too() {
        let graph = archive(&[
            ("entry", &["early", "clock", "user", "other", "sharing"]),
            ("early", &[]),
            ("clock", &["base"]),
            ("user", &["clock"]),
            ("other", &[]),
            ("sharing", &["base"]),
            ("base", &[]),
        ]);
        assert_eq!(deferred(&graph, &["clock"], &[]), ["clock", "entry", "sharing", "user"]);
        assert_eq!(deferred(&graph, &["clock"], &["other"]), ["clock", "entry", "other", "sharing", "user"]);
        assert_eq!(deferred(&graph, &["clock"], &["clock"]), ["clock", "entry", "other", "sharing", "user"]);
        assert_eq!(deferred(&graph, &["clock"], &["early"]), ["clock", "entry", "sharing", "user"]);
        assert_eq!(deferred(&graph, &[], &["other"]), [] as [&str; 0]);
    }

    #[test]
    fn a_cycle_is_deferred_as_a_whole() {
        let graph = archive(&[("entry", &["a"]), ("a", &["b"]), ("b", &["a"])]);
        assert_eq!(deferred(&graph, &["a"], &[]), ["a", "b", "entry"]);
    }
}
