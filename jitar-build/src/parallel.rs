//! Work on all cores, with room on the stack: parsers and printers recurse as deep as the code that they look at.

use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Bytes of stack of a thread. Only what is used of it costs memory.
const STACK: usize = 256 << 20;

/// So many items of work need memory.
const MANY: usize = 100;

/// Pieces of memory and the size of one, which is less than what glibc asks the system for at once.
const PIECES: (usize, usize) = (320, 100 << 10);

/// The heap of a thread that is not the first grows page by page in glibc, each time with a system call for which the other
/// threads wait. It keeps what was taken in larger pieces and given back. They are not touched, so they cost next to nothing.
fn grow_heap() {
    let (number, size) = PIECES;
    let pieces: Vec<Vec<u8>> = (0..number).map(|_| Vec::with_capacity(size)).collect();
    drop(std::hint::black_box(pieces));
}

/// Runs something in a thread with such a stack: trees are also dropped by recursion.
pub(crate) fn with_stack<R: Send>(work: impl FnOnce() -> R + Send) -> std::io::Result<R> {
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        worker.join().map_err(|panic| std::panic::resume_unwind(panic))
    })
}

/// Drops something large while the program goes on, or ends.
pub(crate) fn drop_aside<T: Send + 'static>(large: T) {
    // Where no thread can be had, it is dropped here.
    drop(thread::Builder::new().stack_size(STACK).spawn(move || drop(large)));
}

/// Applies a function to every item; the results are in the order of the items.
pub(crate) fn map<T: Sync, R: Send + Sync>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let results: Vec<OnceLock<R>> = items.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let run = || {
        if items.len() > MANY {
            grow_heap();
        }
        while let Some((item, result)) = {
            let idx = next.fetch_add(1, Ordering::Relaxed);
            items.get(idx).zip(results.get(idx))
        } {
            result.get_or_init(|| work(item));
        }
    };
    let n_threads = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    thread::scope(|scope| {
        let n_started = (0..n_threads)
            .filter(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).is_ok())
            .count();
        if n_started == 0 {
            run();
        }
    });
    results.into_iter().map(|result| result.into_inner().expect("invariant: every item was worked on")).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_in_order() {
        let items: Vec<usize> = (0..1000).collect();
        assert!(super::map(&items, |item| item * 2).into_iter().eq((0..1000).map(|item| item * 2)));
        assert!(super::map(&[] as &[usize], |item| *item).is_empty());
    }
}
