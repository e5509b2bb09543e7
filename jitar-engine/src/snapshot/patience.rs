//! Ends the evaluation of a module that does not come to its end, so that a build does not hang.

use std::ffi::c_void;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deno_core::v8;

use crate::limits::{MainContext, cpu_time_of, this_threads_cpu_clock};
use crate::ops::{Observation, Weight};
use crate::stack::application_frames;

/// Frames that are looked at for the module whose evaluation it is.
const STACK_DEPTH: usize = 200;

/// Watches the evaluations of one runtime, which it must outlive.
#[derive(Clone)]
pub(super) struct Patience(Arc<Shared>);

struct Shared {
    handle: v8::IsolateHandle,
    cpu_clock: libc::clockid_t,
    /// Odd during an evaluation: goes up by one when one begins and when it ends.
    evaluations: AtomicU64,
    /// The evaluation that is to be ended, and the nanoseconds that it was given.
    overdue: AtomicU64,
    given: AtomicU64,
    /// Where it was when it was ended.
    found: Mutex<Option<Observation>>,
}

impl Patience {
    /// For an isolate that lives on the calling thread. The context is that of its modules.
    pub(super) fn with(isolate: &mut v8::Isolate, context: v8::Global<v8::Context>) -> Self {
        isolate.set_slot(MainContext(context));
        Self(Arc::new(Shared {
            handle: isolate.thread_safe_handle(),
            cpu_clock: this_threads_cpu_clock(),
            evaluations: AtomicU64::new(0),
            overdue: AtomicU64::new(0),
            given: AtomicU64::new(0),
            found: Mutex::default(),
        }))
    }

    /// Lets go of the context, which a blob must not find in use.
    pub(super) fn leave(isolate: &mut v8::Isolate) {
        drop(isolate.remove_slot::<MainContext>());
    }

    /// Runs `evaluate`, which is ended when it takes more processor time than `limit`, and says where it was then. A
    /// built-in function that cannot be ended ends the process when it takes as long again.
    pub(super) fn spend<R>(&self, limit: Duration, evaluate: impl FnOnce() -> R) -> (R, Option<Observation>) {
        let shared = &*self.0;
        let evaluation = shared.evaluations.fetch_add(1, Ordering::AcqRel) + 1;
        let is_over = AtomicBool::new(false);
        let result = std::thread::scope(|scope| {
            let watch = scope.spawn(|| shared.watch(evaluation, limit, &is_over));
            let result = evaluate();
            is_over.store(true, Ordering::Release);
            shared.evaluations.fetch_add(1, Ordering::AcqRel);
            watch.thread().unpark();
            result
        });
        (result, shared.found.lock().unwrap_or_else(PoisonError::into_inner).take())
    }
}

impl Shared {
    fn watch(&self, evaluation: u64, limit: Duration, is_over: &AtomicBool) {
        let start = cpu_time_of(self.cpu_clock);
        let mut is_overdue = false;
        while !is_over.load(Ordering::Acquire) {
            let used = cpu_time_of(self.cpu_clock).saturating_sub(start);
            let due = if is_overdue { limit * 2 } else { limit };
            if let Some(left) = due.checked_sub(used).filter(|left| !left.is_zero()) {
                std::thread::park_timeout(left);
            } else if is_overdue {
                end_process(limit);
            } else {
                is_overdue = true;
                self.given.store(u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
                self.overdue.store(evaluation, Ordering::Release);
                let shared = std::ptr::from_ref(self).cast::<c_void>().cast_mut();
                self.handle.request_interrupt(note_place_and_terminate, shared);
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "V8 is inside of a function that nothing else can end")]
fn end_process(limit: Duration) {
    let message = format!("a built-in function of V8 was still running after {} s\n", limit.as_secs_f64() * 2.0);
    drop(std::io::stderr().write_all(message.as_bytes()));
    std::process::abort();
}

/// Runs on the isolate's thread, between two instructions of JavaScript. It may come late, when another evaluation has begun.
unsafe extern "C" fn note_place_and_terminate(isolate: v8::UnsafeRawIsolatePtr, data: *mut c_void) {
    // SAFETY: `data` is the `Shared` of a `Patience` that outlives the isolate.
    let shared = unsafe { &*data.cast::<Shared>() };
    if shared.overdue.load(Ordering::Acquire) != shared.evaluations.load(Ordering::Acquire) {
        return;
    }
    // SAFETY: V8 calls this with the isolate that is running on this thread.
    let mut isolate = unsafe { v8::Isolate::from_raw_isolate_ptr(isolate) };
    let frames = match isolate.get_slot::<MainContext>().map(|context| context.0.clone()) {
        Some(context) => {
            v8::scope_with_context!(scope, &mut isolate, context);
            application_frames(scope, STACK_DEPTH)
        }
        None => Vec::new(),
    };
    let observation = Observation {
        what: format!(
            "takes more than {} s of processor time",
            Duration::from_nanos(shared.given.load(Ordering::Relaxed)).as_secs_f64()
        ),
        module: frames.last().map(|frame| frame.specifier.clone()),
        place: frames.into_iter().next(),
        weight: Weight::Overdue,
    };
    *shared.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(observation);
    isolate.terminate_execution();
}
