//! Suggestions for names that do not exist.

use std::fmt::Display;

/// `did you mean ...` when a candidate is close, else what there is.
pub(super) fn or_list<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str> + Clone, kind: &str) -> String {
    if let Some(near) = nearest(wanted, candidates.clone()) {
        return format!("did you mean `{near}`?");
    }
    let all = list(candidates);
    if all.is_empty() { format!("there are no {kind}") } else { format!("the {kind} are {all}") }
}

/// The names in backticks, with commas.
pub(super) fn list(names: impl Iterator<Item = impl Display>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The candidate with the fewest edits, when at most a third of the characters differ.
fn nearest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = wanted.chars().count().div_ceil(3);
    candidates
        .map(|candidate| (distance(wanted, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance, one row at a time.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, left_char) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right_char) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(left_char != *right_char);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (left, right, expected) in
            [("", "", 0), ("", "ab", 2), ("abc", "abc", 0), ("reportng", "reporting", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(left, right), expected, "{left} {right}");
            assert_eq!(distance(right, left), expected, "{right} {left}");
        }
    }

    #[test]
    fn suggests_what_is_near_and_lists_otherwise() {
        let names = ["reporting", "sales"];
        for (wanted, expected) in [
            ("reportng", "did you mean `reporting`?"),
            ("sale", "did you mean `sales`?"),
            ("warehouse", "the segments are `reporting`, `sales`"),
        ] {
            assert_eq!(or_list(wanted, names.into_iter(), "segments"), expected);
        }
        assert_eq!(or_list("a", [].into_iter(), "segments"), "there are no segments");
    }
}
