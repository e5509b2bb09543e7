//! Splits, compiles and warms up the application in `app`.

use std::env;

fn main() {
    jitar_build::compile("app");
    fold_identical_code();
}

/// Machine code that is there several times goes into a released program once, which makes it 5 MB smaller. Only for the
/// target whose linker, without any settings, is one that can do it.
fn fold_identical_code() {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|known| known == value);
    if is("PROFILE", "release") && is("TARGET", "x86_64-unknown-linux-gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}
