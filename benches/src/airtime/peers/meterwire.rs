//! Ours.

use std::hint::black_box;

use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};

use crate::airtime::{Airtime, Implementation, Settings};

pub const IMPLEMENTATION: Implementation = Implementation { name: "meterwire-lora-tdma", prepare };

fn prepare(settings: &Settings) -> Option<Airtime> {
    use {Bandwidth as B, CodingRate as C, SpreadingFactor as S};
    const FACTORS: [S; 8] = [S::Sf5, S::Sf6, S::Sf7, S::Sf8, S::Sf9, S::Sf10, S::Sf11, S::Sf12];
    const BANDWIDTHS: [B; 10] = [
        B::Khz7_8,
        B::Khz10_4,
        B::Khz15_6,
        B::Khz20_8,
        B::Khz31_2,
        B::Khz41_7,
        B::Khz62_5,
        B::Khz125,
        B::Khz250,
        B::Khz500,
    ];
    const RATES: [C; 4] = [C::Cr4_5, C::Cr4_6, C::Cr4_7, C::Cr4_8];
    let profile = Profile {
        family: if settings.sx127x { Family::Sx127x } else { Family::Sx126x },
        spreading_factor: *FACTORS.iter().find(|factor| **factor as u32 == settings.factor)?,
        bandwidth: *BANDWIDTHS.iter().find(|bandwidth| **bandwidth as u32 == settings.divider)?,
        coding_rate: *RATES.iter().find(|rate| **rate as u32 == settings.rate)?,
        preamble: settings.preamble,
        explicit_header: settings.explicit_header,
        crc: settings.crc,
        low_data_rate: settings.low_data_rate,
    };
    Some(Box::new(move |payload| black_box(&profile).airtime_us(payload)))
}
