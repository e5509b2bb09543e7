//! Quantities, and how those of several contestants compare.

use serde_json::{Value, json};

/// The name under which ours compete.
pub(super) const OURS: &str = "jitar";

/// One quantity of one subject.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    /// What the subject did, where several did the same; else empty.
    pub(super) case: String,
    /// Who did it; empty when only we did.
    pub(super) subject: String,
    /// What was measured.
    pub(super) name: String,
    /// Its unit.
    pub(super) unit: &'static str,
    /// One for each round. Rounds of several subjects alternate, so that the same index is the same time.
    pub(super) samples: Vec<f64>,
}

impl Measured {
    /// A quantity of ours.
    pub(super) fn new(name: impl Into<String>, unit: &'static str, samples: Vec<f64>) -> Self {
        Self { case: String::new(), subject: String::new(), name: name.into(), unit, samples }
    }

    /// A quantity that does not vary.
    pub(super) fn once(name: impl Into<String>, unit: &'static str, value: f64) -> Self {
        Self::new(name, unit, vec![value])
    }

    /// The same as that of a contestant.
    #[must_use]
    pub(super) fn of(mut self, case: impl Into<String>, subject: impl Into<String>) -> Self {
        (self.case, self.subject) = (case.into(), subject.into());
        self
    }

    fn sorted(&self) -> Vec<f64> {
        sorted(&self.samples)
    }

    /// The middle of the samples.
    pub(super) fn median(&self) -> f64 {
        median(&self.samples)
    }

    /// The least and the most, when there are several samples.
    pub(super) fn spread(&self) -> Option<(f64, f64)> {
        let sorted = self.sorted();
        match (sorted.first(), sorted.last()) {
            (Some(least), Some(most)) if sorted.len() > 1 => Some((*least, *most)),
            _ => None,
        }
    }

    /// The least and the most of the middle half, where there are enough samples for one; else of all.
    pub(super) fn middle(&self) -> Option<(f64, f64)> {
        let sorted = self.sorted();
        let quarter = sorted.len() / 4;
        if sorted.len() < 8 {
            return self.spread();
        }
        Some((sorted[quarter], sorted[sorted.len() - 1 - quarter]))
    }

    /// Whether more of it is better. None where neither is.
    pub(super) fn more_is_better(&self) -> Option<bool> {
        match self.unit {
            "×" | "" => None,
            unit => Some(unit.ends_with("/s") || unit == "%"),
        }
    }

    /// How many times better this is than that of a peer, as the median over rounds at the same time.
    pub(super) fn lead_over(&self, peer: &Self) -> Option<f64> {
        let more = self.more_is_better()?;
        let lead = |ours: f64, theirs: f64| if more { ours / theirs } else { theirs / ours };
        if self.samples.len() != peer.samples.len() {
            return Some(lead(self.median(), peer.median()));
        }
        let leads: Vec<f64> =
            self.samples.iter().zip(&peer.samples).map(|(ours, theirs)| lead(*ours, *theirs)).collect();
        Some(median(&leads))
    }

    /// By how much this is worse than an earlier measurement, as a part of it, when that is more than noise: beyond the
    /// samples of both, and more than a twentieth.
    pub(super) fn regression(&self, earlier: &Self) -> Option<f64> {
        let more = self.more_is_better()?;
        let (now, then) = (self.median(), earlier.median());
        let worse = if more { then / now - 1.0 } else { now / then - 1.0 };
        let range = |measured: &Self| measured.spread().unwrap_or((measured.median(), measured.median()));
        let ((least, most), (earlier_least, earlier_most)) = (range(self), range(earlier));
        let is_apart = if more { most < earlier_least } else { least > earlier_most };
        (is_apart && worse > 0.05).then_some(worse)
    }

    /// What identifies it in another run.
    pub(super) fn key(&self) -> (&str, &str, &str) {
        (&self.case, &self.subject, &self.name)
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "case": self.case, "subject": self.subject, "name": self.name, "unit": self.unit,
            "median": self.median(), "samples": self.samples,
        })
    }

    /// What [`Measured::json`] wrote.
    pub(super) fn from_json(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let samples = value["samples"].as_array()?.iter().filter_map(Value::as_f64).collect();
        // Earlier units are compared, never shown.
        let unit = if text("unit")? == "×" { "×" } else { "" };
        Some(Self { case: text("case")?, subject: text("subject")?, name: text("name")?, unit, samples })
    }
}

fn sorted(samples: &[f64]) -> Vec<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The middle of some numbers.
pub(super) fn median(samples: &[f64]) -> f64 {
    let sorted = sorted(samples);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// Ours in relation to a peer's.
pub(super) fn ratio(name: &str, ours: &Measured, peer: Option<&Measured>) -> Option<Measured> {
    peer.map(|peer| Measured::once(name, "×", ours.median() / peer.median()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(unit: &'static str, samples: &[f64]) -> Measured {
        Measured::new("x", unit, samples.to_vec())
    }

    #[test]
    fn medians() {
        for (samples, expected) in
            [(&[1.0][..], 1.0), (&[3.0, 1.0, 2.0], 2.0), (&[4.0, 1.0, 2.0, 3.0], 2.5), (&[2.0, 1.0], 1.5)]
        {
            assert!((of("ms", samples).median() - expected).abs() < 1e-9);
        }
        assert_eq!(of("ms", &[2.0, 1.0]).spread(), Some((1.0, 2.0)));
        assert_eq!(of("ms", &[2.0]).spread(), None);
        assert_eq!(of("ms", &[2.0, 1.0]).middle(), Some((1.0, 2.0)));
        assert_eq!(of("ms", &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 100.0]).middle(), Some((3.0, 6.0)));
    }

    #[test]
    fn leads_are_medians_over_rounds() {
        // The third round was disturbed for both.
        let (ours, theirs) = (of("ms", &[1.0, 1.0, 8.0]), of("ms", &[2.0, 2.0, 16.0]));
        assert_eq!(ours.lead_over(&theirs), Some(2.0));
        assert_eq!(of("calls/s", &[10.0]).lead_over(&of("calls/s", &[5.0])), Some(2.0));
        assert_eq!(of("ms", &[1.0]).lead_over(&of("ms", &[3.0, 3.0])), Some(3.0));
        assert_eq!(of("×", &[1.0]).lead_over(&of("×", &[3.0])), None);
    }

    #[test]
    fn only_what_is_beyond_noise_is_a_regression() {
        for (unit, now, then, is_worse) in [
            ("ms", &[2.0, 2.1][..], &[1.0, 1.1][..], true),
            ("ms", &[1.0, 2.1], &[1.0, 1.1], false),
            ("ms", &[1.02], &[1.0], false),
            ("ms", &[1.0], &[2.0], false),
            ("calls/s", &[1.0], &[2.0], true),
            ("calls/s", &[2.0], &[1.0], false),
            ("×", &[9.0], &[1.0], false),
        ] {
            assert_eq!(of(unit, now).regression(&of(unit, then)).is_some(), is_worse, "{unit} {now:?} {then:?}");
        }
    }

    #[test]
    fn survives_json() {
        let before = of("ms", &[1.0, 2.0]).of("case", "subject");
        let after = Measured::from_json(&before.json()).expect("it was written so");
        assert_eq!((after.key(), &after.samples), (before.key(), &before.samples));
        assert!(Measured::from_json(&json!({})).is_none());
    }
}
