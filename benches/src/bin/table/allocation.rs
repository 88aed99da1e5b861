//! The system's allocator, which counts octets on request.

#![expect(unsafe_code, reason = "an allocator is unsafe by its trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

static COUNTS: AtomicBool = AtomicBool::new(false);
static OCTETS: AtomicUsize = AtomicUsize::new(0);

pub struct Counting;

/// Octets that are asked for meanwhile.
pub fn octets<T>(call: impl FnOnce() -> T) -> usize {
    OCTETS.store(0, Relaxed);
    COUNTS.store(true, Relaxed);
    call();
    COUNTS.store(false, Relaxed);
    OCTETS.load(Relaxed)
}

/// Nothing but this look is added to what is timed.
fn count(octets: usize) {
    if COUNTS.load(Relaxed) {
        OCTETS.fetch_add(octets, Relaxed);
    }
}

// SAFETY: everything is the system's allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise is the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: the caller's promise is the same.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is the same.
        unsafe { System.dealloc(old, layout) }
    }
}
