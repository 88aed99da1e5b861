//! What the images share: they count instructions, find how deep the stack was, and print on the host.

#![no_std]

pub mod clock;
pub mod output;
mod stack;

use core::panic::PanicInfo;

use cortex_m_semihosting::debug::{self, EXIT_FAILURE, EXIT_SUCCESS};

/// Starts the clock, shows that it is right, and paints the stack.
pub fn start() {
    clock::start();
    output::line("NOP", clock::count(clock::ten_nops).0, "");
    stack::paint();
}

/// Ends the image, and says how deep its stack was.
pub fn end() -> ! {
    output::line("STACK", stack::deepest(), "");
    exit(EXIT_SUCCESS)
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    exit(EXIT_FAILURE)
}

fn exit(status: debug::ExitStatus) -> ! {
    loop {
        debug::exit(status);
    }
}
