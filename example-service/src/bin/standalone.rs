//! Jitar.
fn main() {}
