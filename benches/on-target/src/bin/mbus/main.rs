//! An image for QEMU that reads a telegram of an M-Bus meter with one implementation, and prints how many
//! instructions it took and whether it was right. Which implementation is a feature of the package.

#![no_std]
#![no_main]

#[cfg(feature = "m-bus-parser")]
#[path = "m_bus_parser.rs"]
mod reader;
#[cfg(feature = "mbus")]
#[path = "ours.rs"]
mod reader;
#[cfg(not(any(feature = "mbus", feature = "m-bus-parser")))]
#[path = "nothing.rs"]
mod reader;

use core::hint::black_box;

use cortex_m_rt::entry;
use target_counts::{clock, output};

/// A heat meter's energy, volume, volume flow, fabrication number, power, temperatures and their difference, on
/// time, date and time, and the date and the energy of a due day.
static FRAME: [u8; 86] = [
    0x68, 0x50, 0x50, 0x68, 0x08, 0x05, 0x72, 0x78, 0x56, 0x34, 0x12, 0x2D, 0x2C, 0x01, 0x04, 0x2A, 0x00,
    0x00, 0x00, 0x04, 0x06, 0x39, 0x30, 0x00, 0x00, 0x0C, 0x13, 0x18, 0x37, 0x02, 0x00, 0x0B, 0x3B, 0x27,
    0x01, 0x00, 0x0C, 0x78, 0x78, 0x56, 0x34, 0x12, 0x04, 0x2B, 0x10, 0x27, 0x00, 0x00, 0x0A, 0x5A, 0x57,
    0x06, 0x0A, 0x5E, 0x02, 0x04, 0x0B, 0x61, 0x48, 0x25, 0x00, 0x04, 0x22, 0xE8, 0x03, 0x00, 0x00, 0x04,
    0x6D, 0x32, 0x17, 0x1D, 0x15, 0x42, 0x6C, 0x1E, 0x1B, 0xC4, 0x10, 0x06, 0x01, 0x2F, 0x00, 0x00, 0x60,
    0x16,
];

/// The sum of the numbers in it.
const EXPECTED: u64 = {
    let numbers = [12_345, 23_718, 127, 12_345_678, 10_000, 657, 402, 2_548, 1_000, 12_033];
    let mut rest = numbers.as_slice();
    let mut sum = 0_u64;
    while let Some((number, others)) = rest.split_first() {
        sum = sum.wrapping_add(reader::word(*number));
        rest = others;
    }
    sum
};

#[entry]
fn main() -> ! {
    target_counts::start();
    let (instructions, records) = clock::count(|| reader::open(black_box(&FRAME)));
    let right = records.is_some();
    output::line("frame", instructions, if right { "right" } else { "wrong" });
    if let Some(records) = records {
        let (instructions, sum) = clock::count(|| reader::read(records));
        let right = black_box(sum) == Some(EXPECTED);
        output::line("records", instructions, if right { "right" } else { "wrong" });
    }
    target_counts::end()
}
