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
    /// For the modules of cycles: the one by which the program enters the cycle.
    entrances: HashMap<&'a str, &'a str>,
}

/// A module on the way down, as Tarjan's algorithm needs it.
struct Visited<'a> {
    module: &'a str,
    /// Which of its imports is next.
    next: usize,
    /// When it was found.
    found: usize,
    /// When the earliest module was found that is known to be in a cycle with it.
    lowest: usize,
}

impl<'a> Order<'a> {
    pub(super) fn of(archive: &'a ModuleArchive) -> Self {
        let imports: HashMap<&str, &[String]> =
            archive.modules.iter().map(|module| (module.specifier.as_str(), module.imports.as_slice())).collect();
        let mut order = Self { modules: Vec::new(), imports, entrances: HashMap::new() };
        order.visit(&archive.entry);
        order
    }

    /// Depth first without recursion: graphs of packages can be deep.
    fn visit(&mut self, entry: &'a str) {
        let mut found = HashMap::from([(entry, 0)]);
        let mut open = vec![entry];
        let mut path = vec![Visited { module: entry, next: 0, found: 0, lowest: 0 }];
        while let Some(mut at) = path.pop() {
            let Some(import) = self.imports_of(at.module).get(at.next).map(String::as_str) else {
                self.leave(&at, &mut open);
                if let Some(parent) = path.last_mut() {
                    parent.lowest = parent.lowest.min(at.lowest);
                }
                continue;
            };
            at.next += 1;
            match found.get(import) {
                None => {
                    let number = found.len();
                    found.insert(import, number);
                    open.push(import);
                    path.push(at);
                    path.push(Visited { module: import, next: 0, found: number, lowest: number });
                    continue;
                }
                Some(number) if open.contains(&import) => at.lowest = at.lowest.min(*number),
                Some(_) => {}
            }
            path.push(at);
        }
    }

    /// Adds a module whose imports were all visited; when it is the entrance of a cycle, the cycle is complete.
    fn leave(&mut self, left: &Visited<'a>, open: &mut Vec<&'a str>) {
        self.modules.push(left.module);
        if left.lowest < left.found {
            return;
        }
        let start = open.iter().rposition(|module| *module == left.module).unwrap_or_default();
        let cycle = open.split_off(start);
        if cycle.len() > 1 {
            self.entrances.extend(cycle.into_iter().map(|module| (module, left.module)));
        }
    }

    /// The module whose evaluation evaluates this one in the order of the program: itself, unless it is part of a cycle.
    /// Entered elsewhere, the modules of a cycle would be evaluated in another order.
    pub(super) fn entrance(&self, module: &'a str) -> &'a str {
        self.entrances.get(module).copied().unwrap_or(module)
    }

    /// Whether two modules are one, or part of one cycle: then they are evaluated together.
    fn are_together(&self, one: &str, other: &str) -> bool {
        one == other || self.entrances.get(one).is_some_and(|entrance| self.entrances.get(other) == Some(entrance))
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
            // What it reaches beside itself and its cycle was evaluated before, or is deferred by itself.
            let changing = closure
                .iter()
                .copied()
                .find(|reached| changes.contains(*reached) && self.are_together(module, reached));
            let reason = causes.get(module).cloned().or_else(|| earlier.noticed_by(module, &closure, changing));
            // A module of a cycle is evaluated with all others of it, also with those that come later.
            let reason = reason.or_else(|| {
                closure.iter().find(|reached| causes.contains_key(**reached)).map(|cause| imports_text(cause))
            });
            if let Some(reason) = reason {
                deferred.insert(module.to_owned(), reason);
                earlier.add(module, &closure, changing);
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
    /// The first of them that changes the global object.
    changing: Option<&'a str>,
}

impl<'a> Earlier<'a> {
    /// `changing` is the module itself, or one of its cycle, when it changes the global object.
    fn add(&mut self, module: &'a str, closure: &BTreeSet<&'a str>, changing: Option<&'a str>) {
        for reached in closure {
            self.reached.entry(reached).or_insert(module);
        }
        self.changing = self.changing.or(changing);
    }

    /// Why `module` would notice that they have not run, if it would. `changing` as above.
    fn noticed_by(&self, module: &str, closure: &BTreeSet<&'a str>, changing: Option<&'a str>) -> Option<String> {
        let (_, first) = self.reached.first_key_value()?;
        if let Some((reached, earlier)) = closure.iter().find_map(|reached| Some((reached, self.reached.get(reached)?)))
        {
            return Some(if reached == earlier { imports_text(earlier) } else { shares_text(reached, earlier) });
        }
        if let Some(changing) = changing {
            let subject = if changing == module { "it".to_owned() } else { format!("`{}`", short_specifier(changing)) };
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
        let order = Order::of(&archive);
        assert_eq!(order.modules, ["c", "a", "b", "entry"]);
        assert_eq!(["c", "a", "b", "entry"].map(|module| order.entrance(module)), ["a", "a", "b", "entry"]);
    }

    #[test]
    fn cycles_are_entered_where_the_program_enters_them() {
        let graph = archive(&[
            ("entry", &["a", "d"]),
            ("a", &["b"]),
            ("b", &["c", "x"]),
            ("c", &["a"]),
            ("x", &["y"]),
            ("y", &["x"]),
            ("d", &["c"]),
        ]);
        let order = Order::of(&graph);
        assert_eq!(order.modules, ["c", "y", "x", "b", "a", "d", "entry"]);
        let entrances: Vec<&str> = order.modules.iter().map(|module| order.entrance(module)).collect();
        assert_eq!(entrances, ["a", "x", "x", "a", "a", "d", "entry"]);
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

    /// What was evaluated in its place is no reason, whoever reaches it.
    #[test]
    fn changes_count_where_they_are_made() {
        let graph = archive(&[
            ("entry", &["effect", "clock", "later"]),
            ("effect", &[]),
            ("clock", &["effect"]),
            ("later", &[]),
        ]);
        assert_eq!(deferred(&graph, &["clock"], &["effect"]), ["clock", "entry"]);
        let cycle = archive(&[("entry", &["clock", "a"]), ("clock", &[]), ("a", &["b"]), ("b", &["a"])]);
        assert_eq!(deferred(&cycle, &["clock"], &["a"]), ["a", "b", "clock", "entry"]);
    }

    #[test]
    fn a_cycle_is_deferred_as_a_whole() {
        let graph = archive(&[("entry", &["a"]), ("a", &["b"]), ("b", &["a"])]);
        assert_eq!(deferred(&graph, &["a"], &[]), ["a", "b", "entry"]);
    }
}
