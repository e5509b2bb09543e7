//! Names of procedures and classes are unique: in a segment, in a unit, and in the whole application as far as they mean
//! different things.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, codes};
use crate::link::LinkedUnit;
use crate::link::members::Definition;

pub(super) fn names_are_unique_in_a_segment(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for (first, second) in clashes(context.definitions) {
        if first.segment == second.segment {
            diagnostics.push(clash(first, second, &format!("the segment `{}`", first.segment)));
        }
    }
}

pub(super) fn names_are_unique_in_a_unit(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for (first, second) in clashes(context.definitions) {
        if first.segment == second.segment || first.origin == second.origin {
            continue;
        }
        let has_both =
            |unit: &&LinkedUnit| unit.segments.contains(&first.segment) && unit.segments.contains(&second.segment);
        if let Some(unit) = context.units.iter().find(has_both) {
            diagnostics.push(clash(first, second, &format!("the service unit `{}`", unit.id)));
        }
    }
}

/// In a cluster all segments meet: a call would reach one of two functions, and an instance become one of two classes.
pub(super) fn names_mean_the_same_everywhere(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let meet = |first: &Definition, second: &Definition| {
        let has_both =
            |unit: &LinkedUnit| unit.segments.contains(&first.segment) && unit.segments.contains(&second.segment);
        context.units.iter().any(has_both)
    };
    let mut reported = BTreeSet::new();
    for (first, second) in clashes(context.definitions) {
        let is_same = first.segment == second.segment || first.origin == second.origin;
        if is_same || meet(first, second) || !reported.insert((&second.fqn, second.version, &second.segment)) {
            continue;
        }
        let (kind, danger) = match second.version {
            Some(_) => ("procedures", "a call may reach either of them"),
            None => ("classes", "an instance may become one of either"),
        };
        let (one, other) = (&first.segment, &second.segment);
        let message = format!("the segments `{one}` and `{other}` have different {kind} called `{}`", second.fqn);
        let first = &first.place;
        let diagnostic = second
            .place
            .warning(&codes::AMBIGUOUS_NAME, message, "second one")
            .label(&first.file, &first.text, first.range, "first one")
            .help(format!("{danger}; give one of them another name with `as`, or another `version`"));
        diagnostics.push(diagnostic);
    }
}

/// Pairs of definitions with one name, each second one paired with the first.
fn clashes(definitions: &[Definition]) -> impl Iterator<Item = (&Definition, &Definition)> {
    let mut by_name: BTreeMap<_, Vec<&Definition>> = BTreeMap::new();
    for definition in definitions {
        by_name.entry((&definition.fqn, definition.version)).or_default().push(definition);
    }
    by_name.into_values().flat_map(|same| {
        let pairs = (0..same.len()).flat_map(|left| (left + 1..same.len()).map(move |right| (left, right)));
        pairs.map(|(left, right)| (same[left], same[right])).collect::<Vec<_>>()
    })
}

fn clash(first: &Definition, second: &Definition, place: &str) -> Diagnostic {
    let (code, message, help): (&'static Code, _, _) = match second.version {
        Some(version) => (
            &codes::DUPLICATE_IMPLEMENTATION,
            format!("{place} has two implementations of `{}` with version {version}", second.fqn),
            "give one of them another `version`, or another name with `as`",
        ),
        None => (
            &codes::DUPLICATE_CLASS,
            format!("{place} has two classes called `{}`", second.fqn),
            "give one of them another name with `as`",
        ),
    };
    let first = &first.place;
    second.place.error(code, message, "second one").label(&first.file, &first.text, first.range, "first one").help(help)
}
