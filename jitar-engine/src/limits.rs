//! How an isolate is watched and ended from other threads.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use deno_core::v8;

use crate::loader::ModuleStore;
use crate::stack::{Frame, application_frames};

/// Why an isolate was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerminationReason {
    /// One turn used more CPU time than `limits.cpu`.
    Cpu,
    /// One turn lasted longer than `limits.wall`.
    Wall,
    /// The heap grew to `limits.heap`.
    Heap,
    /// Buffers and WebAssembly memories grew to `limits.buffers`.
    Buffers,
}

impl TerminationReason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cpu, Self::Wall, Self::Heap, Self::Buffers];

    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.number() == number)
    }

    const fn number(self) -> u8 {
        match self {
            Self::Cpu => 1,
            Self::Wall => 2,
            Self::Heap => 3,
            Self::Buffers => 4,
        }
    }

    /// The setting that was exceeded.
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Cpu => "limits.cpu",
            Self::Wall => "limits.wall",
            Self::Heap => "limits.heap",
            Self::Buffers => "limits.buffers",
        }
    }
}

/// The part of an isolate that other threads may hold.
#[derive(Debug, Clone)]
pub struct IsolateControl(Arc<Shared>);

/// A turn of one isolate. No other turn of the process is equal to it, whatever isolates come and go on its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    isolate: u64,
    number: u64,
}

#[derive(Debug)]
struct Shared {
    /// Number of the isolate in this process.
    isolate: u64,
    /// Odd while JavaScript may be running: goes up by one when a turn begins and when it ends.
    turns: AtomicU64,
    reason: AtomicU8,
    /// Number of the call that was running when the isolate was ended, plus one.
    culprit: AtomicU32,
    /// Number of the call that the current turn starts, plus one.
    starting: AtomicU32,
    /// Where JavaScript was when the isolate was ended.
    stack: Mutex<Vec<Frame>>,
    handle: OnceLock<v8::IsolateHandle>,
    cpu_clock: libc::clockid_t,
    buffers: BufferWatch,
    own: OwnLimits,
}

/// CPU time that calls under way may use in one turn, where that is less than what the service grants.
#[derive(Debug, Default)]
struct OwnLimits {
    by_call: Mutex<foldhash::HashMap<u32, Duration>>,
    /// Nanoseconds that the current turn has used, for the isolate's thread.
    used: AtomicU64,
    /// Whether a look at the running call is already on its way.
    is_asked: AtomicBool,
}

impl OwnLimits {
    fn by_call(&self) -> MutexGuard<'_, foldhash::HashMap<u32, Duration>> {
        self.by_call.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The limit of one call, as long as it is under way.
#[derive(Debug)]
pub(crate) struct OwnLimit {
    control: IsolateControl,
    call: u32,
}

impl Drop for OwnLimit {
    fn drop(&mut self) {
        self.control.0.own.by_call().remove(&self.call);
    }
}

/// What is known of buffers between two looks at them.
#[derive(Debug, Default)]
struct BufferWatch {
    /// Bytes that they may have; set when the isolate is made.
    limit: OnceLock<usize>,
    /// Size of the last request that was refused, 0 when a later one was not.
    wanted: AtomicUsize,
    /// Whether a look is already on its way.
    is_asked: AtomicBool,
}

/// Frames of a stack that the log shows.
const STACK_DEPTH: usize = 20;

impl IsolateControl {
    /// For an isolate that lives on the calling thread.
    pub fn for_this_thread() -> Self {
        static NEXT_ISOLATE: AtomicU64 = AtomicU64::new(0);
        Self(Arc::new(Shared {
            isolate: NEXT_ISOLATE.fetch_add(1, Ordering::Relaxed),
            turns: AtomicU64::new(0),
            reason: AtomicU8::new(0),
            culprit: AtomicU32::new(0),
            starting: AtomicU32::new(0),
            stack: Mutex::default(),
            handle: OnceLock::new(),
            cpu_clock: this_threads_cpu_clock(),
            buffers: BufferWatch::default(),
            own: OwnLimits::default(),
        }))
    }

    /// Called once, right after the isolate was made.
    pub(crate) fn attach(&self, handle: v8::IsolateHandle, buffers: usize) {
        self.0.handle.get_or_init(|| handle);
        self.0.buffers.limit.get_or_init(|| buffers);
    }

    /// A turn begins; `call` is the one that it starts, if it starts one.
    pub(crate) fn begin_turn(&self, call: Option<u32>) {
        self.0.starting.store(call.map_or(0, |call| call.wrapping_add(1)), Ordering::Relaxed);
        self.0.turns.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn end_turn(&self) {
        self.0.turns.fetch_add(1, Ordering::Release);
    }

    /// The turn that is going on, or `None` while the isolate waits.
    pub fn current_turn(&self) -> Option<Turn> {
        let number = self.0.turns.load(Ordering::Acquire);
        (number % 2 == 1).then_some(Turn { isolate: self.0.isolate, number })
    }

    /// Why the isolate was ended, if it was.
    pub fn terminated(&self) -> Option<TerminationReason> {
        TerminationReason::from_number(self.0.reason.load(Ordering::Acquire))
    }

    /// The call that was running when the isolate was ended, as far as it is known.
    pub fn culprit(&self) -> Option<u32> {
        let number = |place: &AtomicU32| place.load(Ordering::Acquire).checked_sub(1);
        number(&self.0.culprit).or_else(|| number(&self.0.starting))
    }

    /// Where JavaScript was when the isolate was ended, innermost first: `at spin (app/src/spin.ts:4:5)`. Empty when V8
    /// did not come to a place where it can be asked.
    pub fn stack(&self, modules: &ModuleStore) -> Vec<String> {
        let frames = self.0.stack.lock().unwrap_or_else(PoisonError::into_inner);
        frames.iter().map(|frame| frame.in_words(modules)).collect()
    }

    /// Looks for the culprit once JavaScript was unwound: `finally` blocks do not run then, so its async context is still
    /// the current one.
    pub(crate) fn note_culprit_after(&self, isolate: &mut v8::Isolate) {
        isolate.cancel_terminate_execution();
        if let (0, Some(call)) = (self.0.culprit.load(Ordering::Acquire), current_call(isolate)) {
            self.0.culprit.store(call.wrapping_add(1), Ordering::Release);
        }
    }

    /// CPU time that the isolate's thread has used so far; zero once the thread is gone.
    pub fn cpu_time(&self) -> Duration {
        cpu_time_of(self.0.cpu_clock)
    }

    /// Ends the isolate at the next point where V8 looks at interrupts (loops, calls, regular expressions). Nothing of it
    /// may be used afterwards. The first reason stays.
    pub fn terminate(&self, reason: TerminationReason) {
        if self.0.set_reason(reason) {
            self.interrupt(note_place_and_terminate);
        }
    }

    /// Limits the CPU time that a call may use in one turn.
    pub(crate) fn limit_call(&self, call: u32, cpu: Duration) -> OwnLimit {
        self.0.own.by_call().insert(call, cpu);
        OwnLimit { control: self.clone(), call }
    }

    /// Looks whether the call that is running has a limit of its own below `used`, the CPU time of the current turn, and
    /// ends the isolate then.
    pub fn look_at_call(&self, used: Duration) {
        let own = &self.0.own;
        if own.by_call().values().any(|limit| *limit < used) {
            own.used.store(u64::try_from(used.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
            if !own.is_asked.swap(true, Ordering::AcqRel) {
                self.interrupt(end_when_call_used_its_time);
            }
        }
    }

    /// Lets the isolate look at its buffers at the next point where V8 looks at interrupts, and end itself when they have
    /// more than `limits.buffers` even without garbage. WebAssembly memories count; no allocator of ours sees those.
    pub fn look_at_buffers(&self) {
        if !self.0.buffers.is_asked.swap(true, Ordering::AcqRel) {
            self.interrupt(end_when_buffers_are_full);
        }
    }

    /// The same after a request for a buffer: one of `wanted` bytes was refused, or 0 when a small one was not.
    pub(crate) fn look_at_buffers_for(&self, wanted: usize) {
        self.0.buffers.wanted.store(wanted, Ordering::Relaxed);
        self.look_at_buffers();
    }

    /// Which limit was met when V8 says that the heap is full: it says so too when a buffer was refused after all garbage was
    /// collected.
    pub(crate) fn full_heap_reason(&self) -> TerminationReason {
        match self.0.buffers.wanted.load(Ordering::Relaxed) {
            0 => TerminationReason::Heap,
            _ => TerminationReason::Buffers,
        }
    }

    /// A large buffer was given after all.
    pub(crate) fn forget_wanted_buffer(&self) {
        self.0.buffers.wanted.store(0, Ordering::Relaxed);
    }

    /// Looks at buffers between two turns: many small ones, or memory that WebAssembly took.
    pub(crate) fn check_buffers(&self, isolate: &mut v8::Isolate) {
        if self.0.are_buffers_full(isolate) {
            self.0.set_reason(TerminationReason::Buffers);
        }
    }

    fn interrupt(&self, callback: unsafe extern "C" fn(v8::UnsafeRawIsolatePtr, *mut c_void)) {
        if let Some(handle) = self.0.handle.get() {
            // V8 drops the request when the isolate is gone, so the pointer is only used while the isolate, which owns a
            // reference to `Shared`, is alive.
            handle.request_interrupt(callback, Arc::as_ptr(&self.0).cast::<c_void>().cast_mut());
        }
    }
}

impl Shared {
    /// Whether this is the first reason.
    fn set_reason(&self, reason: TerminationReason) -> bool {
        self.reason.compare_exchange(0, reason.number(), Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Whether buffers have more than they may, even without garbage.
    fn are_buffers_full(&self, isolate: &mut v8::Isolate) -> bool {
        let Some(limit) = self.buffers.limit.get() else { return false };
        let wanted = self.buffers.wanted.load(Ordering::Relaxed);
        let is_full = |isolate: &mut v8::Isolate| {
            let used = usize::try_from(isolate.adjust_amount_of_external_allocated_memory(0)).unwrap_or_default();
            used.saturating_add(wanted) > *limit
        };
        if !is_full(isolate) {
            return false;
        }
        isolate.low_memory_notification();
        is_full(isolate)
    }

    /// Remembers which call runs, and where.
    fn note_place(&self, isolate: &mut v8::Isolate) {
        if let Some(call) = current_call(isolate) {
            self.culprit.store(call.wrapping_add(1), Ordering::Release);
        }
        let Some(context) = isolate.get_slot::<MainContext>().map(|context| context.0.clone()) else { return };
        v8::scope_with_context!(scope, isolate, context);
        *self.stack.lock().unwrap_or_else(PoisonError::into_inner) = application_frames(scope, STACK_DEPTH);
    }
}

/// Runs on the isolate's thread, between two instructions of JavaScript.
unsafe extern "C" fn note_place_and_terminate(isolate: v8::UnsafeRawIsolatePtr, data: *mut c_void) {
    // SAFETY: `data` is the `Shared` that the isolate's owner keeps alive at least as long as the isolate.
    let shared = unsafe { &*data.cast::<Shared>() };
    // SAFETY: V8 calls this with the isolate that is running on this thread.
    let mut isolate = unsafe { v8::Isolate::from_raw_isolate_ptr(isolate) };
    shared.note_place(&mut isolate);
    isolate.terminate_execution();
}

/// Runs on the isolate's thread, between two instructions of JavaScript.
unsafe extern "C" fn end_when_call_used_its_time(isolate: v8::UnsafeRawIsolatePtr, data: *mut c_void) {
    // SAFETY: `data` is the `Shared` that the isolate's owner keeps alive at least as long as the isolate.
    let shared = unsafe { &*data.cast::<Shared>() };
    // SAFETY: V8 calls this with the isolate that is running on this thread.
    let mut isolate = unsafe { v8::Isolate::from_raw_isolate_ptr(isolate) };
    shared.own.is_asked.store(false, Ordering::Release);
    let limit = current_call(&mut isolate).and_then(|call| shared.own.by_call().get(&call).copied());
    let used = Duration::from_nanos(shared.own.used.load(Ordering::Relaxed));
    if limit.is_some_and(|limit| used > limit) && shared.set_reason(TerminationReason::Cpu) {
        shared.note_place(&mut isolate);
        isolate.terminate_execution();
    }
}

/// Runs on the isolate's thread, between two instructions of JavaScript.
unsafe extern "C" fn end_when_buffers_are_full(isolate: v8::UnsafeRawIsolatePtr, data: *mut c_void) {
    // SAFETY: `data` is the `Shared` that the isolate's owner keeps alive at least as long as the isolate.
    let shared = unsafe { &*data.cast::<Shared>() };
    // SAFETY: V8 calls this with the isolate that is running on this thread.
    let mut isolate = unsafe { v8::Isolate::from_raw_isolate_ptr(isolate) };
    shared.buffers.is_asked.store(false, Ordering::Release);
    if shared.are_buffers_full(&mut isolate) && shared.set_reason(TerminationReason::Buffers) {
        shared.note_place(&mut isolate);
        isolate.terminate_execution();
    }
}

/// The isolate's context, kept in a slot of the isolate for whoever interrupts it.
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

/// The clock of the CPU time that the calling thread uses, which other threads may read.
pub(crate) fn this_threads_cpu_clock() -> libc::clockid_t {
    let mut clock: libc::clockid_t = libc::CLOCK_THREAD_CPUTIME_ID;
    // SAFETY: the calling thread exists and `clock` is a valid place for the result; on failure it keeps its value.
    unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) };
    clock
}

/// CPU time that the thread of this clock has used so far; zero once the thread is gone.
pub(crate) fn cpu_time_of(clock: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for the result; a clock of a thread that is gone makes the call fail.
    let failed = unsafe { libc::clock_gettime(clock, &raw mut time) } != 0;
    if failed {
        return Duration::ZERO;
    }
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_told_apart() {
        let isolates = [IsolateControl::for_this_thread(), IsolateControl::for_this_thread()];
        assert_eq!(isolates[0].current_turn(), None);
        for isolate in &isolates {
            isolate.begin_turn(None);
        }
        let first = isolates[0].current_turn().expect("it runs");
        assert_eq!(isolates[0].current_turn(), Some(first));
        assert_ne!(isolates[1].current_turn(), Some(first), "the isolate that comes after one that was ended");
        isolates[0].end_turn();
        assert_eq!(isolates[0].current_turn(), None);
        isolates[0].begin_turn(None);
        assert_ne!(isolates[0].current_turn(), Some(first));
    }
}
