//! How long a frame is on the air, and which frame fits a time.
//!
//! ```console
//! $ cargo run -p meterwire-lora-tdma --example airtime -- 64 400
//! ```
//!
//! The first table is of frames with so many octets of payload, the second of times of so many milliseconds.
//! Without arguments these are 64 octets and 400 ms.

use std::env;

use anyhow::{Context, bail};
use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};

const FACTORS: [(&str, SpreadingFactor); 8] = [
    ("SF5", SpreadingFactor::Sf5),
    ("SF6", SpreadingFactor::Sf6),
    ("SF7", SpreadingFactor::Sf7),
    ("SF8", SpreadingFactor::Sf8),
    ("SF9", SpreadingFactor::Sf9),
    ("SF10", SpreadingFactor::Sf10),
    ("SF11", SpreadingFactor::Sf11),
    ("SF12", SpreadingFactor::Sf12),
];

const BANDWIDTHS: [Bandwidth; 3] = [Bandwidth::Khz125, Bandwidth::Khz250, Bandwidth::Khz500];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (octets, ms) = match arguments.as_slice() {
        [] => (64, 400),
        [octets, ms] => (
            octets.parse::<u8>().context("a frame has up to 255 octets")?,
            ms.parse::<u32>().context("the time is a number of milliseconds")?,
        ),
        _ => bail!("usage: airtime [OCTETS MILLISECONDS]"),
    };

    println!("milliseconds of {octets} octets");
    table(|profile| {
        let us = profile.airtime_us(octets);
        format!("{}.{:03}", us / 1_000, us % 1_000)
    });
    println!();
    println!("most octets in {ms} ms");
    table(|profile| match profile.payload_in(u64::from(ms) * 1_000) {
        Some(octets) => octets.to_string(),
        None => "none".into(),
    });
    Ok(())
}

/// A row for each spreading factor, a column for each bandwidth.
fn table(cell: impl Fn(&Profile) -> String) {
    println!("{:>6}{:>12}{:>12}{:>12}", "", "125 kHz", "250 kHz", "500 kHz");
    for (name, spreading_factor) in FACTORS {
        print!("{name:>6}");
        for bandwidth in BANDWIDTHS {
            print!("{:>12}", cell(&profile(spreading_factor, bandwidth)));
        }
        println!();
    }
}

/// The usual settings of a newer chip.
fn profile(spreading_factor: SpreadingFactor, bandwidth: Bandwidth) -> Profile {
    let preamble = match spreading_factor {
        SpreadingFactor::Sf5 | SpreadingFactor::Sf6 => Profile::SHORT_SYMBOL_PREAMBLE,
        _ => 8,
    };
    let profile = Profile {
        family: Family::Sx126x,
        spreading_factor,
        bandwidth,
        coding_rate: CodingRate::Cr4_5,
        preamble,
        explicit_header: true,
        crc: true,
        low_data_rate: false,
    };
    Profile { low_data_rate: profile.wants_low_data_rate(), ..profile }
}
