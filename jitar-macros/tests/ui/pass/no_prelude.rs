#![no_implicit_prelude]
#![deny(warnings)]

::jitar::service!(segment = "reporting");
