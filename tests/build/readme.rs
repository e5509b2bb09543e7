//! The README's text is a package that builds and answers.

use std::env;
use std::fs;
use std::process::Command;

use jitar_tests::Service;
use jitar_tests::programs::package;

use crate::markdown::blocks;
use crate::outside::Outside;

/// The files that the README shows.
pub(crate) fn files() -> Vec<(String, String)> {
    let readme = fs::read_to_string(package().join("../README.md")).expect("the README");
    blocks(&readme).into_iter().map(|block| (block.title.to_owned(), block.text.to_owned())).collect()
}

/// In the dev profile, and in release as well when `JITAR_TEST_RELEASE` is set: that takes minutes, because V8's crates
/// are compiled once more.
#[test]
fn the_package_of_the_readme_answers() {
    let package = Outside::new("hello", files());
    let release: &[&[&str]] = if env::var_os("JITAR_TEST_RELEASE").is_some() { &[&["--release"]] } else { &[] };
    for flags in [&[][..]].iter().chain(release) {
        let built = package.must_build(flags);
        assert!(!built.said.contains("warning"), "{}", built.said);
        // Of the README the address; here any port that is free.
        let service = Service::start(Command::new(built.program("hello")).arg("--url=http://127.0.0.1:0"), &[]);
        assert_eq!(service.get("/rpc/sayHello?name=World").summary(), (200, "Hello, World!".to_owned()));
    }
}
