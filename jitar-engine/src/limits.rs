//! How an isolate is watched and ended from other threads.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use deno_core::v8;

/// Why an isolate was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerminationReason {
    /// One turn used more CPU time than `limits.cpu`.
    Cpu,
    /// One turn lasted longer than `limits.wall`.
    Wall,
    /// The heap grew to `limits.heap`.
    Heap,
}

impl TerminationReason {
    fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Cpu),
            2 => Some(Self::Wall),
            3 => Some(Self::Heap),
            _ => None,
        }
    }

    const fn number(self) -> u8 {
        match self {
            Self::Cpu => 1,
            Self::Wall => 2,
            Self::Heap => 3,
        }
    }

    /// The setting that was exceeded.
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Cpu => "limits.cpu",
            Self::Wall => "limits.wall",
            Self::Heap => "limits.heap",
        }
    }
}

/// The part of an isolate that other threads may hold.
#[derive(Debug, Clone)]
pub struct IsolateControl(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Odd while JavaScript may be running: goes up by one when a turn begins and when it ends.
    turns: AtomicU64,
    reason: AtomicU8,
    /// Number of the call that was running when the isolate was ended, plus one.
    culprit: AtomicU32,
    handle: OnceLock<v8::IsolateHandle>,
    cpu_clock: libc::clockid_t,
}

impl IsolateControl {
    /// For an isolate that lives on the calling thread.
    pub fn for_this_thread() -> Self {
        Self(Arc::new(Shared {
            turns: AtomicU64::new(0),
            reason: AtomicU8::new(0),
            culprit: AtomicU32::new(0),
            handle: OnceLock::new(),
            cpu_clock: this_threads_cpu_clock(),
        }))
    }

    pub(crate) fn set_handle(&self, handle: v8::IsolateHandle) {
        // Set once, right after the isolate was made; a second call would change nothing.
        drop(self.0.handle.set(handle));
    }

    pub(crate) fn begin_turn(&self) {
        self.0.turns.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn end_turn(&self) {
        self.0.turns.fetch_add(1, Ordering::Release);
    }

    /// Number of the turn that is going on, or `None` while the isolate waits.
    pub fn current_turn(&self) -> Option<u64> {
        let turns = self.0.turns.load(Ordering::Acquire);
        (turns % 2 == 1).then_some(turns)
    }

    /// Why the isolate was ended, if it was.
    pub fn terminated(&self) -> Option<TerminationReason> {
        TerminationReason::from_number(self.0.reason.load(Ordering::Acquire))
    }

    /// The call that was running when the isolate was ended, as far as it is known.
    pub fn culprit(&self) -> Option<u32> {
        self.0.culprit.load(Ordering::Acquire).checked_sub(1)
    }

    /// Looks for the culprit once JavaScript was unwound: `finally` blocks do not run then, so its async context is still
    /// the current one.
    pub(crate) fn note_culprit_after(&self, isolate: &mut v8::Isolate) {
        isolate.cancel_terminate_execution();
        if let (None, Some(call)) = (self.culprit(), current_call(isolate)) {
            self.0.culprit.store(call.wrapping_add(1), Ordering::Release);
        }
    }

    /// CPU time that the isolate's thread has used so far; zero once the thread is gone.
    pub fn cpu_time(&self) -> Duration {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` is a valid place for the result; a clock of a thread that is gone makes the call fail.
        let failed = unsafe { libc::clock_gettime(self.0.cpu_clock, &raw mut time) } != 0;
        if failed {
            return Duration::ZERO;
        }
        let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
        Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
    }

    /// Ends the isolate at the next point where V8 looks at interrupts (loops, calls, regular expressions). Nothing of it
    /// may be used afterwards. The first reason stays.
    pub fn terminate(&self, reason: TerminationReason) {
        let first = self.0.reason.compare_exchange(0, reason.number(), Ordering::AcqRel, Ordering::Acquire).is_ok();
        if let (true, Some(handle)) = (first, self.0.handle.get()) {
            // V8 drops the request when the isolate is gone, so the pointer is only used while the isolate, which owns a
            // reference to `Shared`, is alive.
            handle.request_interrupt(note_culprit_and_terminate, Arc::as_ptr(&self.0).cast::<c_void>().cast_mut());
        }
    }
}

/// Runs on the isolate's thread, between two instructions of JavaScript.
unsafe extern "C" fn note_culprit_and_terminate(isolate: v8::UnsafeRawIsolatePtr, data: *mut c_void) {
    // SAFETY: `data` is the `Shared` that the isolate's owner keeps alive at least as long as the isolate.
    let shared = unsafe { &*data.cast::<Shared>() };
    // SAFETY: V8 calls this with the isolate that is running on this thread.
    let mut isolate = unsafe { v8::Isolate::from_raw_isolate_ptr(isolate) };
    if let Some(call) = current_call(&mut isolate) {
        shared.culprit.store(call.wrapping_add(1), Ordering::Release);
    }
    isolate.terminate_execution();
}

/// The isolate's context, kept in a slot of the isolate for [`current_call`].
pub(crate) struct MainContext(pub(crate) v8::Global<v8::Context>);

/// The call in whose async context JavaScript runs: the dispatcher keeps its number there.
fn current_call(isolate: &mut v8::Isolate) -> Option<u32> {
    let context = isolate.get_slot::<MainContext>()?.0.clone();
    v8::scope_with_context!(scope, isolate, context);
    let async_context = scope.get_continuation_preserved_embedder_data();
    let async_context = v8::Local::<v8::Object>::try_from(async_context).ok()?;
    let key = v8::String::new(scope, "call")?;
    async_context.get(scope, key.into())?.uint32_value(scope)
}

fn this_threads_cpu_clock() -> libc::clockid_t {
    let mut clock: libc::clockid_t = libc::CLOCK_THREAD_CPUTIME_ID;
    // SAFETY: the calling thread exists and `clock` is a valid place for the result; on failure it keeps its value.
    unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) };
    clock
}
