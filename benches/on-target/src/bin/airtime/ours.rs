//! Ours.

use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};

use crate::Factor;

pub struct Radio(Profile);

impl Radio {
    pub fn new(factor: Factor) -> Self {
        let (spreading_factor, low_data_rate) = match factor {
            Factor::Sf7 => (SpreadingFactor::Sf7, false),
            Factor::Sf12 => (SpreadingFactor::Sf12, true),
        };
        Self(Profile {
            family: Family::Sx126x,
            spreading_factor,
            bandwidth: Bandwidth::Khz125,
            coding_rate: CodingRate::Cr4_5,
            preamble: 8,
            explicit_header: true,
            crc: true,
            low_data_rate,
        })
    }

    #[inline(never)]
    pub fn airtime_us(&self, payload: u8) -> u64 {
        self.0.airtime_us(payload)
    }
}
