//! Memory of `ArrayBuffer`s, which lies outside of the heap: counted, and bounded as well as V8 allows.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deno_core::v8;

use crate::limits::IsolateControl;

/// Requests below this size are never refused: V8 makes small buffers in places where it cannot do without, and ends the
/// process when it gets none.
const SMALLEST_REFUSED: usize = 1 << 20;

/// The allocator of one isolate. V8 keeps it for as long as a buffer is alive, and frees buffers from other threads too.
struct Buffers {
    used: AtomicUsize,
    limit: usize,
    control: IsolateControl,
}

/// An allocator that refuses large requests above `limit` bytes, and lets the isolate look at its buffers then: see
/// [`IsolateControl::look_at_buffers`].
pub(crate) fn allocator(limit: usize, control: IsolateControl) -> v8::UniqueRef<v8::Allocator> {
    static VTABLE: v8::RustAllocatorVtable<Buffers> = v8::RustAllocatorVtable {
        allocate: allocate_zeroed,
        allocate_uninitialized: allocate_as_it_is,
        free,
        drop: release,
    };
    let buffers = Arc::new(Buffers { used: AtomicUsize::new(0), limit, control });
    // SAFETY: the pointer comes from an `Arc` whose count was not lowered; `release` lowers it, and V8 calls that once.
    unsafe { v8::new_rust_allocator(Arc::into_raw(buffers), &VTABLE) }
}

impl Buffers {
    /// Counts a request and calls the system for it, unless it is refused.
    fn allocate(&self, length: usize, system: impl FnOnce(usize) -> *mut c_void) -> *mut c_void {
        let used = self.used.fetch_add(length, Ordering::Relaxed).saturating_add(length);
        if used > self.limit {
            let is_refused = length >= SMALLEST_REFUSED;
            self.control.look_at_buffers_for(if is_refused { length } else { 0 });
            if is_refused {
                self.used.fetch_sub(length, Ordering::Relaxed);
                return std::ptr::null_mut(); // V8 collects garbage, asks again, and at last throws a `RangeError`
            }
        } else if length >= SMALLEST_REFUSED {
            self.control.forget_wanted_buffer();
        }
        let memory = system(length.max(1));
        if memory.is_null() {
            self.used.fetch_sub(length, Ordering::Relaxed);
        }
        memory
    }
}

unsafe extern "C" fn allocate_zeroed(buffers: &Buffers, length: usize) -> *mut c_void {
    // SAFETY: `calloc` takes any size; memory that it returns belongs to V8 until it calls `free`.
    buffers.allocate(length, |length| unsafe { libc::calloc(length, 1) })
}

unsafe extern "C" fn allocate_as_it_is(buffers: &Buffers, length: usize) -> *mut c_void {
    // SAFETY: as above; V8 asks for memory that it writes before it shows it.
    buffers.allocate(length, |length| unsafe { libc::malloc(length) })
}

unsafe extern "C" fn free(buffers: &Buffers, memory: *mut c_void, length: usize) {
    buffers.used.fetch_sub(length, Ordering::Relaxed);
    // SAFETY: V8 gives back what one of the functions above returned, once.
    unsafe { libc::free(memory) };
}

unsafe extern "C" fn release(buffers: *const Buffers) {
    // SAFETY: the pointer that `allocator` made; V8 calls this once, after the last buffer was freed.
    drop(unsafe { Arc::from_raw(buffers) });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffers(limit: usize) -> Buffers {
        Buffers { used: AtomicUsize::new(0), limit, control: IsolateControl::for_this_thread() }
    }

    /// Whether memory is given; the test gives it back by itself.
    fn is_given(buffers: &Buffers, length: usize) -> bool {
        !buffers.allocate(length, |_| std::ptr::dangling_mut()).is_null()
    }

    #[test]
    fn large_requests_are_refused_above_the_limit_and_small_ones_never() {
        let buffers = buffers(10 << 20);
        assert!(is_given(&buffers, 10 << 20));
        assert!(!is_given(&buffers, 1 << 20));
        assert!(is_given(&buffers, (1 << 20) - 1));
        assert_eq!(buffers.used.load(Ordering::Relaxed), (11 << 20) - 1, "what was refused does not count");
    }

    #[test]
    fn memory_that_the_system_lacks_does_not_count() {
        let buffers = buffers(1 << 20);
        assert!(buffers.allocate(100, |_| std::ptr::null_mut()).is_null());
        assert_eq!(buffers.used.load(Ordering::Relaxed), 0);
    }
}
