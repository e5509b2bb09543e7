jitar::service!("reporting");
