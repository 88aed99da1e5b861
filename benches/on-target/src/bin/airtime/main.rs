//! An image for QEMU that computes how long radio frames are on the air, and prints how many instructions each
//! took and whether it was right. How it computes is a feature of the package.

#![no_std]
#![no_main]

#[cfg(feature = "lora-modulation")]
#[path = "lora_modulation.rs"]
mod radio;
#[cfg(not(any(feature = "airtime", feature = "lora-modulation")))]
#[path = "nothing.rs"]
mod radio;
#[cfg(feature = "airtime")]
#[path = "ours.rs"]
mod radio;

use core::hint::black_box;

use cortex_m_rt::entry;
use target_counts::{clock, output};

/// A frame as LoRaWAN sends it, at 125 kHz.
#[derive(Clone, Copy)]
pub enum Factor {
    /// SF7.
    Sf7,
    /// SF12, with the low-data-rate setting.
    Sf12,
}

const PAYLOAD: u8 = 64;

/// Of each factor, microseconds of a frame with so many octets.
static FRAMES: [(&str, Factor, u64); 2] = [("SF7", Factor::Sf7, 118_016), ("SF12", Factor::Sf12, 2_793_472)];

#[entry]
fn main() -> ! {
    target_counts::start();
    for &(name, factor, us) in &FRAMES {
        let radio = black_box(radio::Radio::new(factor));
        let (instructions, airtime) = clock::count(|| radio.airtime_us(black_box(PAYLOAD)));
        output::line(name, instructions, if airtime == us { "right" } else { "wrong" });
    }
    target_counts::end()
}
