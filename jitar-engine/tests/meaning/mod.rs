//! A snapshot never changes what a program means: every application of the tables answers the same when it starts from its
//! own blob, when all of it is evaluated at start, and when there is no blob at all, and the modules that the build defers are those that the row names.

mod effects;
mod order;
mod values;

use serde_json::json;

use crate::support::{self, App, Made, Worker};

/// An application and what it must say.
pub(crate) struct Case {
    /// What the row is about.
    name: &'static str,
    /// Names below `app/src` and code. The last one exports the procedure `run`.
    modules: &'static [(&'static str, &'static str)],
    /// The modules that are evaluated at start, in order; generated ones are left out.
    deferred: &'static [&'static str],
    /// What `run` answers, or how the start fails.
    answer: &'static str,
}

#[test]
fn values_are_the_same() {
    check(values::CASES);
}

#[test]
fn effects_are_the_same() {
    check(effects::CASES);
}

#[test]
fn the_order_is_the_same() {
    check(order::CASES);
}

#[test]
fn the_tables_are_long_enough_to_mean_something() {
    let n_cases = values::CASES.len() + effects::CASES.len() + order::CASES.len();
    assert!(n_cases >= 60, "{n_cases}");
}

/// Checks all rows and fails with all that differ.
#[track_caller]
fn check(cases: &[Case]) {
    let _alone = support::alone();
    let wrong: Vec<String> = cases.iter().filter_map(Case::wrong).collect();
    assert!(wrong.is_empty(), "{} of {} rows\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

impl Case {
    /// What is wrong with it, if anything.
    fn wrong(&self) -> Option<String> {
        let made = self.modules.iter().fold(App::new(), |app, (name, code)| app.module(name, code));
        let (main, _) = self.modules.last().expect("a row has modules");
        let made = made.procedure(main, "run", &[]).make();
        let deferred: Vec<&str> =
            made.deferred.iter().filter_map(|module| module.strip_prefix("file:///app/src/")).collect();
        let warm = outcome(&made, Worker::try_start);
        let source = outcome(&made, Worker::try_start_from_source);
        let scripts = outcome(&made, Worker::try_start_from_scripts);
        let expected = self.answer;
        let is_right = deferred == self.deferred && [&warm, &source, &scripts].into_iter().all(|said| said == expected);
        let reasons = || deferred.iter().map(|module| made.reason(&format!("file:///app/src/{module}")));
        (!is_right).then(|| {
            format!(
                "{}\n  expected    {expected}\n  from blob   {warm}\n  from source {source}\n  no blob     {scripts}\n  deferred    {deferred:?}, expected {:?}\n  because     {:?}",
                self.name,
                self.deferred,
                reasons().collect::<Vec<_>>(),
            )
        })
    }
}

/// What the procedure answers twice, or how the start fails.
fn outcome(made: &Made, start: impl Fn(&Made) -> Result<Worker, String>) -> String {
    match start(made) {
        Ok(mut worker) => {
            let (status, text) = worker.call("run", &json!({}));
            if status == 200 { text } else { format!("{status} {text}") }
        }
        Err(error) => error,
    }
}
