//! Timer TIM2 as a counter of instructions: with QEMU's `-icount shift=0` an instruction is a nanosecond, and
//! QEMU's timer counts nanoseconds.

use core::arch::asm;
use core::sync::atomic::{Ordering::SeqCst, compiler_fence};

const CONTROL: usize = 0x00;
const EVENT: usize = 0x14;
const COUNT: usize = 0x24;
const PRESCALER: usize = 0x28;
const RELOAD: usize = 0x2C;

fn register(offset: usize) -> *mut u32 {
    (0x4000_0000 + offset) as *mut u32
}

/// Starts to count.
pub fn start() {
    for (offset, value) in [(PRESCALER, 0), (RELOAD, u32::MAX), (EVENT, 1), (CONTROL, 1)] {
        // SAFETY: a register of TIM2, which nothing else uses.
        unsafe { register(offset).write_volatile(value) }
    }
}

#[inline(always)]
fn now() -> u32 {
    compiler_fence(SeqCst);
    // SAFETY: a register of TIM2, which nothing else uses.
    let now = unsafe { register(COUNT).read_volatile() };
    compiler_fence(SeqCst);
    now
}

/// Instructions that `f` takes, and what it returns.
pub fn count<T>(f: impl FnOnce() -> T) -> (u32, T) {
    let (nothing, ()) = between(|| ());
    let (all, value) = between(f);
    (all.wrapping_sub(nothing), value)
}

#[inline(never)]
fn between<T>(f: impl FnOnce() -> T) -> (u32, T) {
    let before = now();
    let value = f();
    (now().wrapping_sub(before), value)
}

/// Shows that the counts are right.
pub fn ten_nops() {
    // SAFETY: it does nothing.
    unsafe { asm!(".rept 10", "nop", ".endr") }
}
