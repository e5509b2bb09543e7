//! Tests with real processes: the example in one process and as a cluster, and small applications for what the example
//! does not do.

mod access;
mod attacks;
mod bad_input;
mod bombs;
mod chaos;
mod crossing;
mod discovery;
mod errors;
mod files;
mod gates;
mod host;
mod hostile;
mod inspector;
mod limits;
mod memory;
mod mutual_tls;
mod permissions;
mod report;
mod signals;
mod smuggling;
mod sources;
mod start_failures;
mod tolerance;
mod wrapping;

/// Runs the same tests against the example in one process and as a cluster.
macro_rules! in_both_forms {
    ($($test:ident),+ $(,)?) => {
        mod standalone {
            $(#[test] fn $test() { super::$test(&jitar_tests::Example::standalone()); })+
        }
        mod cluster {
            $(#[test] fn $test() { super::$test(&jitar_tests::Example::cluster()); })+
        }
    };
}
use in_both_forms;
