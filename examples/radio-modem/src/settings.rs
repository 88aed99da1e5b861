//! The radio's settings, and their octets.

use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};

use crate::DecodeError;

/// The radio's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Settings {
    /// The middle of the channel in hertz.
    pub frequency_hz: u32,
    /// What is radiated, in dBm.
    pub power_dbm: i8,
    /// All that makes a frame longer or shorter.
    pub profile: Profile,
}

const FAMILIES: [(u8, Family); 2] = [(0, Family::Sx126x), (1, Family::Sx127x)];
const FACTORS: [SpreadingFactor; 8] = [
    SpreadingFactor::Sf5,
    SpreadingFactor::Sf6,
    SpreadingFactor::Sf7,
    SpreadingFactor::Sf8,
    SpreadingFactor::Sf9,
    SpreadingFactor::Sf10,
    SpreadingFactor::Sf11,
    SpreadingFactor::Sf12,
];
const BANDWIDTHS: [Bandwidth; 10] = [
    Bandwidth::Khz7_8,
    Bandwidth::Khz10_4,
    Bandwidth::Khz15_6,
    Bandwidth::Khz20_8,
    Bandwidth::Khz31_2,
    Bandwidth::Khz41_7,
    Bandwidth::Khz62_5,
    Bandwidth::Khz125,
    Bandwidth::Khz250,
    Bandwidth::Khz500,
];
const RATES: [CodingRate; 4] = [CodingRate::Cr4_5, CodingRate::Cr4_6, CodingRate::Cr4_7, CodingRate::Cr4_8];

const EXPLICIT_HEADER: u8 = 1;
const PAYLOAD_CRC: u8 = 2;
const LOW_DATA_RATE: u8 = 4;

impl Settings {
    pub(crate) const LEN: usize = 12;

    /// Reads the fields that stand behind `offset` octets of the content.
    pub(crate) fn decode(octets: &[u8; Self::LEN], offset: usize) -> Result<Self, DecodeError> {
        let [a, b, c, d, power, family, factor, bandwidth, rate, high, low, flags] = *octets;
        let bad = |place, value| DecodeError::Value { offset: offset + place, value };
        if flags & !(EXPLICIT_HEADER | PAYLOAD_CRC | LOW_DATA_RATE) != 0 {
            return Err(bad(11, flags));
        }
        let profile = Profile {
            family: FAMILIES.iter().find(|(code, _)| *code == family).ok_or(bad(5, family))?.1,
            spreading_factor: *FACTORS.iter().find(|f| **f as u8 == factor).ok_or(bad(6, factor))?,
            bandwidth: *BANDWIDTHS.iter().find(|b| **b as u8 == bandwidth).ok_or(bad(7, bandwidth))?,
            coding_rate: *RATES.iter().find(|r| **r as u8 == rate).ok_or(bad(8, rate))?,
            preamble: u16::from_be_bytes([high, low]),
            explicit_header: flags & EXPLICIT_HEADER != 0,
            crc: flags & PAYLOAD_CRC != 0,
            low_data_rate: flags & LOW_DATA_RATE != 0,
        };
        Ok(Self { frequency_hz: u32::from_be_bytes([a, b, c, d]), power_dbm: power as i8, profile })
    }

    pub(crate) fn encode(&self) -> [u8; Self::LEN] {
        let Self { frequency_hz, power_dbm, profile } = *self;
        let [a, b, c, d] = frequency_hz.to_be_bytes();
        let [high, low] = profile.preamble.to_be_bytes();
        let family = match profile.family {
            Family::Sx126x => 0,
            Family::Sx127x => 1,
        };
        let mut flags = 0;
        for (is_set, flag) in [
            (profile.explicit_header, EXPLICIT_HEADER),
            (profile.crc, PAYLOAD_CRC),
            (profile.low_data_rate, LOW_DATA_RATE),
        ] {
            flags |= if is_set { flag } else { 0 };
        }
        [
            a,
            b,
            c,
            d,
            power_dbm as u8,
            family,
            profile.spreading_factor as u8,
            profile.bandwidth as u8,
            profile.coding_rate as u8,
            high,
            low,
            flags,
        ]
    }
}
