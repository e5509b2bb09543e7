//! V8 as a process has it: set up once, before any thread exists, with flags that depend on what the process is for.

use std::sync::Once;

use deno_core::{JsRuntime, v8, v8_set_flags};

/// Flags of a process that runs a service, beside those that `deno_core` sets. The string-hash seed of a blob is known to
/// everybody who has the binary; rehashing gives each process its own, so that colliding keys cannot be prepared. Loop
/// unrolling removes the interrupt check of short loops, and with it, in this V8, that of an endless loop around one
/// (`for (;;) list.push(new Array(1000).fill(0))`), which then could not be ended at a limit. Buffers that are garbage are
/// given back by the collection that finds them: a thread of V8 that does it later may be late for a program that meets
/// `limits.buffers` meanwhile. It costs nothing that could be measured: a million arrays of 200 bytes take 0.24 s of processor
/// time either way, 30,000 buffers of 100 kB 0.6 s.
pub const RUN_FLAGS: &[&str] =
    &["--rehash-snapshot", "--no-turboshaft-loop-unrolling", "--no-concurrent-array-buffer-sweeping"];

/// Flags of a process that makes a blob, beside those that `deno_core` sets.
pub const SNAPSHOT_FLAGS: &[&str] = &["--stack-size=984"];

/// Bytes of stack that JavaScript may use unless set otherwise: V8's own default.
pub const STACK: usize = 984 << 10;

/// Pages (64 KiB) of one WebAssembly memory unless set otherwise: 256 MiB.
pub const WASM_PAGES: u32 = 4096;

/// Limits that V8 knows per process only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessLimits {
    /// Bytes of stack that JavaScript may use. Threads of isolates need more than that.
    pub stack: usize,
    /// Pages (64 KiB) that one WebAssembly memory may have.
    pub wasm_pages: u32,
}

impl Default for ProcessLimits {
    fn default() -> Self {
        Self { stack: STACK, wasm_pages: WASM_PAGES }
    }
}

static SET_UP: Once = Once::new();

/// Sets V8 up for running services. To be called in `main`, before any thread is started; later calls do nothing.
pub fn init_run(limits: ProcessLimits) {
    SET_UP.call_once(|| {
        set_flags(RUN_FLAGS);
        // Without a source V8 opens `/dev/urandom` several times for each isolate.
        v8::V8::set_entropy_source(|bytes| getrandom::fill(bytes).is_ok());
        // Every TLS connection of the process uses it. It fails only when the program chose one already, which then counts.
        drop(deno_tls::rustls::crypto::aws_lc_rs::default_provider().install_default());
        let stack = format!("--stack-size={}", limits.stack >> 10);
        set_flags(&[&stack, &format!("--wasm-max-mem-pages={}", limits.wasm_pages)]);
        JsRuntime::init_platform(None);
    });
}

/// Sets V8 up for making blobs. The platform itself is made by the first snapshot runtime.
pub fn init_snapshot() {
    SET_UP.call_once(|| set_flags(SNAPSHOT_FLAGS));
}

/// Version of the V8 that is linked in, such as `15.0.245.4-rusty`.
pub fn v8_version() -> &'static str {
    deno_core::v8::VERSION_STRING
}

fn set_flags(flags: &[&str]) {
    // The first word stands for the program's name; what comes back is what V8 did not know, so nothing is expected.
    let mut arguments = vec!["jitar".to_owned()];
    arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
    let unknown = v8_set_flags(arguments);
    debug_assert_eq!(unknown.len(), 1, "flags that this V8 does not know: {unknown:?}");
}
