//! An image for QEMU that takes part in superframes as a node does, and prints how many instructions that took
//! and whether it was right. What of a node it is, is a feature of the package.

#![no_std]
#![no_main]

#[cfg(any(feature = "node", feature = "node-frames"))]
mod air;
#[cfg(feature = "node-frames")]
#[path = "frames.rs"]
mod machine;
#[cfg(feature = "node")]
#[path = "node.rs"]
mod machine;
#[cfg(not(any(feature = "node", feature = "node-frames")))]
#[path = "nothing.rs"]
mod machine;

use core::hint::black_box;

use cortex_m_rt::entry;
use target_counts::{clock, output};

/// More than a clock remembers.
const SUPERFRAMES: u64 = 40;

static MESSAGE: [u8; 64] = [0x42; 64];

#[entry]
fn main() -> ! {
    target_counts::start();
    let mut machine = machine::Machine::new();
    let machine = black_box(&mut machine);
    let (mut beacon, mut frame, mut right) = (0, 0, true);
    for superframe in 0..SUPERFRAMES {
        machine.prepare(superframe);
        let (instructions, delivered) = clock::count(|| machine.hear());
        beacon = instructions;
        let (instructions, length) = clock::count(|| machine.send(black_box(&MESSAGE)));
        frame = instructions;
        // The first frame says that the node is ready.
        right &= length == 78 || superframe == 0;
        right &= delivered || superframe < 2;
    }
    let verdict = if right { "right" } else { "wrong" };
    output::line("beacon", beacon, verdict);
    output::line("frame", frame, verdict);
    output::line("superframe", beacon + frame, verdict);
    if let Some(octets) = machine::STATE_OCTETS {
        output::line("STATE", octets as u32, "");
    }
    target_counts::end()
}
