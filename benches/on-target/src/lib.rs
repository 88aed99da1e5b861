//! What the images share: they count instructions and print on the host.

#![no_std]

pub mod clock;
pub mod output;

use core::panic::PanicInfo;

use cortex_m_semihosting::debug::{self, EXIT_FAILURE, EXIT_SUCCESS};

/// Starts the clock, and shows that it is right.
pub fn start() {
    clock::start();
    output::line("NOP", clock::count(clock::ten_nops).0, "");
}

/// Ends the image.
pub fn end() -> ! {
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
