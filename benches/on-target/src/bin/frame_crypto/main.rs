//! An image for QEMU that seals and opens radio frames, and prints how many instructions each took and
//! whether it was right. How it does is a feature of the package.

#![no_std]
#![no_main]

#[cfg(any(feature = "frames-ccm", feature = "frames-ccm-sm4"))]
#[path = "ccm.rs"]
mod ends;
#[cfg(not(any(feature = "frames", feature = "frames-ccm", feature = "frames-ccm-sm4")))]
#[path = "nothing.rs"]
mod ends;
#[cfg(feature = "frames")]
#[path = "ours.rs"]
mod ends;

use core::hint::black_box;

use cortex_m_rt::entry;
use target_counts::{clock, output};

/// What is sealed, and what it is called.
const WORK: [(&str, &str, usize); 3] =
    [("seal16", "open16", 16), ("seal64", "open64", 64), ("seal240", "open240", 240)];

static PLAINTEXT: [u8; 240] = [0x42; 240];

#[entry]
fn main() -> ! {
    target_counts::start();
    let (instructions, ends) = clock::count(|| ends::Ends::new(black_box(*b"the device's key")));
    let mut ends = black_box(ends);
    output::line("keys", instructions, "right");
    let (mut air, mut clear) = ([0; 256], [0; 256]);
    for (seal, open, length) in WORK {
        let plaintext = black_box(PLAINTEXT.get(..length).unwrap_or_default());
        let (instructions, sealed) = clock::count(|| ends.seal(plaintext, &mut air));
        let right = sealed == Some(length + 13) && air.get(5..5 + length) != Some(plaintext);
        output::line(seal, instructions, if right { "right" } else { "wrong" });
        let frame = black_box(air.get(..length + 13).unwrap_or_default());
        let (instructions, opened) = clock::count(|| ends.open(frame, &mut clear));
        let right = opened == Some(length) && clear.get(..length) == Some(plaintext);
        output::line(open, instructions, if right { "right" } else { "wrong" });
    }
    target_counts::end()
}
