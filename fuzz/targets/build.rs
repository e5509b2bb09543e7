//! Damaged applications through all stages of the build that need no V8: nothing panics, whatever they hold.
#![no_main]

use std::cell::RefCell;
use std::env;

use jitar_build::hostile::{Damage, FILES, Ground, Texts};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

thread_local! {
    /// Lies in the folder in which the program was started.
    static GROUND: RefCell<Ground> = RefCell::new({
        let folder = env::current_dir().expect("there is a current folder").join("application");
        let folder = folder.try_into().expect("its path is UTF-8");
        Ground::new(folder).expect("the current folder can be written")
    });
}

fuzz_target!(init: jitar_fuzz::let_panics_be_caught(), |bytes: &[u8]| {
    GROUND.with_borrow_mut(|ground| ground.build(&Texts::from_bytes(bytes))).expect("the folder can be written");
});

// Every other change is one that the tests make; the rest are those that libFuzzer knows.
fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let (is_ours, seed) = (seed.is_multiple_of(2), seed / 2);
    if !is_ours {
        return fuzzer_mutate(bytes, size, max_size);
    }
    let mut texts = Texts::from_bytes(&bytes[..size]);
    let n_files = u32::try_from(FILES.len()).expect("there are few files");
    texts.damage((seed % n_files) as usize, Damage::from_number(seed / n_files));
    jitar_fuzz::put(&texts.to_bytes(), bytes, max_size)
});
