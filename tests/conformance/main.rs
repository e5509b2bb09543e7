//! Answers that the known implementation gave, replayed against ours. They lie beside the checkout, in
//! `../shared/conformance`; where that folder is absent, nothing is compared.
//!
//! What differs stands in `differences.toml` with its reason; everything else must be equal. A difference that stands
//! there and is gone fails too, so that the list stays true.

mod differences;
mod replay;

use differences::Differences;
use replay::{Recordings, Replayed};

#[test]
#[expect(clippy::print_stderr, reason = "whoever runs the tests must see that nothing was compared")]
fn every_difference_has_its_reason() {
    let Some(recordings) = Recordings::find() else {
        eprintln!("nothing was compared: `../shared/conformance` is not beside the checkout, or python3 is missing");
        return;
    };
    let differences = Differences::read();
    if let Some(topics) = recordings.topics() {
        differences.assert_refers_to(&topics);
    }
    let replayed = recordings.replay();
    let problems = differences.compare(&replayed);
    let Replayed { passed, failed, .. } = &replayed;
    eprintln!("{passed} recorded answers are equal, {} differ", failed.len());
    assert!(problems.is_empty(), "{}\n\n{} problems", problems.join("\n"), problems.len());
}
