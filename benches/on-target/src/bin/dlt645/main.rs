//! An image for QEMU that reads the values in replies of a DL/T 645 meter, and prints how many instructions
//! each took and whether it was right. How it reads them is a feature of the package.

#![no_std]
#![no_main]

#[cfg(feature = "dlt645-constants")]
#[path = "constants.rs"]
mod reader;
#[cfg(feature = "dlt645-table")]
#[path = "table.rs"]
mod reader;
#[cfg(not(any(feature = "dlt645-constants", feature = "dlt645-table")))]
#[path = "nothing.rs"]
mod reader;

use core::hint::black_box;

use cortex_m_rt::entry;
use target_counts::{clock, output};

/// A reply and the value in it.
struct Reply {
    name: &'static str,
    frame: &'static [u8],
    mantissa: i64,
    exponent: i8,
}

static REPLIES: [Reply; 3] = [
    Reply {
        name: "energy",
        frame: &[
            0xFE, 0xFE, 0xFE, 0xFE, 0x68, 0x61, 0x01, 0x00, 0x00, 0x00, 0x00, 0x68, 0x91, 0x08, 0x33, 0x33,
            0x34, 0x33, 0x89, 0x67, 0x45, 0x33, 0x00, 0x16,
        ],
        mantissa: 12_3456,
        exponent: -2,
    },
    Reply {
        name: "voltage",
        frame: &[
            0xFE, 0xFE, 0xFE, 0xFE, 0x68, 0x43, 0x10, 0x00, 0x11, 0x34, 0x00, 0x68, 0x91, 0x06, 0x33, 0x34,
            0x34, 0x35, 0xCA, 0x55, 0xEE, 0x16,
        ],
        mantissa: 2297,
        exponent: -1,
    },
    Reply {
        name: "power",
        frame: &[
            0xFE, 0xFE, 0xFE, 0xFE, 0x68, 0x61, 0x01, 0x00, 0x00, 0x00, 0x00, 0x68, 0x91, 0x07, 0x33, 0x33,
            0x36, 0x35, 0x89, 0x67, 0xC5, 0x50, 0x16,
        ],
        mantissa: -12_3456,
        exponent: -4,
    },
];

#[entry]
fn main() -> ! {
    target_counts::start();
    for reply in &REPLIES {
        let frame = black_box(reply.frame);
        let (instructions, value) = clock::count(|| reader::read(frame));
        // Their parts, because decimals are equal by value, which takes divisions.
        let parts = black_box(value).map(|value| (value.mantissa(), value.exponent()));
        let right = parts == Some((reply.mantissa, reply.exponent));
        output::line(reply.name, instructions, if right { "right" } else { "wrong" });
    }
    target_counts::end()
}
