//! Damaged parts of requests: names, queries, bodies, versions and headers.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| jitar::hostile::read(bytes));
