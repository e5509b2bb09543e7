jitar::service!();
