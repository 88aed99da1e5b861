//! An image of the public entry points of the library crates, called with values the compiler knows
//! nothing about, on objects in a state it knows nothing about. The panic handler calls a function that
//! does not exist, so the image links only if the optimiser proves that no panic can be reached. Nobody
//! runs it.
//!
//! The proof holds for an optimised build without overflow checks, as `--release` is. The image has no
//! allocator either, so linking shows that nothing allocates.
//!
//! A panic that cannot happen but that the optimiser cannot rule out stands in `exceptions.txt`.
//!
//! What a value or an error prints as (`Display`, `Debug`) is no entry point.

#![no_std]
#![no_main]
#![allow(dead_code, reason = "no feature uses every helper")]

#[cfg(feature = "dlt645")]
mod dlt645;
#[cfg(feature = "meter-value")]
mod driver;
#[cfg(feature = "frame-crypto")]
mod frame_crypto;
#[cfg(feature = "lora-tdma")]
mod lora_tdma;
#[cfg(feature = "lora-tdma")]
mod lora_tdma_parts;
#[cfg(feature = "mbus")]
mod mbus;
#[cfg(feature = "mbus")]
mod mbus_wireless;
#[cfg(feature = "meter-value")]
mod meter_value;
#[cfg(feature = "modbus-rtu")]
mod modbus_rtu;

use core::hint::black_box;
use core::panic::PanicInfo;
use core::time::Duration;

use ::meter_value::line::{Machine, Output};

unsafe extern "C" {
    fn panic_is_reachable(info: *const ()) -> !;
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    // SAFETY: nothing runs this: an image that could does not link.
    unsafe { panic_is_reachable((&raw const *info).cast()) }
}

#[unsafe(no_mangle)]
extern "C" fn _start() {
    let octets: &[u8] = black_box(&[0; 1024]);
    #[cfg(feature = "dlt645")]
    dlt645::run(octets);
    #[cfg(feature = "frame-crypto")]
    frame_crypto::run(octets);
    #[cfg(feature = "lora-tdma")]
    lora_tdma::run(octets);
    #[cfg(feature = "lora-tdma")]
    lora_tdma_parts::run();
    #[cfg(feature = "mbus")]
    mbus::run(octets);
    #[cfg(feature = "mbus")]
    mbus_wireless::run(octets);
    #[cfg(feature = "meter-value")]
    meter_value::run(octets);
    #[cfg(feature = "meter-value")]
    driver::run();
    #[cfg(feature = "modbus-rtu")]
    modbus_rtu::run(octets);
    #[cfg(feature = "deliberate")]
    #[allow(clippy::indexing_slicing, reason = "it is there to panic")]
    let _ = black_box(octets[black_box(0)]);
    black_box(octets);
}

/// Calls `f` with a buffer of any length.
fn with_buffer<T>(f: impl FnOnce(&mut [u8]) -> T) -> T {
    let mut buffer = [0; 1024];
    f(black_box(&mut buffer[..]))
}

fn any_time() -> Duration {
    black_box(Duration::ZERO)
}

/// Calls one end of a line in any state.
fn drive(machine: &mut impl Machine, octets: &[u8]) {
    black_box(&mut *machine).transmitted(any_time());
    black_box(&mut *machine).receive(octets, any_time());
    while !matches!(black_box(black_box(&mut *machine).poll(any_time())), Output::Wait(_)) {}
}
