//! What a process gives back of the memory that only its start needed.

use std::ffi::{c_int, c_void};
use std::ptr;

/// Takes the pages of the program file that were read so far out of the process: its code and its constants. The start
/// goes through much of both, V8's above all, and most of that is not needed again. What is needed comes back from the
/// system's cache of files, some microseconds for each 64 KiB. Only Linux is known to do that; elsewhere nothing happens.
pub fn release_program_pages() {
    #[cfg(target_os = "linux")]
    // SAFETY: `release_segments` has the signature that is asked for, and needs no data.
    unsafe {
        libc::dl_iterate_phdr(Some(release_segments), ptr::null_mut());
    }
}

/// No page of a program is larger. A part of one is left alone.
#[cfg(target_os = "linux")]
const PAGE: usize = 64 << 10;

/// Called by the dynamic loader for each loaded object; the program itself is the first, and a result other than 0 the end.
#[cfg(target_os = "linux")]
unsafe extern "C" fn release_segments(object: *mut libc::dl_phdr_info, _size: usize, _data: *mut c_void) -> c_int {
    // SAFETY: the loader passes a description that is valid during this call.
    let object = unsafe { &*object };
    // SAFETY: the description's headers are that many, and stay as long as the object is loaded.
    let segments = unsafe { std::slice::from_raw_parts(object.dlpi_phdr, object.dlpi_phnum.into()) };
    // A segment that may be written to, or was while the loader relocated it, is no longer what the file has.
    let unchanged = segments.iter().filter(|it| it.p_type == libc::PT_LOAD && it.p_flags & libc::PF_W == 0);
    for segment in unchanged {
        let begin = usize::try_from(object.dlpi_addr + segment.p_vaddr);
        let (Ok(begin), Ok(size)) = (begin, usize::try_from(segment.p_memsz)) else { continue };
        let (start, end) = (begin.next_multiple_of(PAGE), (begin + size) / PAGE * PAGE);
        let length = end.saturating_sub(start);
        // SAFETY: these pages are mapped from a file and were never written to: the kernel reads them again from it when they
        // are used, even at this moment by another thread. A failure leaves everything as it was.
        unsafe { libc::madvise(ptr::with_exposed_provenance_mut(start), length, libc::MADV_DONTNEED) };
    }
    1
}
