//! The stack: all that is free is painted, so that where paint is gone, stack has been used.

use core::arch::asm;

const PAINT: u32 = 0xA5A5_A5A5;

unsafe extern "C" {
    /// The end of the variables, and of the stack that grows towards them.
    static mut __sheap: u32;
    /// Where the stack begins.
    static mut _stack_start: u32;
}

/// Paints what is below the stack.
#[inline(never)]
pub fn paint() {
    let top: *mut u32;
    // SAFETY: it only reads the stack pointer.
    unsafe { asm!("mov {}, sp", out(reg) top) }
    let mut word = &raw mut __sheap;
    while word < top {
        // SAFETY: nothing is between the variables and the stack pointer, and no interrupt is enabled.
        unsafe {
            word.write_volatile(PAINT);
            word = word.add(1);
        }
    }
}

/// Octets of the stack, at its deepest since it was painted.
#[inline(never)]
pub fn deepest() -> u32 {
    let mut word = &raw mut __sheap;
    // SAFETY: these words are memory, and this function's own stack ends the search.
    while unsafe { word.read_volatile() } == PAINT {
        // SAFETY: as above.
        word = unsafe { word.add(1) };
    }
    (&raw mut _stack_start as u32).wrapping_sub(word as u32)
}
